"""Computing the windows of batches and blending them, here or where the generator is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.correction.batches import WindowBatch, fill_gaps
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.streaming import InOrder, compute_ahead
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.windows.grid import WindowGrid
from cloudgan_geo.windows.mosaic import CorrectionMosaic, Layout, RemoteMosaic
from cloudgan_geo.windows.surroundings import cut_views

Float32 = NDArray[np.float32]

#: A batch and, with the last of a piece, the layers of the piece's correction; else None.
Blended: TypeAlias = tuple[WindowBatch, Float32 | None]


class LocalBlending:
    """Cuts, cleans and blends windows in the threads of the cleaner.

    A thread adds up the windows that it has just got from the cleaner, while they are in its
    cache, or leaves them to the thread that the batch before is still with.

    Args:
        grid: The windows.
        cleaner: Removes their clouds.
        radiometry: How the values of the bands that it reads relate to reflectance.
        layout: Of a correction.
    """

    def __init__(
        self, grid: WindowGrid, cleaner: Cleaner, radiometry: Radiometry, layout: Layout
    ) -> None:
        self._grid = grid
        self._clean = cleaner.clean
        self._radiometry = radiometry
        self._layout = layout
        self._mosaic = CorrectionMosaic(grid, layout, cleaner.bands.corrected)
        self._finished: deque[Float32] = deque()

    def corrections(
        self, batches: Iterable[WindowBatch], workers: int, begin: Callable[[], None] | None
    ) -> Generator[Blended]:
        """Yields all batches in their order, with what is finished.

        Args:
            batches: Of all pieces, from top to bottom.
            workers: Threads that call the cleaner.
            begin: Called first in each of them.
        """
        in_order = InOrder(self._add)

        def compute(numbered: tuple[int, WindowBatch]) -> None:
            number, batch = numbered
            in_order.put(number, (batch, *self._cleaned(batch)))

        with closing(compute_ahead(compute, enumerate(batches), workers, begin)) as computed:
            for (_, batch), _ in computed:
                yield batch, self._finished.popleft() if batch.last else None

    def _cleaned(self, batch: WindowBatch) -> tuple[Float32, tuple[Float32, ...]]:
        """Returns windows as the cleaner reads them, and what it makes of them."""
        tops = self._grid.tops[batch.rows] - batch.piece.strip.top
        lefts = self._grid.lefts[batch.columns]
        size = self._grid.window
        windows = np.empty((len(tops), len(batch.pixels), size, size), np.float32)
        if not len(tops):
            return windows, ()
        for window, top, left in zip(windows, tops.tolist(), lefts.tolist(), strict=True):
            values = batch.pixels[:, top : top + size, left : left + size]
            self._radiometry.to_model(values, out=window)
        gaps, filled = fill_gaps(batch, self._grid, self._radiometry.to_model)
        windows[gaps] = filled
        parts = self._ask(batch, windows).parts
        self._layout.check(windows.shape, parts)
        return windows, parts

    def _ask(self, batch: WindowBatch, windows: Float32) -> Cleaned[Float32]:
        if batch.piece.around is None:
            return self._clean(windows)
        tops, lefts = self._grid.tops[batch.rows], self._grid.lefts[batch.columns]
        return self._clean(windows, cut_views(batch.piece.around, batch.piece.strip, tops, lefts))

    def _add(self, item: tuple[WindowBatch, Float32, tuple[Float32, ...]]) -> None:
        batch, windows, parts = item
        if batch.first:
            self._mosaic.begin(batch.piece.strip)
        self._mosaic.add(batch.rows, batch.columns, windows, parts)
        if batch.last:
            self._finished.append(self._mosaic.finish(batch.piece.strip))


class RemoteBlending:
    """Has windows cut, cleaned and blended elsewhere.

    Args:
        grid: The windows.
        remote: Where.
        radiometry: How the values of the bands that are read relate to reflectance.
    """

    def __init__(self, grid: WindowGrid, remote: RemoteMosaic, radiometry: Radiometry) -> None:
        self._grid = grid
        self._remote = remote
        self._radiometry = radiometry

    def corrections(
        self, batches: Iterable[WindowBatch], workers: int, begin: Callable[[], None] | None
    ) -> Generator[Blended]:
        """Does what `LocalBlending.corrections` does, in one thread: windows come in their order.

        Args:
            batches: Of all pieces, from top to bottom.
            workers: Not used.
            begin: Called first in the thread.
        """
        return compute_ahead(self._blend, batches, 1, begin)

    def _blend(self, batch: WindowBatch) -> Float32 | None:
        """Adds a batch; after the last of a piece, returns the correction's layers."""
        strip = batch.piece.strip
        if batch.first:
            self._remote.begin(strip.first, batch.pixels, batch.piece.around)
        gaps, filled = fill_gaps(batch, self._grid, self._radiometry.to_model)
        self._remote.add(batch.rows, batch.columns, gaps, filled)
        if not batch.last:
            return None
        correction = self._remote.finish(strip.finished - strip.top)
        return correction[:, : self._grid.height - strip.top, : self._grid.width]


def check_finite(corrections: Float32) -> None:
    """Raises a `WeightsError` if corrections, shape (layers, ...), hold what is no number."""
    if not np.isfinite(corrections).all():
        raise WeightsError(
            "the generator returns values that are no numbers; see ", Argument("model")
        )
