"""Training chips under clouds, with what surrounds them."""

import numpy as np
import pytest

from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.chips.grounds import Ground, draw_ground
from cloudgan_geo.training.veiled import VeiledChips
from cloudgan_geo.windows.surroundings import BLOCK, REACH, VIEW

INNER = slice(REACH, VIEW - REACH)


@pytest.fixture(scope="module")
def veiled(sample_data):
    chips = load_chips(sample_data / "chips")
    return VeiledChips(chips, tuple(range(len(chips))))


def test_a_chip_gets_the_same_cloud_in_any_batch(veiled):
    together = veiled.draw([1, 4, 7], seed=3, epoch=5, vary=True)
    alone = veiled.draw([4], seed=3, epoch=5, vary=True)
    for name, array in vars(alone).items():
        assert np.array_equal(array[0], getattr(together, name)[1]), name
    other = veiled.draw([4], seed=3, epoch=6, vary=True)
    assert not np.array_equal(other.cloudy, alone.cloudy)


def test_clear_ground_is_the_chip_itself(veiled):
    batch = veiled.draw([0], seed=1, epoch=0, vary=False)
    image = veiled.chips.images[0].transpose(2, 0, 1) / np.float32(255)
    assert np.allclose(batch.clear[0], image, atol=1e-6)


def test_where_opacity_is_0_and_no_shadow_falls_the_chip_is_clear(veiled):
    batch = veiled.draw(range(10), seed=8, epoch=0, vary=True)
    clear = batch.opacity.max(axis=(1, 2, 3)) == 0
    assert 0 < clear.sum() < 10
    assert np.array_equal(batch.cloudy[clear], batch.clear[clear])


def test_the_view_holds_the_chips_own_blocks_in_its_middle(veiled):
    batch = veiled.draw(range(10), seed=2, epoch=0, vary=True)
    for cloudy, view in zip(batch.cloudy, batch.view, strict=True):
        low, mean, high = np.split(view[:9, INNER, INNER], 3)
        for row, column in ((0, 0), (3, 5), (7, 7)):
            block = cloudy[
                :, BLOCK * row : BLOCK * (row + 1), BLOCK * column : BLOCK * (column + 1)
            ]
            assert np.array_equal(low[:, row, column], block.min(axis=(1, 2)))
            assert np.allclose(mean[:, row, column], block.mean(axis=(1, 2)), atol=1e-6)
            assert np.array_equal(high[:, row, column], block.max(axis=(1, 2)))


def test_the_view_around_a_chip_is_veiled_like_the_chip(veiled):
    """Under a nearly even veil, chips and surroundings lose contrast alike."""
    ratios = []
    for epoch in range(250):
        batch = veiled.draw([0], seed=4, epoch=epoch, vary=False)
        opacity = batch.opacity[0, 0]
        if opacity.std() > 0.05 or opacity.mean() < 0.4 or batch.view[0, 9].mean() < 1:
            continue
        around = batch.view[0, 3:6].copy()
        around[:, INNER, INNER] = np.nan
        ratios.append(np.nanstd(around) / batch.clear[0].std())
    assert len(ratios) > 5
    assert np.mean(ratios) < 0.8


def test_what_is_not_known_is_0(veiled):
    known = []
    for epoch in range(20):
        view = veiled.draw([2], seed=6, epoch=epoch, vary=True).view[0]
        assert np.isin(view[9], (0, 1)).all()
        assert (view[9, INNER, INNER] == 1).all()
        assert (view[:9, view[9] == 0] == 0).all()
        known.append(view[9].mean())
    assert min(known) == (VIEW - 2 * REACH) ** 2 / VIEW**2
    assert max(known) == 1


def test_ground_is_changed_alike_in_pixels_and_blocks():
    image = np.random.default_rng(0).random((3, 16, 16)).astype(np.float32)
    ground = Ground(air=(0.1, 0.2, 0.3), gain=(2.0, 1.0, 0.5))
    changed = ground.change(image)
    assert np.allclose(changed[0], np.maximum(image[0] - 0.1, 0) * 2, atol=1e-6)
    assert np.allclose(ground.change(np.tile(image, (3, 1, 1)))[6:], changed)
    assert Ground().change(image) is image


def test_some_grounds_stay_as_they_are_and_some_become_bright():
    cloudy, clear = (
        [draw_ground(np.random.default_rng(seed), clear=clear) for seed in range(300)]
        for clear in (False, True)
    )
    # Unusual ground is for clear sky above all: it is to be left alone.
    assert 0.55 < np.mean([ground == Ground() for ground in cloudy]) < 0.75
    assert 0.4 < np.mean([ground == Ground() for ground in clear]) < 0.6
    assert max(max(ground.gain) for ground in clear) > 2.5
    warm = [ground.gain[0] / ground.gain[2] for ground in clear]
    assert max(warm) > 1.8
    assert min(warm) > 0.7
