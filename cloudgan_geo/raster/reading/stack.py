"""Single-band files as the bands of one virtual raster."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine, array_bounds

from cloudgan_geo.errors import BandError, SceneError
from cloudgan_geo.raster.gdal import GDAL_OPTIONS
from cloudgan_geo.raster.reading.band_finding import band_name
from cloudgan_geo.raster.reading.files import open_raster
from cloudgan_geo.raster.reading.formats import check_content
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor

# Coarser and finer grids may lie apart by so much of a fine pixel: rounding of coordinates.
_TOLERANCE = 0.01

# GDAL's names of the types that rasterio calls otherwise.
_TYPES = {
    "uint8": "Byte",
    "int8": "Int8",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}


@dataclass(frozen=True)
class Stack:
    """Files as one virtual raster.

    Attributes:
        xml: What GDAL opens.
        resampled: Indexes, from 1, of the bands that are brought to a finer grid.
    """

    xml: str
    resampled: tuple[int, ...]


@dataclass(frozen=True)
class _File:
    """A single-band file, as far as a virtual raster says it."""

    path: str
    name: str
    width: int
    height: int
    crs: CRS | None
    transform: Affine
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    tags: dict[str, str]
    opened: str

    @property
    def grid(self) -> tuple[Any, ...]:
        return self.width, self.height, self.crs, self.transform

    @property
    def bounds(self) -> tuple[float, ...]:
        """Of a grid that is not rotated."""
        return tuple(array_bounds(self.height, self.width, self.transform))


def stack_files(
    paths: Sequence[str],
    names: Sequence[str] | None = None,
    tags: Mapping[str, str] | None = None,
    nodata: float | None = None,
    sensor: Sensor = DEFAULT,
) -> Stack:
    """Describes files of one place as one raster, on the finest of their grids.

    Coarser bands are interpolated between the centres of their pixels (bilinear), as rows are
    read; what comes out does not depend on which rows are read together.

    Args:
        paths: Single-band rasters.
        names: Of their bands, such as B04; by default as the files' names tell.
        tags: Metadata of the whole; by default that of the first file.
        nodata: Value of all bands that means no data; by default what the files declare.
        sensor: Whose bands the files' names tell.

    Raises:
        BandError: If a name tells no band, or two the same.
        SceneError: If a file cannot be opened, has several bands or lies elsewhere.
    """
    if names is None:
        names = _names(paths, sensor)
    files = [_open(path, name) for path, name in zip(paths, names, strict=True)]
    finest = min(files, key=lambda file: abs(file.transform.a))
    root = _whole(finest, files[0].tags if tags is None else tags)
    resampled = []
    for index, file in enumerate(files, start=1):
        coarse = file.grid != finest.grid
        if coarse:
            _check_place(file, finest)
            resampled.append(index)
        code = file.nodata if nodata is None else nodata
        _band(root, index, file, code, finest if coarse else None)
    return Stack(ElementTree.tostring(root, encoding="unicode"), tuple(resampled))


def _open(path: str, name: str) -> _File:
    with rasterio.Env(**GDAL_OPTIONS), open_raster(path) as dataset:
        # As bands of a virtual raster GDAL will open it by its content.
        check_content(path)
        if dataset.count != 1:
            raise SceneError(
                f"{path}: has {dataset.count} bands; of several files each must have one"
            )
        return _File(
            path,
            name,
            dataset.width,
            dataset.height,
            dataset.crs,
            dataset.transform,
            dataset.dtypes[0],
            dataset.nodatavals[0],
            dataset.scales[0],
            dataset.offsets[0],
            dataset.tags(),
            # GDAL's own name of it: rasterio's zip:// and s3:// mean nothing in a virtual raster.
            dataset.files[0] if dataset.files else path,
        )


def _check_place(file: _File, finest: _File) -> None:
    """Refuses a file that does not cover the same ground in whole coarser pixels.

    Raises:
        SceneError: If it is one.
    """
    straight = file.transform.b == file.transform.d == finest.transform.b == finest.transform.d == 0
    size = abs(finest.transform.a)
    together = file.crs == finest.crs and np.allclose(
        file.bounds, finest.bounds, rtol=0, atol=size * _TOLERANCE
    )
    whole = finest.width % file.width == finest.height % file.height == 0
    if not (straight and together and whole):
        raise SceneError(f"{file.path}: {_difference(file.grid, finest.grid)} {finest.path}")


def _names(paths: Sequence[str], sensor: Sensor) -> list[str]:
    names: list[str] = []
    for path in paths:
        name = band_name(PurePath(path).stem, sensor)
        if name is None:
            raise BandError(
                f"{path}: its name does not tell its band; of several files each must be named "
                f"like {sensor.visible[0]} or red"
            )
        if name in names:
            raise BandError(f"{path}: is the second file of band {name}")
        names.append(name)
    return names


def _whole(file: _File, tags: Mapping[str, str]) -> ElementTree.Element:
    root = ElementTree.Element(
        "VRTDataset", rasterXSize=str(file.width), rasterYSize=str(file.height)
    )
    if file.crs is not None:
        ElementTree.SubElement(root, "SRS").text = file.crs.to_wkt()
    if not file.transform.is_identity:
        transform = ElementTree.SubElement(root, "GeoTransform")
        transform.text = ", ".join(map(repr, file.transform.to_gdal()))
    metadata = ElementTree.SubElement(root, "Metadata")
    for key, value in tags.items():
        ElementTree.SubElement(metadata, "MDI", key=key).text = value
    return root


def _band(
    root: ElementTree.Element,
    index: int,
    source_file: _File,
    nodata: float | None,
    finest: _File | None,
) -> None:
    """Adds a band; one of a coarser grid if the `finest` is given."""
    dtype = source_file.dtype
    if dtype not in _TYPES:
        raise SceneError(f"{source_file.path}: its values are {dtype}, which is no reflectance")
    band = ElementTree.SubElement(root, "VRTRasterBand", dataType=_TYPES[dtype], band=str(index))
    ElementTree.SubElement(band, "Description").text = source_file.name
    if nodata is not None:
        ElementTree.SubElement(band, "NoDataValue").text = repr(nodata)
    if (source_file.scale, source_file.offset) != (1.0, 0.0):
        ElementTree.SubElement(band, "Offset").text = repr(source_file.offset)
        ElementTree.SubElement(band, "Scale").text = repr(source_file.scale)
    if finest is None:
        source = ElementTree.SubElement(band, "SimpleSource")
    else:
        source = ElementTree.SubElement(band, "ComplexSource", resampling="bilinear")
    file = ElementTree.SubElement(source, "SourceFilename", relativeToVRT="0")
    opened = source_file.opened
    file.text = opened if opened.startswith("/vsi") else os.path.abspath(opened)
    ElementTree.SubElement(source, "SourceBand").text = "1"
    if finest is not None:
        for name, grid in (("SrcRect", source_file), ("DstRect", finest)):
            rectangle = ElementTree.SubElement(source, name, xOff="0", yOff="0")
            rectangle.set("xSize", str(grid.width))
            rectangle.set("ySize", str(grid.height))
        if nodata is not None:
            # What has no data is not blended into what has.
            ElementTree.SubElement(source, "NODATA").text = repr(nodata)


def _difference(grid: tuple[Any, ...], first: tuple[Any, ...]) -> str:
    if grid[:2] != first[:2]:
        return f"has {grid[0]} x {grid[1]} pixels, and not {first[0]} x {first[1]} as"
    if grid[2] != first[2]:
        return "has another coordinate reference system than"
    return "lies elsewhere than"
