"""Subtracting the cirrus band: slopes that are known, and the figures of real pairs."""

import numpy as np
import pytest

from cloudgan_geo.evaluation.cirrus_band import envelope_slope, without_cirrus
from cloudgan_geo.evaluation.reflectance import read_reflectance
from cloudgan_geo.evaluation.sources import pairs_in
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = SENSOR.names


@pytest.fixture
def scene():
    """Ground with dark pixels under cirrus that grows to .05 in B10, and the ground."""
    rng = np.random.default_rng(0)
    ground = {name: (0.02 + 0.3 * rng.random((120, 120)) ** 2).astype(np.float32) for name in NAMES}
    cirrus = np.linspace(0, 0.05, 120, dtype=np.float32)[None].repeat(120, 0)
    slopes = {name: {"swir": 1.2}.get(SENSOR.band(name).group, 2.0) for name in NAMES}
    cloudy = {name: ground[name] + np.float32(slopes[name]) * cirrus for name in NAMES}
    cloudy["B10"] = cirrus + np.float32(0.0015)
    return cloudy, ground


def test_the_envelope_gives_back_the_slope(scene):
    cloudy, _ = scene
    flat = {name: values.ravel() for name, values in cloudy.items()}
    assert envelope_slope(flat["B04"], flat["B10"]) == pytest.approx(2, abs=0.05)
    assert envelope_slope(flat["B12"], flat["B10"]) == pytest.approx(1.2, abs=0.05)
    assert envelope_slope(flat["B04"], np.full(120 * 120, 0.01)) is None


def test_what_is_subtracted_is_the_cirrus(scene):
    cloudy, ground = scene
    cleared = without_cirrus(cloudy, np.ones((120, 120), bool))
    assert set(cleared) == set(NAMES) - {"B10"}
    for name, values in cleared.items():
        before, after = (np.abs(of - ground[name]).mean() for of in (cloudy[name], values))
        assert after < 0.06 * before, name


@pytest.mark.parametrize(
    "change",
    [
        lambda cloudy: cloudy.pop("B10"),
        # Clear sky, a veil that is the same everywhere, and what is brightest under no cirrus.
        lambda cloudy: cloudy.update(B10=cloudy["B10"] * np.float32(0.1)),
        lambda cloudy: cloudy.update(B10=0.02 + cloudy["B10"] * np.float32(0.01)),
        lambda cloudy: cloudy.update(B04=cloudy["B04"][:, ::-1]),
    ],
    ids=["no B10", "clear", "uniform", "no slope"],
)
def test_nothing_is_subtracted_where_there_is_no_slope(scene, change):
    cloudy, _ = scene
    change(cloudy)
    assert without_cirrus(cloudy, np.ones((120, 120), bool)) is None
    assert without_cirrus(cloudy, np.zeros((120, 120), bool)) is None


@pytest.mark.parametrize(
    ("name", "psnr"),
    [
        ("ts146_2018-03-22", 30.75),
        ("ts146_2018-01-06", 22.30),
        ("cr_1868_summer_102", 21.92),
        ("cr_1970_fall_85", 16.69),
        ("ts146_2018-11-12", None),
        ("ts146_2018-02-25", None),
    ],
)
def test_real_pairs_score_as_measured_elsewhere(shared_data, name, psnr):
    pairs = pairs_in(shared_data / "pairs")
    cloudy, clear = next(paths for key, paths in pairs.items() if key.startswith(name))
    image, truth = (read_reflectance(path, "dn") for path in (cloudy, clear))
    cleared = without_cirrus(image.bands, image.valid)
    if psnr is None:
        assert cleared is None
        return
    found, wanted = (
        np.clip(np.stack([of[band] for band in SENSOR.visible]) / 0.275, 0, 1)
        for of in (cleared, truth.bands)
    )
    error = np.square(found - wanted, dtype=np.float64).mean()
    assert -10 * np.log10(error) == pytest.approx(psnr, abs=0.4)
