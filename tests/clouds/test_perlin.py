"""Perlin noise against the `noise` package, which is the reference."""

import noise
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.perlin import pnoise2, pnoise2_grid_sum

coordinates = st.floats(-200, 200, width=32)
repeats = st.integers(1, 300)


@given(
    x=coordinates,
    y=coordinates,
    octaves=st.integers(1, 5),
    persistence=st.floats(0.1, 1.5),
    lacunarity=st.floats(1, 3),
    repeatx=repeats,
    repeaty=repeats,
)
def test_equals_the_noise_package(x, y, octaves, persistence, lacunarity, repeatx, repeaty):
    expected = noise.pnoise2(x, y, octaves, persistence, lacunarity, repeatx, repeaty)
    assert pnoise2(x, y, octaves, persistence, lacunarity, repeatx, repeaty) == expected


# Beyond 256 - 64 the C code reads past the end of its permutation.
@given(x=st.floats(0, 63, width=32), y=st.floats(0, 63, width=32), base=st.integers(0, 190))
def test_base_shifts_the_permutation_as_in_the_noise_package(x, y, base):
    assert pnoise2(x, y, base=base) == noise.pnoise2(x, y, base=base)


def test_base_wraps_where_the_table_ends():
    x = np.linspace(0, 20, 50)
    assert np.array_equal(pnoise2(x, x, base=256), pnoise2(x, x))


@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    scale=st.floats(0.4, 100),
    octaves=st.integers(1, 4),
)
def test_a_grid_equals_its_points(rows, columns, scale, octaves):
    x, y = np.arange(rows) / scale, np.arange(columns) / scale
    grid = pnoise2(x[:, None], y[None, :], octaves)
    points = [[noise.pnoise2(a, b, octaves) for b in y] for a in x]
    assert grid.dtype == np.float32
    assert np.array_equal(grid, np.array(points, np.float32))


@given(
    scales=st.lists(st.floats(0.4, 100), min_size=1, max_size=12),
    rows=st.integers(1, 64),
    columns=st.integers(1, 64),
)
def test_the_sum_of_layers_equals_noise_added_up(scales, rows, columns):
    x = np.array([np.arange(rows) / s for s in scales], np.float32)
    y = np.array([np.arange(columns) / s for s in scales], np.float32)
    amplitudes = np.float32(0.5) ** np.arange(len(scales), dtype=np.float32)
    added = sum(
        a * pnoise2(i[:, None], j[None, :], repeatx=64, repeaty=64)
        for a, i, j in zip(amplitudes, x, y, strict=True)
    )
    assert np.abs(pnoise2_grid_sum(x, y, amplitudes, 64) - added).max() < 1e-5


@pytest.mark.parametrize("bad", [{"octaves": 0}, {"base": -1}])
def test_refuses_what_has_no_meaning(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        pnoise2(0.5, 0.5, **bad)
