"""EuroSAT's chips of 13 bands: reading, and which of them are never trained on."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import SIZE, SUFFIXES, Chips, split
from cloudgan_geo.errors import DatasetError
from cloudgan_geo.sensors.sentinel2 import EUROSAT

#: As the chips hold them: B8A comes last.
BANDS = EUROSAT
#: DN of reflectance 1.
_ONE = 10000.0

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


def names_for_testing(rgb: str | Path) -> frozenset[str]:
    """Returns the names that the article's split of the RGB chips keeps for testing.

    The 13-band chips are some of the RGB ones, so the same split holds for them. No image is
    decoded.

    Args:
        rgb: Folder or zip of all RGB chips, `Class/Class_n.jpg`.

    Raises:
        DatasetError: If there is no such folder or zip, or no chip in it.
    """
    names = [_bare(name) for name in _names(Path(rgb))]
    if not names:
        raise DatasetError(f"{rgb}: holds no .jpg or .png chip, of which the split is made")
    nameless = Chips(tuple(names), np.zeros((len(names), 0), np.uint8))
    return frozenset(names[i] for i in split(nameless).test)


def split_spectral(chips: SpectralChips, rgb: str | Path) -> tuple[SpectralChips, SpectralChips]:
    """Divides 13-band chips as the split of the RGB chips does.

    Args:
        chips: The chips.
        rgb: Folder or zip of all RGB chips.

    Returns:
        Those to train on, and those to test with.

    Raises:
        DatasetError: As `names_for_testing`.
    """
    testing = names_for_testing(rgb)
    test = [index for index, name in enumerate(chips.names) if name in testing]
    train = [index for index, name in enumerate(chips.names) if name not in testing]
    return chips.take(train), chips.take(test)


def _bare(name: str) -> str:
    return str(Path(name).with_suffix(""))


def _names(path: Path) -> list[str]:
    """Returns the names of the RGB chips in the order in which they are read."""
    if not path.exists():
        raise DatasetError(f"{path}: no such folder or zip of EuroSAT's RGB chips")
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        return [file.relative_to(path).as_posix() for file in found]
    with _opened(path) as archive:
        return [name for name in sorted(archive.namelist()) if name.lower().endswith(SUFFIXES)]


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
