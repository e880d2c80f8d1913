from dataclasses import replace

import numpy as np
import pytest
import rasterio
from scenes import ground, write_scene

from cloudgan_geo.errors import RadiometryError, UsageError
from cloudgan_geo.raster.reading import scene as scene_module
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.sensors import sensor as sensor_module
from cloudgan_geo.sensors.sentinel2 import SENSOR


def profile(name, dtype=None):
    known = SENSOR.profile(name)
    return Radiometry(name, "", (known.scale,) * 3, (known.offset,) * 3)


def scene(path, pixels, scale=1.0, offset=0.0, tags=None, **settings):
    write_scene(path, pixels, **settings)
    with rasterio.open(path, "r+") as dataset:
        if (scale, offset) != (1.0, 0.0):
            dataset.scales = [scale] * dataset.count
            dataset.offsets = [offset] * dataset.count
        dataset.update_tags(**(tags or {}))
    return open_scene(path)


L1C = ground(70, 70)
L1C_OFFSET = L1C + np.uint16(1000)
L2A_DARK = np.clip(ground(70, 70), 1, None).astype("uint16")
REFLECTANCE = ground(70, 70, dtype="float32")


@pytest.mark.parametrize(
    ("pixels", "declared", "tags", "expected", "reason"),
    [
        (L1C, (1, 0), {}, "dn", "values below 1000"),
        (L2A_DARK, (1, 0), {}, "dn", "values below 1000"),
        (L1C.astype("int16"), (1, 0), {}, "dn", "values below 1000"),
        (L1C_OFFSET, (1e-4, -0.1), {}, "dn-offset", "declare scale 0.0001 and offset -0.1"),
        (L1C, (1e-4, -0.1), {}, "dn-offset", "declare"),
        (L1C_OFFSET, (1e-4, 0), {}, "dn", "declare scale 0.0001 and offset 0"),
        (L1C_OFFSET, (1, -1000), {}, "dn-offset", "declare scale 1 and offset -1000"),
        (L1C_OFFSET, (1, 0), {"PROCESSING_BASELINE": "04.00"}, "dn-offset", "baseline 04.00"),
        (L1C_OFFSET, (1, 0), {"PROCESSING_BASELINE": "02.06"}, "dn", "baseline 02.06"),
        (L1C_OFFSET, (1, 0), {"processing_baseline": "05.11"}, "dn-offset", "baseline 05.11"),
        (L1C_OFFSET, (1, 0), {"BOA_ADD_OFFSET_B4": "-1000"}, "dn-offset", "BOA_ADD_OFFSET_B4"),
        (L1C_OFFSET, (1, 0), {"RADIO_ADD_OFFSET": "0"}, "dn", "RADIO_ADD_OFFSET"),
        (L1C_OFFSET, (1, 0), {"CLOUDGAN_RADIOMETRY": "dn-offset"}, "dn-offset", "CLOUDGAN_RAD"),
        (ground(70, 70, dtype="uint8"), (1, 0), {}, "tci", "true-colour"),
        (REFLECTANCE, (1, 0), {}, "reflectance", "within 0 to 2"),
        (REFLECTANCE.astype("float64"), (1, 0), {}, "reflectance", "within 0 to 2"),
        (L1C_OFFSET.astype("float32"), (1e-4, -0.1), {}, "dn-offset", "declare"),
        (L1C, (2e-5, 0.02), {}, "declared", "declare scale 2e-05 and offset 0.02"),
    ],
)
def test_auto(tmp_path, pixels, declared, tags, expected, reason):
    chosen = choose_radiometry(scene(tmp_path / "s.tif", pixels, *declared, tags))
    assert chosen.profile == expected
    assert reason in chosen.reason


@pytest.mark.parametrize(
    ("pixels", "declared", "said"),
    [
        (L1C_OFFSET, (1, 0), "no value is below 1000; state radiometry='dn-offset' .*'dn' if"),
        (
            L1C.astype("float32"),
            (1, 0),
            "not all within 0 to 2.*'reflectance' or 'dn' or 'dn-offset'",
        ),
        (REFLECTANCE - 1, (1, 0), "not all within 0 to 2"),
        (L1C, (0.5, 10), "declares scale 0.5 and offset 10"),
    ],
)
def test_auto_refuses_to_guess(tmp_path, pixels, declared, said):
    with pytest.raises(RadiometryError, match=f"s.tif: .*{said}"):
        choose_radiometry(scene(tmp_path / "s.tif", pixels, *declared))


