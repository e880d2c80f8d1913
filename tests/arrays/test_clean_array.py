"""Arrays give the numbers that files with the same pixels give."""

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import EstimatingStandIn, StandIn, ground, read, seen_in_the_view, write_scene

from cloudgan_geo import clean_array, decloud
from cloudgan_geo.bands import BandSet
from cloudgan_geo.correction.layers import LAYERS
from cloudgan_geo.errors import BandError, CloudganError, CloudganWarning, UsageError
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.sensors.sentinel2 import SENSOR

RGB = ("B04", "B03", "B02")
DN = (1e-4, 0.0)
REFLECTANCE = {"uint8": ("tci", (0.3558 / 255, 0.0)), "float32": ("reflectance", (1.0, 0.0))}


def as_file(folder, pixels, names, nodata=None, mask=None, **options):
    """Returns what `decloud` makes of the same pixels in a file: image, opacity, error, quality."""
    path = write_scene(folder / "scene.tif", pixels, nodata=nodata)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = [name or "other" for name in names]
        if mask is not None:
            dataset.write_mask(mask)
    estimates = options["model"] == "thin" or options["model"].estimates
    layers = {layer.argument: folder / f"{layer.argument}.tif" for layer in LAYERS}
    asked = layers if estimates else {}
    output = decloud(path, folder / "o.tif", overwrite=True, **asked, **options).output
    if not estimates:
        return read(output), None, None, None
    return (read(output), *(read(layers[name]) for name in ("opacity", "error", "qa")))


def assert_same(cleaned, of_file):
    found = (cleaned.image, cleaned.opacity, cleaned.error, cleaned.quality)
    for mine, theirs in zip(found, of_file, strict=True):
        if theirs is None:
            assert mine is None
        else:
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine if mine.ndim == 3 else mine[None], theirs)


class AnyBands(StandIn):
    """Of bands of choice, with errors of as many groups."""

    sees_surroundings = True
    estimates = True

    def __init__(self, bands):
        super().__init__()
        self.bands = bands

    def clean(self, batch, view):
        darker = batch[:, list(self.bands.corrected)] * np.float32(0.8)
        groups = len(self.bands.groups)
        error = np.linspace(0.01, 0.05, groups, dtype=np.float32)[:, None, None]
        error = error * batch[:, :1]
        return Cleaned(darker, batch[:, :1] * 0.8 + view[:, 1:2, 20:21, 20:21], error)


def many_bands(names=SENSOR.names, optional=()):
    corrects = tuple(name for name in names if name != "B10")
    groups = ("visible", "nir", "swir")
    return AnyBands(BandSet(names, corrects, (0.5,) * len(names), groups, optional=optional))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    height=st.integers(8, 150),
    width=st.integers(8, 150),
    overlap=st.sampled_from([0, 16, 40]),
    dtype=st.sampled_from(["uint8", "uint16", "int16", "float32"]),
    nodata=st.sampled_from([None, 20, 0.125]),
    thick=st.sampled_from(["keep", "fill"]),
    masked=st.booleans(),
    seed=st.integers(0, 9),
)
def test_the_numbers_of_a_file(
    tmp_path_factory, height, width, overlap, dtype, nodata, thick, masked, seed
):
    rng = np.random.default_rng(seed)
    pixels = ground(height, width, dtype=dtype, seed=seed)
    if nodata is not None:
        pixels[:, rng.random((height, width)) < 0.2] = nodata
    mask = rng.random((height, width)) < 0.8 if masked and nodata is None else None
    profile, reflectance = REFLECTANCE.get(dtype, ("dn", DN))
    same = {"model": EstimatingStandIn(seen_in_the_view), "overlap": overlap, "thick": thick}
    before = pixels.copy()
    cleaned = clean_array(pixels, RGB, reflectance, valid=mask, nodata=nodata, **same)
    assert (pixels == before).all()
    folder = tmp_path_factory.mktemp("file")
    assert_same(cleaned, as_file(folder, pixels, RGB, nodata, mask, radiometry=profile, **same))


def test_thick_pixels_become_nodata_and_no_valid_one_does(tmp_path):
    pixels = ground(90, 100)
    same = {"model": EstimatingStandIn(seen_in_the_view), "thick": "nodata", "thick_above": 0.3}
    cleaned = clean_array(pixels, RGB, DN, nodata=0, **same)
    assert ((cleaned.image == 0).all(axis=0) == (cleaned.quality == 3)).all()
    assert (cleaned.quality == 3).any()
    assert_same(cleaned, as_file(tmp_path, pixels, RGB, 0, radiometry="dn", **same))


