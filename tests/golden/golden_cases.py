"""Scenes whose corrected pixels must stay the same, bit for bit, and how they are told.

Hashes are of pixels, not of files: how GDAL lays them out depends on its version. Scenes are
whole numbers made by arithmetic alone, so that no random generator has a say in them.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from cloudgan_geo import decloud

#: Height and width: smaller than a window, odd, and several strips and batches.
SIZES = ((41, 150), (131, 187), (200, 129))
DTYPES = ("uint8", "uint16", "float32")
OVERLAPS = (0, 16, 48)
NODATA = 0
_GRID = {"crs": "EPSG:32631", "transform": Affine(10.0, 0.0, 399960.0, 0.0, -10.0, 4693200.0)}
_LAYERS = ("opacity", "qa", "error")


@dataclass(frozen=True)
class Case:
    """A scene and how it is corrected.

    Attributes:
        dtype: Of its values.
        overlap: Of the windows.
        height: Rows.
        width: Columns.
        gaps: Whether it has nodata.
        bands: Of which the first three are red, green and blue.
    """

    dtype: str
    overlap: int
    height: int
    width: int
    gaps: bool
    bands: int

    @property
    def name(self) -> str:
        """Of the case."""
        gaps = ", nodata" if self.gaps else ""
        return f"{self.dtype} {self.bands}x{self.height}x{self.width} overlap {self.overlap}{gaps}"

    @property
    def pixels(self) -> NDArray[Any]:
        """Fields and a bright veil with a saturated middle, shape (bands, height, width)."""
        band, row, column = np.ogrid[: self.bands, : self.height, : self.width]
        fields = 300 + 137 * ((row // 9 * 5 + column // 13 * 3 + band * 2) % 11)
        detail = (row * row * 7 + column * 31 + row * column * 3 + band * 17) % 101
        away = (row - self.height // 2) ** 2 + (column - self.width // 3) ** 2
        veil = np.maximum(0, 4000 - away * 4)
        dn = (fields + detail + veil).astype(np.int64)
        if self.dtype == "uint8":
            values = np.clip(dn * 255 // 4200, 1, 255).astype(np.uint8)
        elif self.dtype == "uint16":
            values = dn.astype(np.uint16)
        else:
            values = (dn / np.float32(10_000)).astype(np.float32)
        if self.gaps:
            values[:, 20:27, 30:90] = NODATA
            values[:1, -9:, :5] = NODATA
            values[:, (row[0] * 3 + column[0] * 5) % 97 == 0] = NODATA
        return values

    def write(self, folder: Path) -> Path:
        """Writes the scene as a GeoTIFF."""
        path = folder / "scene.tif"
        profile = {"count": self.bands, "height": self.height, "width": self.width, **_GRID}
        nodata = NODATA if self.gaps else None
        with rasterio.open(
            path, "w", driver="GTiff", dtype=self.dtype, nodata=nodata, **profile
        ) as dataset:
            dataset.write(self.pixels)
            dataset.colorinterp = [
                rasterio.enums.ColorInterp[name]
                for name in ("red", "green", "blue", "undefined")[: self.bands]
            ]
        return path


def cases() -> Iterator[Case]:
    """Yields every dtype with every overlap, in turn of other sizes, gaps and bands."""
    for number, (dtype, overlap) in enumerate(itertools.product(DTYPES, OVERLAPS)):
        height, width = SIZES[(number + number // 3) % len(SIZES)]
        yield Case(dtype, overlap, height, width, number % 2 == 1, 3 + (number % 4 == 2))


def hashes_of(case: Case, folder: Path, model: Any, layers: bool, **options: Any) -> dict[str, str]:
    """Corrects the scene of a case.

    Args:
        case: The case.
        folder: An empty folder to work in.
        model: As for `decloud`.
        layers: Whether the model estimates opacity and error, which are then written as well.
        options: Of `decloud`.

    Returns:
        SHA-256 of the pixels of every raster that was written, by what it holds.
    """
    files = {"scene": folder / "out.tif"}
    files |= {layer: folder / f"{layer}.tif" for layer in _LAYERS if layers}
    beside = {layer: path for layer, path in files.items() if layer != "scene"}
    radiometry = {"uint8": "tci", "uint16": "dn", "float32": "reflectance"}[case.dtype]
    source = case.write(folder)
    decloud(
        source,
        files["scene"],
        model=model,
        radiometry=radiometry,
        overlap=case.overlap,
        **beside,
        **options,
    )
    found = {}
    for what, path in files.items():
        with rasterio.open(path) as dataset:
            pixels = np.ascontiguousarray(dataset.read())
        # The sign and the payload of a NaN are nobody's business.
        if pixels.dtype.kind == "f":
            pixels[np.isnan(pixels)] = np.nan
        found[what] = hashlib.sha256(pixels.tobytes()).hexdigest()
    return found
