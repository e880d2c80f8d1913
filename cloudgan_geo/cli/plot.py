"""`cloudgan-geo plot`: the article's figures of a training run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from cloudgan_geo.errors import RunError
from cloudgan_geo.training.recipe import Recipe


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="EuroSAT RGB folder or zip for the test panel; by default the one the run trained on.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the PNG files; by default the run's.",
)
def plot(run: Path, data: Path | None, out: Path | None) -> None:
    """Draw the losses of a RUN, extremes marked, and five test chips.

    Writes losses.png (generator and discriminator side by side) and panel.png (input, target
    and generated image of five test chips).
    """
    from cloudgan_geo.networks.checkpoint import read_generator
    from cloudgan_geo.training.figures import loss_figure, panel_figure, read_losses
    from cloudgan_geo.training.loading import load_data
    from cloudgan_geo.training.loop import RunFolder
    from cloudgan_geo.training.samples import sample_rows

    folder = RunFolder(run)
    out = out or run
    loss_figure(read_losses(folder.steps), out / "losses.png")
    click.echo(f"Wrote {out / 'losses.png'}")
    if not folder.best.is_file():
        raise RunError(f"{run}: no epoch has finished yet, so there is no generator to sample")
    recipe = replace(_recipe_of(folder.description), validation=0)
    data_of_run = load_data(data or _data_of(folder.description), recipe)
    generator = read_generator(folder.best)
    rows = sample_rows(generator.network, data_of_run, data_of_run.split.test[:5])
    panel_figure(rows, out / "panel.png")
    click.echo(f"Wrote {out / 'panel.png'}")


def _recipe_of(description: Path) -> Recipe:
    try:
        return Recipe.from_dict(json.loads(description.read_text())["recipe"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{description}: does not hold the recipe of a run ({error!r})") from error


def _data_of(description: Path) -> Path:
    try:
        return Path(json.loads(description.read_text())["data"])
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{description}: does not say what data was used; give --data") from error
