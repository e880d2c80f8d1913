"""Blending the corrections of overlapping windows, from the top of a raster to its bottom."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.windows.grid import Strip, WindowGrid


class CorrectionMosaic:
    """Weighted sum of corrections, in float32, of which only unfinished rows are kept.

    Windows must be added in the order of their grid. Each pixel then adds up its windows in
    the same order whatever the batches and strips, so that the result does not depend on
    them. Memory depends on the width of the raster and the height of a strip only.

    Args:
        grid: The windows.
        bands: Bands of a correction.

    Attributes:
        bands: As given.
    """

    def __init__(self, grid: WindowGrid, bands: int = 3) -> None:
        self._grid = grid
        self.bands = bands
        self._top = 0
        self._sum = np.zeros((bands, 0, grid.padded_width), np.float32)

    def begin(self, strip: Strip) -> None:
        """Makes room for the windows of a strip."""
        shape = self.bands, strip.bottom - self._top, self._grid.padded_width
        room = np.zeros(shape, np.float32)
        room[:, : self._sum.shape[1]] = self._sum
        self._sum = room

    def add(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], corrections: NDArray[np.float32]
    ) -> None:
        """Adds windows of the strip begun last.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            corrections: Float32, shape (windows, bands, window, window).
        """
        weighted = corrections * self._grid.row_weights[rows][:, None, :, None]
        weighted *= self._grid.column_weights[columns][:, None, None, :]
        size = self._grid.window
        tops = self._grid.tops[rows] - self._top
        lefts = self._grid.lefts[columns]
        for top, left, window in zip(tops, lefts, weighted, strict=True):
            self._sum[:, top : top + size, left : left + size] += window

    def finish(self, strip: Strip) -> NDArray[np.float32]:
        """Returns the rows that no later window reaches, and forgets them.

        Returns:
            Corrections of the pixel rows `strip.top` to `strip.finished`, without those that
            extend a low or narrow raster; float32, shape (bands, rows, width).
        """
        done = strip.finished - self._top
        finished = self._sum[:, :done]
        self._sum = self._sum[:, done:].copy()
        self._top = strip.finished
        return finished[:, : self._grid.height - strip.top, : self._grid.width]


class RemoteMosaic(Protocol):
    """Cuts, cleans and blends the windows of a raster on another device, strip by strip.

    Its sums are those of `CorrectionMosaic`. It is used by one thread, strips and windows in
    the order of their grid.
    """

    def begin(self, first: int, pixels: NDArray[Any], around: NDArray[np.float32] | None) -> None:
        """Makes room for the windows of a strip.

        Args:
            first: Index of its first row of windows.
            pixels: Red, green and blue of all that its windows cover, shape (3, rows, width).
            around: Blocks around it, see `windows.surroundings`, if the generator looks at them.
        """

    def add(
        self,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        gaps: NDArray[np.intp],
        filled: NDArray[np.float32],
    ) -> None:
        """Cleans windows of the strip begun last and adds their corrections.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            gaps: Which of these windows, counted from 0, have gaps.
            filled: The same in the model domain, with the gaps filled, float32.
        """

    def finish(self, rows: int) -> NDArray[np.float32]:
        """Returns the sums of so many rows, which no later window reaches, and forgets them."""
