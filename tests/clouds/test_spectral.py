"""The law of a veil in any bands."""

import numpy as np
import pytest

from cloudgan_geo.clouds.spectral import (
    Optics,
    depth_by_pixel,
    far_ground,
    nearest_band,
    seen_by_pixels,
)
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = ("B02", "B04", "B08", "B10", "B11")


def optics(bands=NAMES, path=0.06, share=0.8, cirrus=0.45):
    count = len(bands)
    return Optics(
        bands, (1.0,) * count, (path,) * count, (path,) * count, (share,) * count,
        (share,) * count, cirrus,
    )  # fmt: skip


@pytest.fixture
def ground(rng):
    return rng.uniform(0.02, 0.3, (len(NAMES), 48, 60)).astype(np.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_where_the_veil_lets_all_light_through_the_ground_is_what_it_was(ground):
    depth = np.zeros((48, 60), np.float32)
    depth[24:] = 0.5
    veiled = optics().apply(ground, far_ground(ground, 40), {p: depth for p in (1, 2, 6)})
    np.testing.assert_array_equal(veiled[:, :24], ground[:, :24])
    assert (veiled[:, 24:] != ground[:, 24:]).all()


def test_an_opaque_veil_shows_its_path_light_and_the_ground_from_afar(ground):
    depth = np.full((48, 60), 30, np.float32)
    far = far_ground(ground, 40)
    veiled = optics().apply(ground, far, {p: depth for p in (1, 2, 6)})
    reflecting = [0, 1, 2, 4]
    np.testing.assert_allclose(veiled[reflecting], 0.06 + 0.8 * far[reflecting], atol=1e-6)


def test_a_dense_veil_has_the_light_of_a_dense_one():
    one = Optics(("B04",), (1.0,), (0.05,), (0.3,), (0.9,), (0.2,))
    ground = np.full((1, 4, 4), 0.1, np.float32)
    thin, dense = (
        one.apply(ground, ground, {1: np.full((4, 4), depth, np.float32)}) for depth in (0.02, 30)
    )
    opacity = 1 - np.exp(-0.02)
    assert thin[0, 0, 0] == pytest.approx(0.1 + opacity * (0.05 + 0.09 - 0.1), abs=1e-4)
    assert dense[0, 0, 0] == pytest.approx(0.3 + 0.02, abs=1e-6)


def test_the_cirrus_band_sees_cirrus_alone(ground):
    depth = {p: np.full((48, 60), 0.3, np.float32) for p in (1, 2, 6)}
    low, high = (optics(cirrus=c).apply(ground, ground, depth)[3] for c in (0.0, 0.5))
    np.testing.assert_array_equal(low, ground[3])
    # Half of the path light in blue, the band nearest to green.
    light = (1 - np.exp(-0.3)) * (0.06 + 0.8 * ground[0])
    np.testing.assert_allclose(high - ground[3], 0.5 * light, rtol=1e-4)


def test_bands_that_are_not_given_change_nothing_in_the_others(ground):
    depth = {p: np.full((48, 60), 0.3, np.float32) for p in (1, 2, 6)}
    whole = optics().apply(ground, far_ground(ground, 40), depth)
    part = optics(NAMES[:3]).apply(ground[:3], far_ground(ground[:3], 40), depth)
    np.testing.assert_array_equal(whole[:3], part)


def test_optics_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="unknown bands: B99"):
        optics(("B02", "B99"))
    with pytest.raises(ValueError, match="path must have a value for each"):
        Optics(("B02", "B03"), (1.0, 1.0), (0.1,), (0.1, 0.1), (0.8, 0.8), (0.2, 0.2))


def test_ground_from_afar_is_smooth_and_keeps_the_mean(ground):
    far = far_ground(ground, 200)
    assert far.shape == ground.shape
    np.testing.assert_allclose(far.mean((1, 2)), ground.mean((1, 2)), rtol=0.02)
    assert far.std() < 0.6 * ground.std()
    assert np.abs(np.diff(far, axis=1)).max() < 0.01
    flat = np.full((2, 20, 9), 0.2, np.float32)
    np.testing.assert_allclose(far_ground(flat, 30), flat, rtol=1e-5)


def test_ground_from_afar_follows_what_lies_near():
    halves = np.zeros((1, 128, 128), np.float32)
    halves[:, :, 64:] = 1
    far = far_ground(halves, 20)[0, 64]
    assert far[0] < 0.02
    assert far[-1] > 0.98
    assert far[64] == pytest.approx(0.5, abs=0.03)


def test_coarse_pixels_see_means_and_begin_where_they_are_told(rng):
    values = rng.random((2, 13, 14)).astype(np.float32)
    seen = seen_by_pixels(values, 2)
    np.testing.assert_allclose(seen[:, 0, 0], values[:, :2, :2].mean((1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(seen[:, 0, 0], seen[:, 1, 1])
    later = seen_by_pixels(values, 6, (2, 5))
    np.testing.assert_array_equal(later[:, 0, 1], later[:, 3, 6])
    assert (later[:, 3, 1] != later[:, 4, 1]).all()
    assert (later[:, 0, 0] != later[:, 0, 1]).all()
    np.testing.assert_array_equal(seen_by_pixels(values, 1), values)
    assert set(depth_by_pixel(values[0], ("B04", "B11", "B10"))) == {1, 2, 6}


def test_the_nearest_band_is_never_the_cirrus_band():
    assert nearest_band(("B10", "B11"), 1375) == 1
    assert nearest_band(SENSOR.names, 560) == 2
