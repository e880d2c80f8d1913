"""`cloudgan-geo prepare`: the article's folders of cloudy/clear pairs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("eurosat", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--seed", default=231, show_default=True, help="Fixes zoom and opacity of clouds.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def prepare(eurosat: Path, out: Path, seed: int, quiet: bool) -> None:
    """Write the article's training pairs as JPEG.

    EUROSAT is a folder or zip of 64x64 RGB chips; OUT gets all_targets/ (clear) and
    all_inputs/ (under the article's clouds), file by file of the same name. `train` does not
    need this step: it makes its clouds as it goes.
    """
    from tqdm import tqdm

    from cloudgan_geo.chips.eurosat import load_chips
    from cloudgan_geo.simulation.article_pairs import write_pairs

    chips = load_chips(eurosat)
    written = write_pairs(chips, out, seed=seed)
    for _ in tqdm(written, total=len(chips), unit="pair", disable=True if quiet else None):
        pass
    click.echo(f"Wrote {len(chips):,} pairs to {out}/all_targets and {out}/all_inputs")
