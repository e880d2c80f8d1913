"""Tables of scores, as JSON for machines and Markdown for people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

_DECIMALS = {"l1": 4, "psnr": 2, "ssim": 3}
_HEADINGS = {"l1": "L1", "psnr": "PSNR dB", "ssim": "SSIM"}


@dataclass(frozen=True)
class SuiteReport:
    """Scores of one evaluation suite.

    Attributes:
        suite: Name of the suite.
        what: Ground, clouds and protocol in one line.
        chips: How many chips were scored.
        seed: Of the clouds.
        rows: Scores by method, in the order of the table.
        model: Name and SHA-256 of the weights.
    """

    suite: str
    what: str
    chips: int
    seed: int
    rows: dict[str, dict[str, float]]
    model: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Returns everything as indented JSON."""
        content: dict[str, Any] = vars(self)
        return json.dumps(content, indent=2)

    def to_markdown(self) -> str:
        """Returns a title line and a table, one row a method."""
        names = list(next(iter(self.rows.values())))
        head = " | ".join(_HEADINGS.get(name, name) for name in names)
        lines = [
            f"**{self.suite}**: {self.what}; {self.chips:,} chips, seed {self.seed}",
            "",
            f"| method | {head} |",
            "|---|" + "---:|" * len(names),
        ]
        for method, scores in self.rows.items():
            cells = " | ".join(f"{scores[name]:.{_DECIMALS.get(name, 3)}f}" for name in names)
            lines.append(f"| {method} | {cells} |")
        return "\n".join(lines)
