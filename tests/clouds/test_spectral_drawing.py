"""Random clouds in all bands."""

import numpy as np
import pytest

from cloudgan_geo.clouds.detector import add_noise
from cloudgan_geo.clouds.drawing import draw_cloud
from cloudgan_geo.clouds.spectral_drawing import KINDS, draw_spectral_cloud
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = SENSOR.names
AT = {name: index for index, name in enumerate(NAMES)}
DRAWS = 60


def ground_of(value=0.1, shape=(64, 64)):
    ground = np.full((len(NAMES), *shape), value, np.float32)
    ground[AT["B10"]] = 0.002
    return ground


def drawn(kind, count=DRAWS, seed=0, bands=NAMES):
    return [
        draw_spectral_cloud(np.random.default_rng((seed, k)), bands, kind, clear_share=0)
        for k in range(count)
    ]


def layers_of(kind):
    return [layer for cloud in drawn(kind) for layer in cloud.layers if layer.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_brightens_dark_ground_and_is_the_same_for_a_seed(kind):
    ground = ground_of(0.03)
    for cloud, again in zip(drawn(kind, 6), drawn(kind, 6), strict=True):
        veiled, opacity = cloud.apply(ground)
        assert veiled.dtype == opacity.dtype == np.float32
        assert np.isfinite(veiled).all()
        assert opacity.min() >= 0
        assert opacity.max() <= 1
        assert (veiled - ground)[AT["B03"]].mean() > 0
        np.testing.assert_array_equal(veiled, again.apply(ground)[0])


def test_where_there_is_no_cloud_the_ground_stays_bit_for_bit():
    clear = draw_spectral_cloud(np.random.default_rng(1), NAMES, clear_share=1)
    ground = ground_of()
    veiled, opacity = clear.apply(ground)
    np.testing.assert_array_equal(veiled, ground)
    assert not opacity.any()
    gaps = 0
    for cloud in drawn("water", 12):
        veiled, opacity = cloud.apply(ground)
        # A pixel of 60 m that is clear all over: nothing of the cloud's edge reaches it.
        free = opacity == 0
        gaps += int(free.sum())
        np.testing.assert_array_equal(veiled[AT["B04"]][free], ground[AT["B04"]][free])
    assert gaps > 1000


def test_only_cirrus_shows_in_the_cirrus_band():
    ground = ground_of(0.02)
    rise = {
        kind: [
            (veiled - ground)[AT["B10"]].mean() / (veiled - ground)[AT["B03"]].mean()
            for veiled, _ in (cloud.apply(ground) for cloud in drawn(kind, 20))
        ]
        for kind in ("cirrus", "water", "haze", "smoke")
    }
    assert min(rise["cirrus"]) > 0.15
    assert max(rise["water"]) < 0.1
    assert rise["haze"] == rise["smoke"] == [0.0] * 20


def test_haze_and_smoke_let_the_swir_see_the_ground_and_cirrus_does_not():
    for kind in ("haze", "smoke"):
        for layer in layers_of(kind):
            assert layer.optics.attenuation[AT["B12"]] < 0.9
    strengths = [layer.optics.attenuation[AT["B12"]] for layer in layers_of("cirrus")]
    assert 0.6 < min(strengths) <= max(strengths) < 1.8


def test_ice_is_darker_in_the_swir_and_water_cloud_may_be_brighter():
    ice = [layer.optics.path for layer in layers_of("cirrus")]
    assert max(path[AT["B12"]] / path[AT["B04"]] for path in ice) < 1.15
    water = [layer.optics.path for layer in layers_of("water")]
    ratios = [path[AT["B11"]] / path[AT["B03"]] for path in water]
    # 1.7 was measured under thin low cloud: within what is drawn, as is half of that.
    assert min(ratios) < 0.85
    assert max(ratios) > 1.7


def test_the_path_light_and_share_are_those_measured():
    for layer in layers_of("cirrus"):
        green = AT["B03"]
        assert 0.02 < layer.optics.path[green] < 0.13
        assert layer.optics.path_dense[green] > 0.09
        assert 0.5 < layer.optics.share[green] < 1.3
        assert layer.optics.share_dense[green] <= 0.4


def test_a_mixture_is_cirrus_over_something_else():
    for cloud in drawn("mixture", 10):
        assert [layer.kind for layer in cloud.layers][1:] == ["cirrus"]
        assert cloud.layers[0].kind in ("water", "haze")


def test_any_set_of_bands_can_be_drawn():
    for bands in (("B04", "B03", "B02"), ("B02", "B03", "B04", "B08"), ("B12", "B10")):
        for kind in KINDS:
            for cloud in drawn(kind, 2, bands=bands):
                veiled, _ = cloud.apply(np.full((len(bands), 32, 32), 0.1, np.float32))
                assert veiled.shape == (len(bands), 32, 32)
                assert np.isfinite(veiled).all()


def test_light_from_afar_comes_from_the_surroundings_too():
    around = ground_of(0.05, (192, 192))
    around[:, :, :64] = 0.5
    ground = around[:, 64:128, 64:128]
    cloud = drawn("cirrus", 1)[0]
    beside, _ = cloud.apply(ground, around, (64, 64))
    dark, _ = cloud.apply(ground, np.full_like(around, 0.05), (64, 64))
    assert (beside - dark)[AT["B04"]].mean() > 0.001


def test_noise_is_small_and_one_draw_a_pixel_of_the_detector():
    ground = ground_of()
    noise = add_noise(np.random.default_rng(0), ground, NAMES) - ground
    assert 1e-4 < noise[AT["B04"]].std() < 2e-3
    assert noise[AT["B10"]].std() < noise[AT["B11"]].std()
    twenty = noise[AT["B11"]]
    np.testing.assert_array_equal(twenty[::2, ::2], twenty[1::2, 1::2])


def test_kinds_are_named():
    with pytest.raises(ValueError, match="kind must be one of cirrus"):
        draw_spectral_cloud(np.random.default_rng(0), NAMES, "fog")


def test_the_clouds_that_thin_is_trained_on_are_the_same_as_ever():
    cloud = draw_cloud(np.random.default_rng(0), clear_share=0)
    assert cloud.opacity == pytest.approx(0.9457587270198868, rel=1e-6)
    assert cloud.airlight == pytest.approx((1.3811291051, 1.3255355752, 1.3530513879), rel=1e-6)
