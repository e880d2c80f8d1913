"""Putting a synthetic cloud on a clear scene or on chips, and writing the truth beside them."""

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

from cloudgan_geo import __version__
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.chips.eurosat import load_chips, model_domain
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.clouds.cloud import Cloud, PlacedCloud
from cloudgan_geo.clouds.drawing import FAMILIES, draw_cloud, overcast
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE, Radiometry
from cloudgan_geo.raster.reading.scene import Band, Rows, Scene
from cloudgan_geo.raster.writing.output import AtomicOutput, commit_all
from cloudgan_geo.raster.writing.writer import SceneWriter

#: Rows of a scene that get their cloud at a time, in pixels: bounds memory, not the result.
_STRIP_PIXELS = 2**20
#: A chip's opacity of 1 in its 16-bit PNG.
_OPAQUE = 65535


@dataclass(frozen=True)
class CloudOptions:
    """What cloud is to be drawn; whatever is None is drawn at random.

    Attributes:
        seed: Of everything that is drawn.
        family: One of `clouds.drawing.FAMILIES`; None for one of training's.
        coverage: Share of the pixels under cloud, in [0, 1].
        opacity: Mean over the clouded pixels, in green, in [0, 1).
        airlight: What an opaque cloud shows, grey, in the model domain: 1 is a reflectance
            of 0.275.

    Raises:
        UsageError: If one of them cannot be honoured.
    """

    seed: int = 0
    family: str | None = None
    coverage: float | None = None
    opacity: float | None = None
    airlight: float | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UsageError(f"--seed {self.seed}: takes a number of at least 0")
        if self.family is not None and self.family not in FAMILIES:
            raise UsageError(f"--family {self.family}: takes one of {', '.join(FAMILIES)}")
        if self.coverage is not None and not 0 <= self.coverage <= 1:
            raise UsageError(f"--coverage {self.coverage:g}: takes a share from 0 to 1")
        if self.opacity is not None and not 0 <= self.opacity < 1:
            raise UsageError(f"--opacity {self.opacity:g}: takes a mean from 0 to below 1")
        if self.airlight is not None and not 0 < self.airlight < math.inf:
            raise UsageError(f"--airlight {self.airlight:g}: takes a number above 0")

    def cloud(self, index: int = 0) -> Cloud:
        """Draws the cloud of the scene, or of the chip of an index.

        It neither blurs nor casts a shadow, so that the truth is complete: with the opacity
        and the tags anyone can solve y = t * x + A * (1 - t) for the ground.
        """
        cloud = draw_cloud(np.random.default_rng((self.seed, index)), self.family, clear_share=0)
        changes: dict[str, Any] = {"blur": 0.0, "shadow": None}
        if self.coverage is not None:
            changes["coverage"] = self.coverage
            if self.coverage < 1:
                changes["evenness"] = 0.0
        if self.opacity is not None:
            changes["opacity"] = self.opacity
        if self.airlight is not None:
            changes["airlight"] = (self.airlight,) * 3
        return replace(cloud, **changes)


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
    opacity: str | os.PathLike[str] | None = None,
    radiometry: AskedRadiometry = "auto",
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
        opacity: GeoTIFF for the truth; by default `<output>_opacity.tif`.
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
        raise UsageError(f"{target}: a GeoTIFF is written; OUT takes a name ending in .tif")
    truth = Path(opacity or target.with_name(f"{target.stem}_opacity.tif"))
    if truth.suffix.lower() not in (".tif", ".tiff") or truth.absolute() == target.absolute():
        raise UsageError(f"{truth}: --opacity-out takes a name of its own ending in .tif")
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
        AtomicOutput(target, option="OUT", **settings) as file,
        AtomicOutput(truth, option="--opacity-out", **settings) as beside,
        at_least_every_second(progress) as tell,
    ):
        with (
            SceneWriter(file.partial, target, opened) as cloudy,
            SceneWriter(beside.partial, truth, _opacity_like(opened)) as under_cloud,
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


def simulate_chips(
    chips: str | os.PathLike[str],
    output: str | os.PathLike[str],
    options: CloudOptions | None = None,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> int:
    """Puts a cloud of its own on every chip.

    Args:
        chips: Folder or zip of clear 64x64 RGB chips, as training takes it.
        output: Folder for `<name>.png`, 8-bit RGB; `<output>_opacity` gets the opacity under
            the same names, 16-bit grey, 65535 where opaque.
        options: What clouds. A chip's depends on the seed and its place among the sorted
            names.
        overwrite: Replace chips that exist.
        progress: Called after every chip with the chips done so far and all there are.

    Returns:
        How many chips there are.

    Raises:
        DatasetError: If there is no chip, or one is damaged or of another shape.
        OutputExistsError: If an output folder holds files already.
        OutputError: If they cannot be written.
    """
    clear = load_chips(Path(chips))
    options = options or CloudOptions()
    target = Path(output)
    truth = target.with_name(f"{target.name}_opacity")
    for folder in (target, truth):
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder}: is a file; chips are written to a folder")
        if folder.is_dir() and any(folder.iterdir()) and not overwrite:
            raise OutputExistsError(f"{folder}: exists and is not empty; --overwrite writes to it")
    if _inside(target, Path(chips)) or _inside(Path(chips), target):
        raise UsageError(f"{target}: holds the clear chips or lies among them; name another OUT")
    for index, name in enumerate(clear.names):
        ground = model_domain(clear.images[index : index + 1])
        cloudy, opacity = overcast(ground, [options.cloud(index)])
        seen = np.rint(cloudy[0].transpose(1, 2, 0) * 255).astype(np.uint8)
        _write_png(target / f"{name}.png", seen)
        _write_png(truth / f"{name}.png", np.rint(opacity[0, 0] * _OPAQUE).astype(np.uint16))
        if progress is not None:
            progress(index + 1, len(clear.names))
    return len(clear.names)


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _write_png(path: Path, pixels: NDArray[Any]) -> None:
    from PIL import Image

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(pixels)).save(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
