"""Blending the corrections of overlapping windows, from the top of a raster to its bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.windows.grid import Strip, WindowGrid


@dataclass(frozen=True)
class Correction:
    """What is to be done with the pixels of some rows, and what is known about them.

    Attributes:
        image: To add to the corrected bands, model domain, float32, shape (bands, rows, width).
        opacity: Float32, shape (rows, width); None if it is not estimated.
        error: Half-width of the interval that holds 90 % of the errors, model domain, of every
            group of bands, float32, shape (groups, rows, width); None likewise.
    """

    image: NDArray[np.float32]
    opacity: NDArray[np.float32] | None = None
    error: NDArray[np.float32] | None = None

    def rows(self, part: slice) -> Correction:
        """Returns some of its rows, without copying."""
        return Correction(
            self.image[:, part],
            None if self.opacity is None else self.opacity[part],
            None if self.error is None else self.error[:, part],
        )


@dataclass(frozen=True)
class Layout:
    """How the parts of a correction lie one upon another while they are blended.

    Attributes:
        bands: That are corrected.
        groups: Of bands of which an error is estimated; 0 if nothing is, neither opacity.
    """

    bands: int
    groups: int = 0

    @property
    def layers(self) -> int:
        """Of all parts together."""
        return self.bands + 1 + self.groups if self.groups else self.bands

    def stacked(
        self,
        cloudy: NDArray[np.float32],
        selected: Sequence[int],
        parts: Sequence[NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """Returns what windows are to change and what is known about them, layer upon layer.

        Args:
            cloudy: Bands that are read, shape (windows, bands read, height, width).
            selected: Which of them are corrected, counted from 0.
            parts: The same without cloud, and opacity and errors if they are estimated, shapes
                (windows, 1, height, width) and (windows, groups, height, width).

        Returns:
            Float32, shape (windows, layers, height, width).

        Raises:
            WeightsError: If parts have other shapes.
        """
        count, _, *size = cloudy.shape
        lengths = [self.bands, 1, self.groups] if self.groups else [self.bands]
        wanted = [(count, length, *size) for length in lengths]
        shapes = [part.shape for part in parts]
        if shapes != wanted:
            raise WeightsError(
                f"the generator returns {_listed(shapes)} for what should be {_listed(wanted)}; "
                "see ",
                Argument("model"),
            )
        stacked = np.empty((count, self.layers, *size), np.float32)
        for band, read in enumerate(selected):
            np.subtract(parts[0][:, band], cloudy[:, read], out=stacked[:, band])
        if self.groups:
            np.concatenate(parts[1:], axis=1, out=stacked[:, self.bands :])
        return stacked

    def correction(self, layers: NDArray[np.float32]) -> Correction:
        """Tells the parts apart, without copying.

        Args:
            layers: Shape (layers, rows, width).
        """
        if not self.groups:
            return Correction(layers)
        return Correction(layers[: self.bands], layers[self.bands], layers[self.bands + 1 :])


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return " and ".join(" x ".join(map(str, shape)) for shape in shapes)


class CorrectionMosaic:
    """Weighted sum of corrections, in float32, of which only unfinished rows are kept.

    Windows must be added in the order of their grid. Each pixel then adds up its windows in
    the same order whatever the batches and strips, so that the result does not depend on
    them. Memory depends on the width of the raster and the height of a strip only.

    Args:
        grid: The windows.
        layers: Of a correction, see `Layout`.
    """

    def __init__(self, grid: WindowGrid, layers: int) -> None:
        self._grid = grid
        self._layers = layers
        self._top = 0
        self._sum = np.zeros((layers, 0, grid.padded_width), np.float32)
        # Weights of whole windows, of which there are few: numpy multiplies by a row or a column
        # of weights five times as slowly.
        shape = grid.window, grid.window
        self._down = {
            weights.tobytes(): np.broadcast_to(weights[:, None], shape).copy()
            for weights in np.unique(grid.row_weights, axis=0)
        }
        self._across = {
            weights.tobytes(): np.broadcast_to(weights, shape).copy()
            for weights in np.unique(grid.column_weights, axis=0)
        }

    def begin(self, strip: Strip) -> None:
        """Makes room for the windows of a strip."""
        shape = self._layers, strip.bottom - self._top, self._grid.padded_width
        room = np.zeros(shape, np.float32)
        room[:, : self._sum.shape[1]] = self._sum
        self._sum = room

    def weigh(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], corrections: NDArray[np.float32]
    ) -> None:
        """Multiplies windows by their blend weights, in place; for any thread.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            corrections: Float32, shape (windows, layers, window, window).
        """
        for row, column, correction in zip(rows, columns, corrections, strict=True):
            correction *= self._down[self._grid.row_weights[row].tobytes()]
            correction *= self._across[self._grid.column_weights[column].tobytes()]

    def add(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], weighted: NDArray[np.float32]
    ) -> None:
        """Adds windows of the strip begun last.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            weighted: From `weigh`.
        """
        size = self._grid.window
        tops = self._grid.tops[rows] - self._top
        lefts = self._grid.lefts[columns]
        for top, left, window in zip(tops, lefts, weighted, strict=True):
            self._sum[:, top : top + size, left : left + size] += window

    def finish(self, strip: Strip) -> NDArray[np.float32]:
        """Returns the rows that no later window reaches, and forgets them.

        Returns:
            Corrections of the pixel rows `strip.top` to `strip.finished`, without those that
            extend a low or narrow raster; float32, shape (layers, rows, width).
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
            pixels: Bands that are read of all that its windows cover, shape (bands, rows,
                width).
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
        """Returns the sums of so many rows, which no later window reaches, and forgets them.

        Returns:
            Float32, shape (layers, rows, width), see `Layout`.
        """
