import contextlib
import json
import sqlite3
import struct

import numpy as np
import pytest
import shapely
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform_geom
from scenes import UTM, ground, write_scene
from shapely.geometry import mapping, shape

from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.area import area_of_interest
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.vector import read_polygons

LEFT, TOP = UTM["transform"].c, UTM["transform"].f
HEIGHT, WIDTH = 40, 50

# Columns 10 to 29 and rows 5 to 24, but for a hole of columns 15 to 19 and rows 10 to 14.
RING = shapely.box(LEFT + 100, TOP - 250, LEFT + 300, TOP - 50)
HOLE = shapely.box(LEFT + 150, TOP - 150, LEFT + 200, TOP - 100)
POLYGON = shapely.difference(RING, HOLE)


def expected():
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[5:25, 10:30] = True
    inside[10:15, 15:20] = False
    return inside


@pytest.fixture
def scene(tmp_path):
    return open_scene(write_scene(tmp_path / "s.tif", ground(HEIGHT, WIDTH)))


def geojson(path, geometry, srs="EPSG:4326", **members):
    moved = transform_geom("EPSG:32631", srs, mapping(geometry), precision=12)
    path.write_text(json.dumps({**moved, **members}))
    return path


def geopackage(path, geometries, layers=("fields",), organization="EPSG"):
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, "
            "srs_id, z, m)"
        )
        database.execute(
            "CREATE TABLE gpkg_spatial_ref_sys "
            "(srs_name, srs_id, organization, organization_coordsys_id, definition)"
        )
        wkt = CRS.from_epsg(32631).to_wkt()
        database.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('utm', 7, ?, 32631, ?)", (organization, wkt)
        )
        for layer in layers:
            database.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', 7, 0, 0)", (layer,)
            )
            database.execute(f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom BLOB)')
            for geometry in geometries:
                envelope = struct.pack("<4d", *geometry.bounds)
                blob = struct.pack("<2sBBi", b"GP", 0, 0b11, 7) + envelope + geometry.wkb
                database.execute(f'INSERT INTO "{layer}" (geom) VALUES (?)', (blob,))
    database.close()
    return path


