"""Removing the clouds of a scene: the only place where rasters and networks meet."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cloudgan_geo import defaults
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.choices import (
    AskedLevel,
    AskedPrecision,
    AskedRadiometry,
    Auto,
    Correct,
    Thick,
    Write,
)
from cloudgan_geo.correction.choosing import widest
from cloudgan_geo.correction.cleaner import (
    Cleaner,
    Model,
    bands_of,
    check_estimates,
    ready,
)
from cloudgan_geo.correction.engine import correct_scene
from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.fitting import fitted
from cloudgan_geo.correction.layer_files import writing_layers
from cloudgan_geo.correction.look import Look
from cloudgan_geo.correction.look_page import write_pages
from cloudgan_geo.correction.options import Clock, DecloudOptions, DecloudResult
from cloudgan_geo.correction.origin import ORIGIN, origin
from cloudgan_geo.correction.report import provenance, result_of, write_report
from cloudgan_geo.correction.scene_fit import fit_scene
from cloudgan_geo.correction.targets import opened_targets
from cloudgan_geo.interrupts import StopRequest, shielded
from cloudgan_geo.raster.reading.band_finding import AskedBands
from cloudgan_geo.raster.reading.files import FileState
from cloudgan_geo.raster.reading.geometries import AskedArea, is_path
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.reading.source import ScenePaths, default_output, scene_paths
from cloudgan_geo.raster.reading.trust import trusting_input
from cloudgan_geo.raster.writing.cog import write_cog
from cloudgan_geo.raster.writing.creation import check_creation_options
from cloudgan_geo.raster.writing.writer import SceneWriter

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
    model: Model = defaults.MODEL,
    bands: AskedBands | None = None,
    radiometry: AskedRadiometry = defaults.RADIOMETRY,
    level: AskedLevel = defaults.LEVEL,
    correct: Correct = defaults.CORRECT,
    write: Write = defaults.WRITE,
    overlap: int = defaults.OVERLAP,
    batch_size: int | Auto = defaults.BATCH_SIZE,
    device: str = defaults.DEVICE,
    precision: AskedPrecision = defaults.PRECISION,
    compile: bool = False,
    rgb_only: bool = False,
    aoi: AskedArea | None = None,
    bounds: Sequence[float] | None = None,
    cog: bool = False,
    creation: Mapping[str, str] | None = None,
    opacity: str | os.PathLike[str] | None = None,
    qa: str | os.PathLike[str] | None = None,
    error: str | os.PathLike[str] | None = None,
    keep_below: float = defaults.KEEP_BELOW,
    thick_above: float = defaults.THICK_ABOVE,
    thick: Thick = defaults.THICK,
    thick_error: float = defaults.THICK_ERROR,
    report: str | os.PathLike[str] | None = None,
    preview: str | os.PathLike[str] | None = None,
    html: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    trust_input: bool = False,
    progress: Progress | None = None,
) -> DecloudResult:
    """Removes the thin clouds of a scene and writes the result as a GeoTIFF.

    The output has the scene's coordinates, size, dtype, nodata, bands and tags; bands that the
    generator does not correct are copied. Nodata stays nodata. It appears only once it is
    complete.

    Args:
        scene: Sentinel-2 image: anything GDAL opens; a .SAFE folder or its zip; several
            single-band files, whose names tell the band; or what rasterio has open to be read, a
            `DatasetReader` or a `MemoryFile`.
        output: File to write, or object as in `/vsis3/bucket/name.tif`; by default
            `<scene>_decloud.tif` beside the scene, which a scene in memory does not have.
        model: `auto` for the bundled generator that sees most of the scene, the name of one, path
            of a weights file, or a loaded generator.
        bands: Red, green and blue, counted from 1, or such numbers by names as in {"B04": 1,
            "B03": 2, "B02": 3, "B08": 4}; None to find them.
        radiometry: How values relate to reflectance: `auto`, `dn`, `dn-offset`, `tci`,
            `eurosat`, `reflectance`.
        level: Of the scene's processing: `auto`, `1C`, `2A`; told to generators that ask.
        correct: Which of the bands that the generator can correct: `rgb`, `10m`, `all`.
        write: Which bands of a product or a set of files of several resolutions are written:
            those at `10m`, or `all`, resampled to that.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        compile: Let torch compile the network first; on CUDA only.
        rgb_only: Leave all other bands out of the output.
        aoi: GeoJSON, GeoPackage or Shapefile, or a GeoDataFrame, in any coordinate reference
            system, or a geometry of shapely's in the scene's: pixels outside its polygons are
            copied unchanged.
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
        preview: PNG to write: the scene before, after, and the quality band, side by side.
        html: Page for a browser to write: the same, opacity, NDVI, what was done.
        overwrite: Replace an output that exists.
        trust_input: Let the scene and the area be of any format, reach for other files and for
            servers, and claim more than their bytes can hold.
        progress: Called with the windows done so far and all there are: once these are known,
            after every batch of windows, and at least every second, though nothing new is done.
            It is called from other threads, never twice at a time; what it raises ends the work.

    Raises:
        UsageError: If an option cannot be honoured.
        SceneError: If the scene cannot be read or does not hold what is needed.
        OutputError: If the output exists already or cannot be written.
        WeightsError: If the weights are unknown, damaged or of another architecture.
    """
    options = DecloudOptions(
        bands=bands if bands is None or isinstance(bands, Mapping) else tuple(bands),
        radiometry=radiometry,
        level=level,
        correct=correct,
        write=write,
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
        preview=preview,
        html=html,
        overwrite=overwrite,
        trust_input=trust_input,
    )
    return decloud_scene(scene, output, model=model, options=options, progress=progress)


def decloud_scene(
    scene: ScenePaths,
    output: str | os.PathLike[str] | None = None,
    *,
    model: Model = defaults.MODEL,
    options: DecloudOptions | None = None,
    progress: Progress | None = None,
) -> DecloudResult:
    """Does what `decloud` does, with its options in one object.

    Args:
        scene: Path of a raster or a product, or paths of single-band files.
        output: GeoTIFF to write; by default `<scene>_decloud.tif` beside the scene.
        model: Name of a bundled generator, path of weights, or a generator that is ready.
        options: All other options.
        progress: Called at least every second with the windows done so far and all there are.
    """
    stop = StopRequest()
    asked = options or DecloudOptions()
    # What is open is looked at here, in the thread that opened it.
    paths = scene_paths(scene)

    def work() -> DecloudResult:
        with trusting_input(asked.trust_input):
            return _decloud(paths, output, model, asked, progress, stop)

    return shielded(work, stop)


def _decloud(
    scene: tuple[str, ...],
    output: str | os.PathLike[str] | None,
    model: Model,
    options: DecloudOptions,
    progress: Progress | None,
    stop: StopRequest,
) -> DecloudResult:
    clock = Clock()
    area = FileState.of(os.fspath(options.aoi)) if is_path(options.aoi) else None
    bands_of(widest(model))  # Mistakes in the name of the generator show first.
    target = default_output(scene) if output is None else Path(output)
    found = fit_scene(model, scene, options)
    opened, model, fit = found.scene, found.model, found.fit
    creation = check_creation_options(options.creation, opened.dtype, options.cog)
    given = (*scene, *([model] if isinstance(model, (str, os.PathLike)) else []))
    with (
        opened_targets(target, options, opened, given) as targets,
        at_least_every_second(progress) as tell,
    ):
        plan = found.plan()
        options.keep_rule.check(plan.scene)
        clock.stage("plan")
        tell(0, len(plan.grid))
        engine = ready(model, options)
        cleaner = fitted(engine, fit, plan.level)
        check_estimates(cleaner, options)
        clock.stage("model")
        file = targets.scene
        pixels = file.pixels if options.cog else file.partial
        tags = provenance(options, plan.radiometry, cleaner.name, cleaner.sha256)
        look = Look(plan, wanted=bool(targets.pages))
        tags[ORIGIN] = origin(scene, opened.files, area)
        with (
            SceneWriter(pixels, target, plan.written, {} if options.cog else creation) as writer,
            writing_layers(targets.layers, plan.written, tags, fit.used.groups) as write_layers,
        ):
            writer.tag(tags)

            def write(rows: Rows, estimates: Estimates | None) -> None:
                stop.check()
                writer.write(plan.to_write(rows))
                if estimates is not None:
                    write_layers(estimates)
                    look.add(estimates)

            def show(done: int, total: int) -> None:
                stop.check()
                tell(done, total)

            run = correct_scene(plan, cleaner, engine, options, write, show)
        clock.stage("correct")
        if options.cog:
            write_cog(pixels, file.partial, target, creation)
        clock.stage("finish")
        result = result_of(file, plan, cleaner, run, clock)
        if targets.report is not None:
            write_report(targets.report, scene, options, result)
        write_pages(targets.pages, file, look, result, options)
        targets.commit(stop.check)
    return result
