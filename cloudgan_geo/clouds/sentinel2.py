"""The bands of Sentinel-2 as clouds see them: wavelength, and the size of the detector's pixels."""

from __future__ import annotations

from typing import NamedTuple


class Band(NamedTuple):
    """A band.

    Attributes:
        wavelength: Of its centre, in nanometres.
        pixels: Side of its pixels, in pixels of 10 m.
    """

    wavelength: float
    pixels: int


BANDS = {
    "B01": Band(442.7, 6),
    "B02": Band(492.4, 1),
    "B03": Band(559.8, 1),
    "B04": Band(664.6, 1),
    "B05": Band(704.1, 2),
    "B06": Band(740.5, 2),
    "B07": Band(782.8, 2),
    "B08": Band(832.8, 1),
    "B8A": Band(864.7, 2),
    "B09": Band(945.1, 6),
    "B10": Band(1373.5, 6),
    "B11": Band(1613.7, 2),
    "B12": Band(2202.4, 2),
}
#: The band that sees nothing but cirrus, and that of water vapour.
CIRRUS, VAPOUR = "B10", "B09"
#: Wavelength to which optical depths refer: green's.
REFERENCE = BANDS["B03"].wavelength
