"""Removing the clouds of a scene: the only place where rasters and networks meet."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cloudgan_geo.callbacks import Progress
from cloudgan_geo.correction.batches import Piece
from cloudgan_geo.correction.cleaner import Cleaner, ready_cleaner
from cloudgan_geo.correction.layers import writing_estimates
from cloudgan_geo.correction.options import Clock, DecloudOptions, DecloudResult
from cloudgan_geo.correction.passes import SceneCorrection
from cloudgan_geo.correction.plan import Plan, make_plan
from cloudgan_geo.correction.quality import Estimates
from cloudgan_geo.correction.report import provenance, write_report
from cloudgan_geo.correction.streaming import ReadAhead, WriteBehind
from cloudgan_geo.correction.targets import opened_targets
from cloudgan_geo.errors import UsageError
from cloudgan_geo.interrupts import StopRequest, shielded
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE
from cloudgan_geo.raster.reading.scene import Rows
from cloudgan_geo.raster.reading.source import ScenePaths, default_output, scene_paths
from cloudgan_geo.raster.writing.cog import write_cog
from cloudgan_geo.raster.writing.creation import check_creation_options
from cloudgan_geo.raster.writing.output import AtomicOutput
from cloudgan_geo.raster.writing.writer import SceneWriter
from cloudgan_geo.windows.mosaic import RemoteMosaic
from cloudgan_geo.windows.surroundings import nearest_blocks

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


def decloud(
    scene: ScenePaths,
    output: str | os.PathLike[str] | None = None,
    *,
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner = "thin",
    bands: Sequence[int] | None = None,
    radiometry: str = "auto",
    overlap: int = 16,
    batch_size: int | str = "auto",
    device: str = "auto",
    precision: str = "auto",
    compile: bool = False,
    rgb_only: bool = False,
    aoi: str | os.PathLike[str] | None = None,
    bounds: Sequence[float] | None = None,
    cog: bool = False,
    creation: Mapping[str, str] | None = None,
    opacity: str | os.PathLike[str] | None = None,
    qa: str | os.PathLike[str] | None = None,
    error: str | os.PathLike[str] | None = None,
    keep_below: float = 0.05,
    thick_above: float = 0.9,
    thick: str = "keep",
    thick_error: float = 0.035,
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
        compile: Let torch compile the network first; on CUDA only.
        rgb_only: Leave all other bands out of the output.
        aoi: GeoJSON, GeoPackage or Shapefile, in any coordinate reference system: pixels
            outside its polygons are copied unchanged.
        bounds: Left, bottom, right and top, in the scene's coordinates: the same for pixels
            outside these.
        cog: Write a cloud-optimized GeoTIFF with overviews; takes twice the room meanwhile.
        creation: GDAL's creation options for the output, such as {"COMPRESS": "LZW"}.
        opacity: GeoTIFF to write the opacity of the cloud to, float32 in [0, 1]. This and
            the next six need a generator that estimates opacity, such as `thin`.
        qa: GeoTIFF to write the quality band to: 0 nodata, 1 clear, 2 corrected, 3 thick.
        error: GeoTIFF to write half the width of the interval to that holds 90 % of the errors,
            float32, in the scene's units.
        keep_below: Opacity up to which pixels keep their values, bit for bit.
        thick_above: Opacity above which a pixel cannot be recovered.
        thick: What becomes of such a pixel: `keep` its values, `fill` it in, `nodata`.
        thick_error: Expected error, in reflectance, above which a corrected pixel counts as
            thick too: it is corrected, but not to be trusted.
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
        compile=compile,
        rgb_only=rgb_only,
        aoi=aoi,
        bounds=None if bounds is None else tuple(bounds),
        cog=cog,
        creation=creation or {},
        opacity=opacity,
        qa=qa,
        error=error,
        keep_below=keep_below,
        thick_above=thick_above,
        thick=thick,
        thick_error=thick_error,
        report=report,
        overwrite=overwrite,
    )
    return decloud_scene(scene, output, model=model, options=options, progress=progress)


def decloud_scene(
    scene: ScenePaths,
    output: str | os.PathLike[str] | None = None,
    *,
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner = "thin",
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
    stop = StopRequest()
    asked = options or DecloudOptions()
    return shielded(lambda: _decloud(scene, output, model, asked, progress, stop), stop)


def _decloud(
    scene: ScenePaths,
    output: str | os.PathLike[str] | None,
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner,
    options: DecloudOptions,
    progress: Progress | None,
    stop: StopRequest,
) -> DecloudResult:
    clock = Clock()
    target = default_output(scene) if output is None else Path(output)
    opened = open_scene(scene, bands=options.bands, rgb_only=options.rgb_only)
    creation = check_creation_options(options.creation, opened.dtype, options.cog)
    given = (*scene_paths(scene), *([model] if isinstance(model, (str, os.PathLike)) else []))
    with opened_targets(target, options, opened, given) as targets:
        plan = make_plan(
            opened,
            radiometry=options.radiometry,
            overlap=options.overlap,
            aoi=options.aoi,
            bounds=options.bounds,
        )
        options.keep_rule.check(plan.scene)
        clock.stage("plan")
        cleaner = ready_cleaner(model, options)
        if not cleaner.estimates and options.for_estimates:
            raise UsageError(
                f"{options.for_estimates[0]}: the generator {cleaner.name} estimates no opacity; "
                "--model thin does"
            )
        clock.stage("model")
        file = targets.scene
        pixels = file.pixels if options.cog else file.partial
        tags = provenance(options, plan.radiometry, cleaner.name, cleaner.sha256)
        with (
            SceneWriter(pixels, target, plan.scene, {} if options.cog else creation) as writer,
            writing_estimates(targets.estimates, plan.scene, tags) as write_estimates,
        ):
            writer.tag(tags)

            def write(rows: Rows, estimates: Estimates | None) -> None:
                stop.check()
                writer.write(rows)
                if estimates is not None:
                    write_estimates(estimates)

            def show(done: int, total: int) -> None:
                stop.check()
                if progress is not None:
                    progress(done, total)

            run = _correct(plan, cleaner, options, write, show)
        clock.stage("correct")
        if options.cog:
            write_cog(pixels, file.partial, target, creation)
        clock.stage("finish")
        result = _result(file, plan, cleaner, run, clock)
        if targets.report is not None:
            write_report(targets.report, scene_paths(scene), options, result)
        targets.commit(stop.check)
    return result


def _correct(
    plan: Plan,
    cleaner: Cleaner,
    options: DecloudOptions,
    write: Callable[[Rows, Estimates | None], None],
    progress: Progress,
) -> SceneCorrection:
    """Reads, corrects and writes all of a scene, at the same time."""
    batch_size = options.batch_size
    if not isinstance(batch_size, int):
        batch_size = cleaner.suggested_batch_size
    run = SceneCorrection(
        plan.scene,
        plan.radiometry,
        plan.grid,
        cleaner.clean,
        batch_size,
        progress,
        plan.area,
        options.keep_rule if cleaner.estimates else None,
        _remote_mosaic(cleaner, plan),
    )
    strips = list(plan.grid.strips(plan.strip_rows(options.strip_rows)))

    def finish(piece: Piece) -> None:
        write(*run.corrected(piece))

    # The reader is joined before the writer closes its file: GDAL can crash when a JPEG 2000
    # is read in one thread while a GeoTIFF is closed in another.
    with (
        _sharing_cores(cleaner) as (workers, begin),
        ReadAhead(run.read(strips)) as reader,
        WriteBehind(finish) as sink,
        contextlib.closing(run.blended(reader, workers, begin)) as pieces,
    ):
        for piece in pieces:
            sink.put(piece)
    return run


def _sharing_cores(
    cleaner: Cleaner,
) -> contextlib.AbstractContextManager[tuple[int, Callable[[], None] | None]]:
    """Settles in how many threads batches are cleaned, and what each does before its first."""
    if "torch" not in sys.modules:
        return contextlib.nullcontext((1, None))
    from cloudgan_geo.networks.cores import shared_cores

    return shared_cores(cleaner)


def _remote_mosaic(cleaner: Cleaner, plan: Plan) -> RemoteMosaic | None:
    """Settles whether windows are cut and blended on the device of the generator."""
    if "torch" not in sys.modules:
        return None
    from cloudgan_geo.networks.blending import device_mosaic

    scale = [value / FULL_SCALE for value in plan.radiometry.scale]
    offset = [value / FULL_SCALE for value in plan.radiometry.offset]
    return device_mosaic(cleaner, plan.grid, nearest_blocks, scale, offset)


def _result(
    file: AtomicOutput, plan: Plan, cleaner: Cleaner, run: SceneCorrection, clock: Clock
) -> DecloudResult:
    return DecloudResult(
        output=file.path,
        bytes=file.partial.stat().st_size,
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
        qa_pixels=None if run.quality is None else run.quality.pixels,
        qa_shares=None if run.quality is None else run.quality.shares,
        timings=clock.stages,
    )