@pytest.mark.parametrize("correct", ["rgb", "10m", "all"])
def test_all_bands_in_any_order_and_others(tmp_path, correct):
    names = (None, *SENSOR.names[::-1])
    pixels = ground(80, 90, 14)
    same = {"model": many_bands(), "correct": correct}
    cleaned = clean_array(pixels, names, DN, **same)
    assert_same(cleaned, as_file(tmp_path, pixels, names, radiometry="dn", **same))
    changed = (cleaned.image != pixels).any(axis=(1, 2))
    assert {name for name, new in zip(names, changed, strict=True) if new} == set(cleaned.corrected)
    assert len(cleaned.error) == len(cleaned.groups)


def test_bands_of_different_scales():
    model = StandIn(lambda batch: batch * 0.5)
    pixels = ground(70, 70)
    fine, coarse = pixels.astype(np.float64), pixels.astype(np.float64)
    coarse[1] /= 10
    one = clean_array(fine, RGB, DN, model=model).image
    other = clean_array(coarse, RGB, [DN, (1e-3, 0.0), DN], model=model).image
    assert np.allclose(one[1], other[1] * 10)
    assert (one[[0, 2]] == other[[0, 2]]).all()


def test_a_cirrus_band_of_nothing_is_none_here_too(tmp_path):
    pixels = ground(80, 300, 13)
    pixels[SENSOR.names.index("B10")] = 0
    model = many_bands(optional=("B10",))
    with pytest.warns(CloudganWarning, match="pixels: band 11, B10, holds nothing but 0"):
        cleaned = clean_array(pixels, SENSOR.names, DN, model=model)
    with pytest.warns(CloudganWarning, match="holds nothing but 0"):
        of_file = as_file(tmp_path, pixels, SENSOR.names, model=model, radiometry="dn")
    assert_same(cleaned, of_file)


def test_a_generator_that_estimates_nothing(tmp_path):
    pixels, model = ground(100, 70), StandIn(lambda batch: batch * 0.9)
    cleaned = clean_array(pixels, RGB, DN, model=model)
    assert cleaned.opacity is cleaned.error is cleaned.quality is None
    assert_same(cleaned, as_file(tmp_path, pixels, RGB, model=model, radiometry="dn"))
    with pytest.raises(UsageError, match=r"keep_below=0\.2: .*estimates no opacity"):
        clean_array(pixels, RGB, DN, model=model, keep_below=0.2)


def test_nothing_is_written_to_the_array_whatever_its_layout():
    model = EstimatingStandIn(seen_in_the_view)
    pixels = ground(80, 70)
    wanted = clean_array(pixels, RGB, DN, model=model).image
    assert (wanted != pixels).any()
    frozen = pixels.copy()
    frozen.flags.writeable = False
    last = np.ascontiguousarray(pixels.transpose(1, 2, 0)).transpose(2, 0, 1)
    for other in (frozen, last, pixels.astype(">u2"), pixels[:, ::-1].copy()[:, ::-1]):
        cleaned = clean_array(other, RGB, DN, model=model)
        assert cleaned.image.dtype == other.dtype
        assert (cleaned.image == wanted).all()


def test_what_is_masked_or_not_a_number_is_not_valid():
    model = EstimatingStandIn(seen_in_the_view)
    pixels = ground(80, 70, dtype="float32")
    hole = np.zeros(pixels.shape[1:], np.bool_)
    hole[10:30, 20:50] = True
    holed = np.where(hole, np.float32(np.nan), pixels)
    results = [
        clean_array(pixels, RGB, (1, 0), valid=~hole, model=model),
        clean_array(np.ma.masked_invalid(holed), RGB, (1, 0), model=model),
        clean_array(holed, RGB, (1, 0), model=model),
    ]
    for result in results:
        assert type(result.image) is np.ndarray
        assert ((result.quality == 0) == hole).all()
        assert np.isnan(result.opacity[hole]).all()
        assert (result.image[:, ~hole] == results[0].image[:, ~hole]).all()
    assert (results[0].image[:, hole] == pixels[:, hole]).all()


