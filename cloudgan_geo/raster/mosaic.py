"""Blending the corrections of overlapping windows, from the top of a raster to its bottom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.raster.windows import Strip, WindowGrid


class CorrectionMosaic:
    """Weighted sum of corrections, in float32, of which only unfinished rows are kept.

    Windows must be added in the order of their grid. Each pixel then adds up its windows in
    the same order whatever the batches and strips, so that the result does not depend on
    them. Memory depends on the width of the raster and the height of a strip only.

    Args:
        grid: The windows.
        bands: Bands of a correction.
    """

    def __init__(self, grid: WindowGrid, bands: int = 3) -> None:
        self._grid = grid
        self._bands = bands
        self._top = 0
        self._sum = np.zeros((bands, 0, grid.padded_width), np.float32)

    def begin(self, strip: Strip) -> None:
        """Makes room for the windows of a strip."""
        missing = strip.bottom - self._top - self._sum.shape[1]
        room = np.zeros((self._bands, missing, self._grid.padded_width), np.float32)
        self._sum = np.concatenate([self._sum, room], axis=1)

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
