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
from cloudgan_geo.raster.reading.declared import is_code
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


def cirrus_at(names: Sequence[str | None], wanted: BandSet) -> int | None:
    """Returns where the cirrus band is, counted from 0; None if there is none or none is read.

    Args:
        names: Of the sensor's band that each band is, or None.
        wanted: Bands of the generator.
    """
    cirrus = wanted.sensor.cirrus
    if cirrus is None or cirrus not in wanted.reads or cirrus not in names:
        return None
    return list(names).index(cirrus)


def is_blank(values: NDArray[Any], known: NDArray[np.bool_], code: float | None) -> bool:
    """Tells whether values of a band are 0 wherever they mean something.

    Args:
        values: Of any shape.
        known: Which of them mean something whatever they are, of the same shape.
        code: Value that means no data, from `nodata_code`, or None.
    """
    valid = np.isfinite(values) & known
    if code is not None:
        valid &= ~is_code(values, code)
    return not (values * valid).any()


def has_blank_cirrus(scene: ArrayScene, wanted: BandSet) -> bool:
    """Tells whether the cirrus band, if it is read, holds nothing but 0, as some files do.

    Args:
        scene: The array.
        wanted: Bands of the generator.
    """
    names = {index - 1: name for name, index in scene.named.indexes.items()}
    at = cirrus_at([names.get(band) for band in range(len(scene.pixels))], wanted)
    if at is None:
        return False
    band, known = scene.pixels[at], scene.known[at if len(scene.known) > 1 else 0]
    pieces = (piece.toslices() for piece in sampled(scene.height, scene.width))
    return all(is_blank(band[piece], known[piece], scene.bands[at].code) for piece in pieces)


def without_cirrus(scene: ArrayScene) -> ArrayScene:
    """Takes the cirrus band for missing, and warns, as in files that hold nothing but 0 there."""
    assert scene.sensor.cirrus is not None
    named = without_band(NAME, scene.sensor.cirrus, scene.named)
    warnings.warn(CloudganWarning(*named.warning), stacklevel=2)
    return replace(scene, named=named)
