"""Sentinel-2's MultiSpectral Instrument.

Wavelengths are those of Sentinel-2A in ESA's Sentinel-2 User Handbook; those of 2B and 2C
differ by a few nanometres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cloudgan_geo.choices import Level
from cloudgan_geo.sensors import safe, sentinel2_values
from cloudgan_geo.sensors.product import Labels, Product
from cloudgan_geo.sensors.profile import Profile, Settled, Values
from cloudgan_geo.sensors.sensor import Sensor, SensorBand, StackOrder

#: The band that sees cirrus, and hardly any ground.
CIRRUS = "B10"

_ALL = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
#: All bands in the order of EuroSAT's chips: B8A comes last.
EUROSAT = (*(name for name in _ALL if name != "B8A"), "B8A")

_MISSION = re.compile(r"(?:^|[/\\])S2[A-D]_(?:MSI|OPER)")
_LEVEL = re.compile(r"(?:MSI|Level-)L?(1C|2A)", re.IGNORECASE)
_LEVEL_BY_TAG: tuple[tuple[str, Level], ...] = (("BOA_", "2A"), ("RADIO_ADD_OFFSET", "1C"))


@dataclass(frozen=True)
class Sentinel2(Sensor):
    """Its products are ESA's: a .SAFE folder, or the zip of one."""

    def recognises(self, labels: Labels) -> bool:
        """Goes by the product's name."""
        names = (labels.path, labels.tags.get("PRODUCT_URI", ""))
        return any(_MISSION.search(name) for name in names)

    def find_product(self, path: str) -> Product | None:
        """Finds the bands of a .SAFE folder, its zip, or its MTD_MSIL1C.xml or MTD_MSIL2A.xml."""
        return safe.find_product(path, self)

    def named_by(self, path: Path) -> Path:
        """Returns the .SAFE folder of metadata, and a zip without that ending."""
        if path.name.startswith("MTD_MSIL"):
            path = path.absolute().parent
        return path.with_name(path.stem) if path.stem.endswith(".SAFE") else path

    def level_of(self, labels: Labels) -> tuple[Level, str] | None:
        """Goes by metadata, then by the name: products and their bands are named by level."""
        for key in ("PROCESSING_LEVEL", "PRODUCT_URI"):
            found = _LEVEL.search(labels.tags.get(key, ""))
            if found:
                return _level(found[1]), f"by the tag {key}"
        for key in labels.tags:
            for start, level in _LEVEL_BY_TAG:
                if key.upper().startswith(start):
                    return level, f"by the tag {key}"
        found = _LEVEL.search(labels.path)
        return (_level(found[1]), "by its name") if found else None

    def stated(self, labels: Labels) -> Settled | None:
        """Goes by offset, quantification value and processing baseline."""
        return sentinel2_values.stated(labels, self)

    def judged(self, values: Values) -> Settled:
        """Goes by how dark the values are: an offset leaves none below 1000."""
        if values.is_float:
            return super().judged(values)
        return sentinel2_values.judged(values, self)


def _level(text: str) -> Level:
    return "1C" if text.upper() == "1C" else "2A"


SENSOR = Sentinel2(
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
    profiles=(
        Profile("dn", 1e-4, 0.0),
        Profile("dn-offset", 1e-4, -0.1, also_declared=((1.0, -1000.0),)),
        Profile("tci", 0.3558 / 255, 0.0, eight_bit=True),
        Profile("tci-offset", 0.3558 / 255, -0.1, eight_bit=True),
        Profile("eurosat", 0.275 / 255, 0.0, eight_bit=True),
        Profile("reflectance", 1.0, 0.0),
    ),
    orders=(
        StackOrder(_ALL, "the Sentinel-2 order of 13 bands"),
        StackOrder(EUROSAT, "the order of EuroSAT's 13 bands"),
        # Level 2A has no B10.
        StackOrder(
            tuple(name for name in _ALL if name != CIRRUS), "the Sentinel-2 order of 12 bands"
        ),
    ),
    infrared="B08",
    cirrus=CIRRUS,
    vapour="B09",
    # Fitted on real images: 920 chips and 15 scenes of level 1C, veiled ones too; 23 scenes of
    # level 2A. tests/raster/reading/test_band_order.py counts its errors.
    blue_or_red=(-4.85, -4.50, 1.07, 0.48, -0.21, -0.02),
    # Of Earth Search and others that follow STAC's common names.
    aliases=(
        ("coastal", "B01"),
        ("rededge1", "B05"),
        ("rededge2", "B06"),
        ("rededge3", "B07"),
        ("nir08", "B8A"),
        ("nir09", "B09"),
        ("cirrus", "B10"),
        ("swir16", "B11"),
        ("swir22", "B12"),
    ),
    spelling=r"(?<![a-z0-9])b0?(8a|\d{1,2})(?![a-z0-9])",
    metadata="the metadata (MTD_MSIL1C.xml or MTD_MSIL2A.xml) of a Sentinel-2 product",
    some_files="*_B0[2348]*",
)
