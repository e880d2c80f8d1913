"""A coarse view of what lies around a window.

A window of 64 pixels cannot tell brown ground under clear sky from a brown veil over green
ground; what surrounds it can. Blocks of 8 pixels keep what that takes: the darkest, the mean
and the brightest value of every band. The darkest matter most, because a veil has a floor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.windows.grid import Strip, WindowGrid, cut

#: Side of a block in pixels.
BLOCK = 8
#: Blocks that are seen on each side of a window: 128 pixels.
REACH = 16
#: Blocks of a window, and of the view on it, along a side.
WINDOW_BLOCKS = 8
VIEW = WINDOW_BLOCKS + 2 * REACH

Float32 = NDArray[np.float32]


def channels(bands: int) -> int:
    """Returns how many a view has: lowest, mean, highest value of bands, whether it is known."""
    return 3 * bands + 1


#: Of a view of red, green and blue.
CHANNELS = channels(3)


def block_statistics(image: Float32) -> Float32:
    """Returns lowest, mean and highest value of every block of an image without gaps.

    Args:
        image: Shape (..., bands, height, width), height and width multiples of 8.

    Returns:
        Float32, shape (..., 3 * bands, height / 8, width / 8): the lowest values of the bands,
        their means, their highest values.
    """
    *lead, bands, height, width = image.shape
    blocks = image.reshape(*lead, bands, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    # Down first and across after: numpy reduces the last axes one by one, three times as fast.
    low, mean, high = (
        reduce(reduce(blocks, axis=-3), axis=-1) for reduce in (np.min, np.mean, np.max)
    )
    return np.concatenate([low, mean, high], axis=-3).astype(np.float32, copy=False)


def nearest_blocks(starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Returns the blocks that are nearest to where windows begin, on either axis."""
    return (starts + BLOCK // 2) // BLOCK


class Surroundings:
    """Blocks of a scene around the strips that are computed, from its top to its bottom.

    Of the scene only blocks are kept, and of these only the rows that a strip to come needs.
    Blocks lie on the scene's own lattice, whatever the strips, from pixel 0, 0 on. Pixels that
    are not valid in all bands do not count; a block without any other is unknown.

    Args:
        grid: The windows.
        bands: How many are looked at.
        to_model: Turns values of shape (bands, rows, width) into the model domain.
    """

    def __init__(
        self, grid: WindowGrid, bands: int, to_model: Callable[[NDArray[Any]], Float32]
    ) -> None:
        self._grid = grid
        self._channels = channels(bands)
        self._to_model = to_model
        self._row = 0
        self._begun: list[tuple[Float32, NDArray[np.bool_]]] = []
        # Rows of blocks, each of shape (channels, columns), and which row the first of them is.
        self._blocks: list[Float32] = []
        self._first = 0

    def add(self, values: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Takes the rows of the scene below those taken before.

        Args:
            values: Any real dtype, shape (bands, rows, width).
            valid: Which of them are known, of the same shape.
        """
        start, bottom = self._row, self._row + values.shape[1]
        while start < bottom:
            stop = min(start // BLOCK * BLOCK + BLOCK, bottom)
            part = slice(start - self._row, stop - self._row)
            known: NDArray[np.bool_] = np.all(valid[:, part], axis=0)
            self._begun.append((self._to_model(values[:, part]), known))
            if stop % BLOCK == 0 or stop == self._grid.height:
                self._complete()
            start = stop
        self._row = bottom

    def _complete(self) -> None:
        models, knowns = zip(*self._begun, strict=True)
        self._blocks.append(known_blocks(np.concatenate(models, axis=1), np.concatenate(knowns)))
        self._begun.clear()

    def reach(self, strip: Strip) -> bool:
        """Tells whether all that the windows of a strip see has been taken."""
        _, stop = self._span(strip)
        return self._row >= min(stop * BLOCK, self._grid.height)

    def around(self, strip: Strip) -> Float32:
        """Returns the blocks that the windows of a strip see, and forgets those above.

        Args:
            strip: Within reach; strips must come in their order.

        Returns:
            Float32, shape (channels, block rows, block columns), from 16 blocks above and left of
            the first window to 16 below and right of the last; beyond the scene all 0.
        """
        first, stop = self._span(strip)
        columns = -(-self._grid.width // BLOCK)
        width = -(-self._grid.padded_width // BLOCK) + 2 * REACH
        around = np.zeros((self._channels, stop - first, width), np.float32)
        forgotten = max(0, first - self._first)
        del self._blocks[:forgotten]
        self._first += forgotten
        for row, blocks in enumerate(self._blocks[: stop - self._first], self._first - first):
            around[:, row, REACH : REACH + columns] = blocks
        return around

    def _span(self, strip: Strip) -> tuple[int, int]:
        """First row of blocks that the windows of a strip see, and the one after the last."""
        blocks = nearest_blocks(self._grid.tops[[strip.first, strip.stop - 1]])
        return int(blocks[0]) - REACH, int(blocks[1]) - REACH + VIEW


def known_blocks(image: Float32, known: NDArray[np.bool_]) -> Float32:
    """Returns one row of blocks of an image that may have gaps and any width.

    Args:
        image: In [0, 1], NaN only where not known, shape (bands, rows, width), up to 8 rows.
        known: Which pixels count, shape (rows, width).

    Returns:
        Float32, shape (channels, columns): lowest, mean and highest values of the known pixels and
        1 where there is one, else all 0.
    """
    edges = np.arange(0, image.shape[2], BLOCK)
    if not known.any():
        return np.zeros((3 * len(image) + 1, len(edges)), np.float32)
    count = np.add.reduceat(known.sum(axis=0, dtype=np.float32), edges)
    complete = bool(known.all())
    # Down first and across after: what is left to do across is an eighth.
    above = image if complete else np.where(known, image, np.float32(1))
    low = np.minimum.reduceat(above.min(axis=1), edges, axis=1)
    below = image if complete else np.where(known, image, np.float32(0))
    high = np.maximum.reduceat(below.max(axis=1), edges, axis=1)
    mean = np.add.reduceat(below.sum(axis=1), edges, axis=1) / np.maximum(count, 1)
    seen = np.minimum(count, 1)
    blocks: Float32 = np.concatenate([low * seen, mean, high, seen[None]])
    return blocks


def cut_views(
    around: Float32, strip: Strip, tops: NDArray[np.intp], lefts: NDArray[np.intp]
) -> Float32:
    """Copies what windows of a strip see out of the blocks around it.

    Args:
        around: From `Surroundings.around`.
        strip: The same.
        tops: First row in the scene of each window.
        lefts: First column in the scene of each window.

    Returns:
        Shape (windows, channels, 40, 40), contiguous.
    """
    rows = nearest_blocks(tops) - nearest_blocks(np.array(strip.top))
    return cut(around, rows, nearest_blocks(lefts), VIEW)