@pytest.mark.slow
def test_thin_on_the_sample(sample_data, tmp_path):
    pixels = read(sample_data / "scene.tif")[:, :80, :90]
    names = ("B02", "B03", "B04", "B08")
    # A veil lies over all of it: what is thinner than that counts as clear here.
    same = {"model": "thin", "precision": "fp32", "device": "cpu", "keep_below": 0.3}
    cleaned = clean_array(pixels, names, DN, **same)
    assert_same(cleaned, as_file(tmp_path, pixels, names, radiometry="dn", **same))
    clear = cleaned.quality == 1
    assert clear.any()
    assert (cleaned.quality == 2).any()
    assert (cleaned.image[:, clear] == pixels[:, clear]).all()


def test_progress_is_told_and_may_end_the_work():
    told = []
    clean_array(
        ground(130, 130), RGB, DN, model=StandIn(), progress=lambda *said: told.append(said)
    )
    assert told[0] == (0, 9)
    assert told[-1] == (9, 9)

    def stop(done, total):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        clean_array(ground(130, 130), RGB, DN, model=StandIn(), progress=stop)


GOOD = {"pixels": ground(40, 50), "bands": RGB, "reflectance": DN}


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"pixels": [[1]]}, UsageError, "pixels: takes a numpy array of shape .*, no list"),
        ({"pixels": ground(40, 50)[0]}, UsageError, r"and this is of \(40, 50\)"),
        ({"pixels": np.empty((3, 0, 5))}, UsageError, r"and this is of \(3, 0, 5\)"),
        ({"pixels": ground(40, 50) + 0j}, UsageError, "pixels: are complex128"),
        ({"pixels": ground(40, 50).astype(np.int64)}, UsageError, "pixels: are int64"),
        ({"bands": "B04"}, UsageError, "bands: takes a name for each band"),
        ({"bands": 3}, UsageError, "bands: takes a name for each band"),
        ({"bands": ("B04", "B03")}, UsageError, "bands: names 2 bands, and pixels have 3"),
        ({"bands": ("B04", "B03", "B99")}, BandError, "bands: 'B99' is no band of Sentinel-2"),
        ({"bands": (4, 3, 2)}, BandError, "bands: 4 is no band of Sentinel-2"),
        ({"bands": ("B04", "red", "B02")}, BandError, "bands: names B04 twice"),
        ({"bands": ("B04", "B03", None)}, BandError, "pixels: have no B02; red, green and blue"),
        ({"reflectance": 1e-4}, UsageError, r"reflectance: takes \(scale, offset\)"),
        ({"reflectance": [DN, DN]}, UsageError, "one for each of 3 bands"),
        ({"reflectance": "dn"}, UsageError, "reflectance: takes"),
        ({"reflectance": (0, 0)}, UsageError, r"reflectance=\(0\.0, 0\.0\): is no scale"),
        ({"reflectance": (1e-4, -1000)}, UsageError, r"are \(0\.0001, -0\.1\)"),
        ({"reflectance": (np.nan, 0)}, UsageError, "is no scale"),
        ({"valid": np.ones((40, 50))}, UsageError, "valid: takes True and False .* float64"),
        ({"valid": np.ones((50, 40), bool)}, UsageError, r"this is bool of \(50, 40\)"),
        ({"nodata": "0"}, UsageError, "nodata='0': takes a number"),
        ({"thick": "nodata"}, UsageError, "thick='nodata': pixels has no nodata value"),
        ({"thick": "some"}, UsageError, "thick='some': takes"),
        ({"level": "3"}, UsageError, "level='3': takes"),
        ({"correct": "some"}, UsageError, "correct='some': takes"),
        ({"overlap": 64}, UsageError, "overlap takes 0 to 63"),
        ({"keep_below": 2}, UsageError, "keep_below=2"),
        ({"batch_size": 0}, UsageError, "batch_size=0"),
        ({"model": "nosuch"}, CloudganError, "nosuch: neither a bundled model"),
        ({"model": many_bands()}, BandError, "pixels: has no band B01.*with bands"),
    ],
)
def test_what_cannot_be_is_refused_in_words(asked, error, said):
    model = EstimatingStandIn(seen_in_the_view)
    with pytest.raises(error, match=said):
        clean_array(**{**GOOD, "model": model, **asked})
    assert model.windows == 0


def test_too_few_pixels_are_kept():
    few = GOOD["pixels"][:, :7]
    with pytest.warns(CloudganWarning, match="pixels: 50 x 7 pixels are too few"):
        cleaned = clean_array(few, RGB, DN, model=StandIn(lambda batch: 0 * batch))
    assert (cleaned.image == few).all()
