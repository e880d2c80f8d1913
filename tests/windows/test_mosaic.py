import numpy as np
import pytest

from cloudgan_geo.windows.grid import WindowGrid
from cloudgan_geo.windows.mosaic import CorrectionMosaic, Layout


def blend(grid, corrections, strip_rows):
    mosaic = CorrectionMosaic(grid, Layout(3), range(3))
    columns = np.arange(len(grid.lefts))
    finished = []
    for strip in grid.strips(strip_rows):
        mosaic.begin(strip)
        for row in range(strip.first, strip.stop):
            cloudy = np.zeros_like(corrections[row])
            mosaic.add(np.full(len(columns), row), columns, cloudy, [corrections[row]])
        finished.append(mosaic.finish(strip))
    return np.concatenate(finished, axis=1)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (200, 131), (65, 300), (5, 70), (1, 1)])
@pytest.mark.parametrize("overlap", [0, 16, 45])
def test_equal_corrections_blend_to_themselves(height, width, overlap):
    grid = WindowGrid(height, width, overlap)
    shape = (len(grid.tops), len(grid.lefts), 3, 64, 64)
    blended = blend(grid, np.full(shape, 0.25, np.float32), 2)
    assert blended.shape == (3, height, width)
    assert blended.dtype == np.float32
    np.testing.assert_allclose(blended, 0.25, rtol=1e-6)


def test_strips_do_not_change_the_sum():
    grid = WindowGrid(300, 200, 20)
    shape = (len(grid.tops), len(grid.lefts), 3, 64, 64)
    corrections = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    whole = blend(grid, corrections, len(grid.tops))
    for rows in range(1, len(grid.tops)):
        assert (blend(grid, corrections, rows) == whole).all()


def test_the_outermost_ring_counts():
    grid = WindowGrid(100, 100)
    shape = (len(grid.tops), len(grid.lefts), 3, 64, 64)
    corrections = np.zeros(shape, np.float32)
    corrections[0, 0, :, 0, 0] = 1
    assert blend(grid, corrections, 1)[:, 0, 0].tolist() == [1, 1, 1]
