"""Where the windows of a raster lie, what weights they blend with, and cutting them out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError

T = TypeVar("T", bound=np.generic)

#: Height and width of the windows the generators were trained on, in pixels.
WINDOW = 64


@dataclass(frozen=True)
class Strip:
    """Neighbouring rows of windows that are computed together.

    Attributes:
        first: Index of the first row of windows.
        stop: Index after the last one.
        top: First pixel row that the windows cover.
        bottom: Pixel row after the last that they cover.
        finished: Pixel row before which no later window reaches.
    """

    first: int
    stop: int
    top: int
    bottom: int
    finished: int


@dataclass(frozen=True)
class WindowGrid:
    """The windows over a raster, row by row, the last ones shifted to end at its edges.

    A raster lower or narrower than a window is thought of as extended to one; `height` and
    `width` then differ from `padded_height` and `padded_width`.

    Attributes:
        height: Rows of the raster.
        width: Columns of the raster.
        overlap: Rows and columns that neighbouring windows share, 0 to `window` - 1.
        window: Height and width of a window.

    Raises:
        UsageError: If the overlap is out of range.
    """

    height: int
    width: int
    overlap: int = defaults.OVERLAP
    window: int = WINDOW

    def __post_init__(self) -> None:
        if not isinstance(self.overlap, int):
            raise UsageError(
                f"an overlap of {self.overlap!r}: ", Argument("overlap"), " takes a whole number"
            )
        if not 0 <= self.overlap < self.window:
            raise UsageError(
                f"an overlap of {self.overlap} pixels is not possible with windows of "
                f"{self.window}: ",
                Argument("overlap"),
                f" takes 0 to {self.window - 1}",
            )

    @property
    def padded_height(self) -> int:
        """Rows after extending to at least one window."""
        return max(self.height, self.window)

    @property
    def padded_width(self) -> int:
        """Columns after extending to at least one window."""
        return max(self.width, self.window)

    @cached_property
    def tops(self) -> NDArray[np.intp]:
        """First pixel row of every row of windows."""
        return _starts(self.padded_height, self.window, self.overlap)

    @cached_property
    def lefts(self) -> NDArray[np.intp]:
        """First pixel column of every column of windows."""
        return _starts(self.padded_width, self.window, self.overlap)

    def __len__(self) -> int:
        return len(self.tops) * len(self.lefts)

    @cached_property
    def row_weights(self) -> NDArray[np.float32]:
        """Vertical blend weights, shape (rows of windows, window); see `blend_weights`."""
        return blend_weights(self.tops, self.padded_height, self.window, self.overlap)

    @cached_property
    def column_weights(self) -> NDArray[np.float32]:
        """Horizontal blend weights, shape (columns of windows, window)."""
        return blend_weights(self.lefts, self.padded_width, self.window, self.overlap)

    def strips(self, rows: int) -> Iterator[Strip]:
        """Yields the grid from top to bottom, `rows` rows of windows at a time."""
        for first in range(0, len(self.tops), rows):
            stop = min(first + rows, len(self.tops))
            yield Strip(
                first,
                stop,
                top=int(self.tops[first]),
                bottom=int(self.tops[stop - 1]) + self.window,
                finished=int(self.tops[stop]) if stop < len(self.tops) else self.padded_height,
            )

    def rows_for(self, pixels: int) -> int:
        """Returns how many rows of windows a strip of about `pixels` pixels has, at least 1."""
        return max(1, min(len(self.tops), pixels // (self.padded_width * self._stride)))

    @property
    def _stride(self) -> int:
        return self.window - self.overlap


def _starts(size: int, window: int, overlap: int) -> NDArray[np.intp]:
    stride = window - overlap
    count = 1 + math.ceil((size - window) / stride)
    return np.minimum(np.arange(count) * stride, size - window)


def blend_weights(
    starts: NDArray[np.intp], size: int, window: int, overlap: int
) -> NDArray[np.float32]:
    """Weights of windows along one side of a raster, that add up to 1 at every pixel.

    Raised-cosine ramps over the overlap, sampled between pixels, so that the outermost row
    of a window still counts: at the edge of a raster it is all there is.

    Args:
        starts: First pixel of each window.
        size: Pixels along the side.
        window: Pixels of a window.
        overlap: Pixels that neighbouring windows share.

    Returns:
        Positive float32, shape (windows, window).
    """
    ramp = min(overlap, window // 2)
    to_edge = np.minimum(np.arange(window), np.arange(window)[::-1]) + 0.5
    profile = np.sin(0.5 * np.pi * np.minimum(to_edge / ramp, 1.0)) ** 2 if ramp else to_edge**0
    positions = starts[:, None] + np.arange(window)
    total = np.bincount(positions.ravel(), np.tile(profile, len(starts)), minlength=size)
    weights: NDArray[np.float32] = (profile / total[positions]).astype(np.float32)
    return weights


def extend(pixels: NDArray[T], window: int = WINDOW) -> NDArray[T]:
    """Reflects the bottom and the right of an array until it holds a window.

    Args:
        pixels: Shape (bands, height, width); returned as it is if large enough.
        window: Wanted height and width, at least.
    """
    below = max(0, window - pixels.shape[1])
    right = max(0, window - pixels.shape[2])
    if not below and not right:
        return pixels
    return np.pad(pixels, ((0, 0), (0, below), (0, right)), mode="reflect")


def occupied(
    valid: NDArray[np.bool_], tops: NDArray[np.intp], lefts: NDArray[np.intp], window: int = WINDOW
) -> NDArray[np.bool_]:
    """Tells which windows hold at least one valid pixel.

    Args:
        valid: Shape (bands, height, width).
        tops: First row of every row of windows.
        lefts: First column of every column of windows.
        window: Height and width of a window.

    Returns:
        Shape (rows of windows, columns of windows).
    """
    counts = np.zeros((valid.shape[1] + 1, valid.shape[2] + 1), np.int64)
    np.cumsum(valid.any(axis=0), axis=0, out=counts[1:, 1:])
    np.cumsum(counts[1:, 1:], axis=1, out=counts[1:, 1:])
    bottom, right = tops[:, None] + window, lefts[None] + window
    top, left = tops[:, None], lefts[None]
    inside = counts[bottom, right] - counts[top, right] - counts[bottom, left] + counts[top, left]
    return inside > 0


def cut(
    pixels: NDArray[T], tops: NDArray[np.intp], lefts: NDArray[np.intp], window: int = WINDOW
) -> NDArray[T]:
    """Copies windows out of an array.

    Args:
        pixels: Shape (bands, height, width).
        tops: First row of each window.
        lefts: First column of each window.
        window: Height and width of a window.

    Returns:
        Shape (windows, bands, window, window), contiguous.
    """
    windows = np.empty((len(tops), len(pixels), window, window), pixels.dtype)
    for copy, top, left in zip(windows, tops, lefts, strict=True):
        copy[...] = pixels[:, top : top + window, left : left + window]
    return windows


def fill_invalid(windows: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Replaces invalid pixels by the nearest valid one of their row, or of the nearest row.

    What the generator sees there must neither look like ground or cloud that is not there
    nor, as a NaN would, spread.

    Args:
        windows: Shape (windows, bands, height, width).
        valid: Of the same shape. A band without any valid pixel becomes 0.

    Returns:
        A filled array of the same shape.
    """
    nearest = _nearest(valid)
    filled = np.take_along_axis(windows, nearest, axis=-1)
    rows: NDArray[np.bool_] = np.any(valid, axis=-1)
    filled = np.take_along_axis(filled, _nearest(rows)[..., None], axis=-2)
    filled[~rows.any(axis=-1)] = 0.0
    return filled


def _nearest(valid: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Index along the last axis of the nearest valid entry; anything where there is none."""
    size = valid.shape[-1]
    index = np.arange(size)
    far = 2 * size
    before = np.maximum.accumulate(np.where(valid, index, -far), axis=-1)
    after = np.where(valid, index, size + far)[..., ::-1]
    after = np.minimum.accumulate(after, axis=-1)[..., ::-1]
    return np.clip(np.where(index - before <= after - index, before, after), 0, size - 1)
