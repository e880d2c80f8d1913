"""Where an evaluation finds its data, and what is said when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import DatasetError, RadiometryError, SceneError, UsageError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene

#: Patches of `clear_l2a` that are not clear: broken cloud, snow with cloud, all white.
NOT_CLEAR = ("patch_511198", "patch_286743", "patch_25630", "patch_770287")
#: The layout of a folder that holds everything, by field of `Sources`.
LAYOUT = {
    "data": "eurosat_rgb.zip",
    "pairs": "pairs",
    "clear": "clear_l2a",
    "scenes": "scenes",
}
#: What each suite cannot do without.
NEEDS = {
    "article": ("data",),
    "thin-seen": ("data",),
    "thin-unseen": ("data", "pairs", "clear", "scenes"),
    "real-pairs": ("pairs",),
    "clear": ("data", "clear", "scenes"),
}


@dataclass(frozen=True)
class Sources:
    """Files and folders to evaluate on; None for what there is not.

    Attributes:
        data: EuroSAT RGB, folder or zip.
        pairs: Folder of real pairs, `<name>_cloudy.tif` and `<name>_clear.tif`.
        clear: Folder of clear scenes, GeoTIFFs of 64 pixels a side or more.
        scenes: Folder of large scenes.
    """

    data: Path | None = None
    pairs: Path | None = None
    clear: Path | None = None
    scenes: Path | None = None

    @classmethod
    def under(cls, root: Path | None, **given: Path | None) -> Sources:
        """Takes what is given, and the rest from a folder that holds everything.

        Args:
            root: That folder, laid out as `LAYOUT`; None to take nothing from it.
            given: By field.
        """
        found = {} if root is None else {name: root / place for name, place in LAYOUT.items()}
        found.update({name: path for name, path in given.items() if path is not None})
        return cls(**found)

    def need(self, suite: str) -> dict[str, Path]:
        """Returns what a suite cannot do without, by field.

        Raises:
            UsageError: If some was not given.
            DatasetError: If some does not exist.
        """
        return {name: self._existing(name, suite) for name in NEEDS[suite]}

    def _existing(self, name: str, suite: str) -> Path:
        path: Path | None = getattr(self, name)
        if path is None:
            raise UsageError(
                Argument("suite", suite),
                " needs ",
                Argument(name),
                ", or ",
                Argument("data_root"),
                " for all of its data",
            )
        if not path.exists():
            raise DatasetError(
                f"{path}: no such file or folder; see ",
                Argument(name),
                " and ",
                Argument("data_root"),
            )
        return path


def clear_patches(folder: Path) -> dict[str, Path]:
    """Returns the clear scenes of a folder by name.

    Raises:
        DatasetError: If there is none.
    """
    found = {path.stem: path for path in sorted(folder.glob("*.tif"))}
    clear = {name: path for name, path in found.items() if name not in NOT_CLEAR}
    if not clear:
        raise DatasetError(
            f"{folder}: holds no .tif; ", Argument("clear"), " names a folder of clear scenes"
        )
    return clear


def pairs_in(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Returns cloudy and clear scene of every pair of a folder, by name.

    Raises:
        DatasetError: If there is none.
    """
    found = {}
    for cloudy in sorted(folder.glob("*_cloudy.tif")):
        name = cloudy.stem.removesuffix("_cloudy")
        clear = cloudy.with_name(f"{name}_clear.tif")
        if clear.exists():
            found[name] = cloudy, clear
    if not found:
        raise DatasetError(
            f"{folder}: holds no <name>_cloudy.tif with its <name>_clear.tif; see ",
            Argument("pairs"),
        )
    return found


def radiometry_of(scene: Scene) -> Radiometry:
    """Settles how the values of a scene relate to reflectance, as `decloud` does.

    Where no value is so low that an offset would make it negative, and `decloud` asks, there
    is one: dark ground is found nearly everywhere, and it was looked at.
    """
    try:
        return choose_radiometry(scene)
    except RadiometryError:
        return choose_radiometry(scene, "dn-offset")


def read_ground(path: Path) -> NDArray[np.float32]:
    """Reads the visible bands of a scene, cut at the bottom and right to whole windows.

    Returns:
        Model domain, float32 in [0, 1], shape (3, height, width), multiples of 64.

    Raises:
        SceneError: If it cannot be read, or its bands cannot be told.
        DatasetError: If it is smaller than a window.
    """
    scene = open_scene(path, rgb_only=True)
    radiometry = radiometry_of(scene)
    height, width = scene.height // 64 * 64, scene.width // 64 * 64
    if not height * width:
        raise DatasetError(f"{path}: is smaller than a window of 64 pixels")
    parts = [radiometry.to_model(rows.pixels) for rows in scene.read([(0, height)])]
    return np.ascontiguousarray(np.concatenate(parts, axis=1)[:, :, :width])


def read_values(path: str | Path, indexes: Sequence[int]) -> NDArray[np.generic]:
    """Reads some bands of a raster, counted from 1.

    Returns:
        As they are in the file, shape (bands, height, width).

    Raises:
        SceneError: If it cannot be read.
    """
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(path) as dataset:
                values: NDArray[np.generic] = dataset.read(list(indexes))
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: cannot be read ({reason(error)})") from error
    return values
