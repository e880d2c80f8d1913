"""`cloudgan-geo compare`: measure scenes against a clear one."""

from __future__ import annotations

from pathlib import Path

import click

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.cli import band_options, shared
from cloudgan_geo.cli.pages import STDOUT, page
from cloudgan_geo.cli.progress import tell_result, telling
from cloudgan_geo.cli.terminal import own_words_only


@click.command()
@click.argument("result")
@click.argument("clear")
@click.option("--before", metavar="SCENE", help="The cloudy scene: measured beside the result.")
@click.option(
    "--qa", metavar="FILE", help="Quality band of decloud --qa: its classes are measured too."
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write JSON; - prints it instead of the table.",
)
@click.option(
    "--html",
    "html_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a page for the browser.",
)
@band_options.bands
@shared.radiometry
@shared.overwrite
@shared.trust_all_inputs
@shared.progress
@shared.verbosity
def compare(
    result: str,
    clear: str,
    before: str | None,
    qa: str | None,
    json_path: Path | None,
    html_path: Path | None,
    bands: tuple[int, int, int] | None,
    radiometry: AskedRadiometry,
    overwrite: bool,
    form: str,
    quiet: bool,
    verbose: bool,
) -> None:
    """Measure RESULT against CLEAR, a clear scene of the same place and grid.

    Prints a table: PSNR, SSIM, mean absolute error and spectral angle of red, green and blue
    as reflectance / 0.275, over the pixels that hold data in every scene.
    """
    inputs = [path for path in (result, clear, before, qa) if path is not None]
    with (
        own_words_only(verbose),
        telling(form, "compare", quiet=quiet, unit="row") as progress,
        page(json_path, "json", inputs=inputs, overwrite=overwrite) as as_json,
        page(html_path, "html", inputs=inputs, overwrite=overwrite) as as_html,
    ):
        from cloudgan_geo.evaluation.scenes import compare_scenes

        images = {"result": result} if before is None else {"before": before, "result": result}
        found = compare_scenes(
            images, clear, qa=qa, bands=bands, radiometry=radiometry, progress=progress
        )
        as_json(f"{found.to_json()}\n")
        as_html(found.to_html())
    quiet = quiet or json_path == STDOUT
    tell_result(form, found.facts(), found.to_markdown(), quiet=quiet)
