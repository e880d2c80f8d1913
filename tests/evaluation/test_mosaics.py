"""Mosaics of chips: who lies beside whom, how windows see each other, where clouds are thick."""

import numpy as np
import pytest

from cloudgan_geo.chips.eurosat import Chips, load_chips
from cloudgan_geo.clouds.drawing import draw_cloud
from cloudgan_geo.evaluation.mosaics import arrange, joined, lay, mosaic, views, windows


def chips_of(count, seed=0):
    """Chips of two classes; one is darker than the other."""
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(count) % 2, 60, 150)[:, None, None, None]
    images = (level + rng.integers(0, 40, (count, 64, 64, 3))).astype(np.uint8)
    names = tuple(f"{'Forest' if k % 2 else 'River'}/chip_{k}" for k in range(count))
    return Chips(names, images)


def test_every_chip_lies_in_one_mosaic():
    chips = chips_of(200)
    mosaics = arrange(chips, range(40, 200), seed=3)
    assert len(mosaics) == 10
    assert sorted(np.concatenate(mosaics)) == list(range(40, 200))
    assert np.array_equal(mosaics, arrange(chips, range(40, 200), seed=3))


def test_most_mosaics_are_of_one_kind():
    chips = chips_of(800)
    alike = sum(len(set(chosen % 2)) == 1 for chosen in arrange(chips, range(800), seed=0))
    # Of the 70 % that are of one class or alike in brightness the last may find no more alike.
    assert 25 <= alike <= 45


def test_few_chips_are_used_again():
    (only,) = arrange(chips_of(20), [3, 7, 11], seed=0)
    assert set(only) == {3, 7, 11}
    assert len(only) == 16


def test_a_mosaic_is_its_chips_row_by_row(sample_data):
    chips = load_chips(sample_data / "chips")
    ground = mosaic(chips, np.arange(16))
    assert ground.shape == (3, 256, 256)
    expected = chips.images[6].transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    assert (ground[:, 64:128, 128:192] == expected).all()
    assert (joined(windows(ground), 4) == ground).all()


def test_windows_see_each_other_as_far_as_the_mosaic_goes():
    image = np.random.default_rng(0).random((3, 192, 128), np.float32)
    seen = views(image)
    assert seen.shape == (6, 10, 40, 40)
    # The window at row 2, column 1: blocks 16 and on along rows, 8 and on along columns.
    view = seen[5]
    assert view[9].sum() == 24 * 16
    block = image[:, 64:72, 40:48]
    at = view[:, 16 - 16 + 8, 16 - 8 + 5]
    assert at[:3] == pytest.approx(block.min(axis=(1, 2)))
    assert at[3:6] == pytest.approx(block.mean(axis=(1, 2)))
    assert at[6:9] == pytest.approx(block.max(axis=(1, 2)))
    assert not view[:, view[9] == 0].any()


def test_a_window_alone_sees_only_itself():
    image = np.random.default_rng(0).random((3, 128, 128), np.float32)
    alone, seen = views(image, alone=True), views(image)
    inner = np.s_[:, :, 16:24, 16:24]
    assert (alone[inner] == seen[inner]).all()
    assert alone[:, 9].sum() == 4 * 64


def test_a_cloud_has_its_opacity_over_the_mosaic_or_over_a_chip():
    ground = np.full((3, 256, 256), 0.2, np.float32)
    wide = 0
    for seed in range(40):
        cloud = draw_cloud(np.random.default_rng(seed), "veil", clear_share=0)
        veiled = lay(ground, cloud, "veil", np.random.default_rng(seed))
        overall = abs(veiled.opacity.mean() - cloud.opacity) < 5e-3
        of_chips = np.abs(windows(veiled.opacity[None]).mean(axis=(1, 2, 3)) - cloud.opacity)
        assert overall or of_chips.min() < 5e-3
        wide += overall
        assert 0 <= veiled.cloudy.min() <= veiled.cloudy.max() <= 1
    assert 10 <= wide <= 35
