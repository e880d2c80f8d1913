"""A part of a raster that is corrected by itself and comes out as it does in the whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.windows.grid import WINDOW, WindowGrid
from cloudgan_geo.windows.surroundings import BLOCK, REACH, VIEW, nearest_blocks


@dataclass(frozen=True)
class Side:
    """A part of a raster along one of its sides, in pixels.

    Attributes:
        start: First pixel that is wanted.
        stop: The one after the last.
        seen_from: First pixel that decides what these become: a multiple of a block's side, so
            that blocks lie where they lie in the whole.
        seen_to: The one after the last.
        first: Index of the first window of the whole that touches what is wanted.
        last: Index after the last one.
    """

    start: int
    stop: int
    seen_from: int
    seen_to: int
    first: int
    last: int

    @classmethod
    def of(cls, windows: NDArray[np.intp], size: int, start: int, stop: int) -> Side:
        """Finds what decides about some pixels.

        Args:
            windows: First pixel of every window of the whole.
            size: Pixels of the whole along this side.
            start: First pixel that is wanted.
            stop: The one after the last.
        """
        first = int(np.searchsorted(windows + WINDOW, start, side="right"))
        last = int(np.searchsorted(windows, stop, side="left"))
        blocks = nearest_blocks(windows[[first, last - 1]])
        seen_from = max(0, int(blocks[0] - REACH) * BLOCK)
        seen_to = min(size, int(blocks[1] - REACH + VIEW) * BLOCK)
        return cls(start, stop, seen_from, seen_to, first, last)

    @property
    def seen(self) -> slice:
        """What decides, in the whole."""
        return slice(self.seen_from, self.seen_to)

    @property
    def wanted(self) -> slice:
        """What is wanted, in what decides."""
        return slice(self.start - self.seen_from, self.stop - self.seen_from)

    def windows(
        self, starts: NDArray[np.intp], weights: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Returns windows over what is seen.

        Those of the whole that touch what is wanted, and others that only cover the rest: they
        touch nothing that is wanted, and weigh nothing.

        Args:
            starts: First pixel of every window of the whole.
            weights: Of these, shape (windows, window).

        Returns:
            The first pixels, counted from `seen_from` and rising, and the weights.
        """
        count = slice(self.first, self.last)
        touching, size = starts[count] - self.seen_from, self.seen_to - self.seen_from
        top, bottom = int(touching[0]), int(touching[-1]) + WINDOW
        before = np.arange(top % WINDOW, top, WINDOW)
        if top % WINDOW:
            before = np.concatenate([[0], before])
        after = np.minimum(np.arange(bottom, size, WINDOW), size - WINDOW)
        beside = ((len(before), len(after)), (0, 0))
        return (
            np.concatenate([before, touching, after]).astype(np.intp),
            np.pad(weights[count], beside),
        )


@dataclass(frozen=True, kw_only=True)
class GridPart(WindowGrid):
    """The windows over a part of a raster that decide about the pixels wanted of it.

    Windows, their weights and the blocks around them are those of the whole. What is wanted thus
    becomes the same, bit for bit, as far as windows are cleaned alike in other batches.

    Attributes:
        height: Rows that decide about what is wanted.
        width: Columns likewise.
        whole: The windows over the whole raster.
        rows: Which rows are wanted, and which decide.
        columns: Which columns.
    """

    whole: WindowGrid
    rows: Side
    columns: Side

    @classmethod
    def of(cls, whole: WindowGrid, rows: tuple[int, int], columns: tuple[int, int]) -> GridPart:
        """Finds the windows for a part of a raster.

        Args:
            whole: The windows over the raster.
            rows: First row that is wanted and the one after the last.
            columns: The same of columns.
        """
        down = Side.of(whole.tops, whole.height, *rows)
        across = Side.of(whole.lefts, whole.width, *columns)
        height, width = down.seen_to - down.seen_from, across.seen_to - across.seen_from
        return cls(
            height, width, whole.overlap, whole.window, whole=whole, rows=down, columns=across
        )

    @property
    def wanted(self) -> tuple[int, int, int, int]:
        """First column and row that are wanted, and those after the last, of what decides."""
        rows, columns = self.rows.wanted, self.columns.wanted
        return columns.start, rows.start, columns.stop, rows.stop

    @cached_property
    def _down(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        return self.rows.windows(self.whole.tops, self.whole.row_weights)

    @cached_property
    def _across(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        return self.columns.windows(self.whole.lefts, self.whole.column_weights)

    @cached_property
    def tops(self) -> NDArray[np.intp]:
        """First pixel row of every row of windows, counted from the first that decides."""
        return self._down[0]

    @cached_property
    def lefts(self) -> NDArray[np.intp]:
        """First pixel column of every column of windows, likewise."""
        return self._across[0]

    @cached_property
    def row_weights(self) -> NDArray[np.float32]:
        """Vertical blend weights, shape (rows of windows, window)."""
        return self._down[1]

    @cached_property
    def column_weights(self) -> NDArray[np.float32]:
        """Horizontal blend weights, shape (columns of windows, window)."""
        return self._across[1]
