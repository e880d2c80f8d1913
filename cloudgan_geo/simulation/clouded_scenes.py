"""Putting a synthetic cloud on a clear scene, and writing the truth beside it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from cloudgan_geo import __version__, defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.choices import AskedRadiometry, Write
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.band_finding import AskedBands
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.rows import Band, Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.writing.output import AtomicOutput, commit_all
from cloudgan_geo.raster.writing.writer import SceneWriter
from cloudgan_geo.sensors import sensors
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.ground_blocks import in_domain
from cloudgan_geo.simulation.laws import LaidCloud, law_of

#: Rows of a scene that get their cloud at a time, in values: bounds memory, not the result.
_STRIP_VALUES = 3 * 2**20


@dataclass(frozen=True)
class SimulatedScene:
    """What was put on a scene.

    Attributes:
        output: The cloudy scene.
        opacity: The raster of its opacity.
        bands: Names of the bands that it changed.
        kinds: What the cloud is of, its lowest layer first: `cirrus`, or just `cloud` by the law
            of scattering.
        cloud: All that is to be known of it, as in the tag CLOUDGAN_CLOUD.
        coverage: Share of the valid pixels under it.
        mean_opacity: Over these.
    """

    output: Path
    opacity: Path
    bands: tuple[str, ...]
    kinds: tuple[str, ...]
    cloud: dict[str, Any]
    coverage: float
    mean_opacity: float


def simulate_scene(
    scene: str | os.PathLike[str],
    output: str | os.PathLike[str],
    options: CloudOptions | None = None,
    *,
    opacity_out: str | os.PathLike[str] | None = None,
    bands: AskedBands | None = None,
    radiometry: AskedRadiometry = defaults.RADIOMETRY,
    write: Write = defaults.WRITE,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SimulatedScene:
    """Puts a cloud on a clear scene.

    Only valid pixels change, of every band that the sensor knows, or by the law of scattering of
    red, green and blue. Coordinates, size, dtype, nodata, other bands and tags are the scene's;
    clear pixels keep their values bit for bit. The truth is the scene itself and its opacity:
    float32, NaN where the scene has no data; of a mixture, that of each layer as well. Rows are
    clouded a few at a time, so memory does not grow with their number. No noise is added.

    Args:
        scene: Clear Sentinel-2 image; anything GDAL opens.
        output: GeoTIFF to write.
        options: What cloud.
        opacity_out: GeoTIFF for the truth; by default `<output>_opacity.tif`.
        bands: Which of its bands are which, as for `decloud`; None to find them.
        radiometry: How values relate to reflectance, as for `decloud`.
        write: Which bands of a product of several resolutions are read and written: those at
            `10m`, or `all`, resampled to that.
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
    opened = open_scene(scene, bands=bands, also=_beside_the_finest(write))
    chosen = choose_radiometry(opened, radiometry)
    cloud = law_of(options or CloudOptions()).over_scene(opened, chosen)
    tags = {
        "CLOUDGAN_VERSION": __version__,
        "CLOUDGAN_RADIOMETRY": chosen.profile,
        "CLOUDGAN_CLOUD": json.dumps(cloud.told),
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
                beside.partial, truth, _truth_like(opened, cloud.truths), argument=beside.argument
            ) as under_cloud,
        ):
            tell(0, opened.height)
            cloudy.tag(tags)
            under_cloud.tag(tags)
            covered = _Covered()
            for seen, under in _clouded(cloud):
                cloudy.write(seen)
                under_cloud.write(under)
                covered.add(under.pixels[:1])
                tell(covered.rows, opened.height)
        commit_all((beside, file))
    return SimulatedScene(
        target,
        truth,
        _names(cloud.scene),
        cloud.kinds,
        cloud.told,
        covered.coverage,
        covered.mean_opacity,
    )


def _beside_the_finest(write: Write) -> tuple[str, ...]:
    """Returns the bands that are wanted of a product, whosever it is, besides the finest."""
    if write not in get_args(Write):
        raise UsageError(Argument("write", write), f": takes one of {', '.join(get_args(Write))}")
    known = [name for sensor in sensors().values() for name in sensor.names]
    return tuple(dict.fromkeys(known)) if write == "all" else ()


def _names(scene: Scene) -> tuple[str, ...]:
    """Returns what the bands are called that a scene is used for, in the sensor's order."""
    there = {name for name, index in scene.named.indexes.items() if index in scene.used}
    return tuple(name for name in scene.sensor.names if name in there)


def _clouded(cloud: LaidCloud) -> Iterator[tuple[Rows, Rows]]:
    """Yields the scene's rows under cloud and their truth, top to bottom."""
    scene = cloud.scene
    height = max(1, _STRIP_VALUES // (scene.width * len(scene.used)))
    top = 0
    with closing(scene.read(scene.spans())) as pieces:
        for piece in pieces:
            for start in range(0, piece.pixels.shape[1], height):
                rows = piece.cut(start, start + height)
                yield _under(cloud, rows, top)
                top += rows.pixels.shape[1]


def _under(cloud: LaidCloud, rows: Rows, top: int) -> tuple[Rows, Rows]:
    scene = cloud.scene
    values = rows.pixels[scene.used_positions]
    ground = in_domain(values, cloud.radiometry)
    seen, truths = cloud.apply(ground, top)
    pixels = rows.pixels.copy()
    pixels[scene.used_positions] = cloud.radiometry.corrected(
        values, seen - ground, rows.valid, [band.nodata for band in scene.used_bands]
    )
    known: NDArray[np.bool_] = np.logical_or.reduce(rows.valid)
    truth = np.where(known, truths, np.float32(np.nan))
    return Rows(pixels, rows.valid, rows.mask), Rows(truth, np.broadcast_to(known, truth.shape))


def _truth_like(scene: Scene, names: Sequence[str]) -> Scene:
    """Returns a scene of the same grid whose bands are opacities."""
    bands = [
        Band(
            index,
            "float32",
            math.nan,
            name,
            ColorInterp.gray if index == 1 else ColorInterp.undefined,
            *(1.0, 0.0, None, {}),
        )
        for index, name in enumerate(names, 1)
    ]
    return scene.with_own(bands, {})


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