def shapefile(path, *polygons, projection=True):
    body = b""
    for number, polygon in enumerate(polygons, start=1):
        rings = [polygon.exterior, *polygon.interiors]
        points = [point for ring in rings for point in ring.coords]
        firsts = np.cumsum([0, *(len(ring.coords) for ring in rings[:-1])])
        record = struct.pack("<i4d2i", 5, *polygon.bounds, len(rings), len(points))
        record += struct.pack(f"<{len(rings)}i", *firsts)
        record += np.array(points).tobytes()
        body += struct.pack(">2i", number, len(record) // 2) + record
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + len(body) // 2)
    header += struct.pack("<2i8d", 1000, 5, *[0.0] * 8)
    path.write_bytes(header + body)
    if projection:
        path.with_suffix(".prj").write_text(CRS.from_epsg(32631).to_wkt())
    return path


def test_pixels_whose_centre_is_inside(scene):
    bounds = (LEFT + 104.9, TOP - 200, LEFT + 200, TOP - 105.1)
    inside = area_of_interest(scene, bounds=bounds).inside(0, HEIGHT)
    wanted = np.zeros((HEIGHT, WIDTH), bool)
    wanted[11:20, 10:20] = True
    assert (inside == wanted).all()


@pytest.mark.parametrize("rows", [1, 7, 40])
def test_any_piece_of_it_is_the_same(scene, tmp_path, rows):
    area = area_of_interest(scene, aoi=geojson(tmp_path / "a.geojson", POLYGON))
    pieces = [area.inside(top, min(top + rows, HEIGHT)) for top in range(0, HEIGHT, rows)]
    assert (np.concatenate(pieces) == expected()).all()


LEGACY = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32631"}}}
FILES = {
    "geojson": lambda path: geojson(path / "a.geojson", POLYGON),
    "upper case": lambda path: geojson(path / "A.JSON", POLYGON),
    "legacy crs": lambda path: geojson(path / "a.json", POLYGON, "EPSG:32631", **LEGACY),
    "gpkg": lambda path: geopackage(path / "a.gpkg", [POLYGON]),
    "gpkg wkt": lambda path: geopackage(path / "a.gpkg", [POLYGON], organization="NONE"),
    "shp": lambda path: shapefile(path / "a.shp", POLYGON),
}


@pytest.mark.parametrize("kind", FILES)
def test_formats(scene, tmp_path, kind):
    area = area_of_interest(scene, aoi=FILES[kind](tmp_path))
    assert (area.inside(0, HEIGHT) == expected()).all()


@pytest.mark.parametrize(
    "geometry",
    [
        POLYGON,
        shapely.MultiPolygon([POLYGON]),
        shapely.force_3d(POLYGON, 7),
        shapely.GeometryCollection([POLYGON, shapely.Point(LEFT + 5, TOP - 5)]),
        shapely.GeometryCollection([shapely.MultiPolygon([POLYGON]), POLYGON]),
        shapely.Polygon(RING.exterior.coords, [HOLE.exterior.coords]),
    ],
    ids=lambda geometry: geometry.geom_type,
)
def test_geometries_in_the_coordinates_of_the_scene(scene, geometry):
    assert (area_of_interest(scene, aoi=geometry).inside(0, HEIGHT) == expected()).all()


def test_a_geometry_that_crosses_itself(scene):
    tie = shapely.Polygon(
        [(LEFT, TOP), (LEFT + 500, TOP - 400), (LEFT + 500, TOP), (LEFT, TOP - 400)]
    )
    inside = area_of_interest(scene, aoi=tie).inside(0, HEIGHT)
    assert inside[20, 0]
    assert inside[20, 49]
    assert not inside[0, 25]


def test_a_geometry_needs_no_reference_system(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(HEIGHT, WIDTH), crs=None)
    with pytest.warns(UserWarning, match="no coordinate reference system"):
        plain = open_scene(path)
    assert (area_of_interest(plain, aoi=POLYGON).inside(0, HEIGHT) == expected()).all()


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (shapely.Point(LEFT, TOP), "aoi: the geometry has no area; it takes polygons"),
        (shapely.Polygon(), "aoi: the geometry has no area"),
        (shapely.LineString([(0, 0), (1, 1)]), "aoi: the geometry has no area"),
        (shapely.box(0, 0, 1, 1), r"aoi: no pixel of .*s\.tif lies there"),
        (shapely.Polygon([(0, 0), (1, np.inf), (1, 0)]), "aoi: a coordinate .* no finite number"),
    ],
)
def test_geometries_that_are_none_of_an_area(scene, geometry, said):
    with pytest.raises(UsageError, match=said):
        area_of_interest(scene, aoi=geometry)


def test_features_and_collections(scene, tmp_path):
    halves = [
        shapely.intersection(POLYGON, shapely.box(*box))
        for box in ((0, 0, LEFT + 170, 1e7), (LEFT + 170, 0, 1e7, 1e7))
    ]
    shapes = [transform_geom("EPSG:32631", "EPSG:4326", mapping(half)) for half in halves]
    point = {"type": "Point", "coordinates": [2, 42]}
    features = [
        {"type": "Feature", "properties": None, "geometry": geometry}
        for geometry in (*shapes, None, {"type": "GeometryCollection", "geometries": [point]})
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert (area_of_interest(scene, aoi=path).inside(0, HEIGHT) == expected()).all()
    parts = shapefile(tmp_path / "a.shp", *halves)
    assert (area_of_interest(scene, aoi=parts).inside(0, HEIGHT) == expected()).all()


def test_aoi_and_bounds_are_both_honoured(scene, tmp_path):
    bounds = (LEFT, TOP - 120, LEFT + 170, TOP)
    area = area_of_interest(scene, geojson(tmp_path / "a.json", POLYGON), bounds)
    wanted = expected()
    wanted[12:], wanted[:, 17:] = False, False
    assert (area.inside(0, HEIGHT) == wanted).all()


def test_a_polygon_as_large_as_a_continent(scene, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(mapping(shapely.box(-170, -85, 170, 85))))
    assert area_of_interest(scene, aoi=path).inside(0, HEIGHT).all()


def test_a_bow_tie_is_made_valid(scene, tmp_path):
    path = tmp_path / "a.json"
    corners = [(1.7, 42.3), (1.9, 42.4), (1.9, 42.3), (1.7, 42.4), (1.7, 42.3)]
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [corners]}))
    union, _ = read_polygons(path)
    assert union.is_valid
    assert shape(mapping(union)).area == pytest.approx(0.01)


