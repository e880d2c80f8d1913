"""Small rasters to work on, and stand-ins for generators."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

UTM = {"crs": "EPSG:32631", "transform": Affine(10.0, 0.0, 399960.0, 0.0, -10.0, 4693200.0)}


def write_scene(path: Path, pixels: NDArray[Any], **profile: Any) -> Path:
    """Writes pixels of shape (bands, height, width) as a GeoTIFF on a UTM grid."""
    count, height, width = pixels.shape
    settings = {"driver": "GTiff", **UTM, **profile}
    with rasterio.open(
        path, "w", count=count, height=height, width=width, dtype=pixels.dtype, **settings
    ) as dataset:
        dataset.write(pixels)
    return path


def ground(
    height: int, width: int, bands: int = 3, dtype: str = "uint16", seed: int = 0
) -> NDArray[Any]:
    """Plausible values of a dtype: DN around 100 to 4000, 8-bit, or reflectance."""
    values = np.random.default_rng(seed).uniform(0.01, 0.4, (bands, height, width))
    if np.issubdtype(np.dtype(dtype), np.floating):
        return values.astype(dtype)
    return (values * (255 if np.dtype(dtype).itemsize == 1 else 10_000)).astype(dtype)


def read(path: Path) -> NDArray[Any]:
    """Returns all bands of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read()


class StandIn:
    """A generator that does something simple, and remembers what it was given."""

    name = "stand-in"
    sha256 = "0" * 64
    device = "cpu"
    precision = "fp32"
    suggested_batch_size = 4

    def __init__(self, change: Callable[[NDArray[Any]], NDArray[Any]] = lambda batch: batch):
        self._change = change
        self.batches: list[NDArray[np.float32]] = []

    def clean(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Applies the change to windows in the model domain."""
        assert batch.dtype == np.float32
        assert batch.shape[1:] == (3, 64, 64)
        assert batch.min() >= 0
        assert batch.max() <= 1
        self.batches.append(batch.copy())
        return self._change(batch).astype(np.float32)

    @property
    def windows(self) -> int:
        """Windows it was given."""
        return sum(map(len, self.batches))
