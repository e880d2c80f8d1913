"""Factors of the bands of a sensor, by their wavelengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.sensors.sensor import Sensor

Float64 = NDArray[np.float64]

#: Wavelengths in nm between which colours are interpolated.
_KNOTS = (443.0, 560.0, 665.0, 830.0, 1614.0, 2202.0)


@dataclass(frozen=True)
class Bands:
    """Bands that a cloud lies over.

    Attributes:
        names: Of the bands.
        sensor: Whose they are.
    """

    names: tuple[str, ...]
    sensor: Sensor

    @property
    def wavelengths(self) -> list[float]:
        """Of their centres, in nanometres."""
        return [self.sensor.band(name).wavelength for name in self.names]

    def colour(self, *knots: float) -> Float64:
        """Returns factors of the bands, interpolated between those at `_KNOTS`."""
        return np.interp(self.wavelengths, _KNOTS, knots)

    def power(self, exponent: float) -> Float64:
        """Returns a power of the wavelength relative to green's."""
        return np.asarray((np.array(self.wavelengths) / self.sensor.reference) ** exponent)

    def vapour(self, factor: float) -> Float64:
        """Returns a factor on the band that water vapour darkens, 1 for the others."""
        return np.array([factor if name == self.sensor.vapour else 1.0 for name in self.names])

    def swir(self, factor: float) -> Float64:
        """Returns a factor on the SWIR, 1 for the visible and the near infrared."""
        return self.colour(1, 1, 1, 1, factor, factor)
