"""Writing a GeoTIFF that is like a scene in everything but its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.transform import Affine
from rasterio.windows import Window

from cloudgan_geo.errors import OutputError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, open_dataset
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.writing.creation import gtiff_options
from cloudgan_geo.raster.writing.failures import write_error

_RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)

# Rows that are written at once, at least, unless a block has more.
_GATHERED = 128


class SceneWriter:
    """Writes rows, from top to bottom, to a tiled and compressed GeoTIFF.

    Coordinates, size, dtype, nodata, mask, and the bands' names, colours, scales, units and
    tags are the scene's. Rows are gathered to whole rows of blocks, since a block that is
    written twice takes its place in the file twice.

    Args:
        partial: The file to write.
        target: What it will be called, for messages.
        scene: The scene it is to be like.
        creation: Creation options that override ours, with upper-case names.
        argument: That names the target.

    Raises:
        OutputError: If the file cannot be created.
    """

    def __init__(
        self,
        partial: Path,
        target: Path,
        scene: Scene,
        creation: Mapping[str, str] | None = None,
        argument: str = "output",
    ) -> None:
        self._partial = partial
        self._target = target
        self._argument = argument
        self._scene = scene
        self._row = 0
        with rasterio.Env(**GDAL_OPTIONS):
            try:
                self._dataset = _create(partial, scene, creation or {})
            except (*GDAL_ERRORS, OSError) as error:
                raise self._error(error) from error
        block = self._dataset.block_shapes[0][0]
        self._height = min(scene.height, max(1, _GATHERED // block) * block)
        shape = len(scene.bands), self._height, scene.width
        self._pixels: NDArray[Any] = np.empty(shape, scene.dtype)
        self._mask: NDArray[np.uint8] | None = None
        self._filled = 0

    def __enter__(self) -> SceneWriter:
        return self

    def tag(self, tags: Mapping[str, str]) -> None:
        """Adds metadata to the file. Costs nothing before the first rows are written."""
        self._dataset.update_tags(**tags)

    def colour(self, table: Mapping[int, tuple[int, int, int, int]]) -> None:
        """Gives the only band a colour (red, green, blue, alpha) for each of its values.

        Must come before the first rows.
        """
        self._dataset.write_colormap(1, table)

    def write(self, rows: Rows) -> None:
        """Appends rows below those written before.

        Args:
            rows: Pixels of the scene's bands and dtype and, if it has one, the mask.

        Raises:
            OutputError: If they cannot be written.
        """
        done, count = 0, rows.pixels.shape[1]
        while done < count:
            part = rows.cut(done, done + self._height - self._filled)
            stop = self._filled + part.pixels.shape[1]
            self._pixels[:, self._filled : stop] = part.pixels
            if part.mask is not None:
                if self._mask is None:
                    self._mask = np.empty(self._pixels.shape[1:], np.uint8)
                self._mask[self._filled : stop] = part.mask
            done, self._filled = done + stop - self._filled, stop
            if self._filled == self._height or self._row + self._filled == self._scene.height:
                mask = None if self._mask is None else self._mask[:stop]
                self._flush(self._pixels[:, :stop], mask)
                self._filled = 0

    def _flush(self, pixels: NDArray[Any], mask: NDArray[np.uint8] | None) -> None:
        height = pixels.shape[1]
        window = Window(0, self._row, self._scene.width, height)
        with rasterio.Env(**GDAL_OPTIONS):
            try:
                self._dataset.write(pixels, window=window)
                if mask is not None:
                    self._dataset.write_mask(mask, window=window)
            except GDAL_ERRORS as error:
                raise self._error(error) from error
        self._row += height

    def close(self) -> None:
        """Completes the file and checks that all of it is there.

        Raises:
            OutputError: If it is not.
        """
        with rasterio.Env(**GDAL_OPTIONS):
            try:
                self._close()
                complete = is_complete(self._partial)
            except (*GDAL_ERRORS, OSError) as error:
                raise self._error(error) from error
        if not complete:
            raise self._error(None)

    def _close(self) -> None:
        """Closes the file once GDAL's threads have compressed what they were given.

        rasterio closes with the interpreter held: nobody would hear a signal while, with
        NUM_THREADS, GDAL waits for its threads. It waits for them too before it reads the block
        that was written last, and there rasterio lets others run.
        """
        try:
            if self._row:
                corner = Window(self._scene.width - 1, self._row - 1, 1, 1)
                self._dataset.read(self._dataset.count, window=corner)
        finally:
            self._dataset.close()

    def _error(self, error: BaseException | None) -> OutputError:
        return write_error(self._partial, self._target, error, self._argument)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
            return
        with rasterio.Env(**GDAL_OPTIONS):
            try:
                self._close()
            except GDAL_ERRORS:
                return  # The file is given up for the error that is on its way.


def _create(partial: Path, scene: Scene, creation: Mapping[str, str]) -> Any:
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": scene.width,
        "height": scene.height,
        "count": len(scene.bands),
        "dtype": scene.dtype,
        "nodata": _nodata(scene),
        "crs": scene.crs,
        "interleave": scene.interleave if scene.interleave in ("pixel", "band") else "pixel",
        **_colour_profile(scene),
        **gtiff_options(scene.dtype, creation),
    }
    if scene.transform != Affine.identity():
        profile["transform"] = scene.transform
    elif scene.gcps:
        profile["gcps"] = scene.gcps
        # rasterio asks for one even if there is none.
        profile["crs"] = scene.crs or CRS()
    if scene.rpcs is not None:
        profile["rpcs"] = scene.rpcs
    dataset = open_dataset(partial, "w+", **profile)
    _describe(dataset, scene)
    return dataset


def _describe(dataset: Any, scene: Scene) -> None:
    bands = scene.bands
    dataset.colorinterp = [band.colour for band in bands]
    if any(band.description for band in bands):
        dataset.descriptions = [band.description for band in bands]
    if any((band.scale, band.offset) != (1.0, 0.0) for band in bands):
        dataset.scales = [band.scale for band in bands]
        dataset.offsets = [band.offset for band in bands]
    if any(band.unit for band in bands):
        dataset.units = [band.unit for band in bands]
    dataset.update_tags(**scene.tags)
    for domain, tags in scene.domains.items():
        dataset.update_tags(ns=domain, **tags)
    for index, band in enumerate(bands, start=1):
        changed = band.index in scene.rgb.indexes
        tags = {
            key: value
            for key, value in band.tags.items()
            if not (changed and key.startswith("STATISTICS_"))
        }
        if tags:
            dataset.update_tags(index, **tags)


def _nodata(scene: Scene) -> float | None:
    """Returns the one nodata value that a GeoTIFF can have, if the dtype can hold it."""
    nodata = scene.visible_bands[0].nodata
    if nodata is None or scene.is_float:
        return nodata
    limits = np.iinfo(scene.dtype)
    return nodata if limits.min <= nodata <= limits.max else None


def _colour_profile(scene: Scene) -> dict[str, str]:
    """Keeps GDAL from taking any three 8-bit bands for red, green and blue."""
    colours = tuple(band.colour for band in scene.bands)
    profile = {"photometric": "RGB" if colours[:3] == _RGB else "MINISBLACK"}
    if ColorInterp.alpha not in colours:
        profile["alpha"] = "NO"
    return profile


def is_complete(path: Path) -> bool:
    """Tells whether every block of a GeoTIFF is where its directory says, inside the file.

    GDAL may report nothing when the last blocks or the directory do not fit on the disk.
    """
    size = path.stat().st_size
    with open_dataset(path) as dataset:
        levels = len(dataset.overviews(1))
    return all(_blocks_are_inside(path, size, level) for level in (None, *range(levels)))


def _blocks_are_inside(path: Path, size: int, level: int | None) -> bool:
    """Looks at the blocks of the full resolution (None) or of an overview."""
    which: dict[str, Any] = {} if level is None else {"overview_level": level}
    with open_dataset(path, **which) as dataset:
        separate = dataset.profile.get("interleave") == "band"
        block_height, block_width = dataset.block_shapes[0]
        shape = -(-dataset.height // block_height), -(-dataset.width // block_width)
    with open_dataset(path) as dataset:
        for band in dataset.indexes if separate else (1,):
            for row, column in np.ndindex(shape):
                where = [
                    dataset.get_tag_item(f"{name}_{column}_{row}", "TIFF", bidx=band, ovr=level)
                    for name in ("BLOCK_OFFSET", "BLOCK_SIZE")
                ]
                if None in where or "" in where or sum(map(int, where)) > size:
                    return False
    return True
