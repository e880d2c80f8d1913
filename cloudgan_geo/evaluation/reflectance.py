"""Scenes as reflectance keyed by band, and how far one is from another in all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.evaluation.scenes import spectral_angle
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry, radiometry_of_used
from cloudgan_geo.sensors.sentinel2 import SENSOR

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

#: Normalized differences (a - b) / (a + b) of two bands, by their names: vegetation (Rouse and
#: others, 1974) and water (McFeeters, 1996).
INDICES = {"NDVI": ("B08", "B04"), "NDWI": ("B03", "B08")}


@dataclass(frozen=True)
class Reflectance:
    """The known bands of a scene.

    Attributes:
        bands: Reflectance of each, not clipped, float32, shape (height, width), by its name.
        valid: Where all of them hold data, shape (height, width).
        scales: Reflectance per unit of the file's values, of each, by its name.
    """

    bands: Mapping[str, Float32]
    valid: NDArray[np.bool_]
    scales: Mapping[str, float]

    def of(self, names: Sequence[str]) -> Float32:
        """Returns some of the bands, shape (bands, height, width)."""
        return np.stack([self.bands[name] for name in names])

    def index(self, name: str) -> Float64 | None:
        """Returns one of `INDICES`, shape (height, width); None if a band of it is missing.

        It is NaN where there is no data or no light.
        """
        if any(band not in self.bands for band in INDICES[name]):
            return None
        more, less = (self.bands[band].astype(np.float64) for band in INDICES[name])
        known = self.valid & (more + less > 0)
        found: Float64 = np.full(known.shape, np.nan)
        np.divide(more - less, more + less, out=found, where=known)
        return found


def read_reflectance(
    path: str | os.PathLike[str],
    radiometry: AskedRadiometry,
    indexes: Mapping[str, int] | None = None,
    most: int | None = None,
) -> Reflectance:
    """Reads the bands of a scene.

    Args:
        path: Anything `decloud` reads.
        radiometry: Profile.
        indexes: Of the bands, counted from 1, by their names; None to find them.
        most: Read only so many rows and columns of its middle; None for all.

    Raises:
        SceneError: If it cannot be read, or its bands or radiometry cannot be told.
    """
    scene = open_scene(path, bands=indexes, also=SENSOR.names)
    scene = scene.using(scene.named.indexes)
    names = tuple(scene.named.indexes)
    chosen = choose_radiometry(scene, radiometry)
    # Reflectance is the model domain of a generator in which reflectance 1 is 1.
    scale = radiometry_of_used(scene, chosen, (1.0,) * len(names))
    rows, columns = (middle(size, most) for size in (scene.height, scene.width))
    with closing(scene.read([(rows.start, rows.stop)])) as pieces:
        piece = next(pieces)
    values = piece.pixels[scene.used_positions][:, :, columns].astype(np.float32)
    values *= np.array(scale.scale, np.float32)[:, None, None]
    values += np.array(scale.offset, np.float32)[:, None, None]
    return Reflectance(
        dict(zip(names, values, strict=True)),
        np.logical_and.reduce(piece.valid[:, :, columns]),
        dict(zip(names, scale.scale, strict=True)),
    )


def middle(size: int, most: int | None) -> slice:
    """Returns rows or columns of the middle of a scene, at most so many."""
    if most is None or size <= most:
        return slice(0, size)
    start = (size - most) // 2
    return slice(start, start + most)


def band_scores(
    image: Reflectance, truth: Reflectance, names: Sequence[str]
) -> dict[str, float | int | None]:
    """Returns how far an image is from its truth in some bands, whatever they are.

    Args:
        image: The image.
        truth: The same place without cloud.
        names: The bands.

    Returns:
        `psnr` of peak 1 and `mae`, of reflectance clipped to 0..1, and the mean spectral angle
        `sam` in degrees; the mean absolute errors of `INDICES`, by their names. None where
        nothing is known, infinite PSNR without any error.
    """
    both = image.valid & truth.valid
    scores: dict[str, float | int | None] = dict.fromkeys(("psnr", "mae", "sam"))
    if both.any():
        x, y = (np.clip(of.of(names)[:, both], 0, 1)[:, None] for of in (image, truth))
        difference = x.astype(np.float64) - y
        square = float(np.square(difference).mean())
        angles = spectral_angle(x, y)
        scores["psnr"] = -10 * float(np.log10(square)) if square else float("inf")
        scores["mae"] = float(np.abs(difference).mean())
        scores["sam"] = float(np.nanmean(angles)) if np.isfinite(angles).any() else None
    for name in INDICES:
        scores[name] = _index_error(image.index(name), truth.index(name))
    return scores


def _index_error(found: Float64 | None, wanted: Float64 | None) -> float | None:
    if found is None or wanted is None:
        return None
    off = np.abs(found - wanted)
    return float(np.nanmean(off)) if np.isfinite(off).any() else None


def share_above(values: Float64 | None, limit: float, where: NDArray[np.bool_]) -> float | None:
    """Returns the percentage of known pixels above a limit; None if there are none.

    Args:
        values: Of an index, NaN where unknown, shape (height, width); None for no index.
        limit: The limit.
        where: Which pixels count.
    """
    if values is None:
        return None
    known = values[where & np.isfinite(values)]
    return 100 * float((known > limit).mean()) if known.size else None
