"""Which bands of a raster are which of a sensor's, and which of them people are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument, Placeholder
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.band_order import stack_order, visible_order
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor

COLOURS = ("red", "green", "blue")
# Stands in messages for what only the reader can tell.
_RGB = tuple(Placeholder(colour.upper()) for colour in COLOURS)

# Of "red" and the like the visible band: no "red edge", "infra-red" or "coastal blue".
_COLOUR = re.compile(
    r"(?<![a-z])(?<!coastal[ _-])(?<!infra[ _-])(red|green|blue)(?![a-z]|[ _-]*edge)"
)
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
        sensor: Whose bands they are.
    """

    indexes: Mapping[str, int]
    reason: str
    warning: tuple[str | Argument, ...] = ()
    sensor: Sensor = DEFAULT

    @property
    def rgb(self) -> RgbBands:
        """What people are shown of them."""
        red, green, blue = (self.indexes[name] for name in self.sensor.visible)
        return RgbBands((red, green, blue), self.reason)


def find_bands(
    path: str,
    descriptions: Sequence[str | None],
    colours: Sequence[str],
    requested: AskedBands | None = None,
    sample: Sample | None = None,
    sensor: Sensor = DEFAULT,
    wavelengths: Sequence[float | None] = (),
) -> NamedBands:
    """Finds out which bands of a raster are which of the sensor's.

    By description (`B04`, `red`, ...), wavelength or colour interpretation if it has them; else
    stacks of as many bands as the sensor knows an order of, and, of sensors that say by which
    values, three or four bands: red, green, blue or blue, green, red, and near infrared.

    Args:
        path: The raster's, for messages.
        descriptions: Of each band.
        colours: Lower-case name of each band's colour interpretation.
        requested: As the user gave them.
        sample: Gives values to go by.
        sensor: Whose bands they are.
        wavelengths: Of the centre of each band, in nanometres, as far as they are stated.

    Raises:
        UsageError: If the requested bands are not different ones of the raster, or no bands of
            the sensor.
        BandError: If red, green and blue cannot be told.
    """
    if isinstance(requested, Mapping):
        return _by_names(path, len(descriptions), requested, sensor)
    known = _once(
        sensor_band(text, sensor) or _at(wavelength, sensor)
        for text, wavelength in zip_longest(descriptions, wavelengths)
    )
    if requested is not None:
        rgb = _requested(path, len(descriptions), requested)
        return _with_rgb(known, rgb, sensor)
    found = _each_once([_shown(text, sensor) for text in descriptions], sensor.visible)
    if found:
        names = ", ".join(str(descriptions[index - 1]) for index in found)
        return _with_rgb(known, RgbBands(found, f"by their descriptions {names}"), sensor)
    named = [text for text in descriptions if _shown(text, sensor)]
    if named:
        raise BandError(
            f"{path}: red, green and blue are not all among the described bands "
            f"({', '.join(map(str, named))}); name them with ",
            Argument("bands", _RGB),
        )
    if set(sensor.visible) <= known.keys():
        return NamedBands(known, "by their wavelengths", sensor=sensor)
    # Much software calls whatever three bands it writes red, green and blue.
    found = _each_once(list(colours), COLOURS)
    if found:
        return _with_rgb(known, RgbBands(found, "by their colour interpretation"), sensor)
    return _unnamed(path, sum(colour != "alpha" for colour in colours), sample, sensor)


def _unnamed(path: str, count: int, sample: Sample | None, sensor: Sensor) -> NamedBands:
    if count in (3, 4) and sensor.blue_or_red is not None:
        return _few(path, count, sample, sensor, sensor.blue_or_red)
    orders = [order for order in sensor.orders if len(order.names) == count]
    if len(orders) > 1:
        values = None if sample is None else sample(range(1, count + 1))
        told = None if values is None else stack_order(values, orders, sensor.cirrus)
        if told is None:
            # Which are red, green and blue is the same in every order in use.
            names = orders[0].names
            visible = {name: names.index(name) + 1 for name in sensor.visible}
            return NamedBands(visible, orders[0].reason, sensor=sensor)
        orders = [told]
    for order in orders:
        indexes = {name: index for index, name in enumerate(order.names, 1)}
        return NamedBands(indexes, order.reason, sensor=sensor)
    if count < 3:
        raise BandError(
            f"{path}: has {count} band{'s' * (count != 1)}; red, green and blue are needed"
        )
    raise BandError(
        f"{path}: which of its {count} bands are red, green and blue is not stated; "
        "name them with ",
        Argument("bands", _RGB),
    )


