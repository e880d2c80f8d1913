"""The cirrus band of real scenes: shapes to make clouds of, and what opacity should follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.clouds.unseen import cirrus_opacity
from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason

#: Of a stack of 13 bands that ends B8, B8A, B9, B10, B11, B12.
_BANDS, _CIRRUS_BAND = 13, 11
#: A scene has cirrus where one pixel in ten lies above this DN; clear sky has 6 to 35.
_CIRRUS_DN = 60.0
#: Least difference of DN between the densest and the thinnest tenth: less is all but noise.
_RELIEF_DN = 20.0


@dataclass(frozen=True)
class CirrusScene:
    """A scene that holds cirrus, and its cirrus band.

    Attributes:
        path: The scene.
        band: DN of B10, float32, on the scene's grid, shape (height, width).
        valid: Where the scene holds data.
    """

    path: Path
    band: NDArray[np.float32]
    valid: NDArray[np.bool_]

    @property
    def name(self) -> str:
        """The file's, without its end."""
        return self.path.stem

    @property
    def shape(self) -> NDArray[np.float32]:
        """Opacity of the cirrus in the scene's largest part without gaps, in [0, 1]."""
        rows, columns = _without_gaps(self.valid)
        return cirrus_opacity(self.band[rows, columns])


def cirrus_scenes(*folders: Path) -> Iterator[CirrusScene]:
    """Yields the scenes of folders that hold cirrus, by name.

    Takes GeoTIFFs of 13 bands, and such as have a file that ends in B10.jp2 or B10.tif in a
    folder whose name begins as theirs does.

    Raises:
        SceneError: If one cannot be read.
    """
    for path in sorted(path for folder in folders for path in folder.glob("*.tif")):
        scene = cirrus_scene(path)
        if scene is not None:
            yield scene


def cirrus_scene(path: Path) -> CirrusScene | None:
    """Returns a scene that holds cirrus; None for one that does not, or has no cirrus band.

    Raises:
        SceneError: If it cannot be read.
    """
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            scene = _read(path)
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: cannot be read ({reason(error)})") from error
    return scene if scene is not None and _has_cirrus(scene) else None


def _read(path: Path) -> CirrusScene | None:
    with rasterio.open(path) as dataset:
        beside = _beside(path)
        if dataset.count != _BANDS and beside is None:
            return None
        visible = dataset.read([1, 2, 3])
        band = dataset.read(_CIRRUS_BAND) if dataset.count == _BANDS else None
    if band is None:
        assert beside is not None
        with rasterio.open(beside) as dataset:
            height, width = visible.shape[1:]
            band = dataset.read(1, out_shape=(height, width))
    return CirrusScene(path, band.astype(np.float32), visible.any(axis=0))


def _beside(path: Path) -> Path | None:
    """Returns the file of the cirrus band of a scene whose product was split into files."""
    tile = path.name.partition("_")[0]
    found = sorted(path.parent.glob(f"{tile}_*/*B10.*"))
    return found[0] if found else None


def _has_cirrus(scene: CirrusScene) -> bool:
    if not scene.valid.any():
        return False
    thinnest, densest = np.percentile(scene.band[scene.valid], [10, 90])
    return bool(densest > _CIRRUS_DN and densest - thinnest > _RELIEF_DN)


def _without_gaps(valid: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Returns rows and columns of a part without gaps: whole rows or whole columns are left."""
    rows: NDArray[np.bool_] = np.all(valid, axis=1)
    columns: NDArray[np.bool_] = np.all(valid, axis=0)
    if rows.sum() * valid.shape[1] >= columns.sum() * valid.shape[0]:
        return _longest(rows), slice(None)
    return slice(None), _longest(columns)


def _longest(flags: NDArray[np.bool_]) -> slice:
    """Returns the longest run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    if not len(runs):
        return slice(0, 0)
    start, stop = runs[np.argmax(runs[:, 1] - runs[:, 0])].tolist()
    return slice(start, stop)
