"""`cloudgan-geo train`: train a generator on clear chips."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from cloudgan_geo.choices import Adversarial, AskedPrecision, Auto, Context, Schedule
from cloudgan_geo.cli import shared
from cloudgan_geo.errors import OutputExistsError, RunError, UsageError
from cloudgan_geo.training.recipe import RECIPES, Recipe, recipe_named

if TYPE_CHECKING:
    from cloudgan_geo.networks.checkpoint import LoadedGenerator
    from cloudgan_geo.training.board import Board
    from cloudgan_geo.training.feeding import Feed
    from cloudgan_geo.training.loop import RunFolder
    from cloudgan_geo.training.trainer import Trainer

#: Recipe fields that have an option of their own.
_OVERRIDES = (
    *("epochs", "batch_size", "generator_lr", "adversarial", "adversarial_weight"),
    *("schedule", "width", "context"),
)


@click.command()
@shared.data
@click.option(
    "--recipe",
    "recipe_name",
    type=click.Choice(list(RECIPES)),
    default="article",
    show_default=True,
    help="Settings to start from.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Run folder."
)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint of --out.")
@click.option(
    "--start-from",
    metavar="NAME|FILE",
    help="Start a new run from a bundled generator or a weights file instead of random weights.",
)
@click.option("--epochs", type=click.IntRange(1), help="Passes over the training chips.")
@click.option("--batch-size", type=click.IntRange(2), help="Chips a step.")
@click.option(
    "--generator-lr",
    type=click.FloatRange(0, min_open=True),
    help="Learning rate of the generator, its peak under the cosine schedule.",
)
@click.option(
    "--adversarial",
    type=click.Choice(get_args(Adversarial)),
    help="Loss of the generator on the discriminator's verdict.",
)
@click.option(
    "--adversarial-weight",
    type=click.FloatRange(0),
    help="Weight of that loss beside the recipe's own; 0 trains without discriminator.",
)
@click.option(
    "--schedule",
    type=click.Choice(get_args(Schedule)),
    help="Learning rate: constant, times 0.1 every 10 epochs, or warm-up and cosine.",
)
@click.option(
    "--width", type=click.IntRange(1), help="Feature maps of the generator's first level."
)
@click.option(
    "--context",
    type=click.Choice(get_args(Context)),
    help="What the generator for thin cloud sees beyond a chip.",
)
@click.option(
    "--no-gan",
    "adversarial_weight",
    flag_value=0.0,
    type=float,
    help="Train without discriminator: the same as --adversarial-weight 0.",
)
@click.option(
    "--workers",
    metavar="auto|N",
    callback=shared.auto_or_count,
    default="auto",
    show_default=True,
    help="Processes that draw clouds. auto: a thread on a CPU, else up to eight processes.",
)
@click.option(
    "--tensorboard",
    is_flag=True,
    help="Write events for TensorBoard as well, to the folder tensorboard of the run.",
)
@click.option("--checkpoint-every", default=250, show_default=True, type=click.IntRange(1))
@shared.device
@shared.precision
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def train(
    data: Path,
    recipe_name: str,
    out: Path,
    resume: bool,
    start_from: str | None,
    workers: int | Auto,
    tensorboard: bool,
    checkpoint_every: int,
    device: str,
    precision: AskedPrecision,
    quiet: bool,
    **overrides: Any,
) -> None:
    """Train a generator on clear chips under synthetic clouds.

    The run folder gets steps.csv and epochs.csv, a panel of samples every epoch,
    best.safetensors (lowest L1 on held-out chips; give it to `decloud --model`),
    latest.safetensors (after the last whole epoch) and last.pt, from which --resume goes on
    exactly as if the run had never stopped. speed.csv says how long steps took, and what
    share of that they waited for chips.

    torchrun --nproc-per-node N -m cloudgan_geo train ... has N processes train as one.
    """
    # Before numpy is imported: its threads would wait in loops on the cores torch computes on.
    # On two cores the article's generator trains 1.2 times as fast without them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from cloudgan_geo.networks.zoo import load_generator
    from cloudgan_geo.training import loop
    from cloudgan_geo.training.board import board
    from cloudgan_geo.training.feeding import Feed, settle_workers
    from cloudgan_geo.training.loading import load_data
    from cloudgan_geo.training.ranks import joined, started_ranks
    from cloudgan_geo.training.trainer import Trainer

    if resume and start_from is not None:
        raise UsageError("--start-from begins a new run; --resume goes on with one")
    folder = loop.RunFolder(out)
    state = loop.load_checkpoint(folder) if resume else None
    recipe = _recipe(recipe_name, state, overrides)
    start = None if start_from is None else load_generator(start_from)
    if start is not None:
        recipe = replace(recipe, start=start.sha256)
    if state is None and folder.last.exists():
        raise OutputExistsError(f"{out}: holds a run already; --resume goes on with it")
    run_data = load_data(data, recipe)
    ranks = started_ranks()
    # The feed first: its processes are forked, which CUDA would not go on with.
    with (
        Feed(run_data, ranks, settle_workers(workers, device)) as feed,
        joined(ranks, device) as chosen,
    ):
        trainer = Trainer(recipe, chosen, precision, ranks)
        if start is not None:
            _start(trainer, start, start_from)
        if state is not None:
            trainer.load_state_dict(state)
        ranks.alike(trainer.generator, trainer.discriminator, trainer.averaged)
        if ranks.is_first:
            _describe(folder, data, recipe)
        with board(folder, trainer.step, wanted=tensorboard and ranks.is_first) as watched:
            _run(trainer, feed, folder, checkpoint_every, watched, quiet or not ranks.is_first)
    if ranks.is_first:
        click.echo(
            f"Trained {trainer.step:,} steps; best validation L1 {trainer.best_l1:.4f}: "
            f"{folder.best}"
        )


def _start(trainer: Trainer, start: LoadedGenerator, named: str | None) -> None:
    try:
        trainer.start_from(start.network)
    except ValueError as error:
        raise UsageError(
            f"--start-from {named}: {error}; the recipe {trainer.recipe.name!r} trains another "
            "network, see --recipe and --width"
        ) from error


def _recipe(name: str, state: dict[str, Any] | None, overrides: dict[str, Any]) -> Recipe:
    given = {key: overrides[key] for key in _OVERRIDES if overrides.get(key) is not None}
    if state is None:
        return replace(recipe_named(name), **given)
    # A discriminator that has not joined yet may be called off, so that two runs with and
    # without one can share all that comes before.
    free = {"epochs"} if state["joined"] else {"epochs", "adversarial_weight"}
    if extra := set(given) - free:
        options_named = ", ".join("--" + key.replace("_", "-") for key in sorted(extra))
        raise UsageError(
            f"{options_named}: a resumed run keeps its recipe; only --epochs changes and, until "
            "the discriminator joins, --adversarial-weight"
        )
    return replace(Recipe.from_dict(state["recipe"]), **given)


def _describe(folder: RunFolder, data: Path, recipe: Recipe) -> None:
    folder.path.mkdir(parents=True, exist_ok=True)
    content = {"data": str(data.resolve()), "recipe": recipe.as_dict()}
    folder.description.write_text(json.dumps(content, indent=2) + "\n")


def _run(
    trainer: Trainer,
    feed: Feed,
    folder: RunFolder,
    checkpoint_every: int,
    watched: Board | None,
    quiet: bool,
) -> None:
    from tqdm import tqdm

    from cloudgan_geo.training import loop
    from cloudgan_geo.training.samples import sample_rows

    data = feed.data
    total = data.recipe.epochs * data.steps_per_epoch
    # tqdm's None: a bar only where stderr is a terminal.
    bar = tqdm(
        total=total, initial=trainer.step, unit="step", disable=True if quiet else None, leave=False
    )

    def on_step(row: dict[str, float]) -> None:
        bar.update()
        if watched is not None:
            watched.step(row)
        shown = {"G": row["generator"], "L1": row["l1"], "D": row["discriminator"]}
        bar.set_postfix({name: f"{value:.4f}" for name, value in shown.items()}, refresh=False)

    def on_epoch(epoch: int) -> None:
        from cloudgan_geo.training.figures import panel_figure

        indices = (data.split.validation or data.split.train)[:5]
        rows = sample_rows(trainer.averaged, data, indices)
        panel_figure(rows, folder.panel(epoch), f"epoch {epoch}")
        if watched is not None:
            watched.epoch(trainer.step, trainer.best_l1, rows)

    try:
        with bar:
            loop.run(
                trainer,
                data,
                folder,
                on_step=on_step,
                on_epoch=on_epoch,
                checkpoint_every=checkpoint_every,
                feed=feed,
            )
    except KeyboardInterrupt:
        raise RunError(
            f"interrupted after step {trainer.step:,}; --resume goes on from the last checkpoint"
        ) from None