def _few(
    path: str, count: int, sample: Sample | None, sensor: Sensor, weights: Sequence[float]
) -> NamedBands:
    """Goes by the values of three or four bands."""
    order = "red first" if sample is None else visible_order(path, sample((1, 2, 3)), weights)
    names = sensor.visible if order == "red first" else sensor.visible[::-1]
    last = () if sensor.infrared is None else (sensor.infrared,)
    told = {name: index for index, name in enumerate((*names, *last)[:count], 1)}
    words = "red, green, blue" if order == "red first" else "blue, green, red"
    more = " and near infrared" * (len(told) == 4)
    other = (3, 2, 1) if order == "red first" else (1, 2, 3)
    return NamedBands(
        told,
        f"{words}{more}, by the values of {count} bands without names",
        (
            f"{path}: its bands have no names; by their values they are {words}{more}; if that is "
            "wrong, say ",
            Argument("bands", other),
        ),
        sensor,
    )


def _with_rgb(known: Mapping[str, int], rgb: RgbBands, sensor: Sensor) -> NamedBands:
    others = {name: index for name, index in known.items() if index not in rgb.indexes}
    visible = dict(zip(sensor.visible, rgb.indexes, strict=True))
    return NamedBands({**others, **visible}, rgb.reason, sensor=sensor)


def _by_names(path: str, count: int, requested: Mapping[str, int], sensor: Sensor) -> NamedBands:
    for name, index in requested.items():
        if name not in sensor.names:
            raise UsageError(
                Argument("bands", {name: index}),
                f": no such band; {sensor.name} has {', '.join(sensor.names)}",
            )
        if not 1 <= index <= count:
            raise UsageError(
                f"{path}: has no band {index}, only 1 to {count}; see ", Argument("bands")
            )
    if len(set(requested.values())) < len(requested):
        raise UsageError(Argument("bands", requested), ": names one band of the file twice")
    lacking = [name for name in sensor.visible if name not in requested]
    if lacking:
        raise UsageError(
            Argument("bands"),
            f": does not say which is {', '.join(lacking)}; red, green and blue "
            f"({', '.join(sensor.visible)}) are needed",
        )
    return NamedBands(dict(requested), "as given", sensor=sensor)


def _once(names: Iterable[str | None]) -> dict[str, int]:
    """Returns the bands that are named, but for those that are several times."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names, 1):
        if name is not None:
            found.setdefault(name, []).append(index)
    return {name: indexes[0] for name, indexes in found.items() if len(indexes) == 1}


def sensor_band(text: str | None, sensor: Sensor) -> str | None:
    """Returns the sensor's band that a description names, in words or by its name, or None."""
    alias = dict(sensor.aliases).get((text or "").strip().lower())
    if alias is not None:
        return alias
    name = band_name(text or "", sensor)
    if name in COLOURS:
        return sensor.visible[COLOURS.index(name)]
    if name is None and _INFRARED.search((text or "").lower()):
        return sensor.infrared
    return name if name in sensor.names else None


def _at(wavelength: float | None, sensor: Sensor) -> str | None:
    return None if wavelength is None else sensor.at(wavelength)


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


def _shown(text: str | None, sensor: Sensor) -> str | None:
    """Returns the band that a description names first, or else the colour's."""
    spelled = sensor.spelled(text or "")
    if spelled:
        return spelled[0]
    colour = _COLOUR.search((text or "").lower())
    return sensor.visible[COLOURS.index(colour[1])] if colour else None


def band_name(text: str, sensor: Sensor = DEFAULT) -> str | None:
    """Returns the one band that a file's name tells, such as B04, B8A or red, or None."""
    spelled = sensor.spelled(text)
    if len(spelled) == 1:
        return spelled[0]
    colours = _COLOUR.findall(text.lower())
    return str(colours[0]) if len(colours) == 1 and not spelled else None


def _each_once(found: Sequence[str | None], wanted: Sequence[str]) -> tuple[int, int, int] | None:
    if any(found.count(name) != 1 for name in wanted):
        return None
    red, green, blue = (found.index(name) + 1 for name in wanted)
    return red, green, blue
