"""Area files that cost much, reach for other things or are damaged."""

import json
import sqlite3
import struct
import time

import numpy as np
import pytest
import shapely

from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.trust import trusting_input
from cloudgan_geo.raster.reading.vector import read_polygons

SQUARE = shapely.box(0, 0, 1, 1)


def geojson(path, geometry=None, **more):
    geometry = geometry or shapely.geometry.mapping(SQUARE)
    path.write_text(json.dumps({"type": "Feature", "geometry": geometry, **more}))
    return path


def geopackage(path, blobs=(SQUARE,), layer="CREATE TABLE areas (fid INTEGER, geom BLOB)"):
    """Writes the few tables of a GeoPackage that are read."""
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT);"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT,"
            " organization_coordsys_id INT, definition TEXT);"
            "INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 4326);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES (4326, 'EPSG', 4326, '');"
            "CREATE TABLE stored (fid INTEGER, geom BLOB);" + layer
        )
        for blob in blobs:
            raw = blob if isinstance(blob, bytes) else shapely.to_wkb(blob)
            table = "areas" if "TABLE areas" in layer and "AS (" not in layer else "stored"
            database.execute(f"INSERT INTO {table} VALUES (1, ?)", (b"GP\0\x01\xe6\x10\0\0" + raw,))
    database.close()
    return path


def refused(path):
    started = time.process_time()
    with pytest.raises(UsageError) as caught:
        read_polygons(path)
    assert "\n" not in str(caught.value)
    assert time.process_time() - started < 5
    return str(caught.value)


@pytest.mark.parametrize("count", [1500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_tangle_of_random_vertices_is_refused_in_time(tmp_path, count):
    points = np.random.default_rng(0).random((count, 2))
    ring = [*points.tolist(), points[0].tolist()]
    path = geojson(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [ring]})
    assert "it crosses itself, or its polygons each other, so often" in refused(path)


@pytest.mark.slow
def test_a_grid_of_bars_is_refused_in_time(tmp_path):
    bars = [shapely.box(-1, y, 1001, y + 0.5) for y in range(1000)]
    bars += [shapely.box(x, -1, x + 0.5, 1001) for x in range(1000)]
    assert "simplify" in refused(geopackage(tmp_path / "a.gpkg", bars))


def test_large_but_simple_areas_are_read(tmp_path):
    circle = shapely.Point(10, 10).buffer(5, 5000)
    union, crs = read_polygons(geopackage(tmp_path / "a.gpkg", [circle, SQUARE]))
    assert crs == "EPSG:4326"
    assert union.equals(shapely.union(circle, SQUARE))


VIEWS = {
    "a view": "CREATE VIEW areas AS SELECT fid, geom FROM stored",
    "nested views": "".join(
        f"CREATE VIEW v{i} AS SELECT * FROM {'stored' if i == 0 else f'v{i - 1}'}"
        f" UNION ALL SELECT * FROM {'stored' if i == 0 else f'v{i - 1}'};"
        for i in range(40)
    )
    + "CREATE VIEW areas AS SELECT * FROM v39",
    "a recursive view": "CREATE VIEW areas AS WITH RECURSIVE n(fid, geom) AS (SELECT 1, x'00' "
    "UNION ALL SELECT fid + 1, geom FROM n) SELECT * FROM n",
    "a view of blobs": "CREATE VIEW areas AS SELECT 1 AS fid, zeroblob(900000000) AS geom",
    "a computed column": "CREATE TABLE areas (fid INTEGER, geom BLOB "
    "GENERATED ALWAYS AS (zeroblob(900000000)))",
    "a column that is computed, in short": "CREATE TABLE areas (fid INTEGER, geom BLOB "
    "AS (zeroblob(900000000)))",
    "a virtual table": "CREATE VIRTUAL TABLE areas USING fts5(fid, geom)",
}


@pytest.mark.parametrize("kind", VIEWS)
def test_only_tables_of_a_geopackage_are_read(tmp_path, kind):
    path = geopackage(tmp_path / "a.gpkg", [] if "computed" in kind else [SQUARE], VIEWS[kind])
    if "computed" in kind:
        with sqlite3.connect(path) as database:
            database.execute("INSERT INTO areas VALUES (1)")
        database.close()
    refused(path)


def test_a_geometry_of_many_layers_ends_no_process(tmp_path):
    nested = b"".join(b"\x01\x07\0\0\0\x01\0\0\0" for _ in range(500_000)) + b"\x01\x01"
    refused(geopackage(tmp_path / "a.gpkg", [nested]))


@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1:9/crs",
        "https://spatialreference.org/ref/epsg/4326/",
        "/etc/passwd",
        "EPSG:4326+5773/../x",
        "+proj=longlat +nadgrids=/etc/passwd",
        "urn:ogc:def:crs:ESRI::102100",
        7,
        None,
        ["EPSG:4326"],
        "GEOGCS[]",
    ],
)
def test_reference_systems_come_from_registries_only(tmp_path, name):
    path = geojson(tmp_path / "a.json", crs={"type": "name", "properties": {"name": name}})
    assert "is none of EPSG's or OGC's; trust_input=True" in refused(path)


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("urn:ogc:def:crs:EPSG::32631", 32631),
        ("urn:ogc:def:crs:EPSG:9.8:32631", 32631),
        ("http://www.opengis.net/def/crs/EPSG/0/32631", 32631),
        ("EPSG:32631", 32631),
        ("epsg:3857", 3857),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
    ],
)
def test_reference_systems_of_registries_are_known(tmp_path, name, epsg):
    path = geojson(tmp_path / "a.json", crs={"type": "name", "properties": {"name": name}})
    assert read_polygons(path)[1].to_epsg(confidence_threshold=20) in (epsg, None)


