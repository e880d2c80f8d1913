"""Which bands of a raster are which of a sensor's, and which of them people are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument, Placeholder
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.band_order import stack_order, visible_order
from cloudgan_geo.sensors.sentinel2 import SENSOR

COLOURS = ("red", "green", "blue")
# Stands in messages for what only the reader can tell.
_RGB = tuple(Placeholder(colour.upper()) for colour in COLOURS)

# A band's number stands alone: B04, b4, T31TDH_B04_10m. "Band 4" is no name but a count that
# much software gives to whatever comes fourth.
_NUMBER = re.compile(r"(?<![a-z0-9])b0?(8a|\d{1,2})(?![a-z0-9])")
# Of "red" and the like the visible band: no "red edge", "infra-red" or "coastal blue".
_COLOUR = re.compile(
    r"(?<![a-z])(?<!coastal[ _-])(?<!infra[ _-])(red|green|blue)(?![a-z]|[ _-]*edge)"
)
_NUMBER_OF = {"4": "red", "3": "green", "2": "blue"}
_BY_COLOUR = {"red": "B04", "green": "B03", "blue": "B02"}
_LAST_OF_EUROSAT = "B8A"
_INFRARED = re.compile(r"(?<![a-z])(?:nir|near[ _-]?infra[ _-]?red)(?![a-z0-9])")

#: Bands as they are asked for: red, green and blue counted from 1, or numbers by band names.
AskedBands = Sequence[int] | Mapping[str, int]

#: Returns a sample of the values of some bands, counted from 1: shape (bands, pixels), 0 where
#: there is no data.
Sample = Callable[[Sequence[int]], NDArray[Any]]


@dataclass(frozen=True)
class RgbBands:
    """The visible bands of a raster.

    Attributes:
        indexes: Of red, green and blue, counted from 1.
        reason: What they were told by.
    """

    indexes: tuple[int, int, int]
    reason: str


@dataclass(frozen=True)
class NamedBands:
    """Which bands of a raster are which of the sensor's.

    Attributes:
        indexes: Of each band that is known, counted from 1, by its name.
        reason: What they were told by.
        warning: Parts of a message on what was assumed and may be wrong; none without.
    """

    indexes: Mapping[str, int]
    reason: str
    warning: tuple[str | Argument, ...] = ()

    @property
    def rgb(self) -> RgbBands:
        """What people are shown of them."""
        red, green, blue = (self.indexes[name] for name in SENSOR.visible)
        return RgbBands((red, green, blue), self.reason)


def find_bands(
    path: str,
    descriptions: Sequence[str | None],
    colours: Sequence[str],
    requested: AskedBands | None = None,
    sample: Sample | None = None,
) -> NamedBands:
    """Finds out which bands of a raster are which of the sensor's.

    By description (`B04`, `red`, ...) or colour interpretation if it has them; else the twelve
    or thirteen bands of a Sentinel-2 stack in their order, and three or four bands in the order
    that their values tell: red, green, blue or blue, green, red, and near infrared.

    Args:
        path: The raster's, for messages.
        descriptions: Of each band.
        colours: Lower-case name of each band's colour interpretation.
        requested: As the user gave them.
        sample: Gives values to go by.

    Raises:
        UsageError: If the requested bands are not different ones of the raster, or no bands of
            the sensor.
        BandError: If red, green and blue cannot be told.
    """
    if isinstance(requested, Mapping):
        return _by_names(path, len(descriptions), requested)
    described = _all_described(descriptions)
    if requested is not None:
        rgb = _requested(path, len(descriptions), requested)
        return _with_rgb(described, rgb)
    found = _each_once([_described(text) for text in descriptions], COLOURS)
    if found:
        names = ", ".join(str(descriptions[index - 1]) for index in found)
        return _with_rgb(described, RgbBands(found, f"by their descriptions {names}"))
    named = [text for text in descriptions if _described(text)]
    if named:
        raise BandError(
            f"{path}: red, green and blue are not all among the described bands "
            f"({', '.join(map(str, named))}); name them with ",
            Argument("bands", _RGB),
        )
    found = _each_once(list(colours), COLOURS)
    if found:
        return _with_rgb({}, RgbBands(found, "by their colour interpretation"))
    return _unnamed(path, sum(colour != "alpha" for colour in colours), sample)


def _unnamed(path: str, count: int, sample: Sample | None) -> NamedBands:
    if count in (3, 4):
        return _few(path, count, sample)
    orders = {len(order): order for order in SENSOR.orders}
    if count in orders:
        reason = f"the Sentinel-2 order of {count} bands"
        names = orders[count]
        if count == len(SENSOR.names):
            told = None if sample is None else stack_order(sample(range(1, count + 1)))
            if told is None:
                # Which comes fourth, third and second is the same in every order in use.
                visible = {name: names.index(name) + 1 for name in SENSOR.visible}
                return NamedBands(visible, reason)
            if told == "eurosat":
                last = tuple(name for name in names if name != _LAST_OF_EUROSAT)
                names, reason = (*last, _LAST_OF_EUROSAT), "the order of EuroSAT's 13 bands"
        return NamedBands({name: index for index, name in enumerate(names, 1)}, reason)
    if count < 3:
        raise BandError(
            f"{path}: has {count} band{'s' * (count != 1)}; red, green and blue are needed"
        )
    raise BandError(
        f"{path}: which of its {count} bands are red, green and blue is not stated; "
        "name them with ",
        Argument("bands", _RGB),
    )


def _few(path: str, count: int, sample: Sample | None) -> NamedBands:
    """Goes by the values of three or four bands."""
    order = "red first" if sample is None else visible_order(path, sample((1, 2, 3)))
    names = ("B04", "B03", "B02") if order == "red first" else ("B02", "B03", "B04")
    told = {name: index for index, name in enumerate((*names, "B08")[:count], 1)}
    words = "red, green, blue" if order == "red first" else "blue, green, red"
    more = " and near infrared" * (count == 4)
    other = (3, 2, 1) if order == "red first" else (1, 2, 3)
    return NamedBands(
        told,
        f"{words}{more}, by the values of {count} bands without names",
        (
            f"{path}: its bands have no names; by their values they are {words}{more}; if that is "
            "wrong, say ",
            Argument("bands", other),
        ),
    )


def _with_rgb(described: Mapping[str, int], rgb: RgbBands) -> NamedBands:
    others = {name: index for name, index in described.items() if index not in rgb.indexes}
    visible = dict(zip(SENSOR.visible, rgb.indexes, strict=True))
    return NamedBands({**others, **visible}, rgb.reason)


def _by_names(path: str, count: int, requested: Mapping[str, int]) -> NamedBands:
    for name, index in requested.items():
        if name not in SENSOR.names:
            raise UsageError(
                Argument("bands", {name: index}),
                f": no such band; {SENSOR.name} has {', '.join(SENSOR.names)}",
            )
        if not 1 <= index <= count:
            raise UsageError(
                f"{path}: has no band {index}, only 1 to {count}; see ", Argument("bands")
            )
    if len(set(requested.values())) < len(requested):
        raise UsageError(Argument("bands", requested), ": names one band of the file twice")
    lacking = [name for name in SENSOR.visible if name not in requested]
    if lacking:
        raise UsageError(
            Argument("bands"),
            f": does not say which is {', '.join(lacking)}; red, green and blue (B04, B03, "
            "B02) are needed",
        )
    return NamedBands(dict(requested), "as given")


def _all_described(descriptions: Sequence[str | None]) -> dict[str, int]:
    """Returns the bands that descriptions name, but for those that several do."""
    found: dict[str, list[int]] = {}
    for index, text in enumerate(descriptions, 1):
        name = band_name(text or "")
        if name is None and _INFRARED.search((text or "").lower()):
            name = "B08"
        if name is not None:
            found.setdefault(_BY_COLOUR.get(name, name), []).append(index)
    return {
        name: indexes[0]
        for name, indexes in found.items()
        if len(indexes) == 1 and name in SENSOR.names
    }


def _requested(path: str, count: int, requested: Sequence[int]) -> RgbBands:
    if not all(isinstance(index, int) for index in requested):
        raise UsageError(
            Argument("bands", requested),
            ": takes numbers counted from 1, as in (3, 2, 1), or numbers by "
            "names, as in {'B04': 3, 'B03': 2, 'B02': 1}",
        )
    if len(requested) != 3 or len(set(requested)) != 3:
        raise UsageError(
            Argument("bands", tuple(requested)),
            ": takes three different bands, as in ",
            Argument("bands", (4, 3, 2)),
        )
    for index in requested:
        if not 1 <= index <= count:
            if count == 1:
                raise UsageError(f"{path}: has one band; red, green and blue are needed")
            raise UsageError(
                f"{path}: has no band {index}, only 1 to {count}; see ", Argument("bands")
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
