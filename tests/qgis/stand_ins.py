"""Writes generators that do something simple, and scenes for them: stand_ins.py FOLDER.

Run by the program's own Python: that of QGIS has neither torch nor the package. All generators
see every pixel under an opacity of .5, so that none is kept for being clear.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rasterio
import torch
from scenes import ground, write_safe, write_scene

from cloudgan_geo.bands import BandSet
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.sensors.sentinel2 import SENSOR

ALL = SENSOR.names
FOUR = ("B02", "B03", "B04", "B08")
#: Reflectance that is 1 in the domain of all of them.
DOMAIN = 0.5


def save(path, reads, corrects, groups, gain=1.0, shift=0.0):
    """Saves a generator that makes `gain + index / 100` of every band, and adds a shift."""
    bands = BandSet(reads, corrects, (DOMAIN,) * len(reads), groups)
    network = ThinGenerator(width=2, bands=bands)
    count = len(corrects)
    with torch.no_grad():
        if gain != 1:
            network.output.bias[:count] = gain - 1 + torch.arange(count) / 100
        network.output.bias[count : 2 * count] = shift
    save_generator(network, path, {"name": path.stem})


def main(folder):
    corrected = tuple(name for name in ALL if name != "B10")
    three = ("visible", "nir", "swir")
    save(folder / "identity-4.safetensors", FOUR, FOUR, three[:2])
    save(folder / "identity-13.safetensors", ALL, corrected, three)
    save(folder / "changes-4.safetensors", FOUR, FOUR, three[:2], 0.6, 0.02)
    save(folder / "changes-13.safetensors", ALL, corrected, three, 0.6, 0.02)
    save(folder / "reads-13-corrects-4.safetensors", ALL, FOUR, three[:2], 0.6, 0.02)
    for names in (FOUR, ALL):
        path = write_scene(folder / f"scene-{len(names)}.tif", ground(90, 110, len(names)))
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = names
    # Noise, whose values tell nobody which band is which.
    write_scene(folder / "unnamed.tif", ground(90, 110, 5))
    sizes = {band.name: round(1200 / band.resolution) for band in SENSOR.bands}
    bands = {
        name: ground(size, size, 1, seed=seed)[0] for seed, (name, size) in enumerate(sizes.items())
    }
    # With an offset, or it would have to be said whether there is one.
    write_safe(folder / "S2A_MSIL1C_20150726.SAFE", bands, offset=-1000)


if __name__ == "__main__":
    torch.manual_seed(0)
    main(Path(sys.argv[1]))
