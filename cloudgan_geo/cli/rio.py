"""`rio decloud`: the command among those of rasterio, which finds it by an entry point."""

from __future__ import annotations

import click

from cloudgan_geo.cli.main import COMMANDS, main


@click.command(
    "decloud",
    help=COMMANDS["decloud"],
    add_help_option=False,  # decloud has its own
    context_settings={"ignore_unknown_options": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def decloud(arguments: tuple[str, ...]) -> None:
    """Does what `cloudgan-geo decloud` does, its errors and exit codes included."""
    main(["decloud", *arguments], prog_name="rio")
