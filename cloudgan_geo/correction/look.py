"""A run as it is looked at: the scene before and after and what was estimated, reduced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.plan import Plan
from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.files import open_raster
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE

#: Longest side of what is shown, in pixels.
LONGEST = 800

#: Of the near infrared, from which a vegetation index follows.
_NEAR_INFRARED = "B08"


@dataclass(frozen=True)
class Shown:
    """A scene as it is shown.

    Attributes:
        colour: Red, green and blue, uint8, by the same stretch whatever the scene holds: the
            square root of reflectance / 0.275; white without data. Shape (rows, columns, 3).
        vegetation: (near infrared - red) / (near infrared + red), float32, NaN without data;
            None without near infrared. Shape (rows, columns).
    """

    colour: NDArray[np.uint8]
    vegetation: NDArray[np.float32] | None


class Look:
    """Gathers what is shown of a run while it runs.

    Every pixel that is shown is one of the scene's: nothing is averaged, so that classes stay
    classes.

    Args:
        plan: Of the run.
        wanted: Whether anything is to be shown; if not, nothing is gathered.
    """

    def __init__(self, plan: Plan, *, wanted: bool) -> None:
        self._plan, self._wanted = plan, wanted
        height, width = plan.scene.height, plan.scene.width
        step = max(1.0, max(height, width) / LONGEST)
        self._shape = max(1, int(height / step)), max(1, int(width / step))
        self._rows, self._columns = (
            ((np.arange(count) + 0.5) * side / count).astype(int)
            for count, side in zip(self._shape, (height, width), strict=True)
        )
        self._top = 0
        self._opacity: list[NDArray[np.float32]] = []
        self._quality: list[NDArray[np.uint8]] = []

    def add(self, estimates: Estimates) -> None:
        """Takes the estimates of rows, from top to bottom."""
        bottom = self._top + len(estimates.quality)
        if self._wanted:
            rows = self._rows[(self._rows >= self._top) & (self._rows < bottom)] - self._top
            self._opacity.append(estimates.opacity[rows][:, self._columns])
            self._quality.append(estimates.quality[rows][:, self._columns])
        self._top = bottom

    @property
    def opacity(self) -> NDArray[np.float32] | None:
        """Of what is shown; None from a generator that estimates none."""
        return np.concatenate(self._opacity) if self._opacity else None

    @property
    def quality(self) -> NDArray[np.uint8] | None:
        """Classes of what is shown; None from a generator that estimates no opacity."""
        return np.concatenate(self._quality) if self._quality else None

    def before(self) -> Shown:
        """Reads the scene.

        Raises:
            SceneError: If it cannot be read.
        """
        scene = self._plan.scene
        with rasterio.Env(**GDAL_OPTIONS):
            return self._shown(open_raster(scene.dataset, scene.path, scene.drivers), scene.path)

    def after(self, output: Path) -> Shown:
        """Reads what was written.

        Args:
            output: The file as it is now, complete.

        Raises:
            SceneError: If it cannot be read.
        """
        positions = {band.index: at for at, band in enumerate(self._plan.written.bands, 1)}
        with rasterio.Env(**GDAL_OPTIONS):
            return self._shown(open_raster(str(output)), str(output), positions)

    def _shown(self, dataset: Any, name: str, positions: dict[int, int] | None = None) -> Shown:
        indexes = [
            *self._plan.scene.rgb.indexes,
            self._plan.scene.named.indexes.get(_NEAR_INFRARED),
        ]
        if positions is not None:
            indexes = [positions.get(index) for index in indexes if index is not None]
        wanted = [index for index in indexes if index is not None]
        try:
            with dataset:
                values = dataset.read(wanted, out_shape=(len(wanted), *self._shape), masked=True)
        except GDAL_ERRORS as error:
            raise SceneError(f"{name}: cannot be read ({reason(error)})") from error
        radiometry = self._plan.radiometry
        position = self._plan.scene.used.index(self._plan.scene.rgb.indexes[0])
        scale, offset = radiometry.scale[position], radiometry.offset[position]
        reflectance = values.data.astype(np.float32) * np.float32(scale) + np.float32(offset)
        valid = ~np.ma.getmaskarray(values).any(axis=0) & np.isfinite(reflectance).all(axis=0)
        stretched = np.sqrt(np.clip(np.nan_to_num(reflectance[:3]) / FULL_SCALE, 0, 1))
        colour = np.where(valid, np.rint(255 * stretched), 255).astype(np.uint8)
        return Shown(colour.transpose(1, 2, 0), _vegetation(reflectance, valid))


def _vegetation(
    reflectance: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.float32] | None:
    if len(reflectance) < 4:
        return None
    red, infrared = np.maximum(reflectance[0], 0), np.maximum(reflectance[3], 0)
    index = (infrared - red) / np.maximum(infrared + red, np.float32(1e-6))
    return np.where(valid, index, np.float32(np.nan))
