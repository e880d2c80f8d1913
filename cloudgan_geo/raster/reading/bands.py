"""Which bands of a raster are red, green and blue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cloudgan_geo.errors import BandError, UsageError

COLOURS = ("red", "green", "blue")

# A band's number stands alone: B04, b4, T31TDH_B04_10m. "Band 4" is no name but a count that
# much software gives to whatever comes fourth.
_NUMBER = re.compile(r"(?<![a-z0-9])b0?(8a|\d{1,2})(?![a-z0-9])")
# Of "red" and the like the visible band: no "red edge", "infra-red" or "coastal blue".
_COLOUR = re.compile(
    r"(?<![a-z])(?<!coastal[ _-])(?<!infra[ _-])(red|green|blue)(?![a-z]|[ _-]*edge)"
)
_NUMBER_OF = {"4": "red", "3": "green", "2": "blue"}


@dataclass(frozen=True)
class RgbBands:
    """The visible bands of a raster.

    Attributes:
        indexes: Of red, green and blue, counted from 1.
        reason: What they were told by.
    """

    indexes: tuple[int, int, int]
    reason: str


def find_rgb(
    path: str,
    descriptions: Sequence[str | None],
    colours: Sequence[str],
    requested: Sequence[int] | None = None,
) -> RgbBands:
    """Finds the red, green and blue bands of a raster.

    By description (`B04`, `red`, ...) or colour interpretation if it has them, else 1, 2, 3
    of three or four bands and 4, 3, 2 of the twelve or thirteen of a Sentinel-2 stack.

    Args:
        path: The raster's, for messages.
        descriptions: Of each band.
        colours: Lower-case name of each band's colour interpretation.
        requested: Red, green and blue as the user gave them, counted from 1.

    Raises:
        UsageError: If the requested bands are not three different ones of the raster.
        BandError: If they cannot be told.
    """
    if requested is not None:
        return _requested(path, len(descriptions), requested)
    described = [_described(text) for text in descriptions]
    found = _each_once(described, COLOURS)
    if found:
        names = ", ".join(str(descriptions[index - 1]) for index in found)
        return RgbBands(found, f"by their descriptions {names}")
    named = [text for text, band in zip(descriptions, described, strict=True) if band]
    if named:
        raise BandError(
            f"{path}: red, green and blue are not all among the described bands "
            f"({', '.join(map(str, named))}); name them with --bands RED,GREEN,BLUE"
        )
    found = _each_once(list(colours), COLOURS)
    if found:
        return RgbBands(found, "by their colour interpretation")
    count = sum(colour != "alpha" for colour in colours)
    if count in (3, 4):
        return RgbBands((1, 2, 3), f"the first three of {count} bands")
    if count in (12, 13):
        return RgbBands((4, 3, 2), f"the Sentinel-2 order of {count} bands")
    if count < 3:
        raise BandError(
            f"{path}: has {count} band{'s' * (count != 1)}; red, green and blue are needed"
        )
    raise BandError(
        f"{path}: which of its {count} bands are red, green and blue is not stated; "
        "name them with --bands RED,GREEN,BLUE"
    )


def _requested(path: str, count: int, requested: Sequence[int]) -> RgbBands:
    if len(requested) != 3 or len(set(requested)) != 3:
        given = ",".join(map(str, requested))
        raise UsageError(f"--bands {given}: takes three different bands, as in --bands 4,3,2")
    for index in requested:
        if not 1 <= index <= count:
            raise UsageError(
                f"{path}: has no band {index}, only 1 to {count}; see --bands"
                if count > 1
                else f"{path}: has one band; red, green and blue are needed"
            )
    red, green, blue = requested
    return RgbBands((red, green, blue), "as given")


def _described(text: str | None) -> str | None:
    """Returns the colour, or the number of another band, that a description names."""
    lower = (text or "").lower()
    number = _NUMBER.search(lower)
    if number:
        return _NUMBER_OF.get(number[1], f"b{number[1]}")
    colour = _COLOUR.search(lower)
    return colour[1] if colour else None


def band_name(text: str) -> str | None:
    """Returns the one band that a file's name tells, such as B04, B8A or red, or None."""
    lower = text.lower()
    numbers = _NUMBER.findall(lower)
    if len(numbers) == 1:
        return f"B{numbers[0].upper():0>2}"
    colours = _COLOUR.findall(lower)
    return str(colours[0]) if len(colours) == 1 and not numbers else None


def _each_once(found: Sequence[str | None], wanted: tuple[str, ...]) -> tuple[int, int, int] | None:
    if any(found.count(colour) != 1 for colour in wanted):
        return None
    red, green, blue = (found.index(colour) + 1 for colour in wanted)
    return red, green, blue
