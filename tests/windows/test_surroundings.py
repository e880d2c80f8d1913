import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudgan_geo.windows.grid import WindowGrid
from cloudgan_geo.windows.surroundings import (
    Surroundings,
    block_statistics,
    cut_views,
    known_blocks,
)


def to_model(values):
    return np.clip(values.astype(np.float32), 0, 1)


def views(grid, image, valid, strip_rows, at_a_time):
    """Views on all windows, by rows of windows, made as a run makes them; blocks kept at most."""
    surroundings = Surroundings(grid, len(image), to_model)
    made, kept, row = [], 0, 0
    for strip in grid.strips(strip_rows):
        while not surroundings.reach(strip):
            assert row < grid.height
            part = slice(row, row + at_a_time)
            surroundings.add(image[:, part], valid[:, part])
            row = min(row + at_a_time, grid.height)
        around = surroundings.around(strip)
        kept = max(kept, len(surroundings._blocks))
        for top in grid.tops[strip.first : strip.stop]:
            tops = np.full(len(grid.lefts), top)
            made.append(cut_views(around, strip, tops, grid.lefts))
    return np.stack(made), kept


def by_the_book(image, valid, top, left):
    """The view on one window, block by block."""
    view = np.zeros((10, 40, 40), np.float32)
    height, width = image.shape[1:]
    row, column = (int(np.floor(start / 8 + 0.5)) - 16 for start in (top, left))
    for i in range(40):
        for j in range(40):
            y, x = 8 * (row + i), 8 * (column + j)
            if not (0 <= y < height and 0 <= x < width):
                continue
            block, known = image[:, y : y + 8, x : x + 8], valid[:, y : y + 8, x : x + 8]
            pixels = np.clip(block[:, known.all(axis=0)], 0, 1)
            if pixels.size:
                view[0:3, i, j] = pixels.min(axis=1)
                view[3:6, i, j] = pixels.mean(axis=1)
                view[6:9, i, j] = pixels.max(axis=1)
                view[9, i, j] = 1
    return view


def with_gaps(height, width, seed):
    rng = np.random.default_rng(seed)
    image = rng.uniform(-0.1, 1.2, (3, height, width)).astype(np.float32)
    valid = rng.random(image.shape) < rng.choice([0.02, 0.5, 0.99, 1])
    valid[:, rng.integers(height) :: 90] = False
    valid[:, height // 3 : height // 3 + 24, : width // 2] = False
    image[~valid] = np.nan
    return image, valid


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 330),
    st.integers(1, 200),
    st.sampled_from([0, 13, 16, 40]),
    st.integers(1, 4),
    st.integers(1, 100),
    st.integers(0, 2**16),
)
def test_views_show_the_blocks_around_a_window(height, width, overlap, rows, at_a_time, seed):
    grid = WindowGrid(height, width, overlap)
    image, valid = with_gaps(height, width, seed)
    made, _ = views(grid, image, valid, rows, at_a_time)
    assert made.shape == (len(grid.tops), len(grid.lefts), 10, 40, 40)
    assert made.dtype == np.float32
    rng = np.random.default_rng(seed)
    for _ in range(3):
        row, column = rng.integers(len(grid.tops)), rng.integers(len(grid.lefts))
        expected = by_the_book(image, valid, grid.tops[row], grid.lefts[column])
        np.testing.assert_allclose(made[row, column], expected, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**16), st.integers(1, 400), st.integers(1, 5))
def test_pieces_and_strips_change_nothing(seed, at_a_time, rows):
    grid = WindowGrid(405, 131)
    image, valid = with_gaps(405, 131, seed)
    whole, _ = views(grid, image, valid, len(grid.tops), 405)
    assert views(grid, image, valid, rows, at_a_time)[0].tobytes() == whole.tobytes()


def test_a_window_sees_as_in_training():
    """There a view holds the blocks of a window itself, without gaps, in the middle."""
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    made, _ = views(WindowGrid(64, 64), image, np.ones(image.shape, bool), 1, 64)
    inner = made[0, 0, :, 16:24, 16:24]
    np.testing.assert_allclose(inner[:9], block_statistics(image), atol=1e-6)
    assert (inner[9] == 1).all()
    assert made.sum() == inner.sum()


def test_what_is_kept_does_not_grow_with_the_scene():
    kept = []
    for height in (700, 2100):
        image = np.zeros((3, height, 70), np.float32)
        grid = WindowGrid(height, 70)
        kept.append(views(grid, image, np.ones(image.shape, bool), 2, 48)[1])
    assert kept[0] == kept[1] <= (2 * 48 + 16 + 2 * 128 + 48) // 8 + 1


@pytest.mark.parametrize("rows", [1, 8])
def test_a_block_is_known_by_one_pixel(rows):
    image = np.full((3, rows, 9), np.nan, np.float32)
    known = np.zeros((rows, 9), bool)
    known[0, 8] = True
    image[:, 0, 8] = 0.25, 0.5, 0.75
    blocks = known_blocks(image, known)
    assert blocks[:, 0].tolist() == [0] * 10
    assert blocks[:, 1].tolist() == [0.25, 0.5, 0.75] * 3 + [1]
