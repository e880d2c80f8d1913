"""Scattering clouds: what physics says they must do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.scattering import scatter, soften, transmittance


@given(depth=st.floats(0, 5), attenuation=st.floats(0.1, 2))
def test_transmittance_falls_exponentially(depth, attenuation):
    through = transmittance(np.full((2, 2), depth, np.float64), (attenuation, 2 * attenuation))
    assert through.shape == (2, 2, 2)
    assert np.allclose(through[0], np.exp(-attenuation * depth))
    assert np.allclose(through[1], through[0] ** 2)


def test_no_cloud_leaves_the_ground_and_an_opaque_one_shows_its_airlight():
    ground = np.random.default_rng(0).random((3, 4, 5)).astype(np.float32)
    airlight = (0.3, 0.9, 1.4)
    assert np.array_equal(scatter(ground, np.ones((3, 4, 5), np.float32), airlight), ground)
    opaque = scatter(ground, np.zeros((3, 4, 5), np.float32), airlight)
    assert np.allclose(opaque, np.array(airlight)[:, None, None])


@given(seed=st.integers(0, 99), share=st.floats(0, 1, width=32))
def test_softening_mixes_in_the_blurred_ground(seed, share):
    ground = np.random.default_rng(seed).random((3, 20, 30)).astype(np.float32)
    whole = soften(ground, np.ones((20, 30), np.float32))
    part = soften(ground, np.full((20, 30), share, np.float32))
    assert part.dtype == np.float32
    assert np.allclose(part, ground + share * (whole - ground), atol=1e-6)
    assert whole.std() < 0.5 * ground.std()


def test_softening_spreads_a_point_evenly_and_keeps_its_light():
    ground = np.zeros((1, 9, 9), np.float32)
    ground[0, 4, 4] = 1
    blurred = soften(ground, np.ones((9, 9), np.float32))[0]
    assert np.allclose(blurred, np.outer(blurred[4], blurred[4]) / blurred[4, 4])
    assert blurred[4, 2:7] * 16 / blurred[4, 4] * 6 / 16 == pytest.approx([1, 4, 6, 4, 1])
    assert blurred.sum() == pytest.approx(1)


def test_softening_leaves_alone_what_is_clear_and_what_is_even():
    ground = np.random.default_rng(1).random((3, 16, 16)).astype(np.float32)
    share = np.zeros((16, 16), np.float32)
    share[:8] = 0.7
    softened = soften(ground, share)
    assert np.array_equal(softened[:, 8:], ground[:, 8:])
    assert not np.array_equal(softened[:, :8], ground[:, :8])
    even = np.full((3, 16, 16), 0.4, np.float32)
    assert np.allclose(soften(even, share), even, atol=1e-6)
