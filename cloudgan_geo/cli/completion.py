"""What a shell offers while a command is typed."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from cloudgan_geo.choices import AUTO


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offers files: scenes, areas of interest."""
    return [CompletionItem(incomplete, type="file")]


def models(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offers bundled generators whose names begin like that, and files."""
    from cloudgan_geo.networks.header import bundled

    names = [name for name in (AUTO, *bundled()) if name.startswith(incomplete)]
    return [CompletionItem(name) for name in names] + files(ctx, param, incomplete)
