"""What a sensor sees, and how its products are to be understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import Level
from cloudgan_geo.errors import RadiometryError
from cloudgan_geo.sensors.product import Labels, Product
from cloudgan_geo.sensors.profile import Profile, Settled, Values

#: Groups of bands, and the wavelength in nanometres from which on the next one begins.
_GROUPS = (("visible", 700.0), ("nir", 1000.0), ("swir", float("inf")))
GROUPS = tuple(name for name, _ in _GROUPS)

# A band's number stands alone: B04, b4, T31TDH_B04_10m. "Band 4" is no name but a count that
# much software gives to whatever comes fourth.
_SPELLING = r"(?<![a-z0-9])b0?(\d{1,2})(?![a-z0-9])"

# A band is told by a wavelength that is so many nanometres off its centre.
_OFF_CENTRE = 12.0

# One value in so many may lie outside reflectance: a dead pixel of a million decides nothing.
_RARE = 10_000

# So many valid values of each band are enough to see whether floats are reflectance.
_SAMPLE = 2**22


@dataclass(frozen=True)
class SensorBand:
    """A band as the sensor has it.

    Attributes:
        name: As in the names of its products.
        wavelength: Its centre, in nanometres.
        resolution: Side of its pixels in metres.
    """

    name: str
    wavelength: float
    resolution: float

    @property
    def group(self) -> str:
        """Which of `GROUPS` it belongs to."""
        return next(name for name, end in _GROUPS if self.wavelength < end)


@dataclass(frozen=True)
class StackOrder:
    """An order in which the bands of stacks come that name none.

    Attributes:
        names: Of the bands, in this order.
        reason: How to call it, for people.
    """

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Sensor:
    """A sensor, its bands and its products.

    What is said here is data; how products are found and understood are methods that a sensor
    overrides, each of which knows nothing here.

    Attributes:
        name: Of the sensor.
        bands: All its bands, in the order of its products.
        visible: Names of red, green and blue, which is what people are shown.
        profiles: How values of its products may relate to reflectance.
        orders: Orders of stacks that name no band. Where there are several of as many bands
            the cirrus band, which is the darkest, tells them apart.
        infrared: Name of the band that "near infrared" means, if there is one.
        cirrus: Name of the band that sees cirrus, and hardly any ground.
        vapour: Name of the band that water vapour darkens.
        blue_or_red: Log-odds of blue first by the values of three bands, see
            `raster.reading.band_order`; None to refuse three and four bands without names.
        aliases: Names of assets in catalogues, in lower case, and the band that each means.
        spelling: Regular expression of a band in lower-case text; its group is the name without
            the letter B and a zero after it.
        metadata: How to call the metadata that a product must have, for people.
        some_files: Pattern of the files of some of its bands, for people.
    """

    name: str
    bands: tuple[SensorBand, ...]
    visible: tuple[str, str, str]
    profiles: tuple[Profile, ...]
    orders: tuple[StackOrder, ...] = ()
    infrared: str | None = None
    cirrus: str | None = None
    vapour: str | None = None
    blue_or_red: tuple[float, ...] | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    spelling: str = _SPELLING
    metadata: str = "the names of a product's files"
    some_files: str = "*_B*"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of all bands."""
        return tuple(band.name for band in self.bands)

    @cached_property
    def _by_name(self) -> dict[str, SensorBand]:
        return {band.name: band for band in self.bands}

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {name.lower().removeprefix("b").lstrip("0"): name for name in self.names}

    def band(self, name: str) -> SensorBand:
        """Returns a band by its name.

        Raises:
            KeyError: If it has none of this name.
        """
        return self._by_name[name]

    @cached_property
    def finest(self) -> tuple[str, ...]:
        """Names of the bands of the smallest pixels, those that people are shown first."""
        least = min(band.resolution for band in self.bands)
        fine = [band.name for band in self.bands if band.resolution == least]
        shown = [name for name in self.visible if name in fine]
        return (*shown, *(name for name in fine if name not in shown))

    def pixels(self, name: str) -> int:
        """Returns the side of a band's pixels, in pixels of the finest bands."""
        return round(self.band(name).resolution / self.band(self.finest[0]).resolution)

    @cached_property
    def coarsest(self) -> int:
        """The side of the largest pixels of all, in pixels of the finest bands."""
        return max(self.pixels(name) for name in self.names)

    @cached_property
    def reference(self) -> float:
        """Green's wavelength, to which optical depths refer."""
        return self.band(self.visible[1]).wavelength

    def spelled(self, text: str) -> list[str]:
        """Returns the bands that a text names, each time that it does.

        Those that the sensor does not have are called likewise, B99.
        """
        found = re.findall(self.spelling, text.lower())
        return [self._spelled.get(key, f"B{key.upper():0>2}") for key in found]

    def at(self, wavelength: float) -> str | None:
        """Returns the name of the band at a wavelength in nanometres, or None."""
        nearest = min(self.bands, key=lambda band: abs(band.wavelength - wavelength))
        near = abs(nearest.wavelength - wavelength) <= _OFF_CENTRE
        return nearest.name if near else None

    def profile(self, name: str) -> Profile | None:
        """Returns one of its profiles by its name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def fitting(self, values: Values) -> tuple[str, ...]:
        """Returns the names of the profiles that may hold for values of a dtype."""
        if values.dtype == "uint8":
            return tuple(profile.name for profile in self.profiles if profile.eight_bit)
        others = [profile for profile in self.profiles if not profile.eight_bit]
        scaled = tuple(profile.name for profile in others if not profile.is_reflectance)
        if not values.is_float:
            return scaled
        return (*(profile.name for profile in others if profile.is_reflectance), *scaled)

    def recognises(self, labels: Labels) -> bool:
        """Tells whether what a raster says of itself shows that it is of this sensor."""
        return False

    def find_product(self, path: str) -> Product | None:
        """Looks whether a local path is one of its products, of which each band is a file.

        Raises:
            SceneError: If it is one that is damaged or cannot be used.
        """
        return None

    def named_by(self, path: Path) -> Path:
        """Returns the path whose name is that of the product which a path is of."""
        return path

    def level_of(self, labels: Labels) -> tuple[Level, str] | None:
        """Returns the level of a product and what it was told by, or None."""
        return None

    def stated(self, labels: Labels) -> Settled | None:
        """Returns how values relate to reflectance as a product's metadata say, or None.

        Raises:
            RadiometryError: If they say what cannot be.
        """
        return None

    def judged(self, values: Values) -> Settled:
        """Returns how values relate to reflectance by what they are.

        Raises:
            RadiometryError: If they do not tell.
        """
        if values.is_float:
            return self._judged_floats(values)
        fitting = self.fitting(values)
        raise RadiometryError(
            f"{values.path}: what its {values.dtype} values are is not stated; state ",
            Argument("radiometry", *fitting) if fitting else "scales and offsets of its bands",
        )

    def _judged_floats(self, values: Values) -> Settled:
        hits, seen = values.tally(
            lambda pixels: (pixels < 0) | (pixels > 2),
            lambda _, seen: bool(seen.min() >= _SAMPLE),
        )
        if (hits * _RARE > seen).any():
            raise RadiometryError(
                f"{values.path}: its {values.dtype} values are not all within 0 to 2, as "
                "reflectance is; state ",
                Argument("radiometry", *self.fitting(values)),
            )
        return Settled("reflectance", f"{values.dtype} values within 0 to 2", 1.0, 0.0)


def either(words: Sequence[str]) -> str:
    """Returns words as a choice: a, b or c."""
    return " or ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])
