"""What rioxarray, odc-stac and stackstac give, and what comes back."""

import pickle
import subprocess
import sys

import dask
import numpy as np
import pytest
import rasterio
import rioxarray
import xarray
from arrays.test_clean_array import RGB, many_bands
from rasterio.transform import Affine
from scenes import EstimatingStandIn, StandIn, ground, read, seen_in_the_view, write_scene

from cloudgan_geo import clean_array, decloud, decloud_dataarray
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.sensors.sentinel2 import SENSOR

DN = (1e-4, 0.0)
LAYERS = ("image", "opacity", "error", "quality")


def model():
    return EstimatingStandIn(seen_in_the_view)


def scene(names=RGB, size=(80, 70), seed=0, **more):
    """One scene as stackstac and odc-stac lay it out, but for time."""
    height, width = size
    return xarray.DataArray(
        ground(height, width, len(names), seed=seed),
        dims=("band", "y", "x"),
        coords={
            "band": list(names),
            "y": 4693195.0 - 10 * np.arange(height),
            "x": 399965.0 + 10 * np.arange(width),
            "spatial_ref": 0,
            "platform": "Sentinel-2A",
            "gsd": ("band", [10] * len(names)),
        },
        attrs={"units": "1", "spec": "RasterSpec(epsg=32631)"},
        name="stack",
    ).assign_attrs(more)


def series(count=3, **more):
    steps = [scene(seed=seed, **more) for seed in range(count)]
    times = np.array(["2024-05-01", "2024-05-06", "2024-05-11"], "datetime64[ns]")[:count]
    return xarray.concat(steps, xarray.DataArray(times, dims="time", name="time"))


def assert_is_that_of_the_array(dataset, da, **options):
    cleaned = clean_array(da.transpose("band", "y", "x").values, RGB, DN, model=model(), **options)
    for name in LAYERS:
        found = dataset[name].transpose("band", "group", "y", "x", missing_dims="ignore")
        assert found.dtype == getattr(cleaned, name).dtype
        np.testing.assert_array_equal(found.values, getattr(cleaned, name))


@pytest.mark.parametrize("dims", [("band", "y", "x"), ("y", "x", "band"), ("x", "band", "y")])
@pytest.mark.parametrize("lazy", [False, True])
def test_dimensions_in_any_order(dims, lazy):
    da = scene().transpose(*dims)
    dataset = decloud_dataarray(
        da.chunk({"x": 30, "band": 1}) if lazy else da, reflectance=DN, model=model()
    )
    assert dataset.image.dims == dims
    assert dataset.quality.dims == tuple(name for name in dims if name != "band")
    assert dataset.error.dims == tuple("group" if name == "band" else name for name in dims)
    assert dataset.group.values.tolist() == ["visible"]
    assert_is_that_of_the_array(dataset, da)


def test_coordinates_attributes_and_the_array_itself_stay():
    da = scene()
    before = da.copy(deep=True)
    dataset = decloud_dataarray(da, reflectance=DN, model=model())
    assert da.identical(before)
    assert dataset.image.attrs == da.attrs
    assert set(dataset.image.coords) == set(da.coords)
    for name in da.coords:
        assert dataset[name].identical(da[name].drop_vars("gsd", errors="ignore")) or (
            name in ("band", "gsd") and (dataset[name] == da[name]).all()
        )
    assert set(dataset.quality.coords) == {"y", "x", "spatial_ref", "platform"}
    assert dataset.quality.attrs["flag_meanings"] == "no_data clear corrected thick"


@pytest.mark.parametrize("dims", [("time", "band", "y", "x"), ("y", "x", "time", "band")])
@pytest.mark.parametrize("lazy", [False, True])
def test_a_series_in_one_call(dims, lazy):
    da = series().transpose(*dims)
    dataset = decloud_dataarray(da.chunk() if lazy else da, reflectance=DN, model=model())
    assert dataset.image.dims == dims
    assert (dataset.time == da.time).all()
    for step in range(3):
        assert_is_that_of_the_array(dataset.isel(time=step), da.isel(time=step))


