"""Inputs that are not what they seem to be, or make no sense: one line, nothing written."""

import json
import sqlite3
import zipfile

import numpy as np
import pytest
import rasterio
from scenes import StandIn, ground, write_safe, write_scene, zipped

from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import CloudganError, SceneError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.vector import read_polygons


def vrt(sources, size=70, raw=False):
    """A virtual raster of three bands."""
    bands = ""
    for band, name in enumerate(sources, 1):
        if raw:
            bands += (
                f'<VRTRasterBand dataType="Byte" band="{band}" subClass="VRTRawRasterBand">'
                f'<SourceFilename relativeToVRT="0">{name}</SourceFilename>'
                "<ImageOffset>0</ImageOffset><PixelOffset>1</PixelOffset>"
                f"<LineOffset>{size}</LineOffset></VRTRasterBand>"
            )
        else:
            bands += (
                f'<VRTRasterBand dataType="UInt16" band="{band}"><SimpleSource>'
                f'<SourceFilename relativeToVRT="0">{name}</SourceFilename>'
                f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            )
    return f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}">{bands}</VRTDataset>'


@pytest.fixture
def secret(tmp_path):
    """A file that nobody meant to read."""
    path = tmp_path / "elsewhere" / "secret"
    path.parent.mkdir()
    path.write_bytes(b"secret" * 2000)
    return path


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def refused(path, match, **options):
    before = sorted(path.parent.iterdir())
    with pytest.raises(SceneError, match=match):
        decloud(path, model=StandIn(), bands=(1, 2, 3), radiometry="tci", **options)
    assert sorted(path.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["scene.tif", "scene.jp2", "scene"])
def test_a_virtual_raster_under_another_name(inbox, secret, name):
    path = inbox / name
    path.write_text(vrt([secret] * 3, raw=True))
    with pytest.raises(SceneError, match=r"is not called \.vrt.*trust_input=True"):
        decloud(path, inbox / "o.tif", model=StandIn())
    assert [each.name for each in inbox.iterdir()] == [name]


def test_raw_bytes_outside_its_folder(inbox, secret):
    path = inbox / "s.vrt"
    path.write_text(vrt([secret] * 3, raw=True))
    refused(path, r"outside its own folder; trust_input=True")
    nested = inbox / "n.vrt"
    nested.write_text(vrt([path] * 3))
    refused(nested, "outside its own folder")
    with rasterio.Env(GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE="ALL"):
        scene = open_scene(path, bands=(1, 2, 3), trust_input=True)
    assert scene.width == 70


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/a.tif", "/vsicurl/http://127.0.0.1:9/a.tif", "/vsis3/b/a.tif"]
)
def test_a_virtual_raster_of_the_network(inbox, name):
    path = inbox / "s.vrt"
    path.write_text(vrt([name] * 3))
    refused(path, "from the network or a program")


def test_a_virtual_raster_as_it_should_be(inbox):
    source = write_scene(inbox / "a.tif", ground(70, 70))
    path = inbox / "s.vrt"
    path.write_text(vrt([source] * 3))
    assert decloud(path, model=StandIn(), bands=(1, 2, 3)).width == 70


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped], ids=["folder", "zip"])
def test_a_virtual_raster_as_a_band_of_a_product(tmp_path, secret, pack):
    bands = {name: ground(70, 70, 1)[0] for name in ("B04", "B03", "B02")}
    safe = write_safe(tmp_path / "p.SAFE", bands)
    (band,) = safe.rglob("*_B03.jp2")
    band.write_text(vrt([secret], raw=True))
    with pytest.raises(SceneError, match=r"B03\.jp2: is not a raster that can be opened"):
        decloud(pack(safe), tmp_path / "o.tif", model=StandIn())
    assert not (tmp_path / "o.tif").exists()


def test_metadata_of_gigabytes(tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.SAFE/GRANULE/G/IMG_DATA/T_B04.jp2", "")
        archive.writestr("p.SAFE/GRANULE/G/IMG_DATA/T_B03.jp2", "")
        archive.writestr("p.SAFE/GRANULE/G/IMG_DATA/T_B02.jp2", "")
        with archive.open("p.SAFE/MTD_MSIL1C.xml", "w", force_zip64=True) as member:
            for _ in range(40):
                member.write(bytes(2**20))
    with pytest.raises(SceneError, match="larger than any product's"):
        decloud(path, tmp_path / "o.tif", model=StandIn())


def test_a_raster_that_claims_more_than_there_is_on_earth(tmp_path):
    path = tmp_path / "s.tif"
    profile = {"width": 30_000_000, "height": 2, "count": 3, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", SPARSE_OK=True, **profile):
        pass
    with pytest.raises(SceneError, match="claims 30000000 x 2 pixels"):
        open_scene(path)


class TestAreas:
    SQUARE = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))

    def geojson(self, path, **more):
        geometry = {"type": "Polygon", "coordinates": [self.SQUARE]}
        path.write_text(json.dumps({**geometry, **more}))
        return path

    @pytest.mark.parametrize(
        "name",
        ["http://127.0.0.1:9/crs", "/etc/passwd", "+proj=longlat +nadgrids=@x", "EPSG:4326;x", ""],
    )
    def test_reference_systems_are_names_of_registries(self, tmp_path, name):
        crs = {"type": "name", "properties": {"name": name}}
        with pytest.raises(UsageError, match="none of EPSG's or OGC's"):
            read_polygons(self.geojson(tmp_path / "a.json", crs=crs))

    @pytest.mark.parametrize(
        "name", ["EPSG:32631", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"]
    )
    def test_those_are_read(self, tmp_path, name):
        crs = {"type": "name", "properties": {"name": name}}
        assert read_polygons(self.geojson(tmp_path / "a.json", crs=crs))[0].area == 1

    def test_thousands_of_crossings(self, tmp_path):
        points = np.random.default_rng(0).random((1500, 2)).tolist()
        path = tmp_path / "a.json"
        path.write_text(json.dumps({"type": "Polygon", "coordinates": [[*points, points[0]]]}))
        with pytest.raises(UsageError, match="crosses itself"):
            read_polygons(path)

    @pytest.mark.parametrize(
        "view",
        [
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
            "SELECT x AS geom FROM n",
            "SELECT zeroblob(1000000000) AS geom",
        ],
    )
    def test_a_view_is_no_layer(self, tmp_path, view):
        path = tmp_path / "a.gpkg"
        with sqlite3.connect(path) as database:
            database.executescript(
                "CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);"
                "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization,"
                " organization_coordsys_id, definition);"
                "INSERT INTO gpkg_geometry_columns VALUES ('a', 'geom', 4326);"
                "INSERT INTO gpkg_spatial_ref_sys VALUES (4326, 'EPSG', 4326, '');"
                f"CREATE VIEW a AS {view};"
            )
        with pytest.raises(UsageError, match="is no table"):
            read_polygons(path)


@pytest.mark.parametrize("name", ["s\udcff.tif", "s\n.tif"])
def test_odd_names_of_files(tmp_path, name):
    with pytest.raises(CloudganError):
        decloud(str(tmp_path / name), model=StandIn())
