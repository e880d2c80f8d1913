"""Removing the clouds of a scene: the only place where rasters and networks meet."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import __version__
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.correction import Progress, SceneCorrection
from cloudgan_geo.raster.opening import open_scene
from cloudgan_geo.raster.output import AtomicOutput
from cloudgan_geo.raster.radiometry import Radiometry, choose_radiometry
from cloudgan_geo.raster.scene import Scene
from cloudgan_geo.raster.streaming import ReadAhead, WriteBehind
from cloudgan_geo.raster.windows import WindowGrid
from cloudgan_geo.raster.writer import SceneWriter

if TYPE_CHECKING:
    from cloudgan_geo.networks.checkpoint import LoadedGenerator

# A strip of about so many pixels keeps the batches full and a whole tile within memory.
_STRIP_PIXELS = 2**21


class Cleaner(Protocol):
    """What the pipeline needs of a generator that is ready for inference."""

    @property
    def name(self) -> str:
        """Of the model."""

    @property
    def sha256(self) -> str:
        """Of the weights file, in hex."""

    @property
    def device(self) -> str:
        """Where it runs."""

    @property
    def precision(self) -> str:
        """`fp32` or `bf16`."""

    @property
    def suggested_batch_size(self) -> int:
        """Windows a batch that keep the device busy."""

    def clean(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns clear windows for cloudy ones, float32 in [0, 1], (windows, 3, 64, 64)."""


@dataclass(frozen=True)
class DecloudOptions:
    """How a scene is to be decloudied.

    Attributes:
        bands: Red, green and blue, counted from 1; None to find them.
        radiometry: `auto`, or one of `raster.radiometry.PROFILES`.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        rgb_only: Leave all other bands out of the output.
        overwrite: Replace an output that exists.
        strip_rows: Rows of windows computed together, or `auto`; changes nothing but speed
            and memory.
    """

    bands: tuple[int, int, int] | None = None
    radiometry: str = "auto"
    overlap: int = 16
    batch_size: int | str = "auto"
    device: str = "auto"
    precision: str = "auto"
    rgb_only: bool = False
    overwrite: bool = False
    strip_rows: int | str = "auto"

    def __post_init__(self) -> None:
        for option in ("batch_size", "strip_rows"):
            value = getattr(self, option)
            if value != "auto" and not (isinstance(value, int) and value >= 1):
                flag = option.replace("_", "-")
                raise UsageError(f"--{flag} {value}: takes auto or a number of at least 1")


@dataclass(frozen=True)
class Plan:
    """What is going to be done with a scene.

    Attributes:
        scene: The scene and its bands.
        radiometry: How its values relate to reflectance.
        grid: The windows over it.
    """

    scene: Scene
    radiometry: Radiometry
    grid: WindowGrid


@dataclass(frozen=True)
class DecloudResult:
    """What was done with a scene.

    Attributes:
        output: The file that was written.
        seconds: It took, from opening the scene to the file's being in its place.
        width: Columns.
        height: Rows.
        count: Bands in the output.
        windows: That the generator was given.
        windows_skipped: Without a valid pixel.
        bands: Red, green and blue in the scene, counted from 1.
        bands_reason: What they were told by.
        radiometry: Profile.
        radiometry_reason: Why this profile.
        model: Name of the generator.
        weights_sha256: Of its weights file, in hex.
        device: Where it ran.
        precision: `fp32` or `bf16`.
        batch_size: Windows that it got at once.
    """

    output: Path
    seconds: float
    width: int
    height: int
    count: int
    windows: int
    windows_skipped: int
    bands: tuple[int, int, int]
    bands_reason: str
    radiometry: str
    radiometry_reason: str
    model: str
    weights_sha256: str
    device: str
    precision: str
    batch_size: int


