"""What `decloud` makes of a real scene, and what shows in it without any truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.options import DecloudResult
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.evaluation.cirrus import cirrus_scene
from cloudgan_geo.evaluation.coverage import correlation, moments
from cloudgan_geo.evaluation.reflectance import middle, read_reflectance
from cloudgan_geo.evaluation.tables import Cell
from cloudgan_geo.evaluation.traces import PERIODS, lattice_gradient, periodic_power
from cloudgan_geo.sensors.sentinel2 import SENSOR
from cloudgan_geo.windows.grid import WindowGrid

#: Traces are looked for in so many rows and columns of a scene's middle.
_MIDDLE = 1024
LATTICE = "gradient on the windows' lattice / elsewhere"


@dataclass(frozen=True)
class CleanedScene:
    """A scene that `decloud` was run on with its default options.

    Attributes:
        path: The scene.
        radiometry: Its profile.
        output: The scene without its thin clouds.
        opacity: Raster of the opacity; None from a generator that estimates nothing.
        error: Raster of the expected error, by group of bands; None likewise.
        result: What was done.
    """

    path: Path
    radiometry: AskedRadiometry
    output: Path
    opacity: Path | None
    error: Path | None
    result: DecloudResult

    @property
    def corrected(self) -> tuple[str, ...]:
        """Names of the bands that were corrected."""
        return self.result.bands_corrected

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Reads the expected errors by group of bands, in the scene's units."""
        assert self.error is not None
        assert self.result.mean_error is not None
        with rasterio.open(self.error) as dataset:
            return dict(zip(self.result.mean_error, dataset.read(), strict=True))

    def cirrus(self) -> dict[str, Cell] | None:
        """Returns how the opacity follows the cirrus band; None without cirrus or opacity."""
        scene = None if self.opacity is None else cirrus_scene(self.path)
        if scene is None:
            return None
        with rasterio.open(self.opacity) as dataset:
            estimated: NDArray[np.float32] = dataset.read(1)
        known = scene.valid & np.isfinite(estimated)
        return {
            "mean B10, DN": float(scene.band[scene.valid].mean()),
            "correlation": correlation(moments(estimated[known], scene.band[known])),
        }

    def traces(self) -> dict[str, Cell]:
        """Returns what traces the correction has, of seams and of periods of few pixels."""
        visible = dict(zip(SENSOR.visible, self.result.bands, strict=True))
        indexes = {**visible, **self.result.bands_read}
        before, after = (
            read_reflectance(path, self.radiometry, indexes, _MIDDLE)
            for path in (self.path, self.output)
        )
        change = after.of(self.corrected) - before.of(self.corrected)
        grid = WindowGrid(self.result.height, self.result.width)
        top, left = (middle(size, _MIDDLE).start for size in (grid.height, grid.width))
        found: dict[str, Cell] = {LATTICE: lattice_gradient(change, before.valid, grid, top, left)}
        for period in PERIODS:
            power = periodic_power(change, period)
            found[f"power at a period of {period} pixels / neighbours"] = power
        return found


def clean_scene(
    path: Path, cleaner: Cleaner, radiometry: AskedRadiometry, folder: Path
) -> CleanedScene:
    """Runs `decloud` with its default options.

    Args:
        path: The scene.
        cleaner: The generator.
        radiometry: Profile of the scene.
        folder: For what is written.
    """
    output, opacity, error = (folder / f"{name}.tif" for name in ("cleaned", "opacity", "error"))
    options = DecloudOptions(radiometry=radiometry)
    if not cleaner.estimates:
        result = decloud_scene(path, output, model=cleaner, options=options)
        return CleanedScene(path, radiometry, output, None, None, result)
    options = replace(options, opacity=opacity, error=error)
    result = decloud_scene(path, output, model=cleaner, options=options)
    return CleanedScene(path, radiometry, output, opacity, error, result)


def worst_power(traces: dict[str, Cell]) -> float | None:
    """Returns the largest of the powers at periods of few pixels."""
    found = [value for name, value in traces.items() if name != LATTICE and value is not None]
    return max(found) if found else None


def scenes_in(folder: Path | None) -> Sequence[Path]:
    """Returns the GeoTIFFs of a folder of scenes, by name."""
    return [] if folder is None else sorted(folder.glob("*.tif"))
