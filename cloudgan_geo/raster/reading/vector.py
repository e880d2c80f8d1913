"""Reading polygons from vector files, for which rasterio has nothing.

Files may come from anybody: what is read has bounds, and what cannot be bounded beforehand is
left to `dissolving`.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import struct
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rasterio.crs import CRS
from shapely.geometry import shape

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import Message, UsageError
from cloudgan_geo.raster.gdal import GDAL_ERRORS
from cloudgan_geo.raster.reading.dissolving import Figure, dissolve
from cloudgan_geo.raster.reading.geopackage import read_layer
from cloudgan_geo.raster.reading.trust import REMEDY, input_is_trusted

_FORMATS = "a GeoJSON (.geojson, .json), a GeoPackage (.gpkg) or a Shapefile (.shp)"
_GEOJSON = (".geojson", ".json")

# Larger files, of which a GeoJSON takes ten times the memory, are no areas of interest.
_MOST_BYTES = 2**26
_MOST_BYTES_OF_CRS = 2**16

# Names of reference systems in registries: URN, URL and the short form.
_REGISTERED = re.compile(
    r"(?:urn:ogc:def:crs:|https?://(?:www\.)?opengis\.net/def/crs/)?"
    r"(?P<registry>EPSG|OGC)(?:[:/][\d.]*)?[:/](?P<code>\w{1,16})",
    re.IGNORECASE,
)

# A Shapefile's polygons, without and with heights and measures, which are not needed.
_SHAPE_POLYGONS = (5, 15, 25)


def read_polygons(path: str | os.PathLike[str]) -> tuple[Any, CRS]:
    """Reads all polygons of a vector file as one geometry.

    Args:
        path: A GeoJSON, a GeoPackage with one layer, or a Shapefile.

    Returns:
        A valid polygon or multipolygon in two dimensions, and its coordinate reference system.

    Raises:
        UsageError: If the file is absent, damaged, of another format or holds no polygon.
    """
    file = Path(path)
    name = os.fsencode(file).decode("utf-8", "backslashreplace")
    if not file.is_file():
        raise UsageError(Argument("aoi", name), ": there is no such file")
    if file.stat().st_size > _MOST_BYTES:
        raise UsageError(
            Argument("aoi", name), f": has more than {_MOST_BYTES:,} bytes; simplify it"
        )
    suffix = file.suffix.lower()
    try:
        if suffix in _GEOJSON:
            figures, crs = _geojson(file)
        elif suffix == ".gpkg":
            figures, crs = read_layer(file)
        elif suffix == ".shp":
            figures, crs = _shapefile(file)
        else:
            raise UsageError(Argument("aoi", name), f": takes {_FORMATS}")
        union = dissolve(figures)
        if not np.isfinite(shapely.get_coordinates(union)).all():
            raise ValueError("a coordinate is no finite number")
    except UsageError:
        raise
    except (
        *(AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError),
        *(OverflowError, MemoryError, OSError, struct.error, sqlite3.Error),
        *(shapely.errors.ShapelyError, *GDAL_ERRORS),
    ) as error:
        said = (" ".join(str(error).split())[:300] or type(error).__name__,)
        parts = error.parts if isinstance(error, Message) else said
        raise UsageError(
            Argument("aoi", name), ": is damaged, or not what its name says (", *parts, ")"
        ) from error
    if union.is_empty:
        raise UsageError(Argument("aoi", name), ": holds no polygon")
    return union, crs


def _geojson(file: Path) -> tuple[list[Figure], CRS]:
    document = json.loads(file.read_bytes())
    kind = document["type"]
    if kind == "FeatureCollection":
        found = [feature["geometry"] for feature in document["features"]]
    else:
        found = [document["geometry"] if kind == "Feature" else document]
    # The standard knows one reference system only; files of before 2016 may name another.
    named = document.get("crs")
    crs = _registered("OGC:CRS84" if named is None else named["properties"]["name"])
    return [[shapely.to_wkb(shape(geometry))] for geometry in found if geometry], crs


class _NotRegistered(Message, ValueError):
    """A reference system that is to be looked for elsewhere."""


def _registered(name: Any) -> CRS:
    """Returns a reference system by its name in a registry.

    GDAL would take other names for files to read or addresses to fetch.
    """
    if input_is_trusted():
        return CRS.from_user_input(name)
    match = _REGISTERED.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise _NotRegistered(f"its crs {str(name)[:100]!r} is none of EPSG's or OGC's; ", *REMEDY)
    return CRS.from_user_input(f"{match['registry'].upper()}:{match['code']}")


def _shapefile(file: Path) -> tuple[list[Figure], CRS]:
    content = file.read_bytes()
    if struct.unpack_from(">i", content)[0] != 9994:
        raise ValueError("it does not begin as a Shapefile does")
    projection = next((p for s in (".prj", ".PRJ") if (p := file.with_suffix(s)).is_file()), None)
    if projection is None:
        raise UsageError(Argument("aoi", file), ": needs its .prj file, which says where it lies")
    if projection.stat().st_size > _MOST_BYTES_OF_CRS:
        raise ValueError("its .prj file is no reference system")
    crs = CRS.from_wkt(projection.read_text(errors="replace"))
    shapes: list[Figure] = []
    start = 100
    while start < len(content):
        words, kind = struct.unpack_from(">4xi", content, start) + struct.unpack_from(
            "<i", content, start + 8
        )
        if kind in _SHAPE_POLYGONS and (rings := _shape_polygon(content, start + 12)):
            shapes.append(rings)
        start += 8 + 2 * max(2, words)
    return shapes, crs


def _shape_polygon(content: bytes, start: int) -> Figure:
    """Reads a polygon record: what an odd number of its rings surround."""
    parts, points = struct.unpack_from("<2i", content, start + 32)
    if not 0 <= parts <= points:
        raise ValueError("a polygon has more rings than points")
    firsts = np.frombuffer(content, "<i4", parts, start + 40)
    pairs = np.frombuffer(content, "<f8", 2 * points, start + 40 + 4 * parts).reshape(-1, 2)
    stops = [*firsts[1:], points]
    rings = [pairs[first:stop] for first, stop in zip(firsts, stops, strict=True)]
    return [shapely.to_wkb(shapely.Polygon(ring)) for ring in rings]
