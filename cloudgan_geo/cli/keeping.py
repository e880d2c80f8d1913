"""Options about what a generator estimates: opacity, error, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from cloudgan_geo.choices import Thick
from cloudgan_geo.cli.options import F


def estimates(command: F) -> F:
    """Adds `--opacity`, `--qa` and `--error`."""
    for name, what in (
        (
            "--error",
            "half the width of the interval that holds 90 % of the errors (in the scene's units)",
        ),
        ("--qa", "the quality band (0 no data, 1 clear, 2 corrected, 3 thick: not to be trusted)"),
        ("--opacity", "the opacity of the cloud (0 to 1)"),
    ):
        command = click.option(
            name,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Write {what} to a GeoTIFF.",
        )(command)
    return command


def keep_rule(command: F) -> F:
    """Adds `--keep-below`, `--thick-above`, `--thick` and `--thick-error`."""
    below = click.option(
        "--keep-below",
        type=float,
        default=0.05,
        show_default=True,
        metavar="OPACITY",
        help="Pixels under less cloud than this keep their values, bit for bit; from there to "
        "half as much again the correction fades in.",
    )
    above = click.option(
        "--thick-above",
        type=float,
        default=0.9,
        show_default=True,
        metavar="OPACITY",
        help="Pixels under more cloud than this cannot be recovered from one image.",
    )
    thick = click.option(
        "--thick",
        type=click.Choice(get_args(Thick)),
        default="keep",
        show_default=True,
        help="What becomes of pixels above --thick-above: they keep their values, are filled in "
        "with what the generator makes up, or become nodata.",
    )
    error = click.option(
        "--thick-error",
        type=float,
        default=0.035,
        show_default=True,
        metavar="REFLECTANCE",
        help="Corrected pixels of a larger expected error count as thick too: they are corrected "
        "(nodata with --thick nodata), but not to be trusted.",
    )
    return below(above(thick(error(command))))
