"""Correcting a scene strip by strip with whatever cleans its windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.errors import WeightsError
from cloudgan_geo.raster.area import Area
from cloudgan_geo.raster.mosaic import CorrectionMosaic
from cloudgan_geo.raster.radiometry import Radiometry
from cloudgan_geo.raster.scene import Rows, Scene
from cloudgan_geo.raster.windows import Strip, WindowGrid, cut, extend, fill_invalid, occupied

#: Takes and returns windows in the model domain, float32, shape (windows, 3, 64, 64).
Clean = Callable[[NDArray[np.float32]], NDArray[np.float32]]

#: Told the windows done so far and all there are.
Progress = Callable[[int, int], None]


class SceneCorrection:
    """One pass over a scene, from top to bottom.

    What the windows change, not what they show, is blended and added to the scene's own
    values: windows that change nothing leave every value as it was.

    Args:
        scene: The scene.
        radiometry: How its values relate to reflectance.
        grid: The windows over it.
        clean: Removes the clouds of windows.
        batch_size: Windows that `clean` gets at once.
        progress: Called after every batch.
        area: Outside of which every value stays as it is; None for the whole scene.

    Attributes:
        batch_size: As given.
        computed: Windows that `clean` got so far; those without a valid pixel in the area are
            skipped.
    """

    def __init__(
        self,
        scene: Scene,
        radiometry: Radiometry,
        grid: WindowGrid,
        clean: Clean,
        batch_size: int,
        progress: Progress | None = None,
        area: Area | None = None,
    ) -> None:
        self._scene = scene
        self._radiometry = radiometry
        self._grid = grid
        self._clean = clean
        self.batch_size = batch_size
        self._progress = progress
        self._area = area
        self._mosaic = CorrectionMosaic(grid)
        self.computed = 0

    def read(self, strips: Sequence[Strip]) -> Iterator[tuple[Strip, Rows]]:
        """Yields every strip with the rows of the scene that its windows cover.

        Args:
            strips: All strips of the grid.

        Raises:
            SceneError: If the file is gone, damaged or truncated.
        """
        bottoms = [min(strip.bottom, self._scene.height) for strip in strips]
        pieces = self._scene.read(zip([0, *bottoms[:-1]], bottoms, strict=True))
        rows: Rows | None = None
        top = 0
        for strip, piece in zip(strips, pieces, strict=True):
            rows = piece if rows is None else rows.cut(strip.top - top).above(piece)
            top = strip.top
            yield strip, rows

    def corrected(self, strip: Strip, rows: Rows) -> Rows:
        """Corrects the rows of a strip that no later one changes.

        Args:
            strip: The next strip.
            rows: The rows that its windows cover.

        Returns:
            The rows `strip.top` to before `strip.finished`, in arrays of their own.

        Raises:
            WeightsError: If a window comes back with values that are no numbers.
        """
        visible = self._scene.rgb_positions
        wanted = rows.valid
        if self._area is not None:
            wanted = wanted & self._area.inside(strip.top, strip.top + wanted.shape[1])
        self._mosaic.begin(strip)
        if wanted.any():
            model = self._radiometry.to_model(rows.pixels[visible])
            self._compute(strip, model, rows.valid, wanted)
        self._tell(strip.stop * len(self._grid.lefts))
        correction = self._mosaic.finish(strip)
        done = rows.cut(0, correction.shape[1])
        pixels = done.pixels.copy()
        pixels[visible] = self._radiometry.corrected(
            pixels[visible],
            correction,
            wanted[:, : correction.shape[1]],
            [band.nodata for band in self._scene.visible_bands],
        )
        return Rows(pixels, done.valid, done.mask)

    def _compute(
        self,
        strip: Strip,
        model: NDArray[np.float32],
        valid: NDArray[np.bool_],
        wanted: NDArray[np.bool_],
    ) -> None:
        """Adds the corrections of the windows that hold a wanted pixel to the mosaic.

        Args:
            strip: The strip.
            model: Its rows in the model domain, shape (3, rows, width).
            valid: Where they are known, of the same shape.
            wanted: Which of them are to be corrected, of the same shape.
        """
        model, valid = extend(model), extend(valid)
        tops, lefts = self._grid.tops[strip.first : strip.stop] - strip.top, self._grid.lefts
        complete = bool(valid.all())
        everywhere = np.ones((len(tops), len(lefts)), np.bool_)
        rows, columns = np.nonzero(
            everywhere if wanted.all() else occupied(extend(wanted), tops, lefts)
        )
        for start in range(0, len(rows), self.batch_size):
            batch_rows = rows[start : start + self.batch_size]
            batch_columns = columns[start : start + self.batch_size]
            batch = cut(model, tops[batch_rows], lefts[batch_columns])
            if not complete:
                known = cut(valid, tops[batch_rows], lefts[batch_columns])
                gaps = ~known.all(axis=(1, 2, 3))
                batch[gaps] = fill_invalid(batch[gaps], known[gaps])
            change = self._clean(batch) - batch
            if not np.isfinite(change).all():
                raise WeightsError("the generator returns values that are no numbers; see --model")
            self._mosaic.add(batch_rows + strip.first, batch_columns, change)
            self.computed += len(batch)
            self._tell((strip.first + batch_rows[-1]) * len(lefts) + batch_columns[-1] + 1)

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(int(done), len(self._grid))
