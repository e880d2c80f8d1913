"""What is going to be done with a scene, settled before anything is computed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cloudgan_geo import defaults
from cloudgan_geo.choices import AskedLevel, AskedRadiometry, Level, Write
from cloudgan_geo.correction.fitting import Fit
from cloudgan_geo.errors import CloudganWarning
from cloudgan_geo.raster.gdal import GDAL_OPTIONS
from cloudgan_geo.raster.reading.area import Area, area_of_interest
from cloudgan_geo.raster.reading.geometries import AskedArea
from cloudgan_geo.raster.reading.level import find_level
from cloudgan_geo.raster.reading.profiles import choose_radiometry, radiometry_of_used
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.windows.grid import WindowGrid, extend, occupied

# A strip of about so many pixels keeps the batches full and a whole tile within memory.
_STRIP_PIXELS = 2**21

# Strips that exist at a time: read, waiting for what lies below them, waiting, in work,
# corrected, waiting, gathered to blocks.
_COPIES = 8

# A block of what a generator sees around a window; of less it would paint what it likes.
_LEAST_SIDE = 8

# Bytes a pixel for what is computed with: opacity, error and quality; values, corrections and
# masks of each band.
_WORK_BYTES, _BAND_BYTES = 50, 50

# Bands of a strip of that many pixels; of more bands a strip has fewer. Strips share their edges,
# which are read and turned into the model domain with both.
_STRIP_BANDS = 8


@dataclass(frozen=True)
class Plan:
    """What is going to be done with a scene.

    Attributes:
        scene: The scene and its bands.
        radiometry: How its values relate to reflectance.
        grid: The windows over it.
        area: Outside of which nothing changes; None for all of it.
        fit: Which bands the generator reads and corrects.
        level: Of the scene's processing; None if it is not known.
        level_reason: What the level was told by.
        written: The scene as the output is to be: some bands are read and not written.
    """

    scene: Scene
    radiometry: Radiometry
    grid: WindowGrid
    area: Area | None
    fit: Fit
    level: Level | None
    level_reason: str
    written: Scene

    def strip_rows(self, asked: int | str = defaults.STRIP_ROWS) -> int:
        """Returns how many rows of windows are computed together.

        Args:
            asked: That number, or `auto`.
        """
        if isinstance(asked, int):
            return asked
        bands = max(len(self.scene.used), _STRIP_BANDS)
        return self.grid.rows_for(_STRIP_PIXELS * _STRIP_BANDS // bands)

    def windows_wanted(self) -> int:
        """Counts the windows that hold a pixel of the area; validity is not looked at."""
        if self.area is None:
            return len(self.grid)
        count = 0
        for strip in self.grid.strips(self.strip_rows()):
            inside = self.area.inside(strip.top, min(strip.bottom, self.scene.height))
            tops = self.grid.tops[strip.first : strip.stop] - strip.top
            count += int(occupied(extend(inside[None]), tops, self.grid.lefts).sum())
        return count

    def to_write(self, rows: Rows) -> Rows:
        """Returns rows of the scene with no other bands than the output's."""
        if len(self.written.bands) == len(self.scene.bands):
            return rows
        kept = {band.index for band in self.written.bands}
        positions = [p for p, band in enumerate(self.scene.bands) if band.index in kept]
        return replace(rows, pixels=rows.pixels[positions])

    @property
    def copied(self) -> tuple[str, ...]:
        """Descriptions, or else numbers, of the bands of the output that nothing corrects."""
        changed = {self.scene.named.indexes[name] for name in self.fit.used.corrects}
        names = {index: name for name, index in self.scene.named.indexes.items()}
        return tuple(
            names.get(band.index) or band.description or str(band.index)
            for band in self.written.bands
            if band.index not in changed
        )

    @property
    def value_bytes(self) -> int:
        """Bytes of a pixel in the output, all bands."""
        return len(self.scene.bands) * np.dtype(self.scene.dtype).itemsize

    @property
    def memory_bytes(self) -> int:
        """About how much memory a run takes at most, without the generator's own."""
        rows = self.strip_rows() * (self.grid.window - self.grid.overlap) + self.grid.overlap
        pixel = _COPIES * self.value_bytes + _WORK_BYTES + _BAND_BYTES * len(self.scene.used)
        return rows * self.grid.padded_width * pixel + GDAL_OPTIONS["GDAL_CACHEMAX"] * 2**20

    def disk_bytes(self, cog: bool = False) -> int:
        """How much room the output may take until it is complete, if nothing compresses.

        Args:
            cog: Whether it is turned into a cloud-optimized GeoTIFF: the pixels then lie there
                twice, and their overviews, a third of them, as well.
        """
        pixels = self.scene.width * self.scene.height * self.value_bytes
        return pixels * 8 // 3 if cog else pixels


def make_plan(
    scene: Scene,
    fit: Fit,
    *,
    radiometry: AskedRadiometry | Radiometry = defaults.RADIOMETRY,
    level: AskedLevel = defaults.LEVEL,
    write: Write = defaults.WRITE,
    overlap: int = defaults.OVERLAP,
    aoi: AskedArea | None = None,
    bounds: Sequence[float] | None = None,
    grid: WindowGrid | None = None,
) -> Plan:
    """Settles the windows and the radiometry of a scene, reading as much of it as it takes.

    Args:
        scene: The scene.
        fit: Which of its bands the generator reads and corrects.
        radiometry: `auto`, a profile, or what holds for the bands that the generator reads.
        level: `auto`, `1C` or `2A`.
        write: `10m` leaves bands out of the output that were resampled; `all`.
        overlap: Pixels that neighbouring windows share.
        aoi: Vector file or geometry with the area of interest.
        bounds: Left, bottom, right and top of the area, in the scene's coordinates.
        grid: The windows, where they are settled already; then `overlap` does not matter.

    Raises:
        UsageError: If the overlap, the area or the radiometry cannot be honoured.
        RadiometryError: If the radiometry cannot be told.
    """
    grid = grid or WindowGrid(scene.height, scene.width, overlap)
    area = area_of_interest(scene, aoi, bounds)
    if min(scene.height, scene.width) < _LEAST_SIDE:
        area = Area.nowhere(scene.height, scene.width)
        warnings.warn(
            f"{scene.path}: {scene.width} x {scene.height} pixels are too few to tell cloud from "
            "ground; all of them keep their values",
            CloudganWarning,
            stacklevel=2,
        )
    stage, reason = find_level(scene, level)
    used = scene.using(fit.used.reads)
    if not isinstance(radiometry, Radiometry):
        visible = choose_radiometry(scene, radiometry)
        radiometry = radiometry_of_used(used, visible, fit.used.domain)
    coarse = set(scene.resampled) - set(scene.rgb.indexes) if write == "10m" else set()
    written = replace(scene.without(coarse), used=scene.rgb.indexes)
    return Plan(used, radiometry, grid, area, fit, stage, reason, written)
