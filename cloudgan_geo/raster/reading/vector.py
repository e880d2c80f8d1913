"""Reading polygons from vector files, for which rasterio has nothing."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from rasterio.crs import CRS
from shapely.geometry import shape

from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.gdal import GDAL_ERRORS

_FORMATS = "a GeoJSON (.geojson, .json), a GeoPackage (.gpkg) or a Shapefile (.shp)"
_GEOJSON = (".geojson", ".json")

# Bytes of the envelope before the geometry, by its code in the flags of a GeoPackage's blob.
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}

# A Shapefile's polygons, without and with heights and measures, which are not needed.
_SHAPE_POLYGONS = (5, 15, 25)


# Reference systems of registries: a name of another kind could be a URL or a file.
_REGISTERED = re.compile(
    r"(?:urn:ogc:def:crs:)?(?:EPSG|OGC)(?:::?|:[\d.]*:)(?:CRS)?\w{1,12}$", re.IGNORECASE
)
# Seconds for reading a GeoPackage.
_PATIENCE = 5.0
# Vertices of polygons that cross themselves: repairing takes their number squared.
_MOST_CROSSING = 1000


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
    if not file.is_file():
        raise UsageError(f"--aoi {path}: there is no such file")
    suffix = file.suffix.lower()
    try:
        if suffix in _GEOJSON:
            geometries, crs = _geojson(file)
        elif suffix == ".gpkg":
            geometries, crs = _geopackage(file)
        elif suffix == ".shp":
            geometries, crs = _shapefile(file)
        else:
            raise UsageError(f"--aoi {path}: takes {_FORMATS}")
        polygons = [part for geometry in geometries for part in _polygons(geometry)]
        union = shapely.union_all(polygons)
    except UsageError:
        raise
    except (
        *(AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError),
        *(OSError, struct.error, sqlite3.Error, shapely.errors.ShapelyError, *GDAL_ERRORS),
    ) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"--aoi {path}: is damaged, or not what its name says ({said})") from error
    if union.is_empty:
        raise UsageError(f"--aoi {path}: holds no polygon")
    return union, crs


def _polygons(geometry: Any) -> Iterator[Any]:
    """Yields the polygons of a geometry, made valid and flat."""
    vertices = shapely.get_num_coordinates(geometry)
    if vertices > _MOST_CROSSING and not shapely.is_valid(geometry):
        raise UsageError(
            f"--aoi: a polygon of {vertices:,} vertices crosses itself; repair it in a GIS first"
        )
    for part in shapely.get_parts(shapely.force_2d(shapely.make_valid(geometry))):
        if part.geom_type == "Polygon":
            yield part
        elif hasattr(part, "geoms"):
            yield from _polygons(part)


def _geojson(file: Path) -> tuple[list[Any], CRS]:
    document = json.loads(file.read_bytes())
    kind = document["type"]
    if kind == "FeatureCollection":
        found = [feature["geometry"] for feature in document["features"]]
    else:
        found = [document["geometry"] if kind == "Feature" else document]
    # The standard knows one reference system only; files of before 2016 may name another.
    named = document.get("crs") or {}
    name = named["properties"]["name"] if named else "OGC:CRS84"
    if not _REGISTERED.match(name):
        raise UsageError(
            f"--aoi {file}: names a reference system {name[:60]!r}, none of EPSG's or OGC's"
        )
    crs = CRS.from_user_input(name)
    return [shape(geometry) for geometry in found if geometry], crs


def _geopackage(file: Path) -> tuple[list[Any], CRS]:
    database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    # Called every so many steps; not 0 ends the query. None of ours takes long.
    end = time.monotonic() + _PATIENCE
    database.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        layers = database.execute(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
        ).fetchall()
        if len(layers) != 1:
            names = ", ".join(name for name, *_ in layers) or "none"
            raise UsageError(f"--aoi {file}: must have one layer of polygons, and has {names}")
        ((table, column, srs),) = layers
        ((organization, code, definition),) = database.execute(
            "SELECT organization, organization_coordsys_id, definition "
            "FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (srs,),
        ).fetchall()
        # A view may be a program; a feature table is a table.
        kinds = database.execute("SELECT type FROM sqlite_master WHERE name = ?", (table,))
        if kinds.fetchall() != [("table",)]:
            raise UsageError(
                f"--aoi {file}: its layer {table} is no table; export it to a new file"
            )
        table, column = (name.replace('"', '""') for name in (table, column))
        rows = database.execute(f'SELECT "{column}" FROM "{table}"').fetchall()
    finally:
        database.close()
    known = organization.upper() == "EPSG"
    crs = CRS.from_epsg(code) if known else CRS.from_wkt(definition)
    return [_blob(blob) for (blob,) in rows if blob is not None], crs


def _blob(blob: bytes) -> Any:
    if blob[:2] != b"GP":
        raise ValueError("a geometry is none")
    return shapely.from_wkb(blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :])


def _shapefile(file: Path) -> tuple[list[Any], CRS]:
    content = file.read_bytes()
    if struct.unpack_from(">i", content)[0] != 9994:
        raise ValueError("it does not begin as a Shapefile does")
    projection = next((p for s in (".prj", ".PRJ") if (p := file.with_suffix(s)).is_file()), None)
    if projection is None:
        raise UsageError(f"--aoi {file}: needs its .prj file, which says where it lies")
    crs = CRS.from_wkt(projection.read_text(errors="replace"))
    shapes = []
    start = 100
    while start < len(content):
        words, kind = struct.unpack_from(">4xi", content, start) + struct.unpack_from(
            "<i", content, start + 8
        )
        if kind in _SHAPE_POLYGONS:
            shapes.append(_shape_polygon(content, start + 12))
        start += 8 + 2 * max(2, words)
    return shapes, crs


def _shape_polygon(content: bytes, start: int) -> Any:
    """Reads a polygon record: what an odd number of its rings surround."""
    parts, points = struct.unpack_from("<2i", content, start + 32)
    firsts = struct.unpack_from(f"<{parts}i", content, start + 40)
    flat = struct.unpack_from(f"<{2 * points}d", content, start + 40 + 4 * parts)
    pairs = list(zip(flat[::2], flat[1::2], strict=True))
    surrounded = shapely.Polygon()
    for first, stop in zip(firsts, (*firsts[1:], points), strict=True):
        ring = shapely.make_valid(shapely.Polygon(pairs[first:stop]))
        surrounded = shapely.symmetric_difference(surrounded, ring)
    return surrounded