def decloud(
    scene: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner = "article",
    bands: Sequence[int] | None = None,
    radiometry: str = "auto",
    overlap: int = 16,
    batch_size: int | str = "auto",
    device: str = "auto",
    precision: str = "auto",
    rgb_only: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> DecloudResult:
    """Removes the thin clouds of a scene and writes the result as a GeoTIFF.

    The output has the scene's coordinates, size, dtype, nodata, bands and tags; bands other
    than red, green and blue are copied. Nodata stays nodata. It appears only once it is
    complete.

    Args:
        scene: Sentinel-2 image; anything GDAL opens.
        output: File to write; by default `<scene>_decloud.tif` beside the scene.
        model: Name of a bundled generator, path of a weights file, or a loaded generator.
        bands: Red, green and blue, counted from 1; None to find them.
        radiometry: How values relate to reflectance: `auto`, `dn`, `dn-offset`, `tci`,
            `eurosat`, `reflectance`.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        rgb_only: Leave all other bands out of the output.
        overwrite: Replace an output that exists.
        progress: Called now and then with the windows done so far and all there are.

    Raises:
        UsageError: If an option cannot be honoured.
        SceneError: If the scene cannot be read or does not hold what is needed.
        OutputError: If the output exists already or cannot be written.
        WeightsError: If the weights are unknown, damaged or of another architecture.
    """
    options = DecloudOptions(
        bands=None if bands is None else tuple(bands),  # type: ignore[arg-type]  # counted later
        radiometry=radiometry,
        overlap=overlap,
        batch_size=batch_size,
        device=device,
        precision=precision,
        rgb_only=rgb_only,
        overwrite=overwrite,
    )
    return decloud_scene(scene, output, model=model, options=options, progress=progress)


def decloud_scene(
    scene: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner = "article",
    options: DecloudOptions | None = None,
    progress: Progress | None = None,
) -> DecloudResult:
    """Does what `decloud` does, with its options in one object.

    Args:
        scene: As for `decloud`.
        output: As for `decloud`.
        model: As for `decloud`.
        options: All other options.
        progress: As for `decloud`.
    """
    started = time.perf_counter()
    options = options or DecloudOptions()
    target = default_output(scene) if output is None else Path(output)
    if target.suffix.lower() not in (".tif", ".tiff"):
        raise UsageError(f"{target}: a GeoTIFF is written; --output takes a name ending in .tif")
    opened = open_scene(scene, bands=options.bands, rgb_only=options.rgb_only)
    with AtomicOutput(target, overwrite=options.overwrite, source=scene) as file:
        plan = make_plan(opened, options)
        cleaner = _ready(model, options)
        batch_size = options.batch_size
        if not isinstance(batch_size, int):
            batch_size = cleaner.suggested_batch_size
        with SceneWriter(file.partial, target, plan.scene) as writer:
            writer.tag(_provenance(plan, cleaner, options))
            run = SceneCorrection(
                plan.scene, plan.radiometry, plan.grid, cleaner.clean, batch_size, progress
            )
            strips = list(plan.grid.strips(_strip_rows(plan.grid, options)))
            # The reader is joined before the writer closes its file: GDAL can crash when a
            # JPEG 2000 is read in one thread while a GeoTIFF is closed in another.
            with ReadAhead(run.read(strips)) as reader, WriteBehind(writer.write) as sink:
                for strip, rows in reader:
                    sink.put(run.corrected(strip, rows))
        file.commit()
    return DecloudResult(
        output=target,
        seconds=time.perf_counter() - started,
        width=plan.scene.width,
        height=plan.scene.height,
        count=len(plan.scene.bands),
        windows=run.computed,
        windows_skipped=len(plan.grid) - run.computed,
        bands=plan.scene.rgb.indexes,
        bands_reason=plan.scene.rgb.reason,
        radiometry=plan.radiometry.profile,
        radiometry_reason=plan.radiometry.reason,
        model=cleaner.name,
        weights_sha256=cleaner.sha256,
        device=cleaner.device,
        precision=cleaner.precision,
        batch_size=batch_size,
    )


def make_plan(scene: Scene, options: DecloudOptions) -> Plan:
    """Settles the windows and the radiometry of a scene, reading as much of it as it takes.

    Raises:
        UsageError: If the overlap or the radiometry cannot be honoured.
        RadiometryError: If the radiometry cannot be told.
    """
    grid = WindowGrid(scene.height, scene.width, options.overlap)
    return Plan(scene, choose_radiometry(scene, options.radiometry), grid)


def default_output(scene: str | os.PathLike[str]) -> Path:
    """Returns `<scene>_decloud.tif` beside the scene."""
    path = Path(scene)
    return path.with_name(f"{path.stem}_decloud.tif")


def _ready(
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner, options: DecloudOptions
) -> Cleaner:
    if not isinstance(model, (str, os.PathLike)) and hasattr(model, "clean"):
        return cast(Cleaner, model)
    # Imported only now: torch takes a second or more, and mistakes should show before.
    from cloudgan_geo.networks import inference
    from cloudgan_geo.networks.checkpoint import LoadedGenerator

    if isinstance(model, LoadedGenerator):
        return inference.Cleaner(model, device=options.device, precision=options.precision)
    return inference.load_cleaner(model, device=options.device, precision=options.precision)


def _strip_rows(grid: WindowGrid, options: DecloudOptions) -> int:
    if isinstance(options.strip_rows, int):
        return options.strip_rows
    return grid.rows_for(_STRIP_PIXELS)


def _provenance(plan: Plan, cleaner: Cleaner, options: DecloudOptions) -> dict[str, str]:
    asked = asdict(options)
    # These change nothing in the output.
    del asked["strip_rows"], asked["overwrite"]
    return {
        "CLOUDGAN_VERSION": __version__,
        "CLOUDGAN_MODEL": cleaner.name,
        "CLOUDGAN_WEIGHTS_SHA256": cleaner.sha256,
        "CLOUDGAN_RADIOMETRY": plan.radiometry.profile,
        "CLOUDGAN_RADIOMETRY_REASON": plan.radiometry.reason,
        "CLOUDGAN_OPTIONS": json.dumps(asked),
    }
