"""Scenes side by side as a picture, with the error of each against a clear one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.opening import open_scene
from cloudgan_geo.raster.radiometry import choose_radiometry

#: Longest side of a panel, in pixels; larger scenes are thinned out.
LONGEST = 1200


@dataclass(frozen=True)
class Panel:
    """One scene of the picture.

    Attributes:
        title: Above it.
        image: Model domain, float32 in [0, 1], shape (3, height, width).
        valid: Where it holds data, shape (height, width).
    """

    title: str
    image: NDArray[np.float32]
    valid: NDArray[np.bool_]


def read_panel(path: str | os.PathLike[str], title: str, radiometry: str = "auto") -> Panel:
    """Reads the visible bands of a whole scene into the model domain.

    Args:
        path: Anything `decloud` reads.
        title: Of the panel.
        radiometry: Profile, or `auto`.

    Raises:
        SceneError: If it cannot be read, or its bands or radiometry cannot be told.
    """
    scene = open_scene(path, rgb_only=True)
    chosen = choose_radiometry(scene, radiometry)
    images, valid = [], []
    with closing(scene.read(scene.spans())) as pieces:
        for rows in pieces:
            images.append(chosen.to_model(rows.pixels))
            valid.append(rows.valid.all(axis=0))
    return Panel(title, np.concatenate(images, axis=1), np.concatenate(valid))


def psnr(panel: Panel, truth: Panel) -> float:
    """Returns the peak signal-to-noise ratio against the truth in dB, peak 1.

    Only pixels that are valid in both count.

    Raises:
        SceneError: If the two differ in size or share no valid pixel.
    """
    if panel.image.shape != truth.image.shape:
        sizes = " and ".join(f"{p.image.shape[2]} x {p.image.shape[1]}" for p in (panel, truth))
        raise SceneError(f"{panel.title} and {truth.title} differ in size: {sizes}")
    both = panel.valid & truth.valid
    if not both.any():
        raise SceneError(f"{panel.title} and {truth.title} share no valid pixel")
    difference = (panel.image - truth.image)[:, both].astype(np.float64)
    mean_square = float(np.square(difference).mean())
    return float("inf") if mean_square == 0 else -10 * float(np.log10(mean_square))


def preview_figure(
    panels: Sequence[Panel], path: str | os.PathLike[str], truth: Panel | None = None
) -> dict[str, float]:
    """Draws panels side by side, the truth last.

    Args:
        panels: Scenes of the same place.
        path: PNG to write.
        truth: Clear scene that the others are measured against.

    Returns:
        PSNR of every panel in dB by title; empty without a truth.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    scores = {panel.title: psnr(panel, truth) for panel in panels} if truth else {}
    shown = [*panels, truth] if truth else list(panels)
    height, width = panels[0].valid.shape
    side = 4.6
    figure = Figure(figsize=(side * len(shown), side * height / width + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(shown), squeeze=False)[0]
    for axis, panel in zip(axes, shown, strict=True):
        score = scores.get(panel.title)
        axis.set_title(panel.title if score is None else f"{panel.title}: {score:.1f} dB")
        axis.imshow(_picture(panel), interpolation="nearest")
        axis.set_axis_off()
    figure.savefig(path, dpi=110, bbox_inches="tight")
    return scores


def _picture(panel: Panel) -> NDArray[np.float32]:
    step = -(-max(panel.valid.shape) // LONGEST)
    image = panel.image[:, ::step, ::step].transpose(1, 2, 0)
    valid = panel.valid[::step, ::step, None]
    # A square root opens up the dark half, where most of the ground is.
    return np.where(valid, np.sqrt(image), np.float32(1))
