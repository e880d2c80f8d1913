"""Cutting, cleaning and blending windows where the network is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.thin import VIEW

# Where strips are sent to whole. A CPU has them already.
_BLENDS = "cuda"

# What torch computes with on every device; other values travel as float32.
_SENT_AS_THEY_ARE = ("uint8", "int16")


class Grid(Protocol):
    """The windows over a raster, as `windows.grid.WindowGrid` lays them."""

    @property
    def window(self) -> int:
        """Height and width of a window."""

    @property
    def tops(self) -> NDArray[np.intp]:
        """First pixel row of every row of windows."""

    @property
    def lefts(self) -> NDArray[np.intp]:
        """First pixel column of every column of windows."""

    @property
    def row_weights(self) -> NDArray[np.float32]:
        """Vertical blend weights, shape (rows of windows, window)."""

    @property
    def column_weights(self) -> NDArray[np.float32]:
        """Horizontal blend weights, shape (columns of windows, window)."""


def device_mosaic(
    cleaner: object,
    grid: Grid,
    blocks: Callable[[NDArray[np.intp]], NDArray[np.intp]],
    scale: Sequence[float],
    offset: Sequence[float],
) -> DeviceMosaic | None:
    """Returns where the windows of a cleaner of ours that runs on CUDA are blended, else None.

    Args:
        cleaner: Removes the clouds of windows.
        grid: The windows.
        blocks: Gives, for first pixels of windows, first blocks of their views.
        scale: What a unit of value is in the model domain, of each band.
        offset: What value 0 is in the model domain, of each band.
    """
    if not isinstance(cleaner, PreparedGenerator) or not cleaner.device.startswith(_BLENDS):
        return None
    return DeviceMosaic(cleaner, grid, blocks, scale, offset)


class DeviceMosaic:
    """Cuts, cleans and blends the windows of a raster on the device of its cleaner.

    The pixels of a strip are sent once and its finished corrections come back once, through
    pinned memory where the device is CUDA. Rows that a later strip changes stay there. The
    sums are those of `windows.mosaic.CorrectionMosaic`, window after window in the same order:
    nothing depends on the order in which threads of the device finish.

    It is used by one thread, strips and windows in the order of their grid.

    Args:
        cleaner: Removes the clouds of windows.
        grid: As for `device_mosaic`, like all that follow.
        blocks: Gives, for first pixels of windows, first blocks of their views.
        scale: Of each band.
        offset: Of each band.
    """

    def __init__(
        self,
        cleaner: PreparedGenerator,
        grid: Grid,
        blocks: Callable[[NDArray[np.intp]], NDArray[np.intp]],
        scale: Sequence[float],
        offset: Sequence[float],
    ) -> None:
        self._cleaner = cleaner
        self._grid = grid
        self._view_rows, self._view_columns = blocks(grid.tops), blocks(grid.lefts)
        self._device = torch.device(cleaner.device)
        self._row_weights = self._send(grid.row_weights)
        self._column_weights = self._send(grid.column_weights)
        self._scale = self._send(np.asarray(scale, np.float32))[:, None, None]
        self._offset = self._send(np.asarray(offset, np.float32))[:, None, None]
        bands = cleaner.bands
        estimated = 1 + len(bands.groups) if cleaner.estimates else 0
        self._layers = len(bands.corrects) + estimated
        self._first = 0
        self._image = self._around = self._sum = torch.zeros(0, 0, 0, device=self._device)

    @torch.inference_mode()
    def begin(self, first: int, pixels: NDArray[Any], around: NDArray[np.float32] | None) -> None:
        """Sends a strip and makes room for its windows.

        Args:
            first: Index of its first row of windows.
            pixels: All that its windows cover, any real dtype, shape (bands read, rows, width).
            around: Blocks around it, from 16 blocks above and left of its first window on,
                shape (3 * bands read + 1, block rows, block columns), for a cleaner that
                `sees_surroundings`.
        """
        self._first = first
        # As `raster.reading.radiometry.Radiometry.to_model`, step by step.
        self._image = (self._values(pixels) * self._scale + self._offset).clamp(0.0, 1.0)
        self._around = self._sum[:0] if around is None else self._send(around)
        room = torch.zeros(self._layers, *pixels.shape[1:], device=self._device)
        if self._sum.numel():
            room[:, : self._sum.shape[1]] = self._sum
        self._sum = room

    @torch.inference_mode()
    def add(
        self,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        gaps: NDArray[np.intp],
        filled: NDArray[np.float32],
    ) -> None:
        """Cleans windows of the strip begun last and adds what changes.

        Args:
            rows: Row in the grid of each window.
            columns: Column in the grid of each window.
            gaps: Which of these windows, counted from 0, are not all known.
            filled: What to show the network instead, in the model domain, shape (gaps,
                bands read, window, window).
        """
        if not len(rows):
            return
        size = self._grid.window
        tops = self._grid.tops[rows] - self._grid.tops[self._first]
        lefts = self._grid.lefts[columns]
        windows = self._cut(self._image, tops, lefts, size)
        if len(gaps):
            windows[self._send(gaps)] = self._send(filled)
        views = None
        if self._cleaner.sees_surroundings:
            above = self._view_rows[rows] - self._view_rows[self._first]
            views = self._cut(self._around, above, self._view_columns[columns], VIEW)
        cleaned = self._cleaner.clean_tensors(windows, views)
        change = cleaned.image - windows[:, self._cleaner.bands.selected]
        change = torch.cat([change, *cleaned.parts[1:]], dim=1)
        weighted = change * self._row_weights[self._send(rows)][:, None, :, None]
        weighted *= self._column_weights[self._send(columns)][:, None, None, :]
        # One after another: what overlaps is then always added in the same order.
        for top, left, window in zip(tops.tolist(), lefts.tolist(), weighted, strict=True):
            self._sum[:, top : top + size, left : left + size] += window

    @torch.inference_mode()
    def finish(self, rows: int) -> NDArray[np.float32]:
        """Returns the sums of the rows that no later window reaches, and forgets them.

        Args:
            rows: How many, from the first row of the strip on.

        Returns:
            Corrections, from a cleaner that `estimates` also opacity and errors, as layers one
            upon another; float32, shape (layers, rows, width).
        """
        done = self._sum[:, :rows].contiguous()
        self._sum = self._sum[:, rows:].clone()
        if self._device.type == "cuda":
            fetched = torch.empty(done.shape, pin_memory=True)
            fetched.copy_(done, non_blocking=True)
            torch.cuda.current_stream(self._device).synchronize()
            done = fetched
        finished: NDArray[np.float32] = done.cpu().numpy()
        return finished

    def _values(self, pixels: NDArray[Any]) -> Tensor:
        """Sends values in as few bytes as they have, and returns them as float32."""
        if pixels.dtype == np.uint16:
            # torch computes with int16 everywhere, with uint16 hardly: the bits are the same.
            bits = self._send(np.ascontiguousarray(pixels).view(np.int16))
            return (bits.to(torch.int32) & 0xFFFF).to(torch.float32)
        if pixels.dtype.name in _SENT_AS_THEY_ARE:
            return self._send(pixels).to(torch.float32)
        return self._send(pixels.astype(np.float32))

    def _cut(
        self, image: Tensor, tops: NDArray[np.intp], lefts: NDArray[np.intp], size: int
    ) -> Tensor:
        """Copies windows out of an image, to shape (windows, bands, size, size)."""
        reach = np.arange(size)
        rows, columns = self._send(tops[:, None] + reach), self._send(lefts[:, None] + reach)
        windows = image[:, rows[:, :, None], columns[:, None, :]].transpose(0, 1)
        return windows.contiguous(memory_format=torch.channels_last)

    def _send(self, array: NDArray[Any]) -> Tensor:
        """Copies an array to the device, on CUDA without waiting until it is there."""
        tensor = torch.from_numpy(np.ascontiguousarray(array))
        if self._device.type == "cuda":
            # Pinned memory is given back only once the copy is done; torch sees to that.
            tensor = tensor.pin_memory()
        return tensor.to(self._device, non_blocking=True)
