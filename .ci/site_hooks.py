"""Hooks of mkdocs: the bundled generators' cards on their page, a tidy page of commands."""

from typing import Any

from cloudgan_geo.networks.header import bundled, read_card

_MARK = "<!-- cards -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replaces the mark by the cards."""
    return markdown.replace(_MARK, "\n".join(map(_card, bundled().values())))


def on_page_content(html: str, **_: Any) -> str:
    """Leaves out what click calls the default of an option that has none."""
    return html.replace("<code>Sentinel.UNSET</code>", "")


def _card(path: Any) -> str:
    card = read_card(path)
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    rows = [f"## `{path.stem}`", "", f"| | {size} |", "|---|---|"]
    rows += [f"| {key.replace('_', ' ')} | {_said(value)} |" for key, value in card.items()]
    return "\n".join([*rows, ""])


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "<br>".join(f"{key}: {_said(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return str(value).replace("|", "\\|").replace("\n", " ")
