"""Pieces of a scene, and the batches of windows in which they are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import without_copying
from cloudgan_geo.raster.reading.rows import Rows, everywhere
from cloudgan_geo.windows.grid import Strip, WindowGrid, cut, extend, fill_invalid, occupied
from cloudgan_geo.windows.mosaic import Correction


@dataclass(frozen=True)
class Piece:
    """A strip of the grid with what lies in it.

    Attributes:
        strip: The strip.
        rows: The rows of the scene that its windows cover.
        wanted: Which values of the bands that are read are to be corrected, shape (bands, rows,
            width).
        around: Blocks around the strip, see `Surroundings.around`; None without a keep rule.
        correction: Of the rows that no later strip changes, `strip.top` to before
            `strip.finished`; None before it is known.
    """

    strip: Strip
    rows: Rows
    wanted: NDArray[np.bool_]
    around: NDArray[np.float32] | None = None
    correction: Correction | None = None


@dataclass(frozen=True)
class WindowBatch:
    """Windows of a piece that are computed together.

    Attributes:
        piece: The piece.
        pixels: Its bands that are read, extended to at least a window, shape (bands, rows,
            width).
        valid: Which of them are known, of the same shape; None if all are.
        rows: Row in the grid of each window.
        columns: Column in the grid of each window.
        first: Whether it is the first of its piece.
        last: Whether it is the last.
    """

    piece: Piece
    pixels: NDArray[Any]
    valid: NDArray[np.bool_] | None
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    first: bool
    last: bool


def cut_batches(
    pieces: Iterable[Piece], grid: WindowGrid, read: list[int], size: int
) -> Iterator[WindowBatch]:
    """Yields the windows that hold a wanted pixel; for a piece without, an empty batch.

    Args:
        pieces: From top to bottom.
        grid: The windows.
        read: Positions, among the bands of the scene, of those that the generator reads.
        size: Windows of a batch, at most.
    """
    for piece in pieces:
        strip = piece.strip
        tops, lefts = grid.tops[strip.first : strip.stop] - strip.top, grid.lefts
        if everywhere(piece.wanted) or not piece.wanted.any():
            where = np.full((len(tops), len(lefts)), everywhere(piece.wanted))
        else:
            where = occupied(extend(piece.wanted), tops, lefts)
        rows, columns = np.nonzero(where)
        pixels = extend(piece.rows.pixels[without_copying(read)])
        valid = None if everywhere(piece.rows.valid) else extend(piece.rows.valid)
        for start in range(0, max(1, len(rows)), size):
            stop = start + size
            yield WindowBatch(
                piece,
                pixels,
                valid,
                rows[start:stop] + strip.first,
                columns[start:stop],
                first=start == 0,
                last=stop >= len(rows),
            )


def fill_gaps(
    batch: WindowBatch, grid: WindowGrid, to_model: Callable[[NDArray[Any]], NDArray[np.float32]]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Returns which windows of a batch have gaps, and these windows with the gaps filled.

    Args:
        batch: The batch.
        grid: The windows.
        to_model: Turns values of shape (windows, bands, window, window) into the model domain.

    Returns:
        Positions in the batch, and windows in the model domain.
    """
    tops = grid.tops[batch.rows] - batch.piece.strip.top
    lefts = grid.lefts[batch.columns]
    if batch.valid is None:
        gaps = np.zeros(0, np.intp)
        return gaps, np.zeros((0, len(batch.pixels), grid.window, grid.window), np.float32)
    known = cut(batch.valid, tops, lefts)
    gaps = np.flatnonzero(~known.all(axis=(1, 2, 3)))
    windows = to_model(cut(batch.pixels, tops[gaps], lefts[gaps]))
    return gaps, fill_invalid(windows, known[gaps])
