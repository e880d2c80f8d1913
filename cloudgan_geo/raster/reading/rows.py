"""Bands and rows of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from cloudgan_geo.memory import ReusedMemory
from cloudgan_geo.raster.reading.declared import nodata_code


@dataclass(frozen=True)
class Band:
    """A band of a scene.

    Attributes:
        index: In the file, counted from 1.
        dtype: Of its values.
        nodata: Value that means no data, or None.
        description: Its name, or None.
        colour: Its colour interpretation.
        scale: Declared factor from values to physical units; 1 if none is.
        offset: Declared addend, after scaling; 0 if none is.
        unit: Declared unit, or None.
        tags: Metadata of the band.
    """

    index: int
    dtype: str
    nodata: float | None
    description: str | None
    colour: ColorInterp
    scale: float
    offset: float
    unit: str | None
    tags: dict[str, str]

    @property
    def code(self) -> float | None:
        """The value that GDAL takes for nodata: of integers without what follows the point."""
        return nodata_code(self.dtype, self.nodata)


@dataclass(frozen=True)
class Rows:
    """Neighbouring whole rows of a scene.

    Attributes:
        pixels: The scene's bands, shape (bands, rows, width).
        valid: Where the bands that the scene is used for are neither nodata nor masked nor NaN,
            shape (bands used, rows, width); one True that stands for all where nothing is left
            out, so not to be written to.
        mask: The scene's mask band, uint8, shape (rows, width), or None if it has none.
    """

    pixels: NDArray[Any]
    valid: NDArray[np.bool_]
    mask: NDArray[np.uint8] | None = None

    def cut(self, start: int, stop: int | None = None) -> Rows:
        """Returns the rows `start` to before `stop`, without copying."""
        mask = None if self.mask is None else self.mask[start:stop]
        return Rows(self.pixels[:, start:stop], self.valid[:, start:stop], mask)

    def above(self, below: Rows, memory: ReusedMemory) -> Rows:
        """Returns these rows with others below them, in an array of its own.

        Args:
            below: The others.
            memory: Where the array lies.
        """
        height = self.pixels.shape[1] + below.pixels.shape[1]
        shape = len(self.pixels), height, self.pixels.shape[2]
        pixels = memory.empty(shape, self.pixels.dtype)
        np.concatenate([self.pixels, below.pixels], axis=1, out=pixels)
        mask = None
        if self.mask is not None and below.mask is not None:
            mask = np.concatenate([self.mask, below.mask])
        return Rows(
            pixels,
            _above(self.valid, below.valid),
            mask,
        )


def all_known(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Returns an array of nothing but True that takes no memory."""
    return np.broadcast_to(np.True_, shape)


def everywhere(valid: NDArray[np.bool_]) -> bool:
    """Tells whether all of an array is True; at once if one value stands for many."""
    distinct = tuple(slice(0, 1) if stride == 0 else slice(None) for stride in valid.strides)
    return bool(valid[distinct].all())


def _above(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if any(first.strides) or any(second.strides) or not (everywhere(first) and everywhere(second)):
        return np.concatenate([first, second], axis=1)
    return all_known((first.shape[0], first.shape[1] + second.shape[1], *first.shape[2:]))
