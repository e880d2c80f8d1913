"""The bands of Sentinel-2 as clouds see them: wavelength, and the size of the detector's pixels."""

from __future__ import annotations

from typing import NamedTuple

from cloudgan_geo.sensors import sentinel2

_FINEST = min(band.resolution for band in sentinel2.SENSOR.bands)


class SeenBand(NamedTuple):
    """A band.

    Attributes:
        wavelength: Of its centre, in nanometres.
        pixels: Side of its pixels, in pixels of 10 m.
    """

    wavelength: float
    pixels: int


BANDS = {
    band.name: SeenBand(band.wavelength, int(band.resolution // _FINEST))
    for band in sentinel2.SENSOR.bands
}
#: The band that sees nothing but cirrus, and that of water vapour.
CIRRUS, VAPOUR = sentinel2.CIRRUS, "B09"
#: Wavelength to which optical depths refer: green's.
REFERENCE = BANDS["B03"].wavelength