def test_a_single_dead_pixel_decides_nothing(tmp_path):
    pixels = np.tile(L1C_OFFSET, (1, 2, 2))
    pixels[0, 5, 5] = 750
    with pytest.raises(RadiometryError, match="only 1 of 58,800 values is below 1000"):
        choose_radiometry(scene(tmp_path / "s.tif", pixels))


def test_nodata_is_no_value_below_1000(tmp_path):
    pixels = L1C_OFFSET.copy()
    pixels[:, :20] = 0
    with pytest.raises(RadiometryError, match="no value is below 1000"):
        choose_radiometry(scene(tmp_path / "s.tif", pixels, nodata=0))


def test_a_scene_of_nodata_is_anything(tmp_path):
    chosen = choose_radiometry(scene(tmp_path / "s.tif", np.zeros_like(L1C), nodata=0))
    assert chosen.reason == "there are no valid pixels"


@pytest.mark.parametrize(
    "tags",
    [
        {"QUANTIFICATION_VALUE": "1e300"},
        {"QUANTIFICATION_VALUE": "-1"},
        {"QUANTIFICATION_VALUE": "0"},
        {"QUANTIFICATION_VALUE": "inf"},
        {"BOA_QUANTIFICATION_VALUE": "nan"},
        {"RADIO_ADD_OFFSET": "-100000"},
        {"RADIO_ADD_OFFSET": "inf"},
        {"BOA_ADD_OFFSET": "nan"},
        {"PROCESSING_BASELINE": "nan"},
        {"PROCESSING_BASELINE": "inf"},
        {"PROCESSING_BASELINE": "-3"},
    ],
)
def test_tags_that_no_sensor_has_are_refused(tmp_path, tags):
    opened = scene(tmp_path / "s.tif", L1C_OFFSET, tags=tags)
    with pytest.raises(RadiometryError, match=f"s.tif: .*{next(iter(tags))}.*state radiometry='"):
        choose_radiometry(opened)


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(1e-300, 0), (1e300, 0), (-1e-4, 0), (float("inf"), 0), (float("nan"), 0), (0, 0)]
    + [(1e-4, value) for value in (-100000, float("inf"), float("nan"), 1e300)],
)
def test_scales_that_no_sensor_has_are_refused(tmp_path, scale, offset):
    opened = scene(tmp_path / "s.tif", L1C_OFFSET)
    bands = tuple(replace(band, scale=scale, offset=offset) for band in opened.bands)
    with pytest.raises(RadiometryError, match="state radiometry='"):
        choose_radiometry(replace(opened, bands=bands))


def test_other_bands_do_not_count(tmp_path):
    pixels = np.concatenate([L1C_OFFSET, L1C[:1] * 0])
    with pytest.raises(RadiometryError):
        choose_radiometry(scene(tmp_path / "s.tif", pixels))


@pytest.mark.parametrize(
    ("pixels", "requested", "said"),
    [
        (L1C, "tci", "holds uint16.*not meant; choose dn, dn-offset or reflectance"),
        (L1C, "reflectance", "not reflectance in 0 to 1; choose radiometry='dn' or 'dn-offset'"),
        (ground(70, 70, dtype="uint8"), "dn", "holds uint8.*choose tci, tci-offset or eurosat"),
        (L1C, "toa", "no such profile"),
    ],
)
def test_profiles_that_do_not_fit_are_refused(tmp_path, pixels, requested, said):
    with pytest.raises(UsageError, match=said):
        choose_radiometry(scene(tmp_path / "s.tif", pixels), requested)


def test_what_is_requested_wins(tmp_path):
    opened = scene(tmp_path / "s.tif", L1C_OFFSET, 1e-4, 0)
    assert choose_radiometry(opened, "dn-offset").reason == "as given"


