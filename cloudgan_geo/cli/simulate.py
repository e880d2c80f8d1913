"""`cloudgan-geo simulate`: put a synthetic cloud on a clear scene or on chips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloudgan_geo.cli import options
from cloudgan_geo.cli.terminal import own_words_only, progress_bar

if TYPE_CHECKING:
    from cloudgan_geo.simulation import CloudOptions

_FAMILIES = ("veil", "patches", "streaks", "perlin", "ridged", "cellular")


@click.command()
@click.argument("clear", metavar="IN")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--family",
    type=click.Choice(["mixed", *_FAMILIES]),
    default="mixed",
    show_default=True,
    help="Shape of the cloud; mixed draws one of the first three, those of training.",
)
@click.option("--coverage", type=float, help="Share of the pixels under cloud, 0 to 1.")
@click.option("--opacity", type=float, help="Mean over the clouded pixels, in green, below 1.")
@click.option(
    "--airlight",
    type=float,
    help="What an opaque cloud shows: 1 is reflectance 0.275, .3 grey, 1.6 saturated.",
)
@options.radiometry
@options.overwrite
@options.verbosity
def simulate(
    clear: str,
    out: Path,
    seed: int,
    family: str,
    coverage: float | None,
    opacity: float | None,
    airlight: float | None,
    radiometry: str,
    overwrite: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Put a synthetic thin cloud on the clear scene IN and write it to OUT.

    IN is a raster, and OUT a GeoTIFF like it in all but the clouded pixels of red, green and
    blue; OUT_opacity.tif gets the truth, 1 - transmittance in green. Or IN is a folder or
    zip of 64x64 RGB chips, each of which gets a cloud of its own, OUT a folder for them, and
    OUT_opacity one for their opacity. What is not given is drawn as for training.
    """
    with own_words_only(verbose):
        from cloudgan_geo.simulation import CloudOptions

        asked = CloudOptions(
            seed, None if family == "mixed" else family, coverage, opacity, airlight
        )
        if _holds_chips(clear):
            said = _chips(clear, out, asked, overwrite, quiet)
        else:
            said = _scene(clear, out, asked, radiometry, overwrite, quiet)
    if not quiet:
        click.echo(said)


def _holds_chips(clear: str) -> bool:
    path = Path(clear)
    product = path.suffix.upper() == ".SAFE" or path.name.upper().endswith(".SAFE.ZIP")
    return not product and (path.is_dir() or path.suffix.lower() == ".zip")


def _chips(clear: str, out: Path, asked: CloudOptions, overwrite: bool, quiet: bool) -> str:
    from tqdm import tqdm

    from cloudgan_geo.simulation import simulate_chips

    written = simulate_chips(clear, out, asked, overwrite=overwrite)
    count = sum(1 for _ in tqdm(written, unit="chip", disable=True if quiet else None, leave=False))
    return f"Wrote {count:,} chips to {out} and their opacity to {out}_opacity"


def _scene(
    clear: str, out: Path, asked: CloudOptions, radiometry: str, overwrite: bool, quiet: bool
) -> str:
    from cloudgan_geo.simulation import simulate_scene

    with progress_bar(quiet, unit="row") as progress:
        done = simulate_scene(
            clear, out, asked, radiometry=radiometry, overwrite=overwrite, progress=progress
        )
    return (
        f"Wrote {done.output} and {done.opacity}: {done.coverage:.1%} under cloud of mean "
        f"opacity {done.mean_opacity:.3f}"
    )
