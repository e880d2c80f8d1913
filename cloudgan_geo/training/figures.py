"""The article's figures, from the files of a run: loss curves, sample panels."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import RunError

BACKGROUND = "#001219"
GENERATOR_COLOUR = "#bc6c25"
DISCRIMINATOR_COLOUR = "#00b4d8"
_TEXT = "#f0f3f5"
_COLUMNS = ("input", "target", "generated")

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class LossLog:
    """The step log of a run.

    Attributes:
        step: Step numbers.
        generator: Loss of the generator (adversarial + weighted L1), shape of `step`.
        discriminator: Loss of the discriminator, NaN before it joined.
    """

    step: Curve
    generator: Curve
    discriminator: Curve


def read_losses(path: str | Path) -> LossLog:
    """Reads steps.csv.

    Raises:
        RunError: If the file is missing, empty or not a step log.
    """
    path = Path(path)
    if not path.is_file():
        raise RunError(
            f"{path}: no step log; is this the ", Argument("out"), " folder of a training run?"
        )
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise RunError(f"{path}: no step has been logged yet")
    try:
        columns = [
            np.array([float(row[name]) for row in rows])
            for name in ("step", "generator", "discriminator")
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path}: not a step log of a training run ({error!r})") from error
    return LossLog(*columns)


def loss_figure(log: LossLog, path: str | Path) -> None:
    """Draws the loss of generator and discriminator side by side, extremes marked.

    Args:
        log: Steps and losses.
        path: PNG to write.
    """
    figure, axes = _figure(1, 2, (13, 4.6))
    curves = (
        ("Generator", log.generator, GENERATOR_COLOUR),
        ("Discriminator", log.discriminator, DISCRIMINATOR_COLOUR),
    )
    for axis, (name, loss, colour) in zip(axes[0], curves, strict=True):
        _style(axis)
        axis.set_title(f"{name} loss", color=_TEXT)
        axis.set_xlabel("step", color=_TEXT)
        known = np.isfinite(loss)
        if not known.any():
            axis.text(
                0.5, 0.5, "trained without", color=_TEXT, ha="center", transform=axis.transAxes
            )
            continue
        axis.plot(log.step[known], loss[known], color=colour, linewidth=0.7)
        _mark_extremes(axis, log.step[known], loss[known])
    _save(figure, path)


def panel_figure(
    rows: Sequence[tuple[NDArray[np.floating], ...]], path: str | Path, title: str = ""
) -> None:
    """Draws one row a chip: input, target, generated.

    Args:
        rows: Per chip three images in [0, 1], shape (height, width, 3).
        path: PNG to write.
        title: Above the panel.
    """
    figure, axes = _figure(len(rows), len(_COLUMNS), (6.6, 2.15 * len(rows) + 0.5))
    for line, images in zip(axes, rows, strict=True):
        for axis, image in zip(line, images, strict=True):
            axis.imshow(np.clip(image, 0, 1), interpolation="nearest")
            axis.set_axis_off()
    for axis, name in zip(axes[0], _COLUMNS, strict=True):
        axis.set_title(name, color=_TEXT, fontsize=11)
    if title:
        figure.suptitle(title, color=_TEXT, fontsize=11)
    _save(figure, path)


def _figure(
    rows: int, columns: int, size: tuple[float, float]
) -> tuple[Figure, NDArray[np.object_]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Not pyplot: no display is asked for and no figure is kept alive during long runs.
    figure = Figure(figsize=size, facecolor=BACKGROUND, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _style(axis: Axes) -> None:
    axis.set_facecolor(BACKGROUND)
    axis.tick_params(colors=_TEXT)
    for spine in axis.spines.values():
        spine.set_color(_TEXT)


def _mark_extremes(axis: Axes, step: Curve, loss: Curve) -> None:
    for name, index, offset in (("max", loss.argmax(), -14), ("min", loss.argmin(), 14)):
        point = (float(step[index]), float(loss[index]))
        axis.plot(*point, "o", color=_TEXT, markersize=5)
        # Labels lean inwards, or the last steps' would leave the figure.
        late = point[0] > step.mean()
        axis.annotate(
            f"{name} {point[1]:.3f} at {point[0]:.0f}", point, color=_TEXT,
            xytext=(-8 if late else 8, offset), textcoords="offset points",
            ha="right" if late else "left", va="center",
        )  # fmt: skip


def _save(figure: Figure, path: str | Path) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor=BACKGROUND)
