"""Ground of other air, other seasons, and as level 2A has it."""

import numpy as np

from cloudgan_geo.chips.multispectral import BANDS
from cloudgan_geo.chips.spectral_grounds import (
    AIR,
    SpectralGround,
    draw_spectral_ground,
    without_vapour,
)

AT = {name: index for index, name in enumerate(BANDS)}


def ground_of(rng):
    values = rng.uniform(0, 0.1, (len(BANDS), 32, 32)).astype(np.float32)
    return values + np.array([AIR[name] for name in BANDS], np.float32)[:, None, None]


def drawn(count=40, **kinds):
    return [
        draw_spectral_ground(
            np.random.default_rng(k), BANDS, **{"corrected": False, "clear": False, **kinds}
        )
        for k in range(count)
    ]


def test_nothing_changed_is_the_same_ground():
    values = ground_of(np.random.default_rng(0))
    ones, zeros = (1.0,) * len(BANDS), (0.0,) * len(BANDS)
    np.testing.assert_allclose(SpectralGround(zeros, ones, zeros).change(values), values)


def test_contrast_is_changed_about_the_mean():
    values = ground_of(np.random.default_rng(0))
    ones, zeros = (1.0,) * len(BANDS), (0.0,) * len(BANDS)
    flat = SpectralGround(zeros, ones, zeros, 0.0).change(values)
    np.testing.assert_allclose(
        flat, values.mean((1, 2), keepdims=True).repeat(32, 1).repeat(32, 2), rtol=1e-5
    )


def test_changed_ground_is_never_negative_and_of_many_brightnesses():
    values = ground_of(np.random.default_rng(0))
    changed = [ground.change(values) for ground in drawn()]
    assert min(image.min() for image in changed) >= 0
    means = [image[AT["B08"]].mean() / values[AT["B08"]].mean() for image in changed]
    assert min(means) < 0.6
    assert max(means) > 1.8


def test_level_2a_has_lost_the_light_of_the_air():
    # Ground that sends nothing back shows the air alone.
    air = np.array([AIR[name] for name in BANDS], np.float32)[:, None, None]
    dark = 0.9 * air + np.zeros((len(BANDS), 4, 4), np.float32)
    for kept, lost in zip(drawn(), drawn(corrected=True), strict=True):
        assert kept.change(dark)[AT["B01"]].min() > 0.05
        assert lost.change(dark)[AT["B01"]].max() < 0.02
        # The same ground, a little brighter: the way through the air is corrected too.
        assert 1 <= lost.gain[AT["B04"]] / kept.gain[AT["B04"]] <= 1.2


def test_clear_ground_is_bright_more_often():
    bright = [
        np.mean([ground.gain[AT["B03"]] > 2.2 for ground in drawn(400, clear=clear)])
        for clear in (False, True)
    ]
    assert 0 < bright[0] < bright[1]


def test_level_2a_knows_no_vapour():
    values = ground_of(np.random.default_rng(0))
    beside = values[AT["B8A"]].copy()
    others = np.delete(values, AT["B09"], axis=0).copy()
    veiled = values + np.float32(0.1)
    without_vapour(np.random.default_rng(1), (values, veiled), BANDS)
    left = values[AT["B09"]] / beside
    assert 0.8 < left.mean() < 1.2
    np.testing.assert_allclose(left, left.mean(), rtol=1e-5)
    np.testing.assert_allclose(veiled[AT["B09"]] / veiled[AT["B8A"]], left.mean(), rtol=1e-5)
    np.testing.assert_array_equal(np.delete(values, AT["B09"], axis=0), others)
