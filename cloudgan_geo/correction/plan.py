"""What is going to be done with a scene, settled before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cloudgan_geo.raster.gdal import GDAL_OPTIONS
from cloudgan_geo.raster.reading.area import Area, area_of_interest
from cloudgan_geo.raster.reading.radiometry import Radiometry, choose_radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.windows.grid import WindowGrid, extend, occupied

# A strip of about so many pixels keeps the batches full and a whole tile within memory.
_STRIP_PIXELS = 2**21

# Strips that exist at a time: read, waiting for what lies below them, waiting, in work,
# corrected, waiting, gathered to blocks.
_COPIES = 8

# Bytes a pixel for what is computed with: values, corrections and masks of three bands,
# opacity, error and quality.
_WORK_BYTES = 200


@dataclass(frozen=True)
class Plan:
    """What is going to be done with a scene.

    Attributes:
        scene: The scene and its bands.
        radiometry: How its values relate to reflectance.
        grid: The windows over it.
        area: Outside of which nothing changes; None for all of it.
    """

    scene: Scene
    radiometry: Radiometry
    grid: WindowGrid
    area: Area | None

    def strip_rows(self, asked: int | str = "auto") -> int:
        """Returns how many rows of windows are computed together.

        Args:
            asked: That number, or `auto`.
        """
        return asked if isinstance(asked, int) else self.grid.rows_for(_STRIP_PIXELS)

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

    @property
    def value_bytes(self) -> int:
        """Bytes of a pixel in the output, all bands."""
        return len(self.scene.bands) * np.dtype(self.scene.dtype).itemsize

    @property
    def memory_bytes(self) -> int:
        """About how much memory a run takes at most, without the generator's own."""
        rows = self.strip_rows() * (self.grid.window - self.grid.overlap) + self.grid.overlap
        pixel = _COPIES * self.value_bytes + _WORK_BYTES
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
    *,
    radiometry: str = "auto",
    overlap: int = 16,
    aoi: str | os.PathLike[str] | None = None,
    bounds: Sequence[float] | None = None,
) -> Plan:
    """Settles the windows and the radiometry of a scene, reading as much of it as it takes.

    Args:
        scene: The scene.
        radiometry: `auto` or a profile.
        overlap: Pixels that neighbouring windows share.
        aoi: Vector file with the area of interest.
        bounds: Left, bottom, right and top of the area, in the scene's coordinates.

    Raises:
        UsageError: If the overlap, the area or the radiometry cannot be honoured.
        RadiometryError: If the radiometry cannot be told.
    """
    grid = WindowGrid(scene.height, scene.width, overlap)
    area = area_of_interest(scene, aoi, bounds)
    return Plan(scene, choose_radiometry(scene, radiometry), grid, area)
