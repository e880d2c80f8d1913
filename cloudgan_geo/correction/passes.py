"""Correcting a scene strip by strip with whatever cleans its windows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import BandSet, consecutive, without_copying
from cloudgan_geo.callbacks import Progress
from cloudgan_geo.correction.batches import Piece, WindowBatch, cut_batches
from cloudgan_geo.correction.blended import LocalBlending, RemoteBlending, check_finite
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.estimates import ErrorSums, Estimates, QualityCounts, judge
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.raster.reading.area import Area
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.windows.grid import Strip, WindowGrid
from cloudgan_geo.windows.mosaic import Correction, Layout, RemoteMosaic
from cloudgan_geo.windows.surroundings import Surroundings

# Values are corrected so many at a time: their temporary copies then stay in the cache.
_CORRECTED_VALUES = 2**18


@dataclass(frozen=True)
class _Run:
    """Neighbouring bands that are corrected; found by slices, of which numpy makes no copies.

    Attributes:
        layers: Which they are among the bands that are corrected.
        read: Among those that are read.
        pixels: Among those of the scene.
        radiometry: How their values relate to reflectance.
        nodata: Value that means no data, of each.
    """

    layers: slice
    read: slice
    pixels: slice
    radiometry: Radiometry
    nodata: tuple[float | None, ...]


def _runs_of(scene: Scene, radiometry: Radiometry, bands: BandSet) -> list[_Run]:
    at = [scene.used_positions[position] for position in bands.corrected]
    return [
        _Run(
            layers,
            read,
            pixels,
            radiometry.of(range(read.start, read.stop)),
            tuple(band.code for band in scene.bands[pixels]),
        )
        for layers, read, pixels in consecutive(bands.corrected, at)
    ]


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
        self._looks_around = cleaner.sees_surroundings
        self._bands = cleaner.bands
        # Where the bands that the cleaner reads and corrects are among those of the scene.
        self._reads_at = scene.used_positions
        self._reading = without_copying(self._reads_at)
        self._runs = _runs_of(scene, radiometry, self._bands)
        self.batch_size = batch_size
        self._progress = progress
        self._area = area
        self._rule = rule
        groups = 0 if rule is None else len(self._bands.groups)
        self._layout = Layout(len(self._bands.corrects), groups)
        self._blending = (
            LocalBlending(grid, cleaner, radiometry, self._layout)
            if remote is None
            else RemoteBlending(grid, remote, radiometry)
        )
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
        tops = [strip.top for strip in strips]
        pieces = self._scene.read(zip(tops, bottoms, strict=True))
        seen = 0
        for strip, bottom, rows in zip(strips, bottoms, pieces, strict=True):
            look(rows.cut(seen - strip.top))
            seen = bottom
            wanted = rows.valid
            if self._area is not None:
                wanted = wanted & self._area.inside(strip.top, strip.top + wanted.shape[1])
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
            WeightsError: If windows come back in another shape.
        """
        batches = cut_batches(pieces, self._grid, self._reads_at, self.batch_size)
        with closing(self._blending.corrections(batches, workers, begin)) as corrections:
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
            The rows `strip.top` to before `strip.finished`, corrected where they lie since no
            later piece looks at them, and, with a keep rule, what else is known about them.

        Raises:
            WeightsError: If the correction holds values that are no numbers.
        """
        assert piece.correction is not None
        height = piece.correction.image.shape[1]
        done = piece.rows.cut(0, height)
        judged: list[Estimates] = []
        step = max(1, _CORRECTED_VALUES // (self._scene.width * len(self._reads_at)))
        for start in range(0, height, step):
            part = slice(start, min(start + step, height))
            estimates = self._correct(
                done.pixels[:, part], piece.wanted[:, part], piece.correction.rows(part)
            )
            if estimates is not None:
                judged.append(estimates)
        if self.quality is None or self.errors is None:
            return done, None
        joined = Estimates.joined(judged)
        self.quality.add(joined.quality)
        self.errors.add(joined)
        return done, joined

    def _correct(
        self, pixels: NDArray[Any], wanted: NDArray[np.bool_], correction: Correction
    ) -> Estimates | None:
        """Corrects a few rows in place, and returns what else is known about them."""
        for layers in correction.parts:
            check_finite(layers)
        change, estimates = correction.image, None
        if self._rule is not None:
            values = pixels[self._reading]
            change, estimates = judge(
                self._rule, correction, values, wanted, self._radiometry, self._bands
            )
        for run in self._runs:
            values, inside = pixels[run.pixels], wanted[run.read]
            run.radiometry.corrected(values, change[run.layers], inside, run.nodata, out=values)
            if self._rule is not None and estimates is not None:
                self._rule.blank(values, inside, estimates.quality, run.nodata)
        return estimates

    def _tell(self, batch: WindowBatch) -> None:
        if self._progress is None:
            return
        columns = len(self._grid.lefts)
        done = batch.piece.strip.stop * columns
        if not batch.last:
            done = batch.rows[-1] * columns + batch.columns[-1] + 1
        self._progress(int(done), len(self._grid))