def test_nothing_is_computed_before_it_is_asked_for():
    loads = []

    def load():
        loads.append(1)
        return series().values

    plain = series()
    values = dask.array.from_delayed(dask.delayed(load)(), plain.shape, plain.dtype)
    lazy = plain.copy(data=values)
    generator = model()
    dataset = decloud_dataarray(lazy, reflectance=DN, model=generator)
    assert all(dask.is_dask_collection(dataset[name].data) for name in LAYERS)
    assert not loads
    assert not generator.windows
    assert dataset.image.chunksizes["time"] == (1, 1, 1)
    one = dataset.isel(time=1).compute()
    of_one_step = generator.windows
    assert_is_that_of_the_array(one, plain.isel(time=1))
    # One step of three, and once for all four layers.
    dataset.compute()
    assert generator.windows == 4 * of_one_step


def test_lazy_work_can_be_sent_to_other_processes():
    dataset = decloud_dataarray(
        series(1).chunk(), reflectance=DN, model="thin", precision="fp32", device="cpu"
    )
    graph = pickle.loads(pickle.dumps(dataset))
    computed = graph.compute(scheduler="synchronous")
    now = decloud_dataarray(series(1), reflectance=DN, model="thin", precision="fp32", device="cpu")
    assert computed.identical(now)


def test_valid_pixels_of_each_step_and_of_all():
    da = series(2)
    each = xarray.DataArray(
        np.random.default_rng(0).random((2, 80, 70)) < 0.7, dims=("time", "y", "x")
    )
    dataset = decloud_dataarray(da, reflectance=DN, model=model(), valid=each)
    of_all = decloud_dataarray(da, reflectance=DN, model=model(), valid=each.isel(time=1))
    lazy = decloud_dataarray(
        da.chunk(), reflectance=DN, model=model(), valid=each.transpose("y", "x", "time")
    )
    assert dataset.identical(lazy.compute())
    for step in (0, 1):
        own = each.isel(time=step).values
        assert_is_that_of_the_array(dataset.isel(time=step), da.isel(time=step), valid=own)
        assert ((of_all.quality[step] != 0) == each[1]).all()


@pytest.fixture
def file(tmp_path):
    pixels = ground(90, 80)
    pixels[:, 20:30, 20:40] = 0
    path = write_scene(tmp_path / "s.tif", pixels, nodata=0)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = RGB
    return path


@pytest.mark.parametrize("chunks", [None, {"x": 32, "y": 32}])
def test_files_opened_by_rioxarray(file, tmp_path, chunks):
    layers = {"opacity": tmp_path / "o.tif", "error": tmp_path / "e.tif", "qa": tmp_path / "q.tif"}
    result = decloud(file, tmp_path / "out.tif", model=model(), radiometry="dn", **layers)
    with rioxarray.open_rasterio(file, chunks=chunks) as da:
        dataset = decloud_dataarray(da, reflectance=DN, model=model()).compute()
    assert (dataset.image == read(result.output)).all()
    assert (dataset.quality == read(layers["qa"])[0]).all()
    np.testing.assert_array_equal(dataset.opacity, read(layers["opacity"])[0])
    np.testing.assert_array_equal(dataset.error, read(layers["error"]))
    assert dataset.rio.crs == da.rio.crs
    for name in ("image", "quality", "opacity"):
        back = tmp_path / f"{name}.tif"
        dataset[name].rio.to_raster(back)
        with rioxarray.open_rasterio(back) as again:
            assert again.rio.crs == da.rio.crs
            assert again.rio.transform() == Affine(10, 0, 399960, 0, -10, 4693200)
            assert again.rio.nodata == 0 or np.isnan(again.rio.nodata)
            np.testing.assert_array_equal(again.values.squeeze(), dataset[name].values)


