"""What evaluation needs of `decloud`, which it does not import: whoever calls it passes it in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.errors import SceneError
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.scene import Scene


class Decloud(Protocol):
    """Removes the clouds of a scene as the product does."""

    def __call__(
        self,
        scene: Path,
        output: Path,
        *,
        model: PreparedGenerator,
        radiometry: AskedRadiometry,
        opacity: Path | None = None,
        qa: Path | None = None,
        raw: bool = False,
    ) -> object:
        """Writes the scene without its thin clouds.

        Args:
            scene: To read.
            output: GeoTIFF to write, with all bands of the scene.
            model: The generator.
            radiometry: Profile of the scene.
            opacity: GeoTIFF to write the opacity to as well, from a generator that estimates it.
            qa: GeoTIFF to write the quality band to as well, from such a generator.
            raw: Write what such a generator makes of every pixel, clear and thick ones too.
        """


@dataclass(frozen=True)
class Product:
    """A generator in the product.

    Attributes:
        cleaner: The generator.
        decloud: Removes the clouds of files.
        folder: For what it writes.
    """

    cleaner: PreparedGenerator
    decloud: Decloud
    folder: Path


def visible_values(path: Path, scene: Scene) -> NDArray[np.generic]:
    """Reads red, green and blue of a file that has the bands of a scene.

    Returns:
        As they are in the file, shape (3, height, width).

    Raises:
        SceneError: If it cannot be read.
    """
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(path) as dataset:
                values: NDArray[np.generic] = dataset.read(list(scene.rgb.indexes))
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: cannot be read ({reason(error)})") from error
    return values
