"""A scene of any size to measure on: the bundled one over and over, with noise.

It compresses about as well as a real Sentinel-2 image, and no two windows are alike.
"""

from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "scene.tif"
_RED_GREEN_BLUE = (3, 2, 1)
_BLOCK = 256


def write_synthetic_scene(path: Path, height: int, width: int) -> Path:
    """Writes red, green and blue DN, uint16, as a tiled GeoTIFF with DEFLATE."""
    with rasterio.open(SAMPLE) as sample:
        ground = sample.read(_RED_GREEN_BLUE).astype(np.int32)
    ground = np.concatenate([ground, ground[:, ::-1]], axis=1)
    ground = np.concatenate([ground, ground[:, :, ::-1]], axis=2)
    columns = np.arange(width) % ground.shape[2]
    rng = np.random.default_rng(0)
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=3, dtype="uint16",
        crs="EPSG:32631", transform=Affine(10, 0, 399960, 0, -10, 4693200), nodata=0,
        tiled=True, blockxsize=_BLOCK, blockysize=_BLOCK, compress="deflate", predictor=2, zlevel=1,
    ) as dataset:  # fmt: skip
        dataset.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
        for top in range(0, height, _BLOCK):
            rows = np.arange(top, min(top + _BLOCK, height)) % ground.shape[1]
            noise = rng.integers(0, 32, (3, len(rows), width))
            pixels = np.clip(ground[:, rows][:, :, columns] + noise, 1, None).astype("uint16")
            dataset.write(pixels, window=((top, top + len(rows)), (0, width)))
    return path
