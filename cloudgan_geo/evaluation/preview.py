"""Scenes side by side as a picture, with the error of each against a clear one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

#: Longest side of what is shown of a scene, in its pixels; larger ones are reduced.
LONGEST = 1200

# Longest side of a panel of a preview, and what surrounds panels, in pixels of the picture.
_SIDE = 506
_GAP, _TITLE, _NOTE = 8, 28, 24
_DPI = 110

# Of the 256 colours of a compact picture these are evenly spaced greys, for opacity and letters.
_GREYS = 52

Rgb = tuple[float, float, float]


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


def read_panel(
    path: str | os.PathLike[str], title: str, radiometry: AskedRadiometry = defaults.RADIOMETRY
) -> Panel:
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

    Raises:
        SceneError: If a panel and the truth differ in size or share no valid pixel.
        OSError: If the PNG cannot be written.
    """
    scores = {panel.title: psnr(panel, truth) for panel in panels} if truth else {}
    shown = [*panels, truth] if truth else list(panels)
    draw_row([drawing_of(panel, scores.get(panel.title)) for panel in shown], path, side=_SIDE)
    return scores


@dataclass(frozen=True)
class Drawing:
    """A panel as it is drawn.

    Attributes:
        title: Above it.
        pixels: Red, green and blue in [0, 1], float32, shape (height, width, 3).
        note: Below it.
        legend: What its colours mean, below it; red, green and blue in [0, 1] by name.
    """

    title: str
    pixels: NDArray[np.float32]
    note: str = ""
    legend: Mapping[str, Rgb] = field(default_factory=dict)


def drawing_of(panel: Panel, score: float | None = None, longest: int = LONGEST) -> Drawing:
    """Draws a scene, by the same stretch whatever it holds: pictures of it can be compared.

    Args:
        panel: The scene.
        score: Its PSNR in dB, for the title; None for none.
        longest: Reduce it to at most so many pixels a side.
    """
    step = reduction(panel.valid.shape, longest)
    image = reduced(panel.image, step).transpose(1, 2, 0)
    valid = reduced(panel.valid, step)[..., None] == 1
    title = panel.title if score is None else f"{panel.title}: {score:.1f} dB"
    # A square root opens up the dark half, where most of the ground is.
    return Drawing(title, np.where(valid, np.sqrt(image), np.float32(1)))


def reduction(shape: tuple[int, ...], longest: int) -> int:
    """Returns how many pixels of an image go into one, so that no side is above the longest."""
    return -(-max(shape) // longest)


def reduced(values: NDArray[np.float32] | NDArray[np.bool_], step: int) -> NDArray[np.float32]:
    """Returns the means of square blocks; rows and columns that fill no block are left out.

    Args:
        values: Shape (..., height, width).
        step: Side of a block, in pixels.

    Returns:
        Float32, NaN where a block holds a NaN, shape (..., height // step, width // step).
    """
    *bands, height, width = values.shape
    rows, columns = height // step, width // step
    blocks = values[..., : rows * step, : columns * step].reshape(*bands, rows, step, columns, step)
    means: NDArray[np.float32] = blocks.mean(axis=(-3, -1), dtype=np.float32)
    return means


def draw_row(
    drawings: Sequence[Drawing],
    path: str | os.PathLike[str],
    *,
    side: int,
    compact: bool = False,
) -> None:
    """Writes panels side by side as a PNG.

    Args:
        drawings: The panels, of the size of the first.
        path: The file, whatever its name ends in.
        side: Longest side of a panel, in pixels of the picture.
        compact: Reduce the picture to 256 colours: a third of the size.

    Raises:
        OSError: If it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL.Image import fromarray

    shape = np.array(drawings[0].pixels.shape[:2])
    height, width = np.rint(shape * side / shape.max()).astype(int).tolist()
    below = _NOTE if any(drawing.note or drawing.legend for drawing in drawings) else 0
    total = (_GAP + len(drawings) * (width + _GAP), _TITLE + height + below + _GAP)
    figure = Figure(figsize=(total[0] / _DPI, total[1] / _DPI), dpi=_DPI)
    canvas = FigureCanvasAgg(figure)
    for place, drawing in enumerate(drawings):
        left, bottom = _GAP + place * (width + _GAP), below + _GAP
        # In whole pixels, so that none of the scene's is drawn larger than another.
        box = (left / total[0], bottom / total[1], width / total[0], height / total[1])
        _draw(drawing, figure.add_axes(box))
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    meant = {colour for drawing in drawings for colour in drawing.legend.values()}
    picture = _with_palette(drawn, sorted(meant)) if compact else fromarray(drawn)
    picture.save(path, format="PNG", optimize=True)


def _with_palette(drawn: NDArray[np.uint8], meant: Sequence[Rgb]) -> Image:
    """Reduces a picture to 256 colours without touching those that mean something."""
    from PIL.Image import fromarray

    named = np.rint(np.multiply(meant, 255)).astype(np.uint8).reshape(-1, 3)
    greys = np.linspace(0, 255, _GREYS).astype(np.uint8)[:, None].repeat(3, axis=1)
    palette = np.concatenate([named, greys])
    red, green, blue = np.moveaxis(drawn, -1, 0)
    levels = np.rint(red * ((_GREYS - 1) / 255)) + len(named)
    entries = np.where((red == green) & (green == blue), levels, -1).astype(np.int16)
    for place, colour in enumerate(named):
        entries[(drawn == colour).all(axis=-1)] = place
    rest = entries < 0
    # The others alone: in a choice from all, those that few pixels have would be melted down.
    if rest.any():
        chosen = fromarray(drawn[rest][None]).quantize(256 - len(palette))
        entries[rest] = np.asarray(chosen)[0].astype(np.int16) + len(palette)
        colours = np.array(chosen.getpalette(), np.uint8).reshape(-1, 3)
        palette = np.concatenate([palette, colours])[:256]
    picture = fromarray(entries.astype(np.uint8))
    picture.putpalette(palette.tobytes())
    return picture


def _draw(drawing: Drawing, axis: Axes) -> None:
    from matplotlib.patches import Patch

    axis.imshow(drawing.pixels, interpolation="nearest")
    axis.set_axis_off()
    axis.set_title(drawing.title, fontsize=10)
    if drawing.note:
        axis.annotate(
            drawing.note,
            (0.5, 0),
            xytext=(0, -4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
        )
    if drawing.legend:
        axis.legend(
            handles=[Patch(color=colour, label=name) for name, colour in drawing.legend.items()],
            ncols=len(drawing.legend),
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            borderaxespad=0.2,
            columnspacing=1,
            handlelength=1,
            handletextpad=0.4,
            frameon=False,
            fontsize=8,
        )
