"""Sentinel-2's MultiSpectral Instrument.

Wavelengths are those of Sentinel-2A in ESA's Sentinel-2 User Handbook; those of 2B and 2C
differ by a few nanometres.
"""

from __future__ import annotations

from cloudgan_geo.sensors.sensor import Sensor, SensorBand

#: The band that sees cirrus, and hardly any ground.
CIRRUS = "B10"

_ALL = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")

SENSOR = Sensor(
    name="Sentinel-2",
    bands=(
        SensorBand("B01", 442.7, 60),
        SensorBand("B02", 492.4, 10),
        SensorBand("B03", 559.8, 10),
        SensorBand("B04", 664.6, 10),
        SensorBand("B05", 704.1, 20),
        SensorBand("B06", 740.5, 20),
        SensorBand("B07", 782.8, 20),
        SensorBand("B08", 832.8, 10),
        SensorBand("B8A", 864.7, 20),
        SensorBand("B09", 945.1, 60),
        SensorBand("B10", 1373.5, 60),
        SensorBand("B11", 1613.7, 20),
        SensorBand("B12", 2202.4, 20),
    ),
    visible=("B04", "B03", "B02"),
    # Stacks of level 1C, and of level 2A, which has no B10.
    orders=(_ALL, tuple(name for name in _ALL if name != CIRRUS)),
)
