"""`cloudgan-geo models`: what generators say about themselves."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cloudgan_geo.cli import completion
from cloudgan_geo.errors import UsageError


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]", shell_complete=completion.models)
@click.option("--json", "as_json", is_flag=True, help="Print whole cards as JSON.")
def models(name: str | None, as_json: bool) -> None:
    """List the bundled generators, or say of one of them or of a file what its card holds."""
    from cloudgan_geo.cli.card_text import card_text
    from cloudgan_geo.networks.header import bundled, read_card
    from cloudgan_geo.networks.zoo import cards

    if name is not None:
        path = bundled().get(name, Path(name))
        if not path.is_file():
            there = ", ".join(bundled()) or "none"
            raise UsageError(f"{name}: neither a bundled model ({there}) nor a weights file")
        card = read_card(path)
        click.echo(json.dumps(card, indent=2) if as_json else card_text(path, card))
        return
    known = {card["name"]: card for card in cards()}
    if as_json:
        click.echo(json.dumps(known, indent=2))
        return
    longest = max(map(len, known), default=0)
    for card in known.values():
        click.echo(
            f"{card['name']:{longest}}  {card.get('summary', '')}  [{card.get('licence', '')}]"
        )
