"""A generator's card as aligned lines, for people."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cloudgan_geo.networks.header import card_bands

# A checksum fits into the narrowest; lines beyond the widest are hard to read.
_NARROWEST, _WIDEST = 80, 110
#: Keys of a card in the order in which people ask, and what a line is called.
_KEYS = {
    "data": "trained on",
    "clouds": "clouds",
    "training": "training",
    "epoch": "epoch",
    "validation_l1": "L1 error",
    "known_failures": "fails at",
    "licence": "licence",
}
# Whether scores reach what they are held to `evaluate` says.
_LEFT_OUT = ("bars",)


def card_text(path: Path, card: dict[str, Any]) -> str:
    """Returns what the weights file of a generator says about itself, a fact a line.

    Args:
        path: The weights file.
        card: Its card.

    Raises:
        WeightsError: If the card names bands that make no sense.
    """
    columns = shutil.get_terminal_size().columns
    lines = click.HelpFormatter(width=max(_NARROWEST, min(_WIDEST, columns)))
    lines.write_dl(list(_facts(path, card)))
    return lines.getvalue().rstrip("\n")


def _facts(path: Path, card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    bands = card_bands(path, card)
    yield "name", _said(card.get("name", path.stem))
    if "summary" in card:
        yield "summary", _said(card["summary"])
    optional = f" (can do without {', '.join(bands.optional)})" if bands.optional else ""
    yield "reads", ", ".join(bands.reads) + optional
    yield "corrects", ", ".join(bands.corrects)
    width = f", width {card['width']}" if "width" in card else ""
    yield "architecture", f"{_said(card.get('architecture', 'not said'))}{width}"
    for key, title in _KEYS.items():
        if key in card:
            yield from _lines(title, card[key])
    yield from _lines("scores", card.get("scores", {}))
    yield "file", f"{path.name}, {path.stat().st_size / 1e6:.1f} MB"
    yield "SHA-256", hashlib.sha256(path.read_bytes()).hexdigest()


def _lines(title: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yields a line for each part of a value; the first has the title."""
    if isinstance(value, list):
        parts = [_said(part) for part in value]
    elif isinstance(value, dict):
        parts = [line for name, part in value.items() for line in _of_suite(name, part)]
    else:
        parts = [_said(value)]
    for number, part in enumerate(parts):
        yield ("" if number else title), part


def _of_suite(name: str, scores: Any) -> list[str]:
    """Returns the heading of a suite and its rows, as `card --scores` writes them."""
    if not isinstance(scores, dict) or not isinstance(scores.get("rows"), dict):
        return [f"{name}: {_said(scores)}"]
    heading = f"{name}: {_said(scores.get('table', ''))}"
    return [heading, *(f"- {row}: {_said(values)}" for row, values in scores["rows"].items())]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key not in _LEFT_OUT}
        return ", ".join(f"{key} {_said(each)}" for key, each in kept.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
