"""The area of interest: in whose coordinates, in which file; and layers with others than theirs."""

import processing
import pytest
from listening import Listener, decloud, value
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)


def test_the_extent_in_coordinates_of_the_scene(provider, stub, scene, tmp_path):
    box = scene.extent()
    west = QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x(), box.yMaximum())
    text = f"{west.xMinimum()},{west.xMaximum()},{west.yMinimum()},{west.yMaximum()}"
    decloud(scene, tmp_path, BOUNDS=f"{text} [EPSG:32723]")
    left, bottom, right, top = map(float, value(stub.asked, "--bounds").split(","))
    assert (left, bottom, right, top) == (
        west.xMinimum(),
        west.yMinimum(),
        west.xMaximum(),
        west.yMaximum(),
    )
    decloud(scene, tmp_path, BOUNDS="-46,-44,-24,-22 [EPSG:4326]")
    assert all(abs(float(side)) > 1000 for side in value(stub.asked, "--bounds").split(","))


@pytest.fixture
def polygons(scene):
    """Two squares in memory, the first inside the scene."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32723", "fields", "memory")
    box = scene.extent()
    for share in (2, 4):
        feature = QgsFeature()
        inside = QgsRectangle(box.center().x(), box.center().y(), box.xMaximum(), box.yMaximum())
        feature.setGeometry(QgsGeometry.fromRect(inside.buffered(-inside.width() / 2 / share)))
        layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    return layer


def save(layer, path, name=None, append=False):
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG" if path.suffix == ".gpkg" else "GeoJSON"
    options.layerName = name or path.stem
    if append:
        options.actionOnExistingFile = (
            QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        )
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    return str(path)


def test_a_file_of_polygons_is_passed_on(provider, stub, scene, tmp_path, polygons):
    for name in ("fields.geojson", "fields.gpkg"):
        path = save(polygons, tmp_path / name)
        decloud(scene, tmp_path, AOI=path)
        assert value(stub.asked, "--aoi") == path


def test_other_polygons_are_copied(provider, stub, scene, tmp_path, polygons):
    """Of a layer in memory, of one layer among two, of one that is filtered."""
    path = save(polygons, tmp_path / "two.gpkg", "one")
    save(polygons, tmp_path / "two.gpkg", "other", append=True)
    filtered = QgsVectorLayer(save(polygons, tmp_path / "f.gpkg"), "filtered", "ogr")
    filtered.setSubsetString("fid = 1")
    QgsProject.instance().addMapLayer(filtered)
    for layer, count in ((polygons, 2), (f"{path}|layername=other", 2), (filtered, 1)):
        decloud(scene, tmp_path, AOI=layer)
        copy = value(stub.asked, "--aoi")
        assert copy.endswith(".gpkg")
        assert copy not in (path, filtered.source().partition("|")[0])
        copied = QgsVectorLayer(copy, "copy", "ogr")
        assert copied.featureCount() == count
        assert copied.crs().authid() == "EPSG:32723"


def box_of(path):
    """The polygons' extent and coordinate reference system as a file has them."""
    layer = QgsVectorLayer(path, "area", "ogr")
    assert layer.isValid()
    return layer.extent(), layer.crs().authid()


def same(box, other):
    return abs(box.xMinimum() - other.xMinimum()) < 1 and abs(box.yMaximum() - other.yMaximum()) < 1


def listened(scene, tmp_path, **parameters):
    listener = Listener()
    asked = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
    processing.run("cloudgan:decloud", asked, feedback=listener)
    return [said for said in listener.warned if "stub" not in said]


def test_a_layer_with_other_coordinates_than_its_file(provider, stub, scene, tmp_path, polygons):
    """The file is said to be of one zone, of which the user knows better."""
    assert listened(scene, tmp_path, AOI=polygons) == []
    scene.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    polygons.setCrs(scene.crs())
    (warning,) = listened(scene, tmp_path, AOI=save(polygons, tmp_path / "a.gpkg"))
    assert "The layer scene has the coordinate reference system EPSG:32633, its file" in warning
    found, crs = box_of(value(stub.asked, "--aoi"))
    # On the same pixels, in the words of the file.
    assert same(found, polygons.extent())
    assert crs == scene.dataProvider().crs().authid() == "EPSG:32723"
    # Of polygons in a third system.
    far = QgsVectorLayer("Polygon?crs=EPSG:4326", "degrees", "memory")
    moves = QgsCoordinateTransform(scene.crs(), far.crs(), QgsProject.instance())
    for feature in polygons.getFeatures():
        geometry = feature.geometry()
        geometry.transform(moves)
        feature.setGeometry(geometry)
        far.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(far)
    listened(scene, tmp_path, AOI=far)
    found, crs = box_of(value(stub.asked, "--aoi"))
    assert same(found, polygons.extent())
    assert crs == "EPSG:32723"
    # An extent has the layer's coordinates too, which are those of the pixels.
    box = polygons.extent()
    sides = f"{box.xMinimum()},{box.xMaximum()},{box.yMinimum()},{box.yMaximum()}"
    listened(scene, tmp_path, BOUNDS=f"{sides} [EPSG:32633]")
    left, bottom, right, top = map(float, value(stub.asked, "--bounds").split(","))
    assert same(QgsRectangle(left, bottom, right, top), box)


def test_polygons_without_coordinates(provider, stub, scene, tmp_path, polygons):
    polygons.setCrs(QgsCoordinateReferenceSystem())
    (warning,) = listened(scene, tmp_path, AOI=polygons)
    assert "fields has no coordinate reference system" in warning
    found, crs = box_of(value(stub.asked, "--aoi"))
    assert same(found, polygons.extent())
    assert crs == "EPSG:32723"


def test_polygons_of_which_the_user_knows_better(provider, stub, scene, tmp_path, polygons):
    layer = QgsVectorLayer(save(polygons, tmp_path / "a.gpkg"), "other", "ogr")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32724"))
    QgsProject.instance().addMapLayer(layer)
    assert listened(scene, tmp_path, AOI=layer) == []
    found, crs = box_of(value(stub.asked, "--aoi"))
    assert not same(found, polygons.extent())
    assert crs == "EPSG:32723"


def test_the_real_program_finds_the_area(
    provider, real_backend, scene, tmp_path, polygons, monkeypatch
):
    """Of polygons without coordinates, on a layer of others than its file's."""
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
    scene.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    polygons.setCrs(QgsCoordinateReferenceSystem())
    decloud(scene, tmp_path, AOI=polygons, MODEL="article", PRECISION="fp32")
    paths = (scene.source(), str(tmp_path / "o.tif"))
    before, after = (gdal.Open(path).ReadAsArray() for path in paths)
    changed = (before != after).any(axis=0)
    height, width = changed.shape
    # They lie in its north-east.
    assert changed[: height // 2, width // 2 :].any()
    assert not changed[height // 2 :].any()
    assert not changed[:, : width // 2].any()
