"""Tables of scores as figures: bars of methods and classes, lines over opacity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cloudgan_geo.evaluation.tables import HEADINGS, SuiteReport, Table
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# First columns that are bins of how much cloud there is: what is over them is a curve.
_BINS = ("opacity", "chips of")
_ARGUMENT = "figures"
_DPI = 110
_ACROSS = 4  # plots beside each other


def draw_tables(reports: Iterable[SuiteReport], folder: Path) -> list[Path]:
    """Draws every table that has a number as `SUITE_PLACE_TITLE.png`; those there are replaced.

    Args:
        reports: Of suites.
        folder: That exists.

    Returns:
        What was written.

    Raises:
        OutputError: If a figure cannot be written.
    """
    made = []
    for report in reports:
        for place, table in enumerate(report.tables, 1):
            if not _columns(table):
                continue
            slug = re.sub(r"\W+", "_", table.title.lower()).strip("_")[:50]
            path = folder / f"{report.suite}_{place}_{slug}.png"
            with AtomicOutput(path, overwrite=True, argument=_ARGUMENT) as file:
                try:
                    table_figure(table).savefig(file.partial, dpi=_DPI, format="png")
                except OSError as error:
                    raise output_error(path, error, _ARGUMENT) from error
                file.commit()
            made.append(path)
    return made


def table_figure(table: Table) -> Figure:
    """Returns a table as a figure.

    Where columns are scores each has a plot of its own, for their units differ; where they are
    methods all are in one.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = _columns(table)
    apart = any(name in HEADINGS for name in columns) or table.first == "opacity"
    plots = [[name] for name in columns] if apart else [columns]
    across = min(len(plots), _ACROSS)
    down = -(-len(plots) // across)
    wide = max(5.0, 1.2 * len(table.rows)) if across == 1 else 3.2 * across
    figure = Figure(figsize=(wide, 4 * down), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(table.title, fontsize=10)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for axis, names in zip(axes, plots, strict=False):
        _draw(axis, table, names)
    for axis in axes[len(plots) :]:
        axis.set_axis_off()
    return figure


def _columns(table: Table) -> list[str]:
    """Returns the columns that hold scores: counts would dwarf them."""
    names = dict.fromkeys(name for row in table.rows.values() for name in row)
    return [
        name
        for name in names
        if any(
            isinstance(value := row.get(name), float) and np.isfinite(value)
            for row in table.rows.values()
        )
    ]


def _draw(axis: Axes, table: Table, names: Sequence[str]) -> None:
    labels = [label.strip("`") for label in table.rows]
    places = np.arange(len(labels))
    for at, name in enumerate(names):
        values = [row.get(name) for row in table.rows.values()]
        heights = np.array([np.nan if value is None else value for value in values], float)
        heights[~np.isfinite(heights)] = np.nan
        told = HEADINGS.get(name, name).strip("`")
        if table.first in _BINS:
            axis.plot(places, heights, marker="o", label=told)
        else:
            width = 0.8 / len(names)
            axis.bar(places + (at - (len(names) - 1) / 2) * width, heights, width, label=told)
    axis.set_xticks(places, labels, rotation=30, ha="right", fontsize=8)
    axis.set_xlabel(table.first, fontsize=8)
    axis.grid(axis="y", alpha=0.3)
    if len(names) > 1:
        axis.legend(fontsize=7)
    else:
        axis.set_title(HEADINGS.get(names[0], names[0]), fontsize=9)
