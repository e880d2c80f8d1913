import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.errors import UsageError
from cloudgan_geo.windows.grid import (
    WINDOW,
    WindowGrid,
    blend_weights,
    cut,
    extend,
    fill_invalid,
    occupied,
)

sizes = st.integers(1, 400)
overlaps = st.integers(0, 63)


@given(sizes, sizes, overlaps)
def test_windows_cover_every_pixel_and_stay_inside(height, width, overlap):
    grid = WindowGrid(height, width, overlap)
    covered = np.zeros(grid.padded_height, bool)
    for top in grid.tops:
        covered[top : top + WINDOW] = True
        assert 0 <= top <= grid.padded_height - WINDOW
    assert covered.all()
    assert grid.tops[-1] == grid.padded_height - WINDOW
    assert grid.lefts[-1] == grid.padded_width - WINDOW
    assert len(grid) == len(grid.tops) * len(grid.lefts)


@given(st.integers(64, 400), overlaps)
def test_weights_never_vanish_and_add_up_to_one(size, overlap):
    grid = WindowGrid(size, size, overlap)
    weights = blend_weights(grid.tops, size, WINDOW, overlap)
    assert weights.dtype == np.float32
    assert (weights > 0).all()
    total = np.zeros(size)
    for top, window in zip(grid.tops, weights, strict=True):
        total[top : top + WINDOW] += window
    np.testing.assert_allclose(total, 1, atol=1e-6)


@given(sizes, sizes, overlaps, st.integers(1, 12))
def test_strips_finish_every_row_once(height, width, overlap, rows):
    grid = WindowGrid(height, width, overlap)
    strips = list(grid.strips(rows))
    assert [strip.first for strip in strips] == list(range(0, len(grid.tops), rows))
    assert strips[0].top == 0
    assert strips[-1].finished == strips[-1].bottom == grid.padded_height
    for strip, below in itertools.pairwise(strips):
        assert strip.finished == below.top <= strip.bottom <= below.bottom


@pytest.mark.parametrize("overlap", [-1, 64, 100])
def test_an_overlap_that_is_not_possible_is_refused(overlap):
    with pytest.raises(UsageError, match="overlap takes 0 to 63"):
        WindowGrid(100, 100, overlap)


def test_strips_of_a_wide_scene_are_low_and_of_a_narrow_one_high():
    assert WindowGrid(10980, 10980).rows_for(2**21) == 3
    assert WindowGrid(10980, 300).rows_for(2**21) == 145
    assert WindowGrid(300, 200_000).rows_for(2**21) == 1


def test_a_low_and_narrow_array_is_reflected_to_one_window():
    pixels = np.arange(6).reshape(1, 2, 3)
    extended = extend(pixels)
    assert extended.shape == (1, 64, 64)
    assert extended[0, :4, :6].tolist() == [
        [0, 1, 2, 1, 0, 1],
        [3, 4, 5, 4, 3, 4],
        [0, 1, 2, 1, 0, 1],
        [3, 4, 5, 4, 3, 4],
    ]
    assert (extend(np.full((3, 1, 1), 7)) == 7).all()
    large = np.zeros((3, 64, 70))
    assert extend(large) is large


def test_cut_copies_windows():
    pixels = np.random.default_rng(0).random((3, 100, 130))
    windows = cut(pixels, np.array([0, 36]), np.array([66, 5]))
    assert windows.flags.c_contiguous
    assert (windows[0] == pixels[:, :64, 66:]).all()
    assert (windows[1] == pixels[:, 36:, 5:69]).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.0002, 0.01]))
def test_occupied_tells_where_a_pixel_is_valid(seed, share):
    valid = np.random.default_rng(seed).random((3, 150, 170)) < share
    grid = WindowGrid(150, 170)
    told = occupied(valid, grid.tops, grid.lefts)
    for row, top in enumerate(grid.tops):
        for column, left in enumerate(grid.lefts):
            assert told[row, column] == valid[:, top : top + 64, left : left + 64].any()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.0005, 0.02, 0.5, 1.0]))
def test_filling_uses_valid_values_only_and_keeps_them(seed, share):
    rng = np.random.default_rng(seed)
    valid = rng.random((2, 3, 64, 64)) < share
    windows = np.where(valid, rng.random(valid.shape), np.nan).astype(np.float32)
    filled = fill_invalid(windows, valid)
    assert np.isfinite(filled).all()
    assert (filled[valid] == windows[valid]).all()
    for band, known, whole in zip(
        windows.reshape(6, -1), valid.reshape(6, -1), filled.reshape(6, -1), strict=True
    ):
        allowed = band[known] if known.any() else [0]
        assert np.isin(whole, allowed).all()


def test_filling_takes_the_nearest_of_the_row_then_the_nearest_row():
    windows = np.full((1, 1, 4, 5), np.nan, np.float32)
    windows[0, 0, 1] = [1, np.nan, np.nan, np.nan, 2]
    filled = fill_invalid(windows, np.isfinite(windows))
    assert filled[0, 0].tolist() == [[1, 1, 1, 2, 2]] * 4
