"""`cloudgan-geo evaluate`: score a generator beside what it has to beat."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import click

from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.cli import shared
from cloudgan_geo.cli.pages import STDOUT, page
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.errors import CloudganWarning, UsageError, WeightsNotFoundError

_SUITES = ("article", "thin-seen", "thin-unseen", "real-pairs", "clear")
_SOURCE = click.Path(path_type=Path)
#: What stands above the tables of a page that is a file.
_PAGE = """# Evaluation of `{model}`

Every score of `{model}`, worked out by one command. A section is a suite: what it holds, then its
tables. `unprocessed input` is the cloudy image as it was: what a method adds is the distance
from that. What numbers are held to, where they are, stands last, under *Bars*.

    {command}

## How to read the tables

| word | meaning |
|---|---|
| PSNR, SSIM | peak 1; Gaussian windows of 11 pixels (sigma 1.5, data range 1) |
| MAE, SAM | mean absolute error; mean angle between spectra |
| gradient ratio | mean absolute gradient by the truth's: below 1 is blurred, cloud left lifts it |
| spectrum | distance from the truth's power of waves shorter than 16 pixels |
| dark-channel prior | learns nothing (He, Sun, Tang, 2009; guided filter, 2010) |
| cirrus band | B10 is subtracted, by the slope of red's lower envelope (Gao and Li, 2017) |
| `article` | the article's generator |
| NDVI, NDWI | (B08 - B04) / (B08 + B04), (B03 - B08) / (B03 + B08) |

Scores are of red, green and blue in the model domain, reflectance / 0.275 clipped to 0..1, unless
a table says otherwise; tables of all corrected bands are of reflectance clipped to 0..1. A
generator that reads more than red, green and blue is also given fewer bands, as `decloud --bands`
would name them. What a pixel's error is expected to be was fitted by `cloudgan-geo calibrate` on
chips that neither training nor these tables use.

Traces are what a correction should not have, and 1 would be none: its mean gradient where windows
begin or end, by that elsewhere; its power along rows or columns at periods of 2 and 4 pixels, by
that of the neighbouring frequencies, the worse of the two directions.

Made with {program} {version}, weights SHA-256 `{sha256}` ({precision}). Seeds are fixed: the same
weights give the same numbers, up to the rounding of another machine.

"""


@click.command()
@shared.model
@click.option(
    "--suite",
    type=click.Choice([*_SUITES, "all"]),
    default="article",
    show_default=True,
    help="article: the article's clouds on EuroSAT's test split; thin-seen: thin clouds of the "
    "families of training; thin-unseen: of other families; real-pairs: real clouds; clear: "
    "ground without cloud; all: one after the other, and what each is held to.",
)
@click.option("--data", type=_SOURCE, help="EuroSAT RGB, folder or zip (all but real-pairs).")
@click.option("--pairs", type=_SOURCE, help="Real pairs, <name>_cloudy.tif and <name>_clear.tif.")
@click.option("--clear", type=_SOURCE, help="Folder of clear scenes.")
@click.option("--scenes", type=_SOURCE, help="Folder of large scenes.")
@click.option(
    "--data-root",
    type=_SOURCE,
    help="Folder of all of these: eurosat_rgb.zip, pairs, clear_l2a, scenes.",
)
@click.option(
    "--limit", type=click.IntRange(1), help="Score only so many chips, and as many scenes."
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write JSON; - prints it instead of the tables.",
)
@click.option(
    "--markdown",
    "markdown_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a page of the tables.",
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for a PNG of each real pair and each of --scenes, before and after "
    "(real-pairs, all).",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for a PNG of each table: bars of methods and classes, curves over opacity.",
)
@shared.device
@shared.precision
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def evaluate(
    model: str,
    suite: str,
    data: Path | None,
    pairs: Path | None,
    clear: Path | None,
    scenes: Path | None,
    data_root: Path | None,
    limit: int | None,
    json_path: Path | None,
    markdown_path: Path | None,
    pictures: Path | None,
    figures: Path | None,
    device: str,
    precision: AskedPrecision,
    quiet: bool,
) -> None:
    """Score a generator beside the unprocessed input, methods that learn nothing and `article`.

    Prints Markdown tables, and last what each number is held to. Seeds are fixed: the same
    weights give the same numbers.
    """
    from tqdm import tqdm

    from cloudgan_geo.evaluation.sources import Sources
    from cloudgan_geo.evaluation.tables import reports_to_json, reports_to_markdown

    sources = Sources.under(data_root, data=data, pairs=pairs, clear=clear, scenes=scenes)
    chosen = _SUITES if suite == "all" else (suite,)
    if pictures is not None and "real-pairs" not in chosen:
        raise UsageError(f"--pictures: suite {suite} draws none; --suite real-pairs or all does")
    for name in chosen:
        sources.need(name)
    for folder in (pictures, figures):
        if folder is not None:
            from cloudgan_geo.evaluation.pictures import make_folder

            make_folder(folder)
    from cloudgan_geo.correction.choosing import all_ready
    from cloudgan_geo.correction.options import DecloudOptions
    from cloudgan_geo.evaluation.suites import Evaluation

    cleaner = all_ready(model, DecloudOptions(device=device, precision=precision))
    with (
        # Made again and again, so they replace those from before.
        page(json_path, "json", overwrite=True) as as_json,
        page(markdown_path, "markdown", overwrite=True) as as_markdown,
        own_words_only(verbose=False),
        tqdm(unit="chip", disable=True if quiet else None, leave=False) as bar,
    ):
        article = _article(device, precision, needed="article" in chosen)
        evaluation = Evaluation(sources, cleaner, article, limit, bar.update, pictures)
        reports = []
        for name in chosen:
            bar.set_description(name)
            reports.append(evaluation.run(name))
        tables = reports_to_markdown(reports)
        as_json(f"{reports_to_json(reports)}\n")
        as_markdown(_heading(suite, cleaner) + tables + "\n")
    if figures is not None:
        from cloudgan_geo.evaluation.table_figures import draw_tables

        for path in draw_tables(reports, figures):
            click.echo(f"Wrote {path}", err=True)
    if json_path != STDOUT:
        click.echo(tables)


def _article(device: str, precision: AskedPrecision, *, needed: bool) -> Any:
    """Returns the article's generator, which the wheel leaves out; None where it is missing.

    Raises:
        WeightsNotFoundError: If it is missing though it is needed.
    """
    from cloudgan_geo.networks.inference import load_cleaner

    try:
        return load_cleaner("article", device=device, precision=precision)
    except WeightsNotFoundError as error:
        if needed:
            raise
        words = CloudganWarning("the tables are without the article's generator; ", *error.parts)
        warnings.warn(words, stacklevel=2)
        return None


def _heading(suite: str, cleaner: Any) -> str:
    from cloudgan_geo import __version__

    return _PAGE.format(
        model=cleaner.name,
        command=f"cloudgan-geo evaluate --model {cleaner.name} --suite {suite} --data-root DATA",
        program="cloudgan-geo",
        version=__version__,
        sha256=cleaner.sha256,
        precision=cleaner.precision,
    )
