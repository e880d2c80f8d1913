"""EuroSAT's chips of 13 bands: reading, and which of them are never trained on."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import SIZE, Chips, Split, split
from cloudgan_geo.errors import DatasetError
from cloudgan_geo.sensors.sentinel2 import EUROSAT

#: As the chips hold them: B8A comes last.
BANDS = EUROSAT
#: DN of reflectance 1.
_ONE = 10000.0
#: How many RGB chips EuroSAT has of each class, numbered from 1.
_COUNTS = {
    "AnnualCrop": 3000,
    "Forest": 3000,
    "HerbaceousVegetation": 3000,
    "Highway": 2500,
    "Industrial": 2500,
    "Pasture": 2000,
    "PermanentCrop": 2500,
    "Residential": 3000,
    "River": 2500,
    "SeaLake": 3000,
}

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class SpectralChips:
    """Clear chips of 13 bands in memory, level 1C.

    Attributes:
        names: `Class/Class_n` of every chip, in the order of `images`.
        images: DN, uint16, shape (chips, 13, 64, 64), the bands as in `BANDS`.
    """

    names: tuple[str, ...]
    images: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.names)

    def take(self, indices: Sequence[int]) -> SpectralChips:
        """Returns the chips at some indices, in that order."""
        return SpectralChips(tuple(self.names[i] for i in indices), self.images[list(indices)])

    def reflectance(self, index: int) -> Float32:
        """Returns a chip in reflectance, float32, shape (13, 64, 64)."""
        return np.asarray(self.images[index] / np.float32(_ONE), np.float32)


def load_spectral_chips(path: str | Path) -> SpectralChips:
    """Reads every chip of a zip of EuroSAT's 13-band GeoTIFFs.

    Args:
        path: The zip, of `Class/Class_n.tif`.

    Returns:
        The chips, sorted by name.

    Raises:
        DatasetError: If there is no chip, or one is damaged or of another shape.
    """
    path = Path(path)
    if not path.exists():
        raise DatasetError(f"{path}: no such zip; it should hold EuroSAT's 13-band chips")
    names: list[str] = []
    images: list[NDArray[np.uint16]] = []
    for name, encoded in _files(path):
        names.append(_bare(name))
        images.append(_decode(encoded, f"{path}/{name}"))
    if not names:
        raise DatasetError(f"{path}: holds no .tif chip; it should hold EuroSAT's 13-band chips")
    order = sorted(range(len(names)), key=names.__getitem__)
    return SpectralChips(tuple(names[i] for i in order), np.stack([images[i] for i in order]))


def names_for_testing() -> frozenset[str]:
    """Returns the names that the article's split of the RGB chips keeps for testing.

    The 13-band chips are some of the RGB ones and have their names, so the same split holds
    for them.
    """
    names = sorted(
        f"{of}/{of}_{number}.jpg" for of, count in _COUNTS.items() for number in range(1, count + 1)
    )
    nameless = Chips(tuple(map(_bare, names)), np.zeros((len(names), 0), np.uint8))
    return frozenset(nameless.names[i] for i in split(nameless).test)


def split_spectral(chips: SpectralChips, validation: int = 0) -> Split:
    """Divides 13-band chips as the split of the RGB chips does.

    Args:
        chips: The chips.
        validation: How many training chips to hold out, at most a tenth of them.
    """
    testing = names_for_testing()
    test = [index for index, name in enumerate(chips.names) if name in testing]
    train = [index for index, name in enumerate(chips.names) if name not in testing]
    # Evenly over the classes, which the names are sorted by.
    held_out = set(train[:: max(10, math.ceil(len(train) / validation))] if validation else ())
    return Split(
        train=tuple(index for index in train if index not in held_out),
        validation=tuple(sorted(held_out)),
        test=tuple(test),
    )


def _bare(name: str) -> str:
    return str(Path(name).with_suffix(""))


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    with _opened(path) as archive:
        for name in archive.namelist():
            if name.lower().endswith(".tif"):
                yield name, archive.read(name)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(f"{path}: not a readable zip ({error})") from error


def _decode(encoded: bytes, name: str) -> NDArray[np.uint16]:
    from rasterio.errors import RasterioError
    from rasterio.io import MemoryFile

    try:
        with MemoryFile(encoded) as file, file.open() as dataset:
            image: NDArray[np.uint16] = dataset.read()
    except (RasterioError, OSError) as error:
        raise DatasetError(f"{name}: not a readable image ({error})") from error
    if image.shape != (len(BANDS), SIZE, SIZE) or image.dtype != np.uint16:
        raise DatasetError(
            f"{name}: {image.shape} {image.dtype}, expected 13 bands of 64x64 uint16"
        )
    return image
