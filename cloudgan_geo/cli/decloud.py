"""`cloudgan-geo decloud`: remove the thin clouds of a scene."""

from __future__ import annotations

import shlex
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudgan_geo.cli import completion, keeping, shared
from cloudgan_geo.cli.grouping import GroupedCommand
from cloudgan_geo.cli.progress import tell_result, telling
from cloudgan_geo.cli.scene_options import of_a_scene
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.errors import CloudganError, UsageError

if TYPE_CHECKING:
    from cloudgan_geo.correction.pipeline import DecloudResult


#: Under the options; "\b" keeps the lines apart.
_EXAMPLES = "\b\nExamples:\n" + "\n".join(
    f"  cloudgan-geo decloud {arguments}"
    for arguments in (
        "scene.tif",
        "S2A_MSIL1C_20150726.SAFE -o clear.tif --write all",
        "stack.tif --bands B02=1,B03=2,B04=3,B08=4",
        "scene.tif --qa quality.tif --thick nodata",
        "scene.tif --aoi fields.geojson --cog",
    )
)


@click.command(cls=GroupedCommand, epilog=_EXAMPLES)
@click.argument("scene", nargs=-1, required=True, shell_complete=completion.files)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write, or object as in /vsis3/BUCKET/NAME.tif, which needs the extra s3; by "
    "default SCENE_decloud.tif beside the scene.",
)
@of_a_scene
@keeping.layers
@shared.report
def decloud(
    scene: tuple[str, ...],
    output: Path | None,
    form: str,
    quiet: bool,
    verbose: bool,
    **settings: Any,
) -> None:
    """Remove the thin clouds of SCENE.

    SCENE is any raster that GDAL opens, a Sentinel-2 product (.SAFE folder or its zip), or
    several single-band files whose names tell the band, as in T31TDH_B04.jp2.

    Writes a GeoTIFF with the coordinates, size, type, nodata, bands and tags of the scene;
    bands that the generator does not correct are copied. Nodata stays nodata. The file appears
    under its name only once it is complete.
    """
    with (
        own_words_only(verbose),
        telling(form, "decloud", quiet=quiet, unit="window") as progress,
    ):
        # Imported only now, so that --help is quick.
        from cloudgan_geo.correction import pipeline

        try:
            result = pipeline.decloud(scene, output, progress=progress, **settings)
        except CloudganError as error:
            if len(scene) > 1 and _are_scenes(scene):
                raise UsageError(
                    f"{', '.join(scene)}: are {len(scene)} scenes, and decloud takes one, or the "
                    f"files of its bands; cloudgan-geo batch {' '.join(map(shlex.quote, scene))} "
                    "--out-dir DIR takes all of them"
                ) from error
            raise
    if not quiet:
        _tell_how(result, verbose)
    said = (
        f"Wrote {result.output} ({result.width} x {result.height}, {result.count} bands) "
        f"in {result.seconds:.1f} s"
    )
    tell_result(form, asdict(result), said, quiet=quiet)


def _are_scenes(paths: tuple[str, ...]) -> bool:
    """Tells whether each of several files is a scene itself, rather than a band of one."""
    from cloudgan_geo.raster.reading.opening import open_scene

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return all(open_scene(path) for path in paths)
        except CloudganError:
            return False


def _tell_how(result: DecloudResult, verbose: bool) -> None:
    red, green, blue = result.bands
    click.echo(f"Bands: {red},{green},{blue} ({result.bands_reason})", err=True)
    click.echo(f"Corrected: {', '.join(result.bands_corrected)}", err=True)
    if result.bands_copied:
        click.echo(f"Copied: {', '.join(result.bands_copied)}", err=True)
    if result.bands_missing:
        click.echo(
            f"Missing: {', '.join(result.bands_missing)}, which the generator would read", err=True
        )
    click.echo(f"Radiometry: {result.radiometry} ({result.radiometry_reason})", err=True)
    if result.qa_shares is not None:
        shares = ", ".join(f"{name} {share:.1%}" for name, share in result.qa_shares.items())
        click.echo(f"Pixels: {shares.replace('%', ' %')}", err=True)
    if verbose:
        click.echo(
            f"Model: {result.model} on {result.device}, "
            f"{result.precision} ({result.precision_reason}), "
            f"{result.batch_size} windows at once, weights {result.weights_sha256[:12]}",
            err=True,
        )
        click.echo(
            f"Windows: {result.windows} computed, {result.windows_skipped} without a valid pixel "
            "in the area",
            err=True,
        )
