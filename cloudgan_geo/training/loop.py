"""The training loop: steps, validation, checkpoints and logs of a run."""

from __future__ import annotations

import csv
import os
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
from cloudgan_geo.training.trainer import Trainer

STEP_COLUMNS = ("step", "epoch", "generator", "l1", "adversarial", "discriminator", "lr")
EPOCH_COLUMNS = ("epoch", "step", "validation_l1")


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
    """
    total = data.recipe.epochs * data.steps_per_epoch
    # One thread makes clouds thirty times as fast as a CPU trains on them; a GPU needs more.
    workers = 1 if trainer.device.type == "cpu" else min(8, os.cpu_count() or 1)
    _trim(folder.steps, STEP_COLUMNS, trainer.step)
    _trim(folder.epochs, EPOCH_COLUMNS, trainer.step)
    with folder.steps.open("a", newline="") as log:
        rows = csv.DictWriter(log, STEP_COLUMNS)
        for batch in data.batches(trainer.step, total, workers):
            row = trainer.train_step(batch, total)
            row["epoch"] = (trainer.step - 1) // data.steps_per_epoch + 1
            rows.writerow(row)
            on_step(row)
            if trainer.step % data.steps_per_epoch == 0:
                _finish_epoch(trainer, data, folder)
                log.flush()
                save_checkpoint(trainer, folder)
                on_epoch(trainer.step // data.steps_per_epoch)
            elif trainer.step % checkpoint_every == 0:
                log.flush()
                save_checkpoint(trainer, folder)


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
            done = columns is EPOCH_COLUMNS
            kept = [r for r in csv.DictReader(log) if int(r["step"]) < step + done]
    with path.open("w", newline="") as log:
        writer = csv.DictWriter(log, columns)
        writer.writeheader()
        writer.writerows(kept)
