"""The ground from afar, some rows at a time: `spectral.far_ground` of what fits no memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.perlin import Float32

#: Side in pixels of the blocks that the ground is blurred in, as in `far_ground`.
BLOCK = 8
#: Standard deviations after which a Gaussian ends: what lies beyond is a millionth.
_REACH = 5.0
#: Columns of blocks that are blurred together: each sees its own surroundings only.
_COLUMNS = 128


class Blocks(Protocol):
    """Means of blocks of ground, from the top to the bottom."""

    def rows(self, first: int, stop: int) -> tuple[Float32, Float32]:
        """Returns some rows of blocks and forgets those above; `first` never falls.

        Args:
            first: The first of them.
            stop: The one after the last.

        Returns:
            Mean of the known pixels of each block, 0 without any, and the share of its pixels
            that are known; each of shape (bands, rows of blocks, columns of blocks).
        """


class _Blur(NamedTuple):
    """A mirrored Gaussian for some places of an axis.

    Attributes:
        first: The first place that it looks at.
        weights: Shape (places, places looked at).
    """

    first: int
    weights: Float32

    @property
    def stop(self) -> int:
        return self.first + len(self.weights[0])


class FarGround:
    """Ground blurred over hundreds of metres, by Gaussians of several widths.

    Pixels without data count for nothing: what is known around them stands for them. Beyond its
    edges the ground is mirrored. Rows come in the same bits whatever else is computed with them,
    as long as pieces of them begin and end at the same rows.

    Args:
        blocks: Of the ground.
        height: Of the ground, in pixels.
        width: Of the ground, in pixels.
        sigmas: Of the Gaussians, in pixels.
    """

    def __init__(self, blocks: Blocks, height: int, width: int, sigmas: Sequence[float]) -> None:
        self._blocks = blocks
        self._width = width
        self._sigmas = [sigma / BLOCK for sigma in sigmas]
        self._down, columns = -(-height // BLOCK), -(-width // BLOCK)
        groups = [range(k, min(k + _COLUMNS, columns)) for k in range(0, columns, _COLUMNS)]
        self._across = [[_blur(group, columns, s) for group in groups] for s in self._sigmas]

    def rows(self, top: int, bottom: int) -> list[Float32]:
        """Returns the rows `top` to before `bottom`; they must come from the top down.

        Returns:
            For every sigma float32 of shape (bands, rows, width).
        """
        place = np.clip((np.arange(top, bottom) + 0.5) / BLOCK - 0.5, 0, self._down - 1)
        before = place.astype(np.intp)
        first, stop = int(before[0]), min(int(before[-1]) + 2, self._down)
        blurs = [_blur(range(first, stop), self._down, sigma) for sigma in self._sigmas]
        if not blurs:
            return []
        start = min(blur.first for blur in blurs)
        means, shares = self._blocks.rows(start, max(blur.stop for blur in blurs))
        found = []
        for blur, across in zip(blurs, self._across, strict=True):
            seen = slice(blur.first - start, blur.stop - start)
            blurred = _blurred(means[:, seen], shares[:, seen], blur, across)
            beside = np.minimum(before + 1, self._down - 1) - first
            share = (place - before).astype(np.float32)[:, None]
            far = np.empty((len(blurred), bottom - top, self._width), np.float32)
            for band, out in zip(blurred, far, strict=True):
                lines = band[before - first] * (1 - share) + band[beside] * share
                out[...] = _between_columns(lines, self._width)
            found.append(far)
        return found


def _blurred(means: Float32, shares: Float32, down: _Blur, across: list[_Blur]) -> Float32:
    """Returns blurred blocks, shape (bands, rows of the blur, columns)."""
    bands, _, columns = means.shape
    blurred = np.empty((bands, len(down.weights), columns), np.float32)
    for mean, share, out in zip(means, shares, blurred, strict=True):
        known = not (share != 1).any()
        out[...] = _along(down.weights @ (mean if known else mean * share), across)
        if not known:
            weight = _along(down.weights @ share, across)
            np.divide(out, weight, out=out, where=weight > 0)
    return blurred


def _along(lines: Float32, across: list[_Blur]) -> Float32:
    return np.concatenate([lines[:, b.first : b.stop] @ b.weights.T for b in across], axis=1)


def _between_columns(lines: Float32, width: int) -> Float32:
    """Reads columns of blocks between their centres, shape (rows, width)."""
    edged = np.pad(lines, ((0, 0), (1, 1)), mode="edge")
    share = ((np.arange(BLOCK) + 0.5) / BLOCK).astype(np.float32)
    # From half a block before the first pixel on: from one centre to the next.
    between = edged[:, :-1, None] * (1 - share) + edged[:, 1:, None] * share
    return between.reshape(len(lines), -1)[:, BLOCK // 2 : BLOCK // 2 + width]


def _blur(places: range, size: int, sigma: float) -> _Blur:
    """Returns a Gaussian for some places of an axis, folded back at its ends."""
    radius = math.ceil(_REACH * sigma)
    offsets = np.arange(-radius, radius + 1)
    weights: NDArray[np.float64] = np.exp(-0.5 * np.square(offsets / sigma))
    seen = (np.array(places)[:, None] + offsets) % (2 * size)
    seen = np.minimum(seen, 2 * size - 1 - seen)
    first = int(seen.min())
    folded = np.zeros((len(places), int(seen.max()) + 1 - first))
    np.add.at(folded, (np.arange(len(places))[:, None], seen - first), weights / weights.sum())
    return _Blur(first, folded.astype(np.float32))
