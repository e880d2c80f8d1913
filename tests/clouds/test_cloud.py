"""A cloud over an image: coverage, opacity, colour and shadow are what was asked for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.cloud import Cloud, Shadow
from cloudgan_geo.clouds.drawing import FAMILIES, draw_cloud
from cloudgan_geo.clouds.fields import WaveField
from cloudgan_geo.clouds.unseen import RasterField

GREY = (0.6, 0.6, 0.6)
seeds = st.integers(0, 2**32 - 1)


def ground(seed=0, height=64, width=64):
    return np.random.default_rng(seed).random((3, height, width), dtype=np.float32)


def plain(seed, family=None):
    """A drawn cloud without blur and shadow, whose law can be solved."""
    cloud = draw_cloud(np.random.default_rng(seed), family, clear_share=0)
    return replace(cloud, blur=0.0, shadow=None)


@given(seed=seeds, family=st.sampled_from([None, *FAMILIES]))
def test_opacity_and_parameters_give_the_ground_back(seed, family):
    cloud, clear = plain(seed, family), ground(1)
    cloudy, opacity = cloud.apply(clear)
    for band in range(3):
        through = (1 - opacity.astype(float)) ** cloud.attenuation[band]
        assert (through >= 0).all()
        assert (through <= 1).all()
        laid = through * clear[band] + cloud.airlight[band] * (1 - through)
        assert np.abs(laid - cloudy[band]).max() < 1e-4
        thin = through > 0.05
        solved = (cloudy[band] - cloud.airlight[band] * (1 - through))[thin] / through[thin]
        assert np.abs(solved - clear[band][thin]).max(initial=0) < 2e-3


@given(seed=seeds, coverage=st.floats(0, 1), opacity=st.floats(0.02, 0.9))
def test_coverage_and_mean_opacity_are_exact(seed, coverage, opacity):
    field = WaveField(seed, 50, octaves=4)
    _, under = Cloud(field, coverage, opacity, GREY).apply(ground())
    clouded = under > 0
    assert clouded.mean() == pytest.approx(coverage, abs=0.01)
    if clouded.sum() > 1:
        assert under[clouded].mean() == pytest.approx(opacity, abs=0.005)


@given(seed=seeds, family=st.sampled_from(FAMILIES))
def test_clear_pixels_keep_every_bit(seed, family):
    drawn = draw_cloud(np.random.default_rng(seed), family, clear_share=0)
    cloud = replace(drawn, coverage=0.5, evenness=0.0, shadow=None)
    clear = ground(seed)
    cloudy, opacity = cloud.apply(clear)
    assert np.array_equal(cloudy[:, opacity == 0], clear[:, opacity == 0])
    assert 0.4 < (opacity == 0).mean() < 0.6


@given(seed=seeds)
def test_one_cloud_has_the_same_opacity_on_every_image(seed):
    cloud = draw_cloud(np.random.default_rng(seed))
    first, second = cloud.apply(ground(1)), cloud.apply(ground(2))
    assert np.array_equal(first[1], second[1])
    assert not np.array_equal(first[0], second[0])


@given(seed=seeds, top=st.integers(1, 63), left=st.integers(0, 40))
def test_parts_of_an_image_are_those_of_the_whole(seed, top, left):
    cloud = replace(draw_cloud(np.random.default_rng(seed)), blur=0.0)
    clear = ground(3)
    placed = cloud.over(64, 64)
    cloudy, opacity = placed.apply(clear[:, top:, left:], top, left)
    whole, under = cloud.apply(clear)
    assert np.abs(opacity - under[top:, left:]).max() < 2e-3
    assert np.abs(cloudy - whole[:, top:, left:]).max() < 2e-3


def test_a_large_grid_is_settled_by_a_sample_of_it():
    cloud = Cloud(WaveField(4, 80, octaves=4), 0.3, 0.5, GREY)
    _, opacity = cloud.over(2000, 1500).apply(np.zeros((3, 2000, 1500), np.float32))
    assert (opacity > 0).mean() == pytest.approx(0.3, abs=0.003)
    assert opacity[opacity > 0].mean() == pytest.approx(0.5, abs=0.005)


def test_evenness_runs_from_relief_to_a_uniform_veil():
    field = WaveField(4, 60)
    spread = [
        Cloud(field, 1, 0.4, GREY, evenness=evenness).apply(ground())[1].std()
        for evenness in (0, 0.5, 0.9, 0.99)
    ]
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] < 0.01


def test_a_plateau_makes_edges_steeper_and_the_inside_flatter():
    field = WaveField(4, 60)
    soft, hard = (
        Cloud(field, 0.5, 0.5, GREY, plateau=plateau).apply(ground())[1] for plateau in (0, 3)
    )
    assert hard[hard > 0].std() < 0.7 * soft[soft > 0].std()
    assert np.array_equal(hard > 0, soft > 0)


def test_shorter_wavelengths_are_dimmed_more():
    cloud = Cloud(WaveField(1, 60), 1, 0.5, GREY, attenuation=(0.9, 1, 1.1))
    black, opacity = cloud.apply(np.zeros((3, 32, 32), np.float32))
    red, green, blue = black[:, opacity > 0]
    assert (red < green).all()
    assert (green < blue).all()
    assert np.allclose(black[1], 0.6 * opacity, atol=1e-6)


def test_blur_grows_with_thickness_and_keeps_even_ground():
    cloud = Cloud(WaveField(1, 60), 0.6, 0.5, GREY, blur=1.0)
    even = np.full((3, 64, 64), 0.3, np.float32)
    sharp = replace(cloud, blur=0.0)
    assert np.allclose(cloud.apply(even)[0], sharp.apply(even)[0], atol=1e-6)
    blurred, opacity = cloud.apply(ground())
    change = np.abs(blurred - sharp.apply(ground())[0]).mean(axis=0)
    through = 1 - opacity
    thin, thick = (opacity > 0.05) & (opacity < 0.2), (opacity > 0.4) & (opacity < 0.6)
    assert (change / through)[thick].mean() > 2 * (change / through)[thin].mean()
    assert not change[opacity == 0].any()


@pytest.mark.parametrize(
    ("azimuth", "place"), [(0, (45, 32)), (np.pi / 2, (32, 19)), (np.pi, (19, 32))]
)
def test_the_shadow_falls_away_from_the_sun(azimuth, place):
    puff = np.zeros((65, 65), np.float32)
    puff[31:34, 31:34] = 1
    shadow = Shadow(strength=0.5, azimuth=azimuth, distance=13)
    cloud = Cloud(RasterField(puff), 9 / 65**2, 0.9, GREY, shadow=shadow)
    cloudy, opacity = cloud.apply(np.ones((3, 65, 65), np.float32))
    assert np.argwhere(opacity > 0).tolist() == np.argwhere(puff > 0).tolist()
    dark = (cloudy[0] < 1) & (opacity == 0)
    assert tuple(np.argwhere(dark).mean(axis=0).round().astype(int)) == place
    assert cloudy[0][dark].min() == pytest.approx(1 - 0.5 * 0.9, abs=1e-3)


@pytest.mark.parametrize(("coverage", "opacity"), [(0, 0.5), (0.5, 0)])
def test_clear_sky_changes_nothing(coverage, opacity):
    clear = ground()
    cloudy, under = Cloud(WaveField(1, 60), coverage, opacity, GREY).apply(clear)
    assert np.array_equal(cloudy, clear)
    assert not under.any()
    cloudy += 1
    assert clear.max() <= 1


def test_a_flat_field_is_an_even_veil_or_nothing():
    flat = RasterField(np.zeros((4, 4), np.float32))
    _, veil = Cloud(flat, 1, 0.3, GREY).apply(ground())
    assert veil == pytest.approx(0.3, abs=1e-3)
    assert not Cloud(flat, 0.5, 0.3, GREY).apply(ground())[1].any()


def test_clear_sky_of_a_real_cloud_stays_clear_whatever_coverage_is_asked_for():
    values = np.zeros((64, 64), np.float32)
    values[:16] = np.random.default_rng(0).random((16, 64)) + 0.1
    _, opacity = Cloud(RasterField(values), 0.6, 0.3, GREY).apply(ground())
    assert np.array_equal(opacity > 0, values > 0)
    assert opacity[opacity > 0].mean() == pytest.approx(0.3, abs=0.002)


@pytest.mark.parametrize(
    "wrong",
    [
        {"coverage": 1.2},
        {"coverage": -0.1},
        {"opacity": 1.0},
        {"blur": 2},
        {"evenness": 0.5},
        {"plateau": -1},
        {"attenuation": (1, 0.9, 1)},
    ],
)
def test_refuses_numbers_without_meaning(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} "):
        Cloud(
            **{
                "field": WaveField(1, 60),
                "coverage": 0.5,
                "opacity": 0.5,
                "airlight": GREY,
                **wrong,
            }
        )
