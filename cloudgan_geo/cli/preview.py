"""`cloudgan-geo preview`: a before/after picture."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.cli import shared
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.errors import OutputError, OutputExistsError


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--truth", help="Clear scene of the same grid, to measure both against.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="PNG to write."
)
@shared.radiometry
@shared.overwrite
@shared.trust_all_inputs
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(
    before: str,
    after: str,
    truth: str | None,
    out: Path,
    radiometry: AskedRadiometry,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Draw the scene BEFORE and AFTER side by side as a PNG.

    With --truth the clear scene stands beside them, and each title and a line on stdout gives
    the PSNR against it.
    """
    from cloudgan_geo.evaluation.preview import preview_figure, read_panel

    if out.suffix.lower() != ".png":
        raise click.BadParameter(f"{out}: a PNG is written", param_hint="--out")
    if out.exists() and not overwrite:
        raise OutputExistsError(f"{out}: exists already; --overwrite replaces it")
    with own_words_only(verbose=False):
        panels = [
            read_panel(before, "before", radiometry),
            read_panel(after, "after", radiometry),
        ]
        clear = read_panel(truth, "truth", radiometry) if truth else None
        try:
            scores = preview_figure(panels, out, clear)
        except OSError as error:
            if isinstance(error, OutputError) or error.strerror is None:
                raise
            raise OutputError(f"{out}: cannot be written ({error.strerror})") from error
    if as_json:
        click.echo(json.dumps({"output": str(out), "psnr": scores}, indent=2))
        return
    for title, score in scores.items():
        click.echo(f"PSNR {title}: {score:.2f} dB")
    click.echo(f"Wrote {out}")
