"""Makes the files of sample_data/ from the Sentinel-2 image in the `spyndex` package.

    python -m cloudgan_geo.sample_scene OUT [S2_10m.json]

The ground is a real Sentinel-2 scene; the cloud is simulated and the grid is nominal, because
the source has no coordinates. Every pixel is the same on every run.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from cloudgan_geo.clouds.fields import FractalField
from cloudgan_geo.clouds.scattering import scatter, transmittance
from cloudgan_geo.errors import DatasetError

UInt16 = NDArray[np.uint16]

#: Order of the source, and of our files.
BANDS = ("B02", "B03", "B04", "B08")
_INTERPRETATION = (ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined)
#: Nominal: the source has no coordinates.
_CRS, _TRANSFORM = "EPSG:32723", from_origin(600_000, 7_600_000, 10, 10)

#: A grey cloud, a little blue, in DN, and how much more it dims shorter wavelengths.
_AIRLIGHT = (1800.0, 1760.0, 1720.0, 2200.0)
_ATTENUATION = (1.06, 0.97, 0.90, 0.62)
_FIELD = FractalField(
    scale=170, octaves=6, persistence=0.5, rotation=0.6, anisotropy=1.7, origin=(11.3, 4.8)
)
#: Optical depth where the field is lowest, what a unit of the field adds, and the most there is.
_LOWEST_FIELD, _DEPTH_PER_UNIT = -0.25, 1.6
_THINNEST, _DEEPEST = 0.2, 1.2

CHIP = 64
_CHIP_OFFSETS = (0, 78, 157, 236)
#: DN of the brightest level of a EuroSAT chip.
_EUROSAT_DN = 2750


def read_ground(path: str | Path | None = None) -> UInt16:
    """Reads the clear scene.

    Args:
        path: The `S2_10m.json` of spyndex; by default that of the installed package.

    Returns:
        DN of reflectance * 10000, uint16, shape (4, 300, 300), bands as in `BANDS`.

    Raises:
        DatasetError: If spyndex is not installed and no path was given.
    """
    try:
        source = Path(path) if path else Path(str(files("spyndex") / "data" / "S2_10m.json"))
    except ModuleNotFoundError as error:
        raise DatasetError(
            "spyndex is not installed: pip install spyndex, or name its S2_10m.json"
        ) from error
    return np.array(json.loads(source.read_text()), np.uint16)


def optical_depth(height: int, width: int) -> NDArray[np.float32]:
    """Returns the simulated cloud's optical depth, 0.2 to 1.2, shape (height, width)."""
    field = _FIELD.sample(height, width)
    added = np.maximum(field - _LOWEST_FIELD, 0) * _DEPTH_PER_UNIT
    depth: NDArray[np.float32] = np.minimum(_THINNEST + added, _DEEPEST)
    return depth


def veil(ground: UInt16) -> UInt16:
    """Lays the simulated thin cloud, of varying thickness, over the clear scene."""
    # float64: a last-bit difference in exp() between processors must not move a DN.
    depth = optical_depth(*ground.shape[1:]).astype(np.float64)
    through = transmittance(depth, _ATTENUATION)
    return np.rint(scatter(ground, through, _AIRLIGHT)).astype(np.uint16)


def write(out: str | Path, source: str | Path | None = None) -> None:
    """Writes scene.tif (cloudy), scene_clear.tif (its truth) and 16 clear chips.

    Args:
        out: Folder to write to; created if missing.
        source: The `S2_10m.json` of spyndex; by default that of the installed package.
    """
    ground = read_ground(source)
    out = Path(out)
    (out / "chips").mkdir(parents=True, exist_ok=True)
    _write_scene(out / "scene_clear.tif", ground)
    _write_scene(out / "scene.tif", veil(ground))
    rgb = np.clip(ground[[2, 1, 0]] / _EUROSAT_DN * 255, 0, 255).round().astype(np.uint8)
    corners = [(row, column) for row in _CHIP_OFFSETS for column in _CHIP_OFFSETS]
    for number, (row, column) in enumerate(corners, start=1):
        chip = rgb[:, row : row + CHIP, column : column + CHIP]
        _write_chip(out / "chips" / f"chip_{number:02d}.png", chip)


def _write_scene(path: Path, pixels: UInt16) -> None:
    bands, height, width = pixels.shape
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint16", count=bands, height=height, width=width,
        crs=_CRS, transform=_TRANSFORM, nodata=0, compress="deflate", predictor=2, tiled=True,
        blockxsize=256, blockysize=256,
    ) as scene:  # fmt: skip
        scene.write(pixels)
        scene.descriptions = BANDS
        scene.colorinterp = _INTERPRETATION
        scene.scales = (1e-4,) * bands


def _write_chip(path: Path, pixels: NDArray[np.uint8]) -> None:
    from PIL import Image

    Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).save(path)


if __name__ == "__main__":
    write(*sys.argv[1:3])
