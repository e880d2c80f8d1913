"""`cloudgan-geo models`: what generators say about themselves."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cloudgan_geo.cli import completion
from cloudgan_geo.errors import UsageError


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]", shell_complete=completion.models)
@click.option("--json", "as_json", is_flag=True, help="Print the cards of all as JSON.")
def models(name: str | None, as_json: bool) -> None:
    """List the bundled generators, or print the whole card of one of them or of a file."""
    from cloudgan_geo.networks.header import read_card
    from cloudgan_geo.networks.zoo import cards

    known = {card["name"]: card for card in cards()}
    if name is None and as_json:
        click.echo(json.dumps(known, indent=2))
    elif name is None:
        longest = max(map(len, known), default=0)
        for card in known.values():
            click.echo(
                f"{card['name']:{longest}}  {card.get('summary', '')}  [{card.get('licence', '')}]"
            )
    elif name in known:
        click.echo(json.dumps(known[name], indent=2))
    elif Path(name).is_file():
        click.echo(json.dumps(read_card(name), indent=2))
    else:
        there = ", ".join(known) or "none"
        raise UsageError(f"{name}: neither a bundled model ({there}) nor a weights file")
