"""What a sensor sees."""

from __future__ import annotations

from dataclasses import dataclass

#: Groups of bands, and the wavelength in nanometres from which on the next one begins.
_GROUPS = (("visible", 700.0), ("nir", 1000.0), ("swir", float("inf")))
GROUPS = tuple(name for name, _ in _GROUPS)


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
class Sensor:
    """A sensor and its bands.

    Attributes:
        name: Of the sensor.
        bands: All its bands, in the order of its products.
        visible: Names of red, green and blue, which is what people are shown.
        orders: Names of the bands of stacks that name none, by how many there are.
    """

    name: str
    bands: tuple[SensorBand, ...]
    visible: tuple[str, str, str]
    orders: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all bands."""
        return tuple(band.name for band in self.bands)

    def band(self, name: str) -> SensorBand:
        """Returns a band by its name.

        Raises:
            KeyError: If it has none of this name.
        """
        return {band.name: band for band in self.bands}[name]
