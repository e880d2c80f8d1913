"""Single-band files as the bands of one virtual raster."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree

import rasterio

from cloudgan_geo.errors import BandError, SceneError
from cloudgan_geo.raster.gdal import GDAL_OPTIONS
from cloudgan_geo.raster.reading.bands import band_name
from cloudgan_geo.raster.reading.scene import open_raster

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


def stack_files(
    paths: Sequence[str],
    names: Sequence[str] | None = None,
    tags: Mapping[str, str] | None = None,
    nodata: float | None = None,
) -> str:
    """Describes files on the same grid as one raster.

    Args:
        paths: Single-band rasters.
        names: Of their bands, such as B04; by default as the files' names tell.
        tags: Metadata of the whole; by default that of the first file.
        nodata: Value of all bands that means no data; by default what the files declare.

    Returns:
        A GDAL virtual raster, as XML.

    Raises:
        BandError: If a name tells no band, or two the same.
        SceneError: If a file cannot be opened, has several bands or another grid.
    """
    if names is None:
        names = _names(paths)
    root: ElementTree.Element | None = None
    first: Any = None
    for index, (path, name) in enumerate(zip(paths, names, strict=True), start=1):
        with rasterio.Env(**GDAL_OPTIONS), open_raster(path) as dataset:
            if dataset.count != 1:
                raise SceneError(
                    f"{path}: has {dataset.count} bands; of several files each must have one"
                )
            grid = (dataset.width, dataset.height, dataset.crs, dataset.transform)
            if root is None:
                first = grid
                root = _whole(dataset, dataset.tags() if tags is None else tags)
            elif grid != first:
                raise SceneError(f"{path}: {_difference(grid, first)} {paths[0]}")
            code = dataset.nodatavals[0] if nodata is None else nodata
            _band(root, index, path, name, dataset, code)
    assert root is not None
    return ElementTree.tostring(root, encoding="unicode")


def _names(paths: Sequence[str]) -> list[str]:
    names: list[str] = []
    for path in paths:
        name = band_name(PurePath(path).stem)
        if name is None:
            raise BandError(
                f"{path}: its name does not tell its band; of several files each must be named "
                "like B04 or red"
            )
        if name in names:
            raise BandError(f"{path}: is the second file of band {name}")
        names.append(name)
    return names


def _whole(dataset: Any, tags: Mapping[str, str]) -> ElementTree.Element:
    root = ElementTree.Element(
        "VRTDataset", rasterXSize=str(dataset.width), rasterYSize=str(dataset.height)
    )
    if dataset.crs is not None:
        ElementTree.SubElement(root, "SRS").text = dataset.crs.to_wkt()
    if not dataset.transform.is_identity:
        transform = ElementTree.SubElement(root, "GeoTransform")
        transform.text = ", ".join(map(repr, dataset.transform.to_gdal()))
    metadata = ElementTree.SubElement(root, "Metadata")
    for key, value in tags.items():
        ElementTree.SubElement(metadata, "MDI", key=key).text = value
    return root


def _band(
    root: ElementTree.Element, index: int, path: str, name: str, dataset: Any, nodata: float | None
) -> None:
    dtype = dataset.dtypes[0]
    if dtype not in _TYPES:
        raise SceneError(f"{path}: its values are {dtype}, which is no reflectance")
    band = ElementTree.SubElement(root, "VRTRasterBand", dataType=_TYPES[dtype], band=str(index))
    ElementTree.SubElement(band, "Description").text = name
    if nodata is not None:
        ElementTree.SubElement(band, "NoDataValue").text = repr(nodata)
    if (dataset.scales[0], dataset.offsets[0]) != (1.0, 0.0):
        ElementTree.SubElement(band, "Offset").text = repr(dataset.offsets[0])
        ElementTree.SubElement(band, "Scale").text = repr(dataset.scales[0])
    source = ElementTree.SubElement(band, "SimpleSource")
    file = ElementTree.SubElement(source, "SourceFilename", relativeToVRT="0")
    # GDAL's own name of it: rasterio's zip:// and s3:// mean nothing in a virtual raster.
    opened = dataset.files[0] if dataset.files else path
    file.text = opened if opened.startswith("/vsi") else os.path.abspath(opened)
    ElementTree.SubElement(source, "SourceBand").text = "1"


def _difference(grid: tuple[Any, ...], first: tuple[Any, ...]) -> str:
    if grid[:2] != first[:2]:
        return f"has {grid[0]} x {grid[1]} pixels, and not {first[0]} x {first[1]} as"
    if grid[2] != first[2]:
        return "has another coordinate reference system than"
    return "lies elsewhere than"