def test_a_trusted_area_may_name_any_reference_system(tmp_path):
    named = {"type": "name", "properties": {"name": "+proj=utm +zone=31 +datum=WGS84"}}
    path = geojson(tmp_path / "a.json", crs=named)
    with trusting_input(True):
        assert read_polygons(path)[1].is_projected


DAMAGES = {
    "no number": b'{"type": "Polygon", "coordinates": [[[0, 0], [1, "a"], [1, 1], [0, 0]]]}',
    "infinite": b'{"type": "Polygon", "coordinates": [[[0, 0], [1e999, 0], [1, 1], [0, 0]]]}',
    "NaN": b'{"type": "Polygon", "coordinates": [[[0, 0], [NaN, 0], [1, 1], [0, 0]]]}',
    "deep": b"[" * 100_000,
    "deep geometries": b'{"type": "GeometryCollection", "geometries": [' * 900 + b"]}" * 900,
    "no UTF-8": b'{"type": "\xff"}',
    "a list": b"[1, 2]",
    "a long number": b'{"type": "Polygon", "coordinates": [[[0, ' + b"9" * 6000 + b"]]]}",
    "empty": b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_geojson_is_told_in_a_line(tmp_path, damage):
    (tmp_path / "a.geojson").write_bytes(DAMAGES[damage])
    refused(tmp_path / "a.geojson")


def shapefile(path, parts, points, coordinates):
    record = struct.pack("<i4d2i", 5, 0, 0, 1, 1, parts, points)
    record += struct.pack(f"<{len(coordinates)}d", *coordinates)
    head = struct.pack(">i20xi", 9994, 50 + 4 + len(record) // 2) + bytes(72)
    path.write_bytes(head + struct.pack(">2i", 1, len(record) // 2) + record)
    path.with_suffix(".prj").write_text('GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298.25]]]')
    return path


@pytest.mark.parametrize(
    ("parts", "points"), [(2**31 - 1, 4), (1, 2**31 - 1), (-1, 4), (4, -1), (3, 2)]
)
def test_damaged_shapefiles_are_told_in_a_line(tmp_path, parts, points):
    refused(shapefile(tmp_path / "a.shp", parts, points, [0.0] * 8))


def test_a_name_that_is_no_utf_8_is_told_in_a_line(tmp_path):
    assert r"caf\\xe9.geojson': there is no such file" in refused(f"{tmp_path}/caf\udce9.geojson")
