"""Traces that a machine leaves in its correction: seams between windows, a grid of few pixels.

A veil knows neither windows nor pixels, so neither may show in what is taken away of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.windows.grid import WindowGrid

Float64 = NDArray[np.float64]

#: Periods in pixels that upsampling by twos leaves behind.
PERIODS = (2, 4)
#: Neighbours of a frequency: the nearest and the furthest, in cycles over the image. What is
#: nearer belongs to its own peak, which a Hann window widens to both sides.
_NEAR, _FAR = 2, 6


def lattice_gradient(
    correction: NDArray[np.floating],
    valid: NDArray[np.bool_],
    grid: WindowGrid,
    top: int,
    left: int,
) -> float | None:
    """Returns the mean absolute gradient where windows begin or end, by that elsewhere.

    Args:
        correction: What was added to a scene, shape (bands, height, width).
        valid: Where the scene holds data, shape (height, width).
        grid: The windows over the whole scene.
        top: First row of the correction in the scene.
        left: First column likewise.

    Returns:
        1 without seams; None where nothing changes off the windows' borders, or there are none.
    """
    sums, counts = np.zeros(2), np.zeros(2)
    starts = ((grid.tops, top), (grid.lefts, left))
    for axis, (begins, first) in enumerate(starts):
        steps = np.abs(np.diff(correction.astype(np.float64), axis=axis + 1)).mean(axis=0)
        both = np.logical_and(*_neighbours(valid, axis))
        borders = np.concatenate([begins, begins + grid.window]) - first
        # The step from one row to the next is that row's: the border before it.
        on = np.isin(np.arange(1, correction.shape[axis + 1]), borders)
        by_line = np.where(both, steps, 0).sum(axis=1 - axis), both.sum(axis=1 - axis)
        for place, chosen in enumerate((on, ~on)):
            sums[place] += by_line[0][chosen].sum()
            counts[place] += by_line[1][chosen].sum()
    if not counts.all() or not sums[1]:
        return None
    border, elsewhere = (sums / counts).tolist()
    return float(border / elsewhere)


def _neighbours(valid: NDArray[np.bool_], axis: int) -> Iterator[NDArray[np.bool_]]:
    count = valid.shape[axis]
    for start in (0, 1):
        yield np.take(valid, range(start, count - 1 + start), axis=axis)


def periodic_power(correction: NDArray[np.floating], period: int) -> float | None:
    """Returns the power of a correction at a period in pixels, by that of its neighbours.

    Spectra are taken along rows and along columns, under a Hann window, and averaged over
    bands and over the other axis; of the two directions the larger ratio counts.

    Args:
        correction: What was added to a scene, shape (bands, height, width).
        period: In pixels, one of `PERIODS`.

    Returns:
        1 for what knows no period; None for a correction too small to tell, or without power.
    """
    ratios = [
        ratio
        for axis in (1, 2)
        if (ratio := _ratio(_power_along(correction, axis), period)) is not None
    ]
    return max(ratios) if ratios else None


def _power_along(correction: NDArray[np.floating], axis: int) -> Float64:
    """Returns the mean power at 0, 1, ... cycles over a length that all periods divide."""
    length = correction.shape[axis] // max(PERIODS) * max(PERIODS)
    lines = np.moveaxis(correction, axis, -1)[..., :length].astype(np.float64)
    lines = lines - lines.mean(axis=-1, keepdims=True)
    window = np.hanning(length + 1)[:-1]
    spectrum = np.abs(np.fft.rfft(lines * window, axis=-1)) ** 2
    return np.asarray(spectrum.mean(axis=tuple(range(spectrum.ndim - 1))))


def _ratio(power: Float64, period: int) -> float | None:
    last = len(power) - 1
    place = 2 * last // period
    if place < 2 * _FAR:
        return None
    neighbours = [place + side * apart for apart in range(_NEAR, _FAR + 1) for side in (-1, 1)]
    # No wave is shorter than two pixels: the neighbours of that lie on one side.
    around = float(power[[k for k in neighbours if k <= last]].mean())
    return float(power[place] / around) if around > 0 else None