@pytest.mark.parametrize(
    ("name", "value", "model"),
    [
        ("dn", 2750, 1.0),
        ("dn", 1375, 0.5),
        ("dn", 9000, 1.0),
        ("dn-offset", 1000, 0.0),
        ("dn-offset", 2375, 0.5),
        ("dn-offset", 600, 0.0),
        ("tci", 255 * 0.1375 / 0.3558, 0.5),
        ("eurosat", 255, 1.0),
        ("reflectance", 0.1375, 0.5),
    ],
)
def test_model_domain(name, value, model):
    values = np.full((3, 2, 2), value, np.float64)
    got = profile(name).to_model(values)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, model, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *[(name, dtype) for name in ("tci", "eurosat") for dtype in ("uint8", "float32")],
        *[(name, dtype) for name in ("dn", "dn-offset") for dtype in ("uint16", "int16")],
        *[(name, dtype) for name in ("dn", "dn-offset") for dtype in ("uint32", "float32")],
        *[("reflectance", dtype) for dtype in ("float32", "float64")],
    ],
)
def test_a_correction_reaches_its_goal_within_half_a_step(name, dtype):
    rng = np.random.default_rng(0)
    radiometry = profile(name)
    scale, offset = radiometry.scale[0], radiometry.offset[0]
    reflectance = rng.uniform(0.001, 0.27, (2, 3, 8, 8))
    before, goal = (reflectance - offset) / scale
    before = before.astype(dtype)
    correction = radiometry.to_model(goal) - radiometry.to_model(before)
    valid = np.ones(before.shape, bool)
    after = radiometry.corrected(before, correction, valid, (None,) * 3)
    assert after.dtype == before.dtype
    tolerance = 1e-6 * 0.275 / scale if dtype.startswith("float") else 0.501
    assert abs(after.astype("float64") - goal).max() <= tolerance


def corrected(values, change, nodata, valid=True):
    values = np.asarray(values)
    pixels = np.broadcast_to(values, (3, 1, len(values))).copy()
    correction = np.broadcast_to(np.float32(change), pixels.shape).astype(np.float32)
    known = np.broadcast_to(np.asarray(valid), pixels.shape)
    return profile("dn").corrected(pixels, correction, known, (nodata,) * 3)[0, 0].tolist()


def test_corrections_stay_in_the_range_of_the_type():
    assert corrected(np.array([100, 65000], "uint16"), -1.0, None) == [0, 62250]
    assert corrected(np.array([65000], "uint16"), 1.0, None) == [65535]
    assert corrected(np.array([-32000, 32000], "int16"), -1.0, None) == [-32768, 29250]


def test_saturated_values_are_corrected_too():
    assert corrected(np.array([5000], "uint16"), -0.5, None) == [3625]


def test_a_valid_pixel_never_becomes_nodata():
    assert corrected(np.array([100, 0], "uint16"), -1.0, 0, [True, False]) == [1, 0]
    assert corrected(np.array([2850], "uint16"), -1.0, 100) == [101]
    assert corrected(np.array([65000], "uint16"), 1.0, 65535) == [65534]
    assert corrected(np.array([50], "uint16"), 50 / 2750, 100) == [99]
    moved = corrected(np.array([2751.0], "float32"), -1.0, 1.0)
    assert 1.0 < moved[0] < 1.0001


def test_invalid_and_unchanged_values_stay_bit_for_bit():
    values = np.array([np.nan, -0.0, np.inf, 1e-42], "float32")
    pixels = np.broadcast_to(values, (3, 1, 4)).copy()
    known = np.broadcast_to(np.isfinite(values), pixels.shape)
    change = np.where(known, 0, 1).astype(np.float32)
    after = profile("reflectance").corrected(pixels, change, known, (np.nan,) * 3)
    assert after.tobytes() == pixels.tobytes()


@pytest.mark.parametrize(("first_bad", "refused"), [(None, False), (0, True), (320, True)])
def test_floats_are_sampled_from_all_over_the_scene(tmp_path, monkeypatch, first_bad, refused):
    pixels = ground(640, 64, dtype="float32")
    if first_bad is not None:
        pixels[:, first_bad:] *= 10_000
    path = write_scene(tmp_path / "s.tif", pixels, tiled=True, blockxsize=64, blockysize=16)
    seen = []
    monkeypatch.setattr(scene_module, "_READ_VALUES", 64 * 16 * 3)
    monkeypatch.setattr(sensor_module, "_SAMPLE", 64 * 16 * 5)
    rows_of = Scene._rows
    monkeypatch.setattr(
        Scene, "_rows", lambda self, *span: seen.append(span[1]) or rows_of(self, *span)
    )
    if refused:
        with pytest.raises(RadiometryError, match="not all within 0 to 2"):
            choose_radiometry(open_scene(path))
    else:
        assert choose_radiometry(open_scene(path)).profile == "reflectance"
    assert seen == [0, 128, 256, 384, 512]
