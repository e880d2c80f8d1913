"""Scenes that rasterio has open, and areas that geopandas has."""

import json
from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT
from scenes import StandIn, ground, read, write_scene

from cloudgan_geo import decloud
from cloudgan_geo.errors import SceneError, UsageError


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "s.tif", ground(100, 90))


def darker():
    return StandIn(lambda batch: batch * 0.5)


def test_a_dataset_that_is_open(tmp_path, scene):
    of_path = decloud(scene, tmp_path / "a.tif", model=darker())
    with rasterio.open(scene) as dataset:
        first = dataset.read(1)
        of_dataset = decloud(dataset, model=darker())
        assert (dataset.read(1) == first).all()
    assert of_dataset.output == tmp_path / "s_decloud.tif"
    assert of_dataset.output.read_bytes() == of_path.output.read_bytes()


@pytest.mark.parametrize("opened", [False, True])
def test_a_file_in_memory(tmp_path, scene, opened):
    report = tmp_path / "r.json"
    with MemoryFile(scene.read_bytes()) as memory:
        if opened:
            with memory.open() as dataset:
                result = decloud(dataset, tmp_path / "a.tif", model=darker(), report=report)
        else:
            result = decloud(memory, tmp_path / "a.tif", model=darker(), report=report)
    assert (read(result.output) == read(decloud(scene, model=darker()).output)).all()
    assert json.loads(report.read_text())


def test_a_file_in_memory_lies_beside_nothing(scene):
    with (
        MemoryFile(scene.read_bytes()) as memory,
        pytest.raises(UsageError, match="said with output"),
    ):
        decloud(memory, model=darker())


def test_a_file_in_memory_that_is_no_raster(tmp_path):
    with MemoryFile(b"no raster at all") as memory, pytest.raises(SceneError):
        decloud(memory, tmp_path / "a.tif", model=darker())


def test_datasets_that_are_not_what_their_name_says(tmp_path, scene):
    with rasterio.open(scene) as dataset:
        pass
    with pytest.raises(UsageError, match="is closed"):
        decloud(dataset, tmp_path / "a.tif", model=darker())
    with (
        rasterio.open(scene) as dataset,
        WarpedVRT(dataset, crs="EPSG:4326") as warped,
        pytest.raises(UsageError, match="in no file"),
    ):
        decloud(warped, tmp_path / "a.tif", model=darker())
    with rasterio.open(scene, "r+") as dataset, pytest.raises(UsageError, match="to be written"):
        decloud(dataset, tmp_path / "a.tif", model=darker())
    with rasterio.open(scene, "r+") as dataset:
        dataset.build_overviews([2])
    with (
        rasterio.open(scene, overview_level=0) as dataset,
        pytest.raises(UsageError, match="overviews"),
    ):
        decloud(dataset, tmp_path / "a.tif", model=darker())


def half(scene):
    with rasterio.open(scene) as dataset:
        left, bottom, right, top = dataset.bounds
        return shapely.box(left, bottom, (left + right) / 2, top), dataset.crs


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_a_geodataframe_lies_where_it_says(tmp_path, scene, crs):
    geometry, own = half(scene)
    low, bottom, high, top = geometry.bounds
    middle = (low + high) / 2
    left, right = shapely.box(low, bottom, middle, top), shapely.box(middle, bottom, high, top)
    frame = geopandas.GeoDataFrame({"field": [1, 2, 3]}, geometry=[left, right, None], crs=own)
    if crs is not None:
        frame = frame.to_crs(crs)
    report = tmp_path / "r.json"
    result = decloud(scene, tmp_path / "a.tif", model=darker(), aoi=frame, report=report)
    of_shape = decloud(scene, tmp_path / "b.tif", model=darker(), aoi=geometry)
    differs = read(result.output) != read(of_shape.output)
    assert differs.mean() < (0.001 if crs is None else 0.03)
    assert (read(result.output) != read(scene)).any()
    assert "GeoDataFrame of 3 geometries" in report.read_text()
    file = tmp_path / "fields.gpkg"
    frame.dropna().to_file(file)
    of_file = decloud(scene, tmp_path / "c.tif", model=darker(), aoi=file)
    assert (read(result.output) == read(of_file.output)).all()


def test_geoseries_and_whatever_has_geometries_and_a_crs(tmp_path, scene):
    geometry, own = half(scene)
    wanted = read(decloud(scene, tmp_path / "a.tif", model=darker(), aoi=geometry).output)
    for number, aoi in enumerate(
        [geopandas.GeoSeries([geometry], crs=own), SimpleNamespace(geometry=[geometry], crs=own)]
    ):
        result = decloud(scene, tmp_path / f"{number}.tif", model=darker(), aoi=aoi)
        assert (read(result.output) == wanted).all()


def test_areas_that_cannot_be_used(tmp_path, scene):
    geometry, own = half(scene)

    def refused(aoi, match):
        with pytest.raises(UsageError, match=match):
            decloud(scene, tmp_path / "a.tif", model=darker(), aoi=aoi)

    refused(geopandas.GeoDataFrame(geometry=[geometry]), "has no crs")
    refused(geopandas.GeoDataFrame(geometry=[], crs=own), "no area")
    refused(geopandas.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=own), "no area")
    refused(geopandas.GeoSeries([shapely.box(0, 0, 1, 1)], crs=own), "no pixel")
    refused(SimpleNamespace(geometry=[geometry], crs="no such thing"), "crs is not understood")
    refused(np.zeros(4), "takes the path of a vector file")
    bare = write_scene(tmp_path / "bare.tif", ground(100, 90), crs=None)
    frame = geopandas.GeoDataFrame(geometry=[geometry], crs=own)
    with pytest.raises(UsageError, match="no coordinate reference system"):
        decloud(bare, tmp_path / "b.tif", model=darker(), aoi=frame)
