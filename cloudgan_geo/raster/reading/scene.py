"""A georeferenced raster to work on: what it is, and its rows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.windows import Window

from cloudgan_geo.errors import SceneError
from cloudgan_geo.memory import ReusedMemory
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.band_finding import NamedBands, RgbBands
from cloudgan_geo.raster.reading.declared import is_code
from cloudgan_geo.raster.reading.files import FileState, open_raster
from cloudgan_geo.raster.reading.rows import Band, Rows, all_known
from cloudgan_geo.sensors.product import Labels
from cloudgan_geo.sensors.sensor import Sensor

# About as many values at a time are read when a whole scene is gone through.
_READ_VALUES = 2**22

# Bytes of a row of blocks that are read at once, at most.
_HELD_BYTES = 2**28


@dataclass(frozen=True)
class Scene:
    """A raster with bands of a sensor, as found when it was opened.

    Attributes:
        path: As given, for messages.
        dataset: What GDAL opens.
        files: Local files that it consists of, and their state when it was opened.
        width: Columns.
        height: Rows.
        file_count: Bands in the file.
        bands: Those that are read and belong in an output.
        named: Which of the sensor's they are, as far as that is known.
        used: Indexes of those that are computed with, counted from 1: red, green and blue unless
            a generator reads others.
        resampled: Indexes of those that were brought to a finer grid.
        alpha: Index of the alpha band, counted from 1, or None.
        has_mask: Whether it has a mask band, internal or in a file of its own.
        crs: Coordinate reference system, or None.
        transform: From pixel to map coordinates; the identity if there is none.
        gcps: Ground control points, in `crs`, where there is no transform.
        rpcs: Rational polynomial coefficients, or None.
        block_shape: Height and width of the blocks it is stored in.
        interleave: `pixel` or `band`.
        tags: Metadata of the file.
        domains: Metadata of the file in other domains, by name.
        drivers: Of GDAL, that may open it; none for any.
    """

    path: str
    dataset: str
    files: tuple[FileState, ...]
    width: int
    height: int
    file_count: int
    bands: tuple[Band, ...]
    named: NamedBands
    used: tuple[int, ...]
    resampled: tuple[int, ...]
    alpha: int | None
    has_mask: bool
    crs: CRS | None
    transform: Affine
    gcps: tuple[Any, ...]
    rpcs: Any
    block_shape: tuple[int, int]
    interleave: str
    tags: dict[str, str]
    domains: dict[str, dict[str, str]]
    drivers: tuple[str, ...]

    @property
    def dtype(self) -> str:
        """Of the values."""
        return self.bands[0].dtype

    @property
    def is_float(self) -> bool:
        """Whether the values are floating point."""
        return bool(np.issubdtype(np.dtype(self.dtype), np.floating))

    @property
    def sensor(self) -> Sensor:
        """Whose bands they are."""
        return self.named.sensor

    @property
    def labels(self) -> Labels:
        """What it says of itself."""
        return Labels(self.path, self.tags, tuple(band.description for band in self.bands))

    @property
    def rgb(self) -> RgbBands:
        """Which bands are red, green and blue."""
        return self.named.rgb

    @property
    def used_positions(self) -> list[int]:
        """Indices of what is computed with among `bands`, counted from 0."""
        indexes = [band.index for band in self.bands]
        return [indexes.index(index) for index in self.used]

    @property
    def used_bands(self) -> tuple[Band, ...]:
        """What is computed with."""
        return tuple(self.bands[position] for position in self.used_positions)

    def using(self, names: Iterable[str]) -> Scene:
        """Returns the same scene, to compute with bands of these names, which it has."""
        return replace(self, used=tuple(self.named.indexes[name] for name in names))

    def without(self, indexes: Iterable[int]) -> Scene:
        """Returns the same scene without some bands, none of them used."""
        left_out = set(indexes)
        return replace(self, bands=tuple(b for b in self.bands if b.index not in left_out))

    @property
    def rgb_positions(self) -> list[int]:
        """Indices of red, green and blue among `bands`, counted from 0."""
        indexes = [band.index for band in self.bands]
        return [indexes.index(index) for index in self.rgb.indexes]

    @property
    def visible_bands(self) -> tuple[Band, Band, Band]:
        """Red, green and blue."""
        red, green, blue = (self.bands[position] for position in self.rgb_positions)
        return red, green, blue

    def visible(self) -> Scene:
        """Returns the same scene with no other bands than red, green and blue."""
        return replace(self, bands=self.visible_bands, used=self.rgb.indexes)

    def with_own(self, bands: Sequence[Band], tags: Mapping[str, str]) -> Scene:
        """Returns a scene of the same grid whose bands are ours; the first stands for all three."""
        return replace(
            self,
            bands=tuple(bands),
            named=replace(self.named, indexes=dict.fromkeys(self.sensor.visible, 1)),
            used=(1, 1, 1),
            alpha=None,
            has_mask=False,
            tags=dict(tags),
            domains={},
        )

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yields first row and row after the last of pieces of the scene, top to bottom.

        They are as high as its blocks, so that none is decoded twice, or a multiple.
        """
        block = self.block_shape[0]
        rows = max(1, _READ_VALUES // (self.width * len(self.bands)))
        rows = rows // block * block if rows >= block else block
        for top in range(0, self.height, rows):
            yield top, min(top + rows, self.height)

    def read(self, spans: Iterable[tuple[int, int]]) -> Generator[Rows]:
        """Reads rows of the scene, opening it for as long as the iteration lasts.

        Args:
            spans: First row and row after the last of each piece. A piece may begin among the rows
                of the one before; these may then share their memory.

        Raises:
            SceneError: If the file is gone, damaged, truncated or no longer what it was.
        """
        self._check_files()
        with (
            rasterio.Env(**GDAL_OPTIONS),
            open_raster(self.dataset, self.path, self.drivers) as dataset,
        ):
            if (dataset.width, dataset.height) != (self.width, self.height):
                raise SceneError(f"{self.path}: was replaced by another file while it was in use")
            blocks = _WholeBlocks(self, dataset)
            for top, bottom in spans:
                try:
                    rows = blocks.rows(top, bottom)
                except GDAL_ERRORS as error:
                    raise SceneError(
                        f"{self.path}: rows {top} to {bottom - 1} cannot be read, the file is "
                        f"truncated or damaged ({reason(error)})"
                    ) from error
                self._check_files()
                yield rows

    def meaningful(self, pixels: NDArray[Any]) -> NDArray[np.bool_]:
        """Tells which values are neither nodata nor NaN.

        Args:
            pixels: Of its bands, shape (bands, rows, width).

        Returns:
            Of the bands that are computed with, shape (bands used, rows, width); see `Rows.valid`.
        """
        if not self.is_float and all(band.code is None for band in self.used_bands):
            return all_known((len(self.used), *pixels.shape[1:]))
        valid = np.ones((len(self.used), *pixels.shape[1:]), np.bool_)
        for position, where in zip(self.used_positions, valid, strict=True):
            code = self.bands[position].code
            if self.is_float:
                np.isfinite(pixels[position], out=where)
            if code is not None:
                where &= ~is_code(pixels[position], code)
        return valid

    def _check_files(self) -> None:
        for file in self.files:
            if file != FileState.of(file.path):
                raise SceneError(f"{file.path}: was replaced or changed while it was in use")

    def _rows(self, dataset: Any, top: int, bottom: int, memory: ReusedMemory) -> Rows:
        """Reads rows from an open dataset."""
        window = Window(0, top, self.width, bottom - top)
        pixels = memory.empty((len(self.bands), bottom - top, self.width), self.dtype)
        dataset.read([band.index for band in self.bands], window=window, out=pixels)
        valid = self.meaningful(pixels)
        if self.alpha is not None:
            valid = valid & (dataset.read(self.alpha, window=window) > 0)
        mask = dataset.read_masks(self.rgb.indexes[0], window=window) if self.has_mask else None
        if mask is not None:
            valid = valid & (mask > 0)
        return Rows(pixels, valid, mask)


class _WholeBlocks:
    """Gives rows of an open scene, of which it reads whole rows of blocks where that is quicker.

    GDAL takes six times as long for a few rows of blocks that hold all of many bands as for
    whole blocks, also when it has them decoded in its cache (13 bands, blocks of 512 x 512, 48
    rows at a time: 3.8 against 0.6 s). Where each band has blocks of its own its cache does.
    """

    def __init__(self, scene: Scene, dataset: Any) -> None:
        self._scene = scene
        self._dataset = dataset
        height = scene.block_shape[0]
        size = height * scene.width * len(scene.bands) * np.dtype(scene.dtype).itemsize
        pays = scene.interleave == "pixel" and len(scene.bands) > 1 and size <= _HELD_BYTES
        self._step = height if pays else 0
        self._held: Rows | None = None
        self._memory = ReusedMemory()
        self._first, self._stop = 0, 0
        self._given: Rows | None = None
        self._given_top, self._given_bottom = 0, 0

    def rows(self, top: int, bottom: int) -> Rows:
        """Returns some rows, which may share memory with others that it gave.

        They may begin among those that it gave last, which are not read again.

        Raises:
            RasterioError: If they cannot be read.
        """
        if self._held is not None and self._first <= top and bottom <= self._stop:
            rows = self._held.cut(top - self._first, bottom - self._first)
        elif self._given is not None and self._given_top <= top < self._given_bottom:
            rows = self._given.cut(top - self._given_top)
            rows = rows.above(self._new(self._given_bottom, bottom), self._memory)
        else:
            rows = self._new(top, bottom)
        self._given, self._given_top, self._given_bottom = rows, top, bottom
        return rows

    def _new(self, top: int, bottom: int) -> Rows:
        """Returns rows below those that it gave last."""
        if not self._step:
            return self._read(top, bottom)
        rows: Rows | None = None
        while top < bottom:
            held = self._holding(top)
            part = held.cut(top - self._first, bottom - self._first)
            rows = part if rows is None else rows.above(part, self._memory)
            top = min(bottom, self._stop)
        assert rows is not None
        return rows

    def _holding(self, row: int) -> Rows:
        """Returns the rows from `_first` to before `_stop`, among which is the one asked for."""
        if self._held is None or not self._first <= row < self._stop:
            self._held = None
            self._first = row // self._step * self._step
            self._stop = min(self._first + self._step, self._scene.height)
            self._held = self._read(self._first, self._stop)
        return self._held

    def _read(self, top: int, bottom: int) -> Rows:
        return self._scene._rows(self._dataset, top, bottom, self._memory)