def test_rotated_and_south_up_grids(tmp_path):
    for name, transform in {
        "rotated": Affine(8.66, 5.0, LEFT, 5.0, -8.66, TOP),
        "south-up": Affine(10, 0, LEFT, 0, 10, TOP),
    }.items():
        path = write_scene(tmp_path / f"{name}.tif", ground(HEIGHT, WIDTH), transform=transform)
        box = (LEFT + 51, TOP - 149, LEFT + 301, TOP + 149)
        inside = area_of_interest(open_scene(path), bounds=box).inside(0, HEIGHT)
        columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
        a, b, c, d, e, f = tuple(transform)[:6]
        x, y = a * columns + b * rows + c, d * columns + e * rows + f
        wanted = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
        assert (inside == wanted).all()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.kml", "<kml/>", r"takes a GeoJSON .* GeoPackage .* Shapefile"),
        ("a.json", "{", "is damaged"),
        ("a.json", "[]", "is damaged"),
        ("a.json", "[" * 100_000, "is damaged"),
        ("a.json", '{"type": "Polygon"}', "is damaged"),
        ("a.json", '{"type": "Polygon", "coordinates": [[[0, 0], ["x", 1]]]}', "is damaged"),
        ("a.json", '{"type": "Point", "coordinates": [2, 42]}', "holds no polygon"),
        ("a.json", '{"type": "FeatureCollection", "features": []}', "holds no polygon"),
        ("a.gpkg", "no database", "is damaged"),
        ("a.gpkg", "", "is damaged"),
        ("a.shp", "no shapes", "is damaged"),
        ("b.json", None, "there is no such file"),
    ],
)
def test_files_that_are_no_use(scene, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=f"aoi=.*{name}': .*{said}"):
        area_of_interest(scene, aoi=tmp_path / name)


def test_files_that_say_too_little(scene, tmp_path):
    with pytest.raises(UsageError, match=r"needs its \.prj file"):
        area_of_interest(scene, aoi=shapefile(tmp_path / "a.shp", POLYGON, projection=False))
    several = geopackage(tmp_path / "a.gpkg", [POLYGON], layers=("fields", "roads"))
    with pytest.raises(UsageError, match="one layer of polygons, and has fields, roads"):
        area_of_interest(scene, aoi=several)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((0, 0, 1, 1), r"bounds=\(0, 0, 1, 1\): no pixel of .*s.tif lies there"),
        ((LEFT + 1, TOP - 2, LEFT + 2, TOP - 1), "no pixel"),
        ((2, 0, 1, 1), "left must be less than right"),
        ((0, 0, 1, float("inf")), "takes four numbers"),
        ((0, 0, 1), "takes four numbers"),
    ],
)
def test_bounds_that_are_no_use(scene, bounds, said):
    with pytest.raises(UsageError, match=said):
        area_of_interest(scene, bounds=bounds)


def test_elsewhere(scene, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(mapping(shapely.box(60, 10, 61, 11))))
    with pytest.raises(UsageError, match=r"aoi=.*a.json'.*: no pixel of .*s.tif lies there"):
        area_of_interest(scene, aoi=path)


@pytest.mark.filterwarnings("ignore::cloudgan_geo.errors.CloudganWarning")
def test_scenes_without_coordinates(tmp_path):
    path = write_scene(tmp_path / "n.tif", ground(HEIGHT, WIDTH), crs=None)
    aoi = geojson(tmp_path / "a.json", POLYGON)
    with pytest.raises(UsageError, match="no coordinate reference system; use bounds"):
        area_of_interest(open_scene(path), aoi=aoi)
    assert area_of_interest(open_scene(path), bounds=RING.bounds).inside(0, HEIGHT).sum() == 400


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp"])
def test_damaged_files_are_refused_in_words(scene, tmp_path, kind):
    path = FILES[kind](tmp_path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        data = bytearray(content)
        for _ in range(rng.integers(1, 8)):
            place = int(rng.integers(len(data)))
            data[place : place + int(rng.integers(1, 5))] = rng.bytes(int(rng.integers(0, 5)))
        path.write_bytes(data)
        with contextlib.suppress(UsageError):
            assert area_of_interest(scene, aoi=path).inside(0, HEIGHT).any()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_that_are_none(scene, tmp_path):
    for number in ("NaN", "Infinity", "1e400"):
        ring = f"[[1.7, 42.3], [1.9, {number}], [1.9, 42.3], [1.7, 42.3]]"
        path = tmp_path / "a.json"
        path.write_text(f'{{"type": "Polygon", "coordinates": [{ring}]}}')
        with pytest.raises(UsageError, match=r"aoi=.*a\.json': "):
            area_of_interest(scene, aoi=path)
