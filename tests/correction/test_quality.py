import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import ground, write_scene

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.correction.estimates import QualityCounts, judge, saturated
from cloudgan_geo.correction.layers import CLEAR, CORRECTED, NODATA, THICK
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.sensors.sentinel2 import SENSOR
from cloudgan_geo.windows.mosaic import Correction

opacities = np.linspace(0, 1, 2001, dtype=np.float32)[None]


def radiometry(profile="dn", domain=(0.275,) * 3):
    known, count = SENSOR.profile(profile), len(domain)
    return Radiometry(profile, "", (known.scale,) * count, (known.offset,) * count, domain)


def decide(rule, opacity=opacities, full=False, error=0.0):
    return rule.decide(
        opacity, np.full(opacity.shape, error, np.float32), np.full(opacity.shape, full)
    )


rules = st.builds(
    lambda low, high, thick: KeepRule(min(low, high), max(low, high) + 0.01, thick),
    st.floats(0, 0.98),
    st.floats(0, 0.98),
    st.sampled_from(["keep", "fill", "nodata"]),
)


@given(rules, st.integers(0, 2**16))
def test_weights_are_exactly_zero_where_pixels_are_kept(rule, seed):
    opacity = np.random.default_rng(seed).random((20, 50), np.float32)
    opacity[0, :4] = 0, rule.keep_below, rule.thick_above, 1
    weights, classes = decide(rule, opacity)
    assert weights.dtype == np.float32
    assert ((weights >= 0) & (weights <= 1)).all()
    low, thick = opacity <= np.float32(rule.keep_below), opacity > np.float32(rule.thick_above)
    assert (weights[low] == 0).all()
    assert (classes[low] == CLEAR).all()
    assert (classes[thick] == THICK).all()
    assert (weights[thick] == 0).all() or rule.thick != "keep"
    if rule.thick == "fill":
        assert (weights[~low & (opacity > 1e-3)] > 0).all()


@pytest.mark.parametrize("thick", ["keep", "fill", "nodata"])
def test_the_correction_fades_without_a_step(thick):
    weights, _ = decide(KeepRule(thick=thick))
    # The steepest ramp is 0.025 wide: 1.5 / 0.025 per unit of opacity.
    assert np.abs(np.diff(weights)).max() < 1.6 / 0.025 * 0.0005
    by_opacity = dict(
        zip(np.round(opacities[0].astype(float), 4).tolist(), weights[0].tolist(), strict=True)
    )
    assert by_opacity[0.05] == 0
    assert by_opacity[0.0625] == pytest.approx(0.5, abs=0.02)
    assert by_opacity[0.075] == pytest.approx(1, abs=1e-5)
    assert by_opacity[0.8] == pytest.approx(1, abs=1e-5)
    assert by_opacity[0.85] == pytest.approx(0.5 if thick == "keep" else 1, abs=1e-3)
    assert by_opacity[0.95] == (0 if thick == "keep" else 1)


def test_the_classes_go_by_opacity():
    _, classes = decide(KeepRule())
    low, high = np.float32(0.05), np.float32(0.9)
    expected = np.where(opacities <= low, CLEAR, np.where(opacities > high, THICK, CORRECTED))
    assert (classes == expected).all()


@pytest.mark.parametrize("thick", ["keep", "fill", "nodata"])
def test_corrected_pixels_of_a_large_error_are_not_to_be_trusted(thick):
    rule = KeepRule(thick=thick, thick_error=0.05)
    weights, classes = decide(rule, error=0.06)
    surely, sure = decide(rule, error=0.05)
    assert np.array_equal(weights, surely)
    assert np.array_equal(classes == CLEAR, sure == CLEAR)
    assert (classes[sure == CORRECTED] == THICK).all()
    assert CORRECTED in sure


@pytest.mark.parametrize(("thick", "kept"), [("keep", True), ("fill", False), ("nodata", True)])
def test_saturated_pixels_are_kept_and_clear_unless_they_are_thick(thick, kept):
    weights, classes = decide(KeepRule(thick=thick), full=True)
    over = opacities > np.float32(0.9)
    assert (classes == np.where(over, THICK, CLEAR)).all()
    assert (weights[~over] == 0).all()
    assert (weights[over] == (0 if kept else 1)).all()


def test_with_nothing_kept_everything_gets_its_correction():
    weights, classes = decide(KeepRule(keep_below=0, thick_above=1))
    assert (weights[(opacities > 0) & (opacities < 0.9)] == 1).all()
    assert (classes[opacities > 0] == CORRECTED).all()


