"""Scattering clouds: what physics says they must do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.scattering import FractalField, scatter, transmittance


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


def test_a_field_is_a_part_of_the_larger_one():
    field = FractalField(scale=30, rotation=0.4, anisotropy=2, origin=(3.3, 9.1))
    assert np.array_equal(field.sample(20, 30), field.sample(50, 60)[:20, :30])


def test_rotation_by_a_right_angle_turns_the_field():
    straight = FractalField(scale=16).sample(32, 32)
    turned = FractalField(scale=16, rotation=np.pi / 2).sample(32, 32)
    assert np.allclose(turned[:, 0], FractalField(scale=16).sample(1, 32)[0], atol=1e-5)
    assert not np.allclose(turned, straight)


@pytest.mark.parametrize("anisotropy", [1, 4])
def test_anisotropy_stretches_along_the_columns(anisotropy):
    field = FractalField(scale=12, octaves=1, anisotropy=anisotropy, origin=(5.2, 7.9))
    pixels = field.sample(256, 256)
    down, along = np.abs(np.diff(pixels, axis=0)).mean(), np.abs(np.diff(pixels, axis=1)).mean()
    assert down / along == pytest.approx(anisotropy, rel=0.25)
