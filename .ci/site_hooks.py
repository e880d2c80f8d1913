"""Hooks of mkdocs: the bundled generators' cards on their page, a tidy page of commands."""

import re
from collections.abc import Iterable
from typing import Any

from cloudgan_geo.networks.header import bundled, read_card

_MARK = "<!-- cards -->"
# Browsers end a line at any hyphen: of an option, of a date, of a suite's name.
_OPTION = re.compile(r"<(code)()>(?=(?:[a-z]+ )?--?[\w-]{1,24}(?: [\w/.]{1,12})?</code>)")
_SHORT_CELL = re.compile(
    r"<(td|th)( style=[^>]*)?>(?=[^<\s]{1,14}</|(?:at least|at most) [\d.]+</)"
)
#: What people ask of a card first.
_FIRST = ("summary", "data", "clouds", "training", "known_failures", "licence")
#: The heading says the name; whether scores reach what they are held to the evaluation says.
_LEFT_OUT = ("name", "bars")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replaces the mark by the cards."""
    # The reference comes last: nobody is to take it.
    paths = sorted(bundled().values(), key=lambda path: (path.stem == "article", path.stem))
    return markdown.replace(_MARK, "\n".join(map(_card, paths)))


def on_page_content(html: str, **_: Any) -> str:
    """Leaves out what click calls the default of an option that has none; keeps options whole."""
    html = html.replace("<code>Sentinel.UNSET</code>", "")
    for pattern in (_OPTION, _SHORT_CELL):
        html = pattern.sub(r'<\1 class="whole"\2>', html)
    return html


def _card(path: Any) -> str:
    card = read_card(path)
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    rows = [f"## `{path.stem}`", "", f"| | {size} |", "|---|---|"]
    keys = [*filter(card.__contains__, _FIRST), *(key for key in card if key not in _FIRST)]
    rows += [f"| {key.replace('_', ' ')} | {_said(card[key])} |" for key in _kept(keys)]
    return "\n".join([*rows, ""])


def _kept(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key not in _LEFT_OUT]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        between = "<br>" if any(isinstance(each, dict) for each in value.values()) else "; "
        return between.join(f"{key}: {_said(value[key])}" for key in _kept(value))
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return str(value).replace("|", "\\|").replace("\n", " ")
