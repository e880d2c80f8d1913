"""What people see who use the package from Python."""

import numpy as np
import pytest
import rasterio
from scenes import StandIn, ground, write_scene

import cloudgan_geo
from cloudgan_geo import decloud
from cloudgan_geo.cli.options import _PROFILES
from cloudgan_geo.errors import CloudganError, CloudganWarning, RadiometryError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import PROFILES


def test_dir_shows_the_interface_and_nothing_else():
    assert dir(cloudgan_geo) == ["CloudganError", "__version__", "decloud", "load_generator"]


@pytest.mark.parametrize("scene", [12, None, 3.5, [], [12], "", b"s.tif", "a\0b"])
def test_what_is_no_path_is_refused_in_words(scene):
    with pytest.raises(UsageError, match="scene"):
        decloud(scene, "o.tif", model=StandIn())


@pytest.mark.parametrize(
    "asked",
    [
        {"overlap": 3.5},
        {"overlap": "16"},
        {"bands": ("B04", "B03", "B02")},
        {"bands": (1.0, 2.0, 3.0)},
        {"bands": {"B04": 9, "B03": 2, "B02": 1}},
        {"batch_size": 2.5},
        {"radiometry": 5},
        {"thick": 5},
    ],
)
def test_options_of_the_wrong_kind_are_refused_in_words(tmp_path, asked):
    scene = write_scene(tmp_path / "s.tif", ground(70, 70))
    with pytest.raises(CloudganError):
        decloud(scene, model=StandIn(), **asked)
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_the_command_line_knows_every_profile():
    assert set(_PROFILES) == set(PROFILES)


class TestOffsetLeftInTrueColour:
    def test_the_dolomites(self, shared_data):
        scene = open_scene(shared_data / "scenes" / "dolomites_rgb_uint8.tif")
        with pytest.warns(CloudganWarning, match="--radiometry tci-offset"):
            assert choose_radiometry(scene).profile == "tci"
        chosen = choose_radiometry(scene, "tci-offset")
        # The value of no reflectance: DN 1000 of 3558.
        assert chosen.scale[0] * 255 * 1000 / 3558 + chosen.offset[0] == pytest.approx(0, abs=1e-4)

    @pytest.mark.parametrize(
        "name",
        ["outer_banks_2018-10-13_rgb_uint8.tif", "T31TDH_jp2/T31TDH_20150726T105026_TCI.jp2"],
    )
    def test_true_colour_as_it_should_be(self, shared_data, name, recwarn):
        scene = open_scene(shared_data / "scenes" / name, bands=(1, 2, 3))
        assert choose_radiometry(scene).profile == "tci"
        assert not [w for w in recwarn if "tci-offset" in str(w.message)]


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(1e-300, 0), (float("inf"), 0), (-1e-4, 0), (1e-4, 1e9), (1e-4, float("nan")), (5.0, 0)],
)
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_scales_that_no_sensor_has_are_refused(tmp_path, scale, offset, dtype):
    path = write_scene(tmp_path / "s.tif", ground(70, 70, dtype=dtype))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = [scale] * 3, [offset] * 3
    with pytest.raises(RadiometryError, match=r"s\.tif: a band declares .*--radiometry"):
        decloud(path, model=StandIn())


@pytest.mark.parametrize(
    "tags",
    [
        {"QUANTIFICATION_VALUE": "1e300"},
        {"QUANTIFICATION_VALUE": "-1"},
        {"QUANTIFICATION_VALUE": "0.5", "RADIO_ADD_OFFSET": "0"},
        {"RADIO_ADD_OFFSET": "-100000"},
    ],
)
def test_metadata_that_no_product_has_are_refused(tmp_path, tags):
    path = write_scene(tmp_path / "s.tif", ground(70, 70))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**tags)
    with pytest.raises(RadiometryError, match="not what a sensor has"):
        decloud(path, model=StandIn())


@pytest.mark.parametrize("nodata", [float("inf"), -1e30, 0.5, float("nan")])
def test_odd_nodata_of_floats(tmp_path, nodata):
    pixels = ground(70, 70, dtype="float32")
    path = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    result = decloud(path, model=StandIn(lambda batch: batch * 0.5))
    with rasterio.open(result.output) as dataset:
        assert (dataset.read_masks() > 0).all()
        assert np.isfinite(dataset.read()).all()
