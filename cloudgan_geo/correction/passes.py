"""Correcting a scene strip by strip with whatever cleans its windows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import without_copying
from cloudgan_geo.callbacks import Progress
from cloudgan_geo.correction.batches import Piece, WindowBatch, cut_batches, fill_gaps
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.estimates import ErrorSums, Estimates, QualityCounts, judge
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.correction.streaming import compute_ahead
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.raster.reading.area import Area
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.windows.grid import Strip, WindowGrid
from cloudgan_geo.windows.mosaic import CorrectionMosaic, Layout, RemoteMosaic
from cloudgan_geo.windows.surroundings import Surroundings, cut_views

# Values are corrected so many at a time: their temporary copies then stay in the cache.
_CORRECTED_VALUES = 2**18


class SceneCorrection:
    """One pass over a scene, from top to bottom.

    What the windows change, not what they show, is blended and added to the scene's own
    values: windows that change nothing leave every value as it was.

    Its steps may run in threads of their own, one thread a step: `read`, `blended` (which
    computes in others still), `corrected`.

    Args:
        scene: The scene.
        radiometry: How its values relate to reflectance.
        grid: The windows over it.
        cleaner: Removes the clouds of windows.
        batch_size: Windows that it gets at once.
        progress: Called after every batch.
        area: Outside of which every value stays as it is; None for the whole scene.
        rule: Which pixels keep their values; None if the cleaner estimates no opacity.
        remote: Where windows are cut, cleaned and blended instead of here; None for here.

    Attributes:
        batch_size: As given.
        computed: Windows that the cleaner got so far; those without a valid pixel in the area are
            skipped.
        quality: Pixels of each quality class so far; None without a keep rule.
        errors: Expected errors of corrected pixels so far; None likewise.
    """

    def __init__(
        self,
        scene: Scene,
        radiometry: Radiometry,
        grid: WindowGrid,
        cleaner: Cleaner,
        batch_size: int,
        progress: Progress | None = None,
        area: Area | None = None,
        rule: KeepRule | None = None,
        remote: RemoteMosaic | None = None,
    ) -> None:
        self._scene = scene
        self._radiometry = radiometry
        self._grid = grid
        self._clean = cleaner.clean
        self._looks_around = cleaner.sees_surroundings
        self._bands = cleaner.bands
        # Where the bands that the cleaner reads and corrects are among those of the scene.
        self._reads_at = scene.used_positions
        self._reading = without_copying(self._reads_at)
        self._writes_at = [self._reads_at[position] for position in self._bands.corrected]
        self._new_radiometry = radiometry.of(self._bands.corrected)
        self.batch_size = batch_size
        self._progress = progress
        self._area = area
        self._rule = rule
        self._remote = remote
        groups = 0 if rule is None else len(self._bands.groups)
        self._layout = Layout(len(self._bands.corrects), groups)
        self._mosaic = CorrectionMosaic(grid, self._layout.layers)
        self.computed = 0
        self.quality = None if rule is None else QualityCounts()
        self.errors = None if rule is None else ErrorSums(self._bands.groups)

    def read(self, strips: Sequence[Strip]) -> Iterator[Piece]:
        """Yields every strip with the rows of the scene that its windows cover.

        Args:
            strips: All strips of the grid.

        Raises:
            SceneError: If the file is gone, damaged or truncated.
        """
        if not self._looks_around:
            yield from self._read(strips, lambda rows: None)
            return
        surroundings = Surroundings(self._grid, len(self._reads_at), self._radiometry.to_model)
        waiting: deque[Piece] = deque()

        def look(rows: Rows) -> None:
            surroundings.add(rows.pixels[self._reads_at], rows.valid)

        # A strip waits until the rows below it that its windows see have been read.
        for piece in self._read(strips, look):
            waiting.append(piece)
            while waiting and surroundings.reach(waiting[0].strip):
                ready = waiting.popleft()
                yield replace(ready, around=surroundings.around(ready.strip))

    def _read(self, strips: Sequence[Strip], look: Callable[[Rows], None]) -> Iterator[Piece]:
        """Reads every row once, and lets someone look at it."""
        bottoms = [min(strip.bottom, self._scene.height) for strip in strips]
        pieces = self._scene.read(zip([0, *bottoms[:-1]], bottoms, strict=True))
        rows: Rows | None = None
        top = 0
        for strip, piece in zip(strips, pieces, strict=True):
            look(piece)
            rows = piece if rows is None else rows.cut(strip.top - top).above(piece)
            top = strip.top
            wanted = rows.valid
            if self._area is not None:
                wanted = wanted & self._area.inside(top, top + wanted.shape[1])
            yield Piece(strip, rows, wanted)

    def blended(
        self,
        pieces: Iterable[Piece],
        workers: int = 1,
        begin: Callable[[], None] | None = None,
    ) -> Generator[Piece]:
        """Computes and blends the corrections of pieces.

        Args:
            pieces: All of them, from top to bottom.
            workers: Threads that call the cleaner.
            begin: Called first in each of them.

        Yields:
            The pieces with their corrections, as long as they are final.

        Raises:
            WeightsError: If a window comes back with values that are no numbers.
        """
        batches = cut_batches(pieces, self._grid, self._reads_at, self.batch_size)
        if self._remote is None:
            corrections = self._blended_here(batches, workers, begin)
        else:
            # In one thread only: it takes the windows in their order.
            corrections = compute_ahead(self._blend_remotely, batches, 1, begin)
        with closing(corrections):
            for batch, correction in corrections:
                self.computed += len(batch.rows)
                self._tell(batch)
                if batch.last:
                    assert correction is not None
                    yield replace(batch.piece, correction=self._layout.correction(correction))

    def corrected(self, piece: Piece) -> tuple[Rows, Estimates | None]:
        """Corrects the rows of a piece that no later one changes.

        Args:
            piece: With its correction.

        Returns:
            The rows `strip.top` to before `strip.finished`, in arrays of their own, and, with
            a keep rule, what else is known about them.
        """
        assert piece.correction is not None
        height = piece.correction.image.shape[1]
        done = piece.rows.cut(0, height)
        pixels = done.pixels.copy()
        nodata = [self._scene.bands[position].code for position in self._writes_at]
        judged: list[Estimates] = []
        step = max(1, _CORRECTED_VALUES // (self._scene.width * len(self._reads_at)))
        for start in range(0, height, step):
            part = slice(start, min(start + step, height))
            values, wanted = pixels[self._reading, part], piece.wanted[:, part]
            correction = piece.correction.rows(part)
            change, estimates = correction.image, None
            if self._rule is not None:
                change, estimates = judge(
                    self._rule, correction, values, wanted, self._radiometry, self._bands
                )
                judged.append(estimates)
            old, changing = values[self._bands.selected], wanted[self._bands.selected]
            new = self._new_radiometry.corrected(old, change, changing, nodata)
            if self._rule is not None and estimates is not None:
                self._rule.blank(new, changing, estimates.quality, nodata)
            pixels[self._writes_at, part] = new
        rows = Rows(pixels, done.valid, done.mask)
        if self.quality is None or self.errors is None:
            return rows, None
        joined = Estimates.joined(judged)
        self.quality.add(joined.quality)
        self.errors.add(joined)
        return rows, joined

    def _blended_here(
        self, batches: Iterable[WindowBatch], workers: int, begin: Callable[[], None] | None
    ) -> Generator[tuple[WindowBatch, NDArray[np.float32] | None]]:
        """Yields batches, the last of each piece with the layers of the piece's correction."""
        changes = compute_ahead(self._change, batches, workers, begin)
        with closing(changes):
            for batch, change in changes:
                if batch.first:
                    self._mosaic.begin(batch.piece.strip)
                self._mosaic.add(batch.rows, batch.columns, change)
                correction = self._mosaic.finish(batch.piece.strip) if batch.last else None
                # Of sums and not of windows, of which there are nearly twice as many values.
                if correction is not None:
                    check_finite(correction)
                yield batch, correction

    def _blend_remotely(self, batch: WindowBatch) -> NDArray[np.float32] | None:
        """Adds a batch where the generator is; after the last, returns the correction's layers."""
        assert self._remote is not None
        strip = batch.piece.strip
        if batch.first:
            self._remote.begin(strip.first, batch.pixels, batch.piece.around)
        gaps, filled = fill_gaps(batch, self._grid, self._radiometry.to_model)
        self._remote.add(batch.rows, batch.columns, gaps, filled)
        if not batch.last:
            return None
        correction = self._remote.finish(strip.finished - strip.top)
        correction = correction[:, : self._grid.height - strip.top, : self._grid.width]
        check_finite(correction)
        return correction

    def _change(self, batch: WindowBatch) -> NDArray[np.float32]:
        """Returns weighted changes of windows by the cleaner: (windows, layers, window, window)."""
        tops = self._grid.tops[batch.rows] - batch.piece.strip.top
        lefts = self._grid.lefts[batch.columns]
        size = self._grid.window
        if not len(tops):
            return np.empty((0, self._layout.layers, size, size), np.float32)
        windows = np.empty((len(tops), len(batch.pixels), size, size), np.float32)
        for window, top, left in zip(windows, tops, lefts, strict=True):
            values = batch.pixels[:, top : top + size, left : left + size]
            self._radiometry.to_model(values, out=window)
        gaps, filled = fill_gaps(batch, self._grid, self._radiometry.to_model)
        windows[gaps] = filled
        if batch.piece.around is None:
            cleaned = self._clean(windows)
        else:
            views = cut_views(
                batch.piece.around,
                batch.piece.strip,
                self._grid.tops[batch.rows],
                self._grid.lefts[batch.columns],
            )
            cleaned = self._clean(windows, views)
        change = self._layout.stacked(windows, self._bands.corrected, cleaned.parts)
        self._mosaic.weigh(batch.rows, batch.columns, change)
        return change

    def _tell(self, batch: WindowBatch) -> None:
        if self._progress is None:
            return
        columns = len(self._grid.lefts)
        done = batch.piece.strip.stop * columns
        if not batch.last:
            done = batch.rows[-1] * columns + batch.columns[-1] + 1
        self._progress(int(done), len(self._grid))


def check_finite(corrections: NDArray[np.float32]) -> None:
    """Raises a `WeightsError` if corrections, shape (layers, ...), hold what is no number."""
    if not all(np.isfinite(layer).all() for layer in corrections):
        raise WeightsError(
            "the generator returns values that are no numbers; see ", Argument("model")
        )
