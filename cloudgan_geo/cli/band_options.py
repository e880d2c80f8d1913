"""Options about bands: which is which, which are corrected, which are written."""

from __future__ import annotations

from typing import get_args

import click

from cloudgan_geo import defaults
from cloudgan_geo.choices import AskedLevel, Correct, Write
from cloudgan_geo.cli.shared import F


def _asked_bands(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[int, int, int] | dict[str, int] | None:
    if value is None:
        return None
    if "=" in value:
        return _bands_by_name(value)
    try:
        red, green, blue = (int(number) for number in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not three band numbers, as in 4,3,2, nor numbers by names, as in "
            "B02=1,B03=2,B04=3,B08=4."
        ) from None
    if min(red, green, blue) < 1:
        raise click.BadParameter("bands are counted from 1.")
    return red, green, blue


def _bands_by_name(value: str) -> dict[str, int]:
    bands: dict[str, int] = {}
    for part in value.split(","):
        name, _, number = part.partition("=")
        name = name.strip().upper()
        if not number.strip().isdecimal() or int(number) < 1:
            raise click.BadParameter(f"{part!r} is not a band and its number, as in B04=3.")
        if name in bands:
            raise click.BadParameter(f"{value!r} names {name} twice.")
        bands[name] = int(number)
    return bands


def bands(command: F) -> F:
    """Adds `--bands`."""
    return click.option(
        "--bands",
        metavar="R,G,B|NAME=N,...",
        callback=_asked_bands,
        help="Red, green and blue bands, as in 4,3,2, or any by their names, as in "
        "B02=1,B03=2,B04=3,B08=4; found by their descriptions if not given.",
    )(command)


def correct(command: F) -> F:
    """Adds `--correct`."""
    return click.option(
        "--correct",
        type=click.Choice(get_args(Correct)),
        default=defaults.CORRECT,
        show_default=True,
        help="Which of the bands to correct that the generator can: red, green and blue, those "
        "of 10 m, or all.",
    )(command)


def level(command: F) -> F:
    """Adds `--level`."""
    return click.option(
        "--level",
        type=click.Choice(get_args(AskedLevel)),
        default=defaults.LEVEL,
        show_default=True,
        help="Level of the scene's processing, told to generators that ask for it; auto goes by "
        "metadata and the product's name.",
    )(command)


def write(command: F) -> F:
    """Adds `--write`."""
    return click.option(
        "--write",
        type=click.Choice(get_args(Write)),
        default=defaults.WRITE,
        show_default=True,
        help="Which bands of a product, or of files, of several resolutions to write: those at "
        "10 m, or all, resampled to that.",
    )(command)