def test_scale_and_offset_that_are_declared():
    da = scene(scale_factor=1e-4, add_offset=-0.1)
    dataset = decloud_dataarray(da, model=model())
    said = decloud_dataarray(da, model=model(), reflectance=(1e-4, -0.1))
    assert dataset.identical(said)
    assert (dataset.image != decloud_dataarray(da, model=model(), reflectance=DN).image).any()


EARTH_SEARCH = (
    *("coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08"),
    *("nir09", "cirrus", "swir16", "swir22", "scl"),
)


@pytest.mark.parametrize("names", [(*SENSOR.names, "SCL"), EARTH_SEARCH])
def test_bands_as_catalogues_name_them(names):
    order = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11")
    da = scene(names)
    dataset = decloud_dataarray(da, reflectance=DN, model=many_bands())
    cleaned = clean_array(da.values, [*order, "B12", None], DN, model=many_bands())
    assert (dataset.image == cleaned.image).all()
    assert dataset.group.values.tolist() == ["visible", "nir", "swir"]
    np.testing.assert_array_equal(dataset.error, cleaned.error)
    assert (dataset.image[-1] == da[-1]).all()


def test_bands_by_long_name_or_as_given():
    da = scene().assign_coords(band=[1, 2, 3]).drop_vars("gsd")
    wanted = decloud_dataarray(da, bands=RGB, reflectance=DN, model=model()).image
    named = da.assign_attrs(long_name=("red", "green", "blue"))
    assert (decloud_dataarray(named, reflectance=DN, model=model()).image == wanted).all()
    bare = da.drop_vars("band")
    assert (decloud_dataarray(bare, bands=RGB, reflectance=DN, model=model()).image == wanted).all()
    with pytest.raises(BandError, match="neither its coordinate band nor its attribute long_name"):
        decloud_dataarray(da, reflectance=DN, model=model())


def test_a_generator_that_estimates_nothing():
    for da in (scene(), series(2).chunk()):
        generator = StandIn(lambda batch: batch * 0.9)
        dataset = decloud_dataarray(da, reflectance=DN, model=generator).compute()
        assert set(dataset.data_vars) == {"image"}
        assert "group" not in dataset.coords
        assert (dataset.image != da).any()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"da": ground(40, 50)}, "da: takes xarray's DataArray, no ndarray"),
        ({"da": scene().to_dataset("band")}, r"da: takes a DataArray; .*to_dataarray\('band'\)"),
        ({"da": scene().rename(band="wave")}, "da: has the dimensions wave, y, x; band, y and x"),
        ({"da": scene().rename(x="east")}, "band, y and x are needed"),
        ({"da": scene().isel(x=slice(0, 0))}, "da: is empty"),
        ({"reflectance": None}, r"da: how its values make reflectance is not stated; say reflect"),
        ({"bands": ("B04", "B03")}, "bands: names 2 bands"),
        ({"valid": scene()[0]}, "valid: takes a DataArray of True and False"),
        ({"valid": np.ones((80, 70), bool)}, "valid: takes a DataArray of True and False"),
        ({"valid": scene() > 0}, "valid: takes a DataArray of True and False"),
        ({"valid": scene()[0].assign_coords(x=range(70)) > 0}, "valid: its x are others"),
        ({"da": series().chunk(), "overlap": 99}, "overlap takes 0 to 63"),
        ({"da": series().chunk(), "thick": "nodata"}, "has no nodata value"),
        ({"da": series().chunk(), "level": "9"}, "level='9': takes"),
    ],
)
def test_what_cannot_be_is_refused_at_once(asked, said):
    generator = model()
    with pytest.raises(UsageError, match=said):
        decloud_dataarray(**{"da": scene(), "reflectance": DN, "model": generator, **asked})
    assert not generator.windows


def test_the_package_needs_no_xarray():
    code = (
        "import sys; sys.modules['xarray'] = sys.modules['dask'] = None\n"
        "import cloudgan_geo; cloudgan_geo.clean_array, cloudgan_geo.decloud_dataarray"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
