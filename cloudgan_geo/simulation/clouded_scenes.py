"""Putting a synthetic cloud on a clear scene, and writing the truth beside it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from cloudgan_geo import __version__, defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.clouds.cloud import Cloud, PlacedCloud
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE, Radiometry
from cloudgan_geo.raster.reading.rows import Band, Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.writing.output import AtomicOutput, commit_all
from cloudgan_geo.raster.writing.writer import SceneWriter
from cloudgan_geo.simulation.cloud_options import CloudOptions

#: Rows of a scene that get their cloud at a time, in pixels: bounds memory, not the result.
_STRIP_PIXELS = 2**20


@dataclass(frozen=True)
class SimulatedScene:
    """What was put on a scene.

    Attributes:
        output: The cloudy scene.
        opacity: The raster of its opacity.
        cloud: The cloud.
        coverage: Share of the valid pixels under it.
        mean_opacity: Over these.
    """

    output: Path
    opacity: Path
    cloud: Cloud
    coverage: float
    mean_opacity: float


def simulate_scene(
    scene: str | os.PathLike[str],
    output: str | os.PathLike[str],
    options: CloudOptions | None = None,
    *,
    opacity_out: str | os.PathLike[str] | None = None,
    radiometry: AskedRadiometry = defaults.RADIOMETRY,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SimulatedScene:
    """Puts a cloud on a clear scene.

    Only valid pixels of the red, green and blue bands change. Coordinates, size, dtype,
    nodata, other bands and tags are the scene's; clear pixels keep their values bit for bit.
    The truth is the scene itself and its opacity: float32, NaN where the scene has no data.
    Rows are clouded a few at a time, so memory does not grow with their number.

    Args:
        scene: Clear Sentinel-2 image; anything GDAL opens.
        output: GeoTIFF to write.
        options: What cloud.
        opacity_out: GeoTIFF for the truth; by default `<output>_opacity.tif`.
        radiometry: How values relate to reflectance, as for `decloud`.
        overwrite: Replace outputs that exist.
        progress: Called at least every second with the rows done so far and all there are.

    Raises:
        UsageError: If an option cannot be honoured.
        SceneError: If the scene cannot be read or does not hold what is needed.
        OutputError: If an output exists already or cannot be written.
    """
    target = Path(output)
    if target.suffix.lower() not in (".tif", ".tiff"):
        raise UsageError(
            f"{target}: a GeoTIFF is written; ", Argument("output"), " takes a name ending in .tif"
        )
    truth = Path(opacity_out or target.with_name(f"{target.stem}_opacity.tif"))
    if truth.suffix.lower() not in (".tif", ".tiff") or truth.absolute() == target.absolute():
        raise UsageError(
            f"{truth}: ", Argument("opacity_out"), " takes a name of its own ending in .tif"
        )
    opened = open_scene(scene)
    chosen = choose_radiometry(opened, radiometry)
    cloud = (options or CloudOptions()).cloud()
    tags = {
        "CLOUDGAN_VERSION": __version__,
        "CLOUDGAN_RADIOMETRY": chosen.profile,
        "CLOUDGAN_CLOUD": json.dumps({"family": type(cloud.field).__name__, **asdict(cloud)}),
    }
    settings: dict[str, Any] = {"overwrite": overwrite, "source": (scene,)}
    with (
        AtomicOutput(target, argument="output", **settings) as file,
        AtomicOutput(truth, argument="opacity_out", **settings) as beside,
        at_least_every_second(progress) as tell,
    ):
        with (
            SceneWriter(file.partial, target, opened) as cloudy,
            SceneWriter(
                beside.partial, truth, _opacity_like(opened), argument=beside.argument
            ) as under_cloud,
        ):
            tell(0, opened.height)
            cloudy.tag(tags)
            under_cloud.tag(tags)
            covered = _Covered()
            for seen, under in _clouded(opened, chosen, cloud):
                cloudy.write(seen)
                under_cloud.write(under)
                covered.add(under.pixels)
                tell(covered.rows, opened.height)
        commit_all((beside, file))
    return SimulatedScene(target, truth, cloud, covered.coverage, covered.mean_opacity)


def _clouded(scene: Scene, radiometry: Radiometry, cloud: Cloud) -> Iterator[tuple[Rows, Rows]]:
    """Yields the scene's rows under cloud and their opacity, top to bottom."""
    placed = cloud.over(scene.height, scene.width)
    height = max(1, _STRIP_PIXELS // scene.width)
    top = 0
    with closing(scene.read(scene.spans())) as pieces:
        for piece in pieces:
            for start in range(0, piece.pixels.shape[1], height):
                rows = piece.cut(start, start + height)
                yield _under(placed, rows, top, scene, radiometry)
                top += rows.pixels.shape[1]


def _under(
    placed: PlacedCloud, rows: Rows, top: int, scene: Scene, radiometry: Radiometry
) -> tuple[Rows, Rows]:
    values = rows.pixels[scene.rgb_positions]
    scale = np.divide(radiometry.scale, FULL_SCALE)[:, None, None]
    offset = np.divide(radiometry.offset, FULL_SCALE)[:, None, None]
    # Not `to_model`, which clips: bright ground keeps its detail under thin cloud.
    ground = (values * scale + offset).astype(np.float32)
    seen, opacity = placed.apply(ground, top)
    pixels = rows.pixels.copy()
    pixels[scene.rgb_positions] = radiometry.corrected(
        values, seen - ground, rows.valid, [band.nodata for band in scene.visible_bands]
    )
    known: NDArray[np.bool_] = np.logical_or.reduce(rows.valid)
    truth = np.where(known, opacity, np.float32(np.nan))[None]
    return Rows(pixels, rows.valid, rows.mask), Rows(truth, known[None])


def _opacity_like(scene: Scene) -> Scene:
    """Returns a scene of the same grid whose one band is opacity."""
    band = Band(1, "float32", math.nan, "opacity", ColorInterp.gray, 1.0, 0.0, None, {})
    return replace(
        scene,
        bands=(band,),
        named=replace(scene.named, indexes=dict.fromkeys(scene.sensor.visible, 1)),
        used=(1, 1, 1),
        alpha=None,
        has_mask=False,
        tags={},
        domains={},
    )


class _Covered:
    """Counts what lies under cloud, strip by strip."""

    def __init__(self) -> None:
        self.rows = self._valid = self._clouded = 0
        self._sum = 0.0

    def add(self, opacity: NDArray[np.float32]) -> None:
        self.rows += opacity.shape[1]
        self._valid += int(np.isfinite(opacity).sum())
        self._clouded += int((opacity > 0).sum())
        self._sum += float(np.nansum(opacity, dtype=np.float64))

    @property
    def coverage(self) -> float:
        return self._clouded / self._valid if self._valid else 0.0

    @property
    def mean_opacity(self) -> float:
        return self._sum / self._clouded if self._clouded else 0.0
