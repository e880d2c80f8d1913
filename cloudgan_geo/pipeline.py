"""Removing the clouds of a scene: the only place where rasters and networks meet."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.cog import write_cog
from cloudgan_geo.raster.correction import Progress, SceneCorrection
from cloudgan_geo.raster.creation import check_creation_options
from cloudgan_geo.raster.opening import open_scene
from cloudgan_geo.raster.output import AtomicOutput
from cloudgan_geo.raster.plan import Plan, make_plan
from cloudgan_geo.raster.report import provenance, write_report
from cloudgan_geo.raster.run import Clock, DecloudOptions, DecloudResult
from cloudgan_geo.raster.source import ScenePaths, is_local, scene_paths
from cloudgan_geo.raster.streaming import ReadAhead, WriteBehind
from cloudgan_geo.raster.writer import SceneWriter

if TYPE_CHECKING:
    from cloudgan_geo.networks.checkpoint import LoadedGenerator

__all__ = [
    "Cleaner",
    "DecloudOptions",
    "DecloudResult",
    "decloud",
    "decloud_scene",
    "default_output",
]


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


def decloud(
    scene: ScenePaths,
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
    aoi: str | os.PathLike[str] | None = None,
    bounds: Sequence[float] | None = None,
    cog: bool = False,
    creation: Mapping[str, str] | None = None,
    report: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> DecloudResult:
    """Removes the thin clouds of a scene and writes the result as a GeoTIFF.

    The output has the scene's coordinates, size, dtype, nodata, bands and tags; bands other
    than red, green and blue are copied. Nodata stays nodata. It appears only once it is
    complete.

    Args:
        scene: Sentinel-2 image: anything GDAL opens; a .SAFE folder or its zip; or several
            single-band files, whose names tell the band.
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
        aoi: GeoJSON, GeoPackage or Shapefile, in any coordinate reference system: pixels
            outside its polygons are copied unchanged.
        bounds: Left, bottom, right and top, in the scene's coordinates: the same for pixels
            outside these.
        cog: Write a cloud-optimized GeoTIFF with overviews; takes twice the room meanwhile.
        creation: GDAL's creation options for the output, such as {"COMPRESS": "LZW"}.
        report: JSON file to write about the run.
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
        aoi=aoi,
        bounds=None if bounds is None else tuple(bounds),
        cog=cog,
        creation=creation or {},
        report=report,
        overwrite=overwrite,
    )
    return decloud_scene(scene, output, model=model, options=options, progress=progress)


def decloud_scene(
    scene: ScenePaths,
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
    clock = Clock()
    options = options or DecloudOptions()
    target = default_output(scene) if output is None else Path(output)
    if target.suffix.lower() not in (".tif", ".tiff"):
        raise UsageError(f"{target}: a GeoTIFF is written; --output takes a name ending in .tif")
    opened = open_scene(scene, bands=options.bands, rgb_only=options.rgb_only)
    creation = check_creation_options(options.creation, opened.dtype, options.cog)
    inputs = [*scene_paths(scene), *(file.path for file in opened.files)]
    if options.aoi is not None:
        inputs.append(os.fspath(options.aoi))
    output_file = AtomicOutput(target, overwrite=options.overwrite, source=inputs)
    with output_file as file, _report(target, options, inputs) as report:
        plan = make_plan(
            opened,
            radiometry=options.radiometry,
            overlap=options.overlap,
            aoi=options.aoi,
            bounds=options.bounds,
        )
        clock.stage("plan")
        cleaner = _ready(model, options)
        clock.stage("model")
        pixels = file.pixels if options.cog else file.partial
        with SceneWriter(pixels, target, plan.scene, {} if options.cog else creation) as writer:
            writer.tag(provenance(options, plan.radiometry, cleaner.name, cleaner.sha256))
            run = _correct(plan, cleaner, options, writer, progress)
        clock.stage("correct")
        if options.cog:
            write_cog(pixels, file.partial, target, creation)
        file.commit()
        clock.stage("finish")
        result = _result(target, plan, cleaner, run, clock)
        if report is not None:
            write_report(report, scene_paths(scene), options, result)
    return result


def _report(
    target: Path, options: DecloudOptions, inputs: Sequence[str | os.PathLike[str]]
) -> contextlib.AbstractContextManager[AtomicOutput | None]:
    if options.report is None:
        return contextlib.nullcontext()
    if Path(options.report).absolute() == target.absolute():
        raise UsageError(f"{target}: cannot be both the output and the report; see --report")
    return AtomicOutput(
        options.report, overwrite=options.overwrite, source=inputs, option="--report"
    )


def _correct(
    plan: Plan,
    cleaner: Cleaner,
    options: DecloudOptions,
    writer: SceneWriter,
    progress: Progress | None,
) -> SceneCorrection:
    """Reads, corrects and writes all of a scene, at the same time."""
    batch_size = options.batch_size
    if not isinstance(batch_size, int):
        batch_size = cleaner.suggested_batch_size
    run = SceneCorrection(
        plan.scene, plan.radiometry, plan.grid, cleaner.clean, batch_size, progress, plan.area
    )
    strips = list(plan.grid.strips(plan.strip_rows(options.strip_rows)))
    # The reader is joined before the writer closes its file: GDAL can crash when a JPEG 2000
    # is read in one thread while a GeoTIFF is closed in another.
    with ReadAhead(run.read(strips)) as reader, WriteBehind(writer.write) as sink:
        for strip, rows in reader:
            sink.put(run.corrected(strip, rows))
    return run


def _result(
    target: Path, plan: Plan, cleaner: Cleaner, run: SceneCorrection, clock: Clock
) -> DecloudResult:
    return DecloudResult(
        output=target,
        bytes=target.stat().st_size,
        seconds=clock.total,
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
        batch_size=run.batch_size,
        timings=clock.stages,
    )


def default_output(scene: ScenePaths) -> Path:
    """Returns `<scene>_decloud.tif` beside the scene.

    Raises:
        UsageError: If the scene is several files, or none of its own.
    """
    paths = scene_paths(scene)
    if len(paths) != 1 or not is_local(paths[0]):
        what = "several files" if len(paths) != 1 else paths[0]
        raise UsageError(f"{what}: where to write to must be said with --output")
    path = Path(paths[0])
    if path.name.startswith("MTD_MSIL"):
        path = path.absolute().parent
    stem = path.stem.removesuffix(".SAFE")
    return path.with_name(f"{stem}_decloud.tif")


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
