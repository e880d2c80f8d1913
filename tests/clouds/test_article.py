"""The article's degradations against its formulas, spelt out pixel by pixel."""

import noise
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.article import (
    add_gaussian_noise,
    article_cloud,
    draw_cloudy,
    mask_pixels,
    overlay,
)


def cloud_by_the_formula(base_scale, size=64):
    total = np.zeros((size, size))
    for octave in range(1, 13):
        scale = base_scale / octave
        layer = [
            [
                noise.pnoise2(
                    i / scale, j / scale, octaves=1, persistence=0.5, lacunarity=2,
                    repeatx=64, repeaty=64, base=0,
                )
                for j in range(size)
            ]
            for i in range(size)
        ]  # fmt: skip
        total += np.array(layer) * 0.5**octave
    return (total - total.min()) / (total.max() - total.min())


def cloudy_by_the_formula(image, cloud, opacity):
    blended = image / 255 * (1 - opacity) + np.repeat(cloud[:, :, None], 3, axis=2) * opacity
    return (blended * 255).astype(np.uint8)


@pytest.fixture
def chip():
    return np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize("base_scale", [5.0, 12.34, 31.0, 64.0, 119.9])
def test_cloud_is_the_articles(base_scale):
    assert np.abs(article_cloud(base_scale) - cloud_by_the_formula(base_scale)).max() < 1e-6


@given(opacity=st.floats(0, 1), seed=st.integers(0, 99))
def test_overlay_is_the_articles_to_the_bit(opacity, seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    cloud = rng.random((8, 8))
    expected = cloudy_by_the_formula(image, cloud, opacity)
    assert np.array_equal(overlay(image, cloud, opacity), expected)


def test_cloudy_chips_are_the_articles(chip):
    rng = np.random.default_rng(3)
    different = 0
    for _ in range(12):
        base_scale, opacity = rng.uniform(5, 120), rng.uniform()
        ours = overlay(chip, article_cloud(base_scale), opacity).astype(int)
        theirs = cloudy_by_the_formula(chip, cloud_by_the_formula(base_scale), opacity)
        # A cloud that differs by 1e-7 can fall on the other side of a truncation.
        assert np.abs(ours - theirs).max() <= 1
        different += np.count_nonzero(ours != theirs)
    assert different <= 12 * chip.size * 1e-4


def test_the_same_generator_draws_the_same_chip(chip):
    first, second = (draw_cloudy(chip, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, draw_cloudy(chip, np.random.default_rng(6)))


@given(fraction=st.floats(0, 1))
def test_pixel_mask_blackens_an_exact_share(fraction):
    image = np.full((16, 16, 3), 200, np.uint8)
    masked = mask_pixels(image, fraction, np.random.default_rng(0))
    black = (masked == 0).all(axis=2)
    assert black.sum() == round(fraction * 256)
    assert (masked[~black] == 200).all()


def test_gaussian_noise_has_the_deviation_asked_for():
    image = np.full((256, 256, 3), 128, np.uint8)
    noisy = add_gaussian_noise(image, 0.05, np.random.default_rng(0)).astype(float)
    assert noisy.mean() == pytest.approx(128, abs=0.2)
    assert noisy.std() == pytest.approx(0.05 * 255, rel=0.02)


@pytest.mark.parametrize(
    "call",
    [
        lambda: article_cloud(0),
        lambda: mask_pixels(np.zeros((2, 2, 3), np.uint8), 1.5, np.random.default_rng(0)),
        lambda: add_gaussian_noise(np.zeros((2, 2, 3), np.uint8), -1, np.random.default_rng(0)),
    ],
)
def test_refuses_numbers_without_meaning(call):
    with pytest.raises(ValueError, match="must"):
        call()