@pytest.mark.parametrize(
    ("profile", "full", "dtype"),
    [
        ("dn", 2750, "uint16"),
        ("dn-offset", 3750, "uint16"),
        ("eurosat", 255, "uint8"),
        ("tci", 198, "uint8"),
        ("reflectance", 0.275, "float32"),
    ],
)
def test_saturated_means_all_bands_at_the_end_of_the_model_domain(profile, full, dtype):
    values = np.full((3, 1, 4), full, dtype)
    values[:, 0, 1] = full * 0.98
    values[1, 0, 2] = full * 0.98
    if dtype == "float32":
        values[1, 0, 3] = np.nan
    told = saturated(values, radiometry(profile))[0].tolist()
    assert told == [True, False, False, dtype != "float32"]


def test_saturation_is_judged_on_what_is_corrected_by_each_bands_own_limit():
    domain = (0.3, 0.002, 0.5)
    bands = BandSet(("B04", "B10", "B11"), ("B04", "B11"), domain)
    full = np.array([3000, 20, 5000], "uint16")
    dark = full - np.array([30, 0, 50], "uint16")
    columns = [full, (full[0], 0, full[2]), (full[0], full[1], dark[2]), (dark[0], *full[1:])]
    values = np.stack([np.array(column, "uint16") for column in columns], axis=1)[:, None]
    image, ones = np.ones((2, 1, 4), np.float32), np.full((1, 4), 0.5, np.float32)
    correction = Correction(image, ones, ones[None] * np.float32(0.01))
    wanted = np.ones(values.shape, bool)
    weakened, estimates = judge(
        KeepRule(), correction, values, wanted, radiometry(domain=domain), bands
    )
    assert estimates.quality[0].tolist() == [CLEAR, CLEAR, CORRECTED, CORRECTED]
    assert (weakened[:, 0] == [0, 0, 1, 1]).all()


def test_estimates_are_in_the_scenes_units_and_nodata_outside():
    opacity = np.full((2, 2), 0.4, np.float32)
    opacity[1, 1] = np.float32(1.0000001)
    image, error = np.ones((3, 2, 2), np.float32), np.full((1, 2, 2), 0.1, np.float32)
    correction = Correction(image, opacity, error)
    wanted = np.ones((3, 2, 2), bool)
    wanted[:, 0, 0] = False
    wanted[1:, 0, 1] = False
    values = np.full((3, 2, 2), 1000, "uint16")
    rule = KeepRule(keep_below=0, thick_above=0.9, thick="fill", thick_error=0.03)
    weakened, estimates = judge(rule, correction, values, wanted, radiometry(), RGB)
    assert weakened.shape == (3, 2, 2)
    nan = np.nan
    np.testing.assert_allclose(estimates.opacity, [[nan, 0.4], [0.4, 1]], rtol=1e-6)
    np.testing.assert_allclose(estimates.error, [[[nan, 275], [275, 275]]], rtol=1e-6)
    assert estimates.opacity.max(where=wanted[0], initial=0) == 1
    assert estimates.quality.tolist() == [[NODATA, CORRECTED], [CORRECTED, THICK]]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((0.5, 0.5, "keep"), "keep_below=0.5 thick_above=0.5: they take"),
        ((-0.1, 0.5, "keep"), "the first less than the second"),
        ((0.1, 1.5, "keep"), "opacities from 0 to 1"),
        ((float("nan"), 0.5, "keep"), "opacities from 0 to 1"),
        ((0.05, 0.8, "drop"), "thick='drop': takes keep, fill, nodata"),
        ((0.05, 0.8, "keep", 0.0), "thick_error=0.0: takes a reflectance above 0"),
        ((0.05, 0.8, "keep", float("nan")), "thick_error=nan"),
    ],
)
def test_rules_that_make_no_sense_are_refused(asked, said):
    with pytest.raises(UsageError, match=said):
        KeepRule(*asked)


@pytest.mark.parametrize(
    ("dtype", "nodata", "fine"),
    [
        ("uint16", 0, True),
        ("uint16", None, False),
        ("float32", np.nan, True),
        ("float32", -9999, True),
        ("float32", None, False),
    ],
)
def test_thick_cloud_becomes_nodata_only_where_there_is_such_a_value(tmp_path, dtype, nodata, fine):
    scene = open_scene(write_scene(tmp_path / "s.tif", ground(9, 9, dtype=dtype), nodata=nodata))
    KeepRule(thick="fill").check(scene)
    if fine:
        KeepRule(thick="nodata").check(scene)
    else:
        with pytest.raises(UsageError, match=r"thick='nodata': .*s\.tif has no nodata value"):
            KeepRule(thick="nodata").check(scene)


def test_counts_and_shares():
    counts = QualityCounts()
    assert counts.shares == {"clear": 0, "corrected": 0, "thick": 0}
    counts.add(np.array([[0, 1, 1], [2, 3, 1]], "uint8"))
    counts.add(np.array([[0, 0, 0]], "uint8"))
    assert counts.pixels == {"nodata": 4, "clear": 3, "corrected": 1, "thick": 1}
    assert counts.shares == {"clear": 0.6, "corrected": 0.2, "thick": 0.2}
