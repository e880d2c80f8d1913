"""`cloudgan-geo evaluate`: score a generator beside the unprocessed input."""

from __future__ import annotations

from pathlib import Path

import click

from cloudgan_geo.cli import options
from cloudgan_geo.errors import OutputError


@click.command()
@options.model
@click.option(
    "--suite",
    type=click.Choice(["article"]),
    default="article",
    show_default=True,
    help="article: EuroSAT test split under the article's clouds.",
)
@options.data
@click.option("--limit", type=click.IntRange(1), help="Score only the first chips of the suite.")
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Also write JSON."
)
@options.device
@options.precision
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def evaluate(
    model: str,
    suite: str,
    data: Path,
    limit: int | None,
    json_path: Path | None,
    device: str,
    precision: str,
    quiet: bool,
) -> None:
    """Score a generator on a suite: L1, PSNR and SSIM beside the unprocessed input.

    Prints a Markdown table. Seeds are fixed: the same weights give the same numbers.
    """
    from tqdm import tqdm

    from cloudgan_geo.evaluation.suites import article_suite
    from cloudgan_geo.networks.inference import load_cleaner
    from cloudgan_geo.training.eurosat import load_chips

    cleaner = load_cleaner(model, device=device, precision=precision)
    chips = load_chips(data)
    with tqdm(unit="chip", disable=True if quiet else None, leave=False) as bar:
        report = article_suite(chips, cleaner, limit=limit, progress=bar.update)
    click.echo(report.to_markdown())
    if json_path is not None:
        try:
            json_path.write_text(report.to_json() + "\n")
        except OSError as error:
            raise OutputError(f"{json_path}: cannot be written ({error.strerror})") from error
