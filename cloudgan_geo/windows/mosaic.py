"""Blending the corrections of overlapping windows, from the top of a raster to its bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import consecutive
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.memory import ReusedMemory
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

    @property
    def parts(self) -> tuple[NDArray[np.float32], ...]:
        """Those that there are, each of shape (layers, rows, width)."""
        if self.opacity is None or self.error is None:
            return (self.image,)
        return self.image, self.opacity[None], self.error

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

    def check(self, shape: tuple[int, ...], parts: Sequence[NDArray[np.float32]]) -> None:
        """Refuses parts of other shapes than the windows that they are made from.

        Args:
            shape: Of the windows: windows, bands read, height, width.
            parts: Windows without cloud, and opacity and errors if they are estimated, shapes
                (windows, 1, height, width) and (windows, groups, height, width).

        Raises:
            WeightsError: If parts have other shapes.
        """
        count, _, *size = shape
        lengths = [self.bands, 1, self.groups] if self.groups else [self.bands]
        wanted = [(count, length, *size) for length in lengths]
        shapes = [part.shape for part in parts]
        if shapes != wanted:
            raise WeightsError(
                f"the generator returns {_listed(shapes)} for what should be {_listed(wanted)}; "
                "see ",
                Argument("model"),
            )

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
        layout: Of a correction.
        selected: Which of the bands that are read are corrected, counted from 0.
    """

    def __init__(self, grid: WindowGrid, layout: Layout, selected: Sequence[int]) -> None:
        self._grid = grid
        self._layout = layout
        self._runs = consecutive(selected)
        self._top = 0
        self._memory = ReusedMemory()
        self._sum = np.zeros((layout.layers, 0, grid.padded_width), np.float32)
        # A window goes through its few steps here, where it stays in the cache.
        self._window = np.empty((layout.layers, grid.window, grid.window), np.float32)
        # Weights of whole windows, of which there are few: numpy multiplies by a row or a column
        # of weights five times as slowly.
        shape = grid.window, grid.window
        rows, self._row_kinds = np.unique(grid.row_weights, axis=0, return_inverse=True)
        columns, self._column_kinds = np.unique(grid.column_weights, axis=0, return_inverse=True)
        self._down = [np.broadcast_to(weights[:, None], shape).copy() for weights in rows]
        self._across = [np.broadcast_to(weights, shape).copy() for weights in columns]

    def begin(self, strip: Strip) -> None:
        """Makes room for the windows of a strip."""
        shape = self._layout.layers, strip.bottom - self._top, self._grid.padded_width
        room = self._memory.empty(shape, np.float32)
        kept = self._sum.shape[1]
        room[:, :kept], room[:, kept:] = self._sum, 0
        self._sum = room

    def add(
        self,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        cloudy: NDArray[np.float32],
        parts: Sequence[NDArray[np.float32]],
    ) -> None:
        """Adds what windows of the strip begun last are to change, and what is known about them.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            cloudy: Bands that are read, shape (windows, bands read, window, window).
            parts: Of the same windows, see `Layout.check`.
        """
        size = self._grid.window
        tops = (self._grid.tops[rows] - self._top).tolist()
        lefts = self._grid.lefts[columns].tolist()
        down, across = self._row_kinds[rows].tolist(), self._column_kinds[columns].tolist()
        change = self._window
        beside = change[self._layout.bands :]
        for index, (top, left) in enumerate(zip(tops, lefts, strict=True)):
            for layers, read in self._runs:
                np.subtract(parts[0][index, layers], cloudy[index, read], out=change[layers])
            if self._layout.groups:
                np.concatenate([part[index] for part in parts[1:]], out=beside)
            change *= self._down[down[index]]
            change *= self._across[across[index]]
            self._sum[:, top : top + size, left : left + size] += change

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
