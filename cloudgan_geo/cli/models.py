"""`cloudgan-geo models`: what the bundled generators say about themselves."""

from __future__ import annotations

import json

import click

from cloudgan_geo.errors import UsageError


@click.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the bundled generators, or print the whole card of one NAME."""
    from cloudgan_geo.networks.zoo import cards

    known = {card["name"]: card for card in cards()}
    if name is None:
        for card in known.values():
            click.echo(f"{card['name']}  {card.get('summary', '')}  [{card.get('licence', '')}]")
    elif name in known:
        click.echo(json.dumps(known[name], indent=2))
    else:
        raise UsageError(f"no bundled model {name!r}; there are: {', '.join(known) or 'none'}")
