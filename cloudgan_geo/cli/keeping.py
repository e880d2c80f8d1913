"""Options about what a generator estimates: opacity, error, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from cloudgan_geo import defaults
from cloudgan_geo.choices import Thick
from cloudgan_geo.cli.shared import F
from cloudgan_geo.correction.layers import LAYERS, PAGES


def layers(command: F) -> F:
    """Adds an option for each layer and page, such as `--qa`, that names its file."""
    for page in reversed(PAGES.values()):
        command = click.option(
            f"--{page.argument}",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Write {page.help}.",
        )(command)
    for layer in reversed(LAYERS):
        command = click.option(
            f"--{layer.argument.replace('_', '-')}",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Write {layer.help} to a GeoTIFF.",
        )(command)
    return command


def layer_flags(command: F) -> F:
    """Adds an option for each layer and page that asks for it beside every output."""
    for page in reversed(PAGES.values()):
        name = f"NAME_decloud_{page.argument}{page.suffix}"
        command = click.option(
            f"--{page.argument}",
            is_flag=True,
            help=f"Write {page.help}, beside every output, to {name}.",
        )(command)
    for layer in reversed(LAYERS):
        command = click.option(
            f"--{layer.argument.replace('_', '-')}",
            is_flag=True,
            help=f"Write {layer.help} beside every output, to NAME_decloud_{layer.argument}.tif.",
        )(command)
    return command


def keep_rule(command: F) -> F:
    """Adds `--keep-below`, `--thick-above`, `--thick` and `--thick-error`."""
    below = click.option(
        "--keep-below",
        type=float,
        default=defaults.KEEP_BELOW,
        show_default=True,
        metavar="OPACITY",
        help="Pixels under less cloud than this keep their values, bit for bit; from there to "
        "half as much again the correction fades in.",
    )
    above = click.option(
        "--thick-above",
        type=float,
        default=defaults.THICK_ABOVE,
        show_default=True,
        metavar="OPACITY",
        help="Pixels under more cloud than this cannot be recovered from one image.",
    )
    thick = click.option(
        "--thick",
        type=click.Choice(get_args(Thick)),
        default=defaults.THICK,
        show_default=True,
        help="What becomes of pixels above --thick-above: they keep their values, are filled in "
        "with what the generator makes up, or become nodata.",
    )
    error = click.option(
        "--thick-error",
        type=float,
        default=defaults.THICK_ERROR,
        show_default=True,
        metavar="REFLECTANCE",
        help="Corrected pixels of a larger expected error count as thick too: they are corrected "
        "(nodata with --thick nodata), but not to be trusted.",
    )
    return below(above(thick(error(command))))
