"""Landsat 8's Operational Land Imager, in products of level 2 of Collection 2: a stand-in.

All that another sensor takes: this file, found in the folder of the package's sensors, and a
test. Wavelengths are those of USGS; the panchromatic and thermal bands are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cloudgan_geo.choices import Level
from cloudgan_geo.errors import SceneError
from cloudgan_geo.sensors.product import Labels, Product
from cloudgan_geo.sensors.profile import Profile, Settled
from cloudgan_geo.sensors.sensor import Sensor, SensorBand, StackOrder

_PRODUCT = re.compile(r"(?:^|[/\\])L[CO]08_L([12])[A-Z]{2}_")
_FILE = re.compile(r"L[CO]08_\w*_SR_(B\d)\.TIF$", re.IGNORECASE)


@dataclass(frozen=True)
class Landsat8(Sensor):
    """Its products are folders of a file a band."""

    def recognises(self, labels: Labels) -> bool:
        """Goes by the product's name, or by bands that are called SR_B4."""
        described = any((text or "").startswith("SR_B") for text in labels.descriptions)
        return described or _PRODUCT.search(labels.path) is not None

    def find_product(self, path: str) -> Product | None:
        """Finds the bands of surface reflectance in a folder."""
        files = sorted(Path(path).glob("*_SR_B*")) if Path(path).is_dir() else []
        told = {found[1]: str(file) for file in files if (found := _FILE.search(file.name))}
        if not told:
            return None
        for name in self.visible:
            if name not in told:
                raise SceneError(f"{path}: its band {name} is missing")
        return Product({name: told[name] for name in self.names if name in told}, {}, nodata=0)

    def level_of(self, labels: Labels) -> tuple[Level, str] | None:
        """Goes by the product's name."""
        found = _PRODUCT.search(labels.path)
        return None if found is None else ("2A" if found[1] == "2" else "1C", "by its name")

    def stated(self, labels: Labels) -> Settled | None:
        """Takes what says that it is of such a product for one."""
        found = self.profile("c2-sr") if self.recognises(labels) else None
        return None if found is None else found.settled("Collection 2 of Landsat")


SENSOR = Landsat8(
    name="Landsat 8",
    bands=(
        SensorBand("B1", 443.0, 30),
        SensorBand("B2", 482.0, 30),
        SensorBand("B3", 561.0, 30),
        SensorBand("B4", 655.0, 30),
        SensorBand("B5", 865.0, 30),
        SensorBand("B6", 1609.0, 30),
        SensorBand("B7", 2201.0, 30),
        SensorBand("B9", 1373.0, 30),
    ),
    visible=("B4", "B3", "B2"),
    profiles=(Profile("c2-sr", 2.75e-5, -0.2), Profile("reflectance", 1.0, 0.0)),
    orders=(
        StackOrder(("B1", "B2", "B3", "B4", "B5", "B6", "B7"), "the Landsat 8 order of 7 bands"),
    ),
    infrared="B5",
    cirrus="B9",
)
