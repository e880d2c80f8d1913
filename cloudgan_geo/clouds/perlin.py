"""Two-dimensional Perlin noise, vectorised, equal to `noise.pnoise2` to the bit.

The `noise` package evaluates one point a call; the article's clouds need 49,152 calls a
chip. Here a whole grid is evaluated at once: everything that depends on one coordinate
alone is computed once a row or once a column, and only the last sums run over the grid.
All arithmetic is float32 in the order of the original, so that results agree exactly.

Source: K. Perlin, "Improving noise", SIGGRAPH 2002 (permutation, fade curve); gradients,
repeat and base as in the `noise` package, version 1.2.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float32 = NDArray[np.float32]
Index = NDArray[np.int64]

# fmt: off
_PERMUTATION = np.array([
    151, 160, 137, 91, 90, 15, 131, 13, 201, 95, 96, 53, 194, 233, 7, 225,
    140, 36, 103, 30, 69, 142, 8, 99, 37, 240, 21, 10, 23, 190, 6, 148,
    247, 120, 234, 75, 0, 26, 197, 62, 94, 252, 219, 203, 117, 35, 11, 32,
    57, 177, 33, 88, 237, 149, 56, 87, 174, 20, 125, 136, 171, 168, 68, 175,
    74, 165, 71, 134, 139, 48, 27, 166, 77, 146, 158, 231, 83, 111, 229, 122,
    60, 211, 133, 230, 220, 105, 92, 41, 55, 46, 245, 40, 244, 102, 143, 54,
    65, 25, 63, 161, 1, 216, 80, 73, 209, 76, 132, 187, 208, 89, 18, 169,
    200, 196, 135, 130, 116, 188, 159, 86, 164, 100, 109, 198, 173, 186, 3, 64,
    52, 217, 226, 250, 124, 123, 5, 202, 38, 147, 118, 126, 255, 82, 85, 212,
    207, 206, 59, 227, 47, 16, 58, 17, 182, 189, 28, 42, 223, 183, 170, 213,
    119, 248, 152, 2, 44, 154, 163, 70, 221, 153, 101, 155, 167, 43, 172, 9,
    129, 22, 39, 253, 19, 98, 108, 110, 79, 113, 224, 232, 178, 185, 112, 104,
    218, 246, 97, 228, 251, 34, 242, 193, 238, 210, 144, 12, 191, 179, 162, 241,
    81, 51, 145, 235, 249, 14, 239, 107, 49, 192, 214, 31, 181, 199, 106, 157,
    184, 84, 204, 176, 115, 121, 50, 45, 127, 4, 150, 254, 138, 236, 205, 93,
    222, 114, 67, 29, 24, 72, 243, 141, 128, 195, 78, 66, 215, 61, 156, 180,
], dtype=np.int64)
_GRADIENT_X = np.array([1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, -1, 0, 0], np.float32)
_GRADIENT_Y = np.array([1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 0, 0, -1, 1], np.float32)
# fmt: on

# The gradient at a lattice point depends on PERM[PERM[A + j]] alone, where A belongs to the
# row and j to the column: one look-up at A + j, doubled so that the sum needs no wrap.
_HASH = _PERMUTATION[_PERMUTATION] & 15
_LATTICE_X = np.tile(_GRADIENT_X[_HASH], 2)
_LATTICE_Y = np.tile(_GRADIENT_Y[_HASH], 2)


class _Axis(NamedTuple):
    """What one coordinate alone decides: lattice cells before and after, offset, fade."""

    before: Index
    after: Index
    offset: Float32
    fade: Float32


def pnoise2(
    x: ArrayLike,
    y: ArrayLike,
    octaves: int = 1,
    persistence: float = 0.5,
    lacunarity: float = 2.0,
    repeatx: float = 1024,
    repeaty: float = 1024,
    base: int = 0,
) -> Float32:
    """Evaluates 2-D Perlin noise at every pair of coordinates, broadcast together.

    Pass `x` of shape (rows, 1) and `y` of shape (1, columns) for a grid: the work of one
    axis is then done once, which makes a chip about ten times cheaper.

    Args:
        x: First coordinates, in lattice cells; rounded to float32.
        y: Second coordinates, in lattice cells; rounded to float32.
        octaves: Layers summed, at least 1.
        persistence: Amplitude of a layer relative to the one before it.
        lacunarity: Frequency of a layer relative to the one before it.
        repeatx: Period of the first layer along `x`, in cells.
        repeaty: Period of the first layer along `y`, in cells.
        base: Offset into the permutation, 0 or more. Where the C code would read past its
            table (coordinate + base beyond 256), this function wraps instead.

    Returns:
        Noise, float32, of the broadcast shape, about -0.9 to 0.9 for one octave.

    Raises:
        ValueError: If `octaves` is below 1 or `base` is negative.
    """
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    if base < 0:
        raise ValueError(f"base must be 0 or more, not {base}")
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    repeat = np.float32(repeatx), np.float32(repeaty)
    if octaves == 1:
        return _layer(_axis(x, repeat[0], base), _axis(y, repeat[1], base))
    frequency, amplitude, highest = np.float32(1), np.float32(1), np.float32(0)
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    for _ in range(octaves):
        rows = _axis(x * frequency, repeat[0] * frequency, base)
        columns = _axis(y * frequency, repeat[1] * frequency, base)
        total += _layer(rows, columns) * amplitude
        highest += amplitude
        frequency *= np.float32(lacunarity)
        amplitude *= np.float32(persistence)
    return total / highest


def _axis(coordinate: Float32, repeat: np.float32, base: int) -> _Axis:
    cell = np.floor(np.fmod(coordinate, repeat))
    # The C code truncates fmod(cell + 1) towards zero; both are whole unless `repeat` is not.
    after = np.fmod(cell + np.float32(1), repeat).astype(np.int64)
    before = cell.astype(np.int64)
    t = coordinate - np.floor(coordinate)
    rise = t * (t * np.float32(6) - np.float32(15)) + np.float32(10)
    fade = np.asarray(t * t * t * rise, np.float32)
    return _Axis(((before & 255) + base) & 255, ((after & 255) + base) & 255, t, fade)


def _layer(rows: _Axis, columns: _Axis) -> Float32:
    row_before, row_after = _PERMUTATION[rows.before], _PERMUTATION[rows.after]
    one = np.float32(1)
    x0, x1 = rows.offset, rows.offset - one
    y0, y1 = columns.offset, columns.offset - one
    near = _lerp(
        rows.fade,
        _corner(row_before + columns.before, x0, y0),
        _corner(row_after + columns.before, x1, y0),
    )
    far = _lerp(
        rows.fade,
        _corner(row_before + columns.after, x0, y1),
        _corner(row_after + columns.after, x1, y1),
    )
    return _lerp(columns.fade, near, far)


def _corner(lattice: Index, x: Float32, y: Float32) -> Float32:
    value: Float32 = _LATTICE_X.take(lattice)
    value *= x
    other = _LATTICE_Y.take(lattice)
    other *= y
    value += other
    return value


def _lerp(weight: Float32, start: Float32, end: Float32) -> Float32:
    end -= start
    end *= weight
    end += start
    return end


def pnoise2_grid_sum(x: Float32, y: Float32, amplitudes: Float32, repeat: float = 1024) -> Float32:
    """Sums layers of noise over a grid, each layer with coordinates of its own.

    Equals `sum(a * pnoise2(x[k, :, None], y[k, None, :]) for k, a in enumerate(amplitudes))`
    within 1e-6, as one matrix product. Noise is linear in what a lattice line contributes
    to a column (fade in y is applied first), so a layer costs as many columns of work as
    lattice lines cross the grid, not one evaluation a pixel.

    Args:
        x: Row coordinates of every layer, ascending, shape (layers, rows).
        y: Column coordinates of every layer, shape (layers, columns).
        amplitudes: Weight of every layer, shape (layers,).
        repeat: Period of every layer, in cells.

    Returns:
        The weighted sum, float32, shape (rows, columns).
    """
    columns = _axis(y, np.float32(repeat), 0)
    first = np.floor(x[:, 0]).astype(np.int64)
    lines_per_layer = np.floor(x[:, -1]).astype(np.int64) + 2 - first
    start = np.cumsum(lines_per_layer) - lines_per_layer
    layer = np.repeat(np.arange(len(x)), lines_per_layer)
    line = np.arange(len(layer)) - start[layer] + first[layer]

    hashed = _PERMUTATION[np.fmod(line, int(repeat)) & 255][:, None]
    here, there = hashed + columns.before[layer], hashed + columns.after[layer]
    fade, offset = columns.fade[layer], columns.offset[layer]
    slope = _lerp(fade, _LATTICE_X[here], _LATTICE_X[there])
    level = _lerp(fade, _LATTICE_Y[here] * offset, _LATTICE_Y[there] * (offset - 1))

    t = x - np.floor(x)
    rise = t * t * t * (t * (t * 6 - 15) + 10)
    below = np.floor(x).astype(np.int64) - first[:, None] + start[:, None]
    weight = amplitudes[:, None]
    row = np.broadcast_to(np.arange(x.shape[1]), x.shape)
    of_slope = np.zeros((x.shape[1], len(layer)), np.float32)
    of_level = np.zeros_like(of_slope)
    of_slope[row, below] = weight * (1 - rise) * t
    of_slope[row, below + 1] = weight * rise * (t - 1)
    of_level[row, below] = weight * (1 - rise)
    of_level[row, below + 1] = weight * rise
    total: Float32 = of_slope @ slope + of_level @ level
    return total
