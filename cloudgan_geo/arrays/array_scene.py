"""An array in memory as a scene: what the engine reads instead of a file."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from cloudgan_geo.bands import BandSet, without_copying
from cloudgan_geo.errors import CloudganWarning
from cloudgan_geo.raster.reading.band_finding import NamedBands
from cloudgan_geo.raster.reading.opening import sampled, without_band
from cloudgan_geo.raster.reading.rows import Band, Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.sensors.sensor import Sensor

#: What messages call the array.
NAME = "pixels"


@dataclass(frozen=True, eq=False)
class ArrayScene(Scene):
    """A scene whose rows are copied out of an array.

    Attributes:
        pixels: Of every band, shape (bands, height, width); never written to.
        known: Where they mean something whatever their values are, of the same shape or with
            one band for all.
    """

    pixels: NDArray[Any]
    known: NDArray[np.bool_]

    def read(self, spans: Iterable[tuple[int, int]]) -> Generator[Rows]:
        """Copies rows of the array, in the byte order of the machine.

        Args:
            spans: First row and row after the last of each piece.
        """
        positions = without_copying([band.index - 1 for band in self.bands])
        used = [index - 1 for index in self.used] if len(self.known) > 1 else [0]
        for top, bottom in spans:
            pixels = np.array(self.pixels[positions, top:bottom], self.dtype, order="C")
            valid = self.meaningful(pixels) & self.known[used, top:bottom]
            yield Rows(pixels, valid)


def array_scene(
    pixels: NDArray[Any],
    known: NDArray[np.bool_],
    names: Sequence[str | None],
    nodata: float | None,
    sensor: Sensor,
) -> ArrayScene:
    """Returns an array as a scene.

    Args:
        pixels: Shape (bands, height, width).
        known: See `ArrayScene`.
        names: Of the sensor's band that each is, or None.
        nodata: Value that means no data, or None.
        sensor: Whose bands they are.
    """
    _, height, width = pixels.shape
    indexes = {name: index for index, name in enumerate(names, 1) if name is not None}
    named = NamedBands(indexes, "as given", sensor=sensor)
    return ArrayScene(
        path=NAME,
        dataset="",
        files=(),
        width=width,
        height=height,
        file_count=len(pixels),
        bands=tuple(
            Band(index, pixels.dtype.name, nodata, name, ColorInterp.undefined, 1.0, 0.0, None, {})
            for index, name in enumerate(names, 1)
        ),
        named=named,
        used=named.rgb.indexes,
        resampled=(),
        alpha=None,
        has_mask=False,
        crs=None,
        transform=Affine.identity(),
        gcps=(),
        rpcs=None,
        block_shape=(1, width),
        interleave="band",
        tags={},
        domains={},
        drivers=(),
        pixels=pixels,
        known=known,
    )


def without_blank_cirrus(scene: ArrayScene, wanted: BandSet) -> ArrayScene:
    """Takes the cirrus band for missing, and warns, where it holds nothing but 0, as in files.

    Args:
        scene: The array.
        wanted: Bands of the generator: of one that does not read it nothing is said.
    """
    cirrus = scene.sensor.cirrus
    if cirrus is None or cirrus not in wanted.reads or cirrus not in scene.named.indexes:
        return scene
    looked_at = replace(scene, used=(scene.named.indexes[cirrus],))
    for piece in sampled(scene.height, scene.width):
        left, right = piece.col_off, piece.col_off + piece.width
        for rows in looked_at.read([(piece.row_off, piece.row_off + piece.height)]):
            seen = rows.pixels[looked_at.used_positions] * rows.valid
            if seen[..., left:right].any():
                return scene
    named = without_band(NAME, cirrus, scene.named)
    warnings.warn(CloudganWarning(*named.warning), stacklevel=2)
    return replace(scene, named=named)
