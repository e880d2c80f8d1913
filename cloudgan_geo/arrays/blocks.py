"""Dask's arrays, of which blocks are cleaned once somebody computes them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arrays.array_scene import cirrus_at, is_blank
from cloudgan_geo.arrays.array_task import ArrayPart, ArrayTask
from cloudgan_geo.arrays.given import known_pixels
from cloudgan_geo.correction.cleaner import bands_of
from cloudgan_geo.raster.reading.declared import nodata_code
from cloudgan_geo.raster.reading.opening import sampled
from cloudgan_geo.windows.grid import WindowGrid
from cloudgan_geo.windows.part import GridPart

#: What a block sees beside itself is up to 195 pixels wide: chunks are put together until they
#: have so many along a side, of which then up to nine tenths more are read.
LEAST = 1024

# What dask computes at the same time would share the cores and the memory of the device: in one
# process one block after the other is computed, each with all of them.
_ONE_AT_A_TIME = threading.Lock()


def clean_lazily(task: ArrayTask, groups: Sequence[str], pixels: Any, valid: Any) -> list[Any]:
    """Returns what becomes of scenes, of which nothing is computed yet.

    Args:
        task: What is to be done with each.
        groups: Of bands, that an error is estimated of; none from one that estimates nothing.
        pixels: Dask's array of shape (..., bands, rows, columns).
        valid: The same of shape (..., rows, columns), or None for everywhere.

    Returns:
        Image and, if there are groups, opacity, error and quality, in blocks of one or more
        chunks.
    """
    leading, (height, width) = pixels.shape[:-3], pixels.shape[-2:]
    grid = WindowGrid(height, width, task.options.overlap)
    rows, columns = (_spans(pixels.chunks[axis], LEAST) for axis in (-2, -1))
    parts = [[GridPart.of(grid, down, across) for across in columns] for down in rows]
    scenes = [
        _scene(task, groups, pixels[at], None if valid is None else valid[at], parts)
        for at in np.ndindex(leading)
    ]
    return [_stacked(layer, leading) for layer in zip(*scenes, strict=True)]


def _stacked(scenes: Sequence[Any], leading: tuple[int, ...]) -> Any:
    import dask.array

    return dask.array.stack(scenes).reshape((*leading, *scenes[0].shape))


def _spans(chunks: Sequence[int], least: int) -> list[tuple[int, int]]:
    """Puts neighbouring chunks together until each span has so many pixels."""
    size = sum(chunks)
    edges = [0]
    for edge in accumulate(chunks):
        if edge - edges[-1] >= least and size - edge >= least:
            edges.append(edge)
    return list(pairwise([*edges, size]))


def _scene(
    task: ArrayTask, groups: Sequence[str], pixels: Any, valid: Any, parts: list[list[GridPart]]
) -> list[Any]:
    """Returns the layers of one scene."""
    import dask.array

    blank = _blank_cirrus(task, pixels, valid)
    blocks = [[_block(task, groups, pixels, valid, blank, part) for part in row] for row in parts]
    count = len(blocks[0][0])
    return [dask.array.block([[one[at] for one in row] for row in blocks]) for at in range(count)]


def _block(
    task: ArrayTask, groups: Sequence[str], pixels: Any, valid: Any, blank: Any, part: GridPart
) -> list[Any]:
    """Returns the layers of one block."""
    import dask
    import dask.array

    seen = (part.rows.seen, part.columns.seen)
    there = None if valid is None else valid[seen]
    made = dask.delayed(_Block(task, tuple(groups), part))(
        pixels[(slice(None), *seen)], there, blank
    )
    size = part.rows.stop - part.rows.start, part.columns.stop - part.columns.start
    layers: list[tuple[tuple[int, ...], Any]] = [((len(pixels), *size), pixels.dtype)]
    if groups:
        layers += [(size, np.float32), ((len(groups), *size), np.float32), (size, np.uint8)]
    return [
        dask.array.from_delayed(made[place], shape, dtype)
        for place, (shape, dtype) in enumerate(layers)
    ]


def _blank_cirrus(task: ArrayTask, pixels: Any, valid: Any) -> Any:
    """Returns whether the cirrus band holds nothing, to be looked at when blocks are computed."""
    import dask

    at = cirrus_at(task.names, bands_of(task.model))
    if at is None:
        return False
    pieces = [piece.toslices() for piece in sampled(*pixels.shape[-2:])]
    known = [True if valid is None else valid[piece] for piece in pieces]
    code = nodata_code(task.dtype.name, task.nodata)
    return dask.delayed(_all_blank)([pixels[at][piece] for piece in pieces], known, code)


def _all_blank(pieces: Sequence[Any], known: Sequence[Any], code: float | None) -> bool:
    return all(
        is_blank(np.ma.getdata(piece), there & ~np.ma.getmaskarray(piece), code)
        for piece, there in zip(pieces, known, strict=True)
    )


@dataclass(frozen=True)
class _Block:
    """Cleans a block, in whatever process it is computed; loads the generator there."""

    task: ArrayTask
    groups: tuple[str, ...]
    part: GridPart

    def __call__(
        self, pixels: NDArray[Any], valid: NDArray[np.bool_] | None, blank: bool
    ) -> tuple[NDArray[Any], ...]:
        """Returns the layers of what is wanted.

        Args:
            pixels: What decides, shape (bands, rows, columns).
            valid: Where they mean something, shape (rows, columns); None for everywhere.
            blank: Whether the cirrus band of the whole scene holds nothing.
        """
        with _ONE_AT_A_TIME:
            engine = self.task.engine()
            known = known_pixels(pixels, valid)
            part = ArrayPart(self.part, blank)
            layers = self.task.clean(pixels, known, engine, part=part).layers(self.groups)
        at = (..., self.part.rows.wanted, self.part.columns.wanted)
        return tuple(layer[at].copy() for layer in layers)
