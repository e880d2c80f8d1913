"""Random clouds: what training is shown, and that it is the same in any batch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.drawing import (
    AIRLIGHT,
    CLEAR_SHARE,
    FAMILIES,
    TRAINING,
    UNSEEN,
    draw_cloud,
    overcast,
)
from cloudgan_geo.clouds.fields import WaveField
from cloudgan_geo.clouds.unseen import RasterField


@pytest.fixture(scope="module")
def drawn():
    return [draw_cloud(np.random.default_rng((9, 0, chip))) for chip in range(3000)]


def clouds_of(chips):
    return [draw_cloud(np.random.default_rng((231, 4, chip))) for chip in chips]


@given(order=st.permutations(range(6)), size=st.integers(1, 6))
def test_a_chip_has_the_same_cloud_in_any_batch_and_order(order, size):
    images = np.random.default_rng(0).random((6, 3, 64, 64), dtype=np.float32)
    together = overcast(images, clouds_of(range(6)))
    chosen = order[:size]
    alone = overcast(images[chosen], clouds_of(chosen))
    for whole, part in zip(together, alone, strict=True):
        assert np.array_equal(whole[chosen], part)


def test_a_drawn_cloud_is_numbers_that_say_it_all():
    cloud, again = (draw_cloud(np.random.default_rng(5)) for _ in range(2))
    assert cloud == again
    assert cloud != draw_cloud(np.random.default_rng(6))
    assert len({draw_cloud(np.random.default_rng(seed)) for seed in range(20)}) == 20


def test_some_chips_stay_clear_and_many_get_a_veil(drawn):
    clear = [cloud.opacity == 0 for cloud in drawn]
    veils = [cloud.evenness > 0 for cloud in drawn]
    assert np.mean(clear) == pytest.approx(CLEAR_SHARE, abs=0.015)
    assert np.mean(veils) == pytest.approx(0.4, abs=0.03)
    assert not any(cloud.opacity for cloud in drawn if cloud.coverage == 0)


def test_airlight_runs_from_grey_to_saturating_and_only_thin_veils_are_grey(drawn):
    cloudy = [cloud for cloud in drawn if cloud.opacity]
    light = np.array([np.exp(np.mean(np.log(cloud.airlight))) for cloud in cloudy])
    low, high = np.log(AIRLIGHT)
    shares = np.histogram(np.log(light), bins=np.linspace(low, high, 5))[0] / len(light)
    assert shares.min() > 0.08
    assert shares.max() < 0.4
    grey = np.array([cloud.coverage == 1 and cloud.opacity < 0.3 for cloud in cloudy])
    dense = np.array([cloud.opacity > 0.8 for cloud in cloudy])
    assert np.quantile(light[grey], 0.1) < 0.38
    assert light[[cloud.coverage < 1 for cloud in cloudy]].min() > 0.36
    assert light[dense].min() > 0.58


def test_tints_are_small_and_attenuation_is_that_of_real_veils(drawn):
    airlight = np.array([cloud.airlight for cloud in drawn])
    tint = airlight.max(axis=1) / airlight.min(axis=1)
    assert 1.03 < np.median(tint) < 1.12
    attenuation = np.array([cloud.attenuation for cloud in drawn]) * 0.97
    assert attenuation.mean(axis=0) == pytest.approx([0.90, 0.97, 1.06], abs=0.01)
    assert attenuation[:, 0].std() > 0.02


def test_every_mean_transmittance_is_shown(drawn):
    images = np.zeros((600, 3, 64, 64), np.float32)
    _, opacity = overcast(images, drawn[:600])
    through = 1 - opacity.mean(axis=(1, 2, 3))
    shares = np.histogram(through, bins=[0, 0.2, 0.4, 0.6, 0.8, 0.95, 1])[0] / 600
    assert shares.min() > 0.03
    assert (opacity > 0.9).mean() > 0.02


def test_some_clouds_blur_and_some_cast_a_shadow(drawn):
    assert 0.1 < np.mean([cloud.blur > 0 for cloud in drawn]) < 0.2
    assert 0.06 < np.mean([cloud.shadow is not None for cloud in drawn]) < 0.14


def test_training_sees_waves_alone(drawn):
    assert {type(cloud.field) for cloud in drawn} == {WaveField}
    unseen = {type(draw_cloud(np.random.default_rng(0), family).field) for family in UNSEEN}
    assert len(unseen) == 3
    assert WaveField not in unseen
    assert set(FAMILIES) == {*TRAINING, *UNSEEN}
    assert sum(TRAINING.values()) == pytest.approx(1)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_asked_for(family):
    rng = np.random.default_rng(1)
    clouds = [draw_cloud(rng, family, clear_share=0) for _ in range(20)]
    cloudy, opacity = overcast(np.full((20, 3, 64, 64), 0.4, np.float32), clouds)
    assert (opacity.max(axis=(1, 2, 3)) > 0).all()
    assert np.isfinite(cloudy).all()
    assert cloudy.min() >= 0
    assert cloudy.max() <= 1
    for cloud, under in zip(clouds, opacity, strict=True):
        assert (under > 0).mean() == pytest.approx(cloud.coverage, abs=0.01)


def test_real_cirrus_can_be_the_shape_of_a_drawn_cloud():
    values = np.random.default_rng(0).random((100, 100)).astype(np.float32)
    field = RasterField(values, rotation=0.4, origin=(20.0, 30.0))
    cloud = draw_cloud(np.random.default_rng(2), "ridged", field=field, clear_share=0)
    assert cloud.field is field
    _, opacity = cloud.apply(np.zeros((3, 64, 64), np.float32))
    assert (opacity > 0).mean() == pytest.approx(cloud.coverage, abs=0.01)


def test_refuses_families_that_it_does_not_know():
    with pytest.raises(ValueError, match="one of veil"):
        draw_cloud(np.random.default_rng(0), "cumulus")


def test_refuses_clouds_that_do_not_match_the_images():
    with pytest.raises(ValueError, match="shorter"):
        overcast(np.zeros((2, 3, 8, 8), np.float32), clouds_of([1]))


@pytest.mark.slow
def test_the_benchmark_prints_its_table():
    script = Path(__file__).parents[1] / "benchmarks" / "clouds.py"
    run = subprocess.run(
        [sys.executable, script, "--json"], capture_output=True, text=True, check=True
    )
    result = json.loads(run.stdout)
    assert set(result) == {"training", *FAMILIES}
    # Shaping by Perlin noise would cost training its speed.
    assert result["training"]["chips_a_second"] > 1.5 * result["perlin"]["chips_a_second"]
