"""The training loop: steps, validation, checkpoints and logs of a run."""

from __future__ import annotations

import contextlib
import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import RunError
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.training.data import Data
from cloudgan_geo.training.feeding import Feed
from cloudgan_geo.training.trainer import Trainer

STEP_COLUMNS = ("step", "epoch", "generator", "l1", "adversarial", "discriminator", "lr")
EPOCH_COLUMNS = ("epoch", "step", "validation_l1")
SPEED_COLUMNS = ("step", "seconds", "waited")


@dataclass(frozen=True)
class RunFolder:
    """Where the files of a run lie.

    Attributes:
        path: The folder itself.
    """

    path: Path

    @property
    def last(self) -> Path:
        """Checkpoint to resume from."""
        return self.path / "last.pt"

    @property
    def best(self) -> Path:
        """Generator with the lowest validation L1."""
        return self.path / "best.safetensors"

    @property
    def latest(self) -> Path:
        """Generator of the last whole epoch; with a late adversarial term not the best one."""
        return self.path / "latest.safetensors"

    @property
    def description(self) -> Path:
        """Data and recipe of the run, as JSON."""
        return self.path / "run.json"

    @property
    def steps(self) -> Path:
        """Log of every step."""
        return self.path / "steps.csv"

    @property
    def epochs(self) -> Path:
        """Validation L1 of every epoch."""
        return self.path / "epochs.csv"

    @property
    def speed(self) -> Path:
        """Seconds of a step, and the share of them that it waited for chips, at checkpoints."""
        return self.path / "speed.csv"

    def panel(self, epoch: int) -> Path:
        """Picture of samples after an epoch, counted from 1."""
        return self.path / "panels" / f"epoch_{epoch:03d}.png"


Report = Callable[[dict[str, float]], None]
Panel = Callable[[int], None]


def run(
    trainer: Trainer,
    data: Data,
    folder: RunFolder,
    *,
    on_step: Report,
    on_epoch: Panel,
    checkpoint_every: int = 250,
    feed: Feed | None = None,
) -> None:
    """Trains until the recipe's last step, writing checkpoints and logs as it goes.

    A run killed at any moment goes on from its last checkpoint as if nothing had happened:
    batches depend on the step alone, and rows logged after the checkpoint are dropped.

    Args:
        trainer: At step 0, or restored with `resume`.
        data: Chips and recipe.
        folder: Where to write.
        on_step: Called with each row of the step log.
        on_epoch: Called with the number of each whole epoch, from 1.
        checkpoint_every: Steps between two checkpoints inside an epoch.
        feed: What makes the batches; by default a thread.
    """
    with contextlib.ExitStack() as stack:
        fed = feed or stack.enter_context(Feed(data, trainer.ranks))
        if trainer.ranks.is_first:
            _write_run(trainer, data, folder, fed, on_step, on_epoch, checkpoint_every)
        else:
            # All that is written the first one writes.
            total = data.recipe.epochs * data.steps_per_epoch
            for batch in fed.batches(trainer.step, total):
                trainer.train_step(batch, total)


def _write_run(
    trainer: Trainer,
    data: Data,
    folder: RunFolder,
    feed: Feed,
    on_step: Report,
    on_epoch: Panel,
    checkpoint_every: int,
) -> None:
    total = data.recipe.epochs * data.steps_per_epoch
    _trim(folder.steps, STEP_COLUMNS, trainer.step)
    _trim(folder.epochs, EPOCH_COLUMNS, trainer.step)
    _trim(folder.speed, SPEED_COLUMNS, trainer.step)
    pace = _Pace(trainer, feed, folder.speed)
    with folder.steps.open("a", newline="") as log:
        rows = csv.DictWriter(log, STEP_COLUMNS)
        for batch in feed.batches(trainer.step, total):
            row = trainer.train_step(batch, total)
            row["epoch"] = (trainer.step - 1) // data.steps_per_epoch + 1
            rows.writerow(row)
            on_step(row)
            whole = trainer.step % data.steps_per_epoch == 0
            if not whole and trainer.step % checkpoint_every:
                continue
            pace.note()
            if whole:
                _finish_epoch(trainer, data, folder)
            log.flush()
            save_checkpoint(trainer, folder)
            if whole:
                on_epoch(trainer.step // data.steps_per_epoch)
            pace.begin()


class _Pace:
    """Notes at checkpoints how long a step took, and how much of that it waited for its batch.

    Args:
        trainer: Whose steps are counted.
        feed: What they wait for.
        path: The log.
    """

    def __init__(self, trainer: Trainer, feed: Feed, path: Path) -> None:
        self._trainer, self._feed, self._path = trainer, feed, path
        self.begin()

    def begin(self) -> None:
        """Begins to measure: checkpoints and validation do not count."""
        self._began, self._waited = time.perf_counter(), self._feed.waited
        self._step = self._trainer.step

    def note(self) -> None:
        """Writes a row."""
        seconds = time.perf_counter() - self._began
        share = (self._feed.waited - self._waited) / seconds
        each = seconds / (self._trainer.step - self._step)
        with self._path.open("a", newline="") as log:
            csv.writer(log).writerow((self._trainer.step, f"{each:.4f}", f"{share:.4f}"))


def _finish_epoch(trainer: Trainer, data: Data, folder: RunFolder) -> None:
    epoch = trainer.step // data.steps_per_epoch
    l1 = trainer.validate(data)
    with folder.epochs.open("a", newline="") as log:
        csv.writer(log).writerow((epoch, trainer.step, l1))
    card = {
        "name": folder.path.name,
        "recipe": trainer.recipe.as_dict(),
        "epoch": epoch,
        "validation_l1": l1,
    }
    _replace(folder.latest, trainer.averaged, card)
    if l1 <= trainer.best_l1:
        trainer.best_l1 = l1
        _replace(folder.best, trainer.averaged, card)


def _replace(path: Path, network: nn.Module, card: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    save_generator(network, partial, card)
    os.replace(partial, path)


def save_checkpoint(trainer: Trainer, folder: RunFolder) -> None:
    """Writes the trainer's state beside the last checkpoint and swaps them at once."""
    partial = folder.last.with_suffix(".partial")
    torch.save(trainer.state_dict(), partial)
    os.replace(partial, folder.last)


def load_checkpoint(folder: RunFolder) -> dict[str, Any]:
    """Reads the last checkpoint of a run.

    Raises:
        RunError: If there is none, or it is damaged.
    """
    if not folder.last.is_file():
        raise RunError(
            f"{folder.path}: no checkpoint to resume from; train without ", Argument("resume", True)
        )
    try:
        state: dict[str, Any] = torch.load(folder.last, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"{folder.last}: damaged checkpoint ({reason})") from error
    return state


def _trim(path: Path, columns: tuple[str, ...], step: int) -> None:
    """Keeps the rows of a log up to a step, or starts the log."""
    kept: list[dict[str, str]] = []
    if path.is_file():
        with path.open(newline="") as log:
            done = columns is not STEP_COLUMNS
            kept = [r for r in csv.DictReader(log) if int(r["step"]) < step + done]
    with path.open("w", newline="") as log:
        writer = csv.DictWriter(log, columns)
        writer.writeheader()
        writer.writerows(kept)
