"""A run as TensorBoard shows it: losses of every step, validation and samples of every epoch."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cloudgan_geo.training.loop import RunFolder

#: Columns of a step's row that are no scores.
_WHERE = ("step", "epoch")


class Board:
    """What is written for TensorBoard.

    Args:
        writer: Of its event files.
    """

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def step(self, row: dict[str, float]) -> None:
        """Takes a row of the step log; what is not known yet is left out."""
        for name, value in row.items():
            if name not in _WHERE and not math.isnan(value):
                self._writer.add_scalar(f"step/{name}", value, int(row["step"]))

    def epoch(self, step: int, l1: float, rows: Sequence[Any]) -> None:
        """Takes what an epoch ended with.

        Args:
            step: The last one.
            l1: Lowest validation L1 so far.
            rows: Samples as `sample_rows` returns them.
        """
        self._writer.add_scalar("epoch/best_validation_l1", l1, step)
        picture = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
        self._writer.add_image("samples", np.clip(picture, 0, 1), step, dataformats="HWC")
        self._writer.flush()


@contextlib.contextmanager
def board(folder: RunFolder, step: int, *, wanted: bool) -> Iterator[Board | None]:
    """Yields what writes for TensorBoard, to the folder `tensorboard` of a run.

    Args:
        folder: Of the run.
        step: At which it begins; what an interrupted run wrote beyond is dropped.
        wanted: None is yielded if not.
    """
    if not wanted:
        yield None
        return
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder.path / "tensorboard", purge_step=step + 1)
    with contextlib.closing(writer):
        yield Board(writer)
