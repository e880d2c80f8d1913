"""Tables of scores and the bars they are held to, as JSON for machines and Markdown for people."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cloudgan_geo import __version__

Cell = float | int | None
TableRows = dict[str, dict[str, Cell]]

#: What scores are called in tables.
HEADINGS = {
    "mae": "MAE",
    "psnr": "PSNR dB",
    "ssim": "SSIM",
    "sam": "SAM degrees",
    "gain": "gain dB",
    "gradient": "gradient ratio",
    "spectrum": "spectrum dB",
}
_DECIMALS = {
    "MAE": 4,
    "SSIM": 3,
    "correlation": 3,
    "correlation of opacity": 3,
    "mean half-width": 4,
}


@dataclass(frozen=True)
class Table:
    """Rows of numbers under headings.

    Attributes:
        title: What it shows.
        first: Heading of the column that names the rows.
        rows: Numbers by row and column, in the order of the table; None where there is none.
        decimals: Of all numbers that are no counts; None for what each heading usually has.
    """

    title: str
    first: str
    rows: TableRows
    decimals: int | None = None

    def to_markdown(self) -> str:
        """Returns title and table."""
        names = list(dict.fromkeys(name for row in self.rows.values() for name in row))
        heads = [HEADINGS.get(name, name) for name in names]
        lines = [
            f"{self.title}:",
            "",
            f"| {self.first} | {' | '.join(heads)} |",
            "|---|" + "---:|" * len(names),
        ]
        for label, row in self.rows.items():
            cells = (
                self._cell(row.get(name), head) for name, head in zip(names, heads, strict=True)
            )
            lines.append(f"| {label} | {' | '.join(cells)} |")
        return "\n".join(lines)

    def _cell(self, value: Cell, heading: str) -> str:
        if value is None or math.isnan(value):
            return "-"
        if math.isinf(value):
            return "no error"
        if isinstance(value, int):
            return f"{value:,}"
        places = _DECIMALS.get(heading, 2) if self.decimals is None else self.decimals
        return f"{value:.{places}f}"


@dataclass(frozen=True)
class Bar:
    """What a number has to reach.

    Attributes:
        what: The number.
        value: As measured; None if it could not be.
        least: It must be no less, or None.
        most: It must be no more, or None.
        decimals: That are shown.
        missing: Of what the number is named for, but was not given: it is then not judged.
    """

    what: str
    value: float | None
    least: float | None = None
    most: float | None = None
    decimals: int = 2
    missing: tuple[str, ...] = ()

    @property
    def met(self) -> bool | None:
        """Whether the number is known and within the bar; None where it is not judged."""
        if self.missing:
            return None
        if self.value is None or math.isnan(self.value):
            return False
        low = -math.inf if self.least is None else self.least
        high = math.inf if self.most is None else self.most
        return low <= self.value <= high

    @property
    def wanted(self) -> str:
        """The bar in words."""
        low, high = (None if x is None else f"{x:.{self.decimals}f}" for x in self.ends)
        if low is not None and high is not None:
            return f"{low} to {high}"
        return f"at least {low}" if low is not None else f"at most {high}"

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Least and most."""
        return self.least, self.most

    def facts(self) -> dict[str, Any]:
        """Returns everything in types that JSON has."""
        return {**vars(self), "met": self.met}


@dataclass(frozen=True)
class SuiteReport:
    """Scores of one evaluation suite.

    Attributes:
        suite: Its name.
        what: Ground, clouds and protocol.
        count: How much was scored.
        unit: Of what.
        seed: Of all that is drawn.
        tables: Of scores, the most important first.
        bars: That its numbers are held to.
        model: Name and SHA-256 of the weights.
    """

    suite: str
    what: str
    count: int
    unit: str
    seed: int | None
    tables: tuple[Table, ...]
    bars: tuple[Bar, ...] = ()
    model: dict[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Returns everything in types that JSON has."""
        return {
            **vars(self),
            "tables": [vars(table) for table in self.tables],
            "bars": [bar.facts() for bar in self.bars],
        }

    def to_markdown(self) -> str:
        """Returns a heading, a paragraph and the tables."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        text = f"## {self.suite}\n\n{self.what} Scored: {self.count:,} {self.unit}{seed}."
        return "\n\n".join([text, *(table.to_markdown() for table in self.tables)])


def reports_to_json(reports: Sequence[SuiteReport]) -> str:
    """Returns all suites as indented JSON; a number that is not finite is null."""
    content = {
        "program": "cloudgan-geo",
        "version": __version__,
        "suites": {report.suite: report.facts() for report in reports},
    }
    return json.dumps(_finite(content), indent=2, allow_nan=False)


def reports_to_markdown(reports: Sequence[SuiteReport]) -> str:
    """Returns the tables of all suites, and last the bars with what was reached."""
    parts = [report.to_markdown() for report in reports]
    bars = [(report.suite, bar) for report in reports for bar in report.bars]
    if bars:
        judged = [bar.met for _, bar in bars if bar.met is not None]
        skipped = len(bars) - len(judged)
        rest = f"; {skipped} not judged" if skipped else ""
        lines = [
            f"## Bars\n\n{sum(judged)} of {len(judged)} are met{rest}.\n",
            "| suite | what | bar | value | met |",
            "|---|---|---:|---:|---|",
        ]
        lines += [_bar_line(suite, bar) for suite, bar in bars]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _bar_line(suite: str, bar: Bar) -> str:
    value = "-" if bar.value is None else f"{bar.value:.{bar.decimals}f}"
    met = "yes" if bar.met else "**no**"
    if bar.met is None:
        met = f"not judged: no {' and no '.join(bar.missing)}"
    return f"| {suite} | {bar.what} | {bar.wanted} | {value} | {met} |"


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
