"""What the algorithms ask of the backend, and what they make of its results; with a stub."""

import threading
import time

import processing
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)


class Listener(QgsProcessingFeedback):
    """Remembers what is said."""

    def __init__(self):
        super().__init__(False)
        self.said, self.warned = [], []

    def pushInfo(self, text):
        self.said.append(text)

    def pushWarning(self, text):
        self.warned.append(text)


def decloud(scene, tmp_path, **parameters):
    asked = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
    return processing.run("cloudgan:decloud", asked)


def value(arguments, option):
    return arguments[arguments.index(option) + 1]


def test_defaults(provider, stub, scene, tmp_path):
    decloud(scene, tmp_path)
    output = str(tmp_path / "o.tif")
    assert stub.asked == [
        *("decloud", scene.source(), "--output", output, "--overwrite"),
        *("--model", "thin", "--radiometry", "auto", "--device", "auto"),
        *("--precision", "auto", "--overlap", "16"),
        *("--progress", "json", "--stop-when-stdin-closes"),
    ]


def test_every_option(provider, stub, scene, tmp_path):
    files = {name: str(tmp_path / f"{name}.tif") for name in ("QA", "OPACITY", "ERROR")}
    result = decloud(
        scene,
        tmp_path,
        **{"MODEL": "article", "RADIOMETRY": "dn-offset", "THICK": "nodata", "THICK_ABOVE": 0.7},
        **{"KEEP_BELOW": 0.1, "WEIGHTS": "/my/w.safetensors", "DEVICE": "cuda:1", "OVERLAP": 8},
        **{"RED": 3, "GREEN": 2, "BLUE": 1, "RGB_ONLY": True, "COG": True, "BATCH_SIZE": 4},
        PRECISION="bf16",
        OPTIONS="COMPRESS=DEFLATE|PREDICTOR=2",
        **files,
    )
    assert result == {"OUTPUT": str(tmp_path / "o.tif"), **files}
    asked = stub.asked
    for option, expected in (
        ("--model", "/my/w.safetensors"),
        ("--radiometry", "dn-offset"),
        ("--thick", "nodata"),
        ("--thick-above", "0.7"),
        ("--keep-below", "0.1"),
        ("--device", "cuda:1"),
        ("--overlap", "8"),
        ("--precision", "bf16"),
        ("--bands", "3,2,1"),
        ("--batch-size", "4"),
        ("--qa", files["QA"]),
        ("--opacity", files["OPACITY"]),
        ("--error", files["ERROR"]),
    ):
        assert value(asked, option) == expected
    assert {"--rgb-only", "--cog"} <= set(asked)
    assert [asked[at + 1] for at, option in enumerate(asked) if option == "--co"] == [
        "COMPRESS=DEFLATE",
        "PREDICTOR=2",
    ]


def test_two_of_three_bands(provider, stub, scene, tmp_path):
    with pytest.raises(QgsProcessingException, match="give all three, or none"):
        decloud(scene, tmp_path, RED=1, BLUE=3)


def test_the_extent_in_coordinates_of_the_scene(provider, stub, scene, tmp_path):
    box = scene.extent()
    west = QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x(), box.yMaximum())
    text = f"{west.xMinimum()},{west.xMaximum()},{west.yMinimum()},{west.yMaximum()}"
    decloud(scene, tmp_path, EXTENT=f"{text} [EPSG:32723]")
    (bounds,) = (argument for argument in stub.asked if argument.startswith("--bounds="))
    left, bottom, right, top = map(float, bounds.partition("=")[2].split(","))
    assert (left, bottom, right, top) == (
        west.xMinimum(),
        west.yMinimum(),
        west.xMaximum(),
        west.yMaximum(),
    )
    decloud(scene, tmp_path, EXTENT="-46,-44,-24,-22 [EPSG:4326]")
    (bounds,) = (argument for argument in stub.asked if argument.startswith("--bounds="))
    assert all(abs(float(side)) > 1000 for side in bounds.partition("=")[2].split(","))


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


def test_a_layer_that_is_not_a_file(provider, stub, scene, tmp_path):
    web = QgsRasterLayer("type=xyz&url=https://example.org/{z}/{x}/{y}.png", "Web map", "wms")
    copy = gdal.GetDriverByName("GTiff").CreateCopy("/vsimem/scene.tif", gdal.Open(scene.source()))
    copy.FlushCache()
    memory = QgsRasterLayer("/vsimem/scene.tif", "In memory")
    for layer in (web, memory):
        QgsProject.instance().addMapLayer(layer)
        with pytest.raises(QgsProcessingException, match=f"{layer.name()} is not a file"):
            decloud(layer, tmp_path)


def test_errors_are_the_backends_own_words(provider, stub, scene, tmp_path):
    stub.does("fails")
    with pytest.raises(QgsProcessingException) as failed:
        decloud(scene, tmp_path)
    assert "scene.tif: is not what it should be; --bands mends it" in str(failed.value)
    assert "Traceback" not in str(failed.value)


def test_what_the_backend_says_is_in_the_log(provider, stub, scene, tmp_path):
    listener = Listener()
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")}
    processing.run("cloudgan:decloud", parameters, feedback=listener)
    assert "Radiometry: dn (a stub says so)" in listener.said
    assert listener.warned == ["the stub removes no cloud"]
    assert listener.progress() == 100


def test_cancel(provider, patient_stub, scene, tmp_path):
    feedback = QgsProcessingFeedback()
    asked = []

    def cancel():
        while not list(tmp_path.glob("o.tif.partial-*")):
            time.sleep(0.01)
        asked.append(time.monotonic())
        feedback.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")}
    processing.run("cloudgan:decloud", parameters, feedback=feedback)
    assert time.monotonic() - asked[0] < 2
    assert not list(tmp_path.glob("o.tif*"))


def loaded(name, parameters):
    """Runs an algorithm and loads its outputs, as the dialog does; returns them by description."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    before = set(QgsProject.instance().mapLayers())
    processing.runAndLoadResults(name, parameters, context=context)
    layers = QgsProject.instance().mapLayers()
    return {layers[key].name(): layers[key] for key in set(layers) - before}


def test_results_are_styled(provider, stub, scene, tmp_path):
    scene.renderer().redContrastEnhancement().setMaximumValue(1234)
    names = ("OUTPUT", "QA", "OPACITY", "ERROR")
    files = {name: str(tmp_path / f"{name}.tif") for name in names}
    layers = loaded("cloudgan:decloud", {"INPUT": scene, **files})
    result = layers["Image without thin clouds"].renderer()
    assert (result.redBand(), result.greenBand(), result.blueBand()) == (3, 2, 1)
    assert result.redContrastEnhancement().maximumValue() == 1234
    quality = layers["Quality band"].renderer()
    assert isinstance(quality, QgsPalettedRasterRenderer)
    labels = {entry.value: (entry.label, entry.color.alpha()) for entry in quality.classes()}
    assert labels == {
        0: ("0 no data", 0),
        1: ("1 clear: as it was", 255),
        2: ("2 corrected", 255),
        3: ("3 thick: not to be trusted", 255),
    }
    for name, largest in (("Opacity of the cloud", 1), ("Expected error", 200)):
        ramp = layers[name].renderer()
        assert isinstance(ramp, QgsSingleBandPseudoColorRenderer)
        items = ramp.shader().rasterShaderFunction().colorRampItemList()
        assert [items[0].value, items[-1].value] == [0, largest]
        assert items[0].color != items[-1].color


def test_bands_of_the_style_where_only_three_are_left(provider, stub, scene, tmp_path):
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), "RGB_ONLY": True}
    (layer,) = loaded("cloudgan:decloud", parameters).values()
    renderer = layer.renderer()
    assert (renderer.redBand(), renderer.greenBand(), renderer.blueBand()) == (1, 2, 3)


def test_simulate(provider, stub, scene, tmp_path):
    files = {"OUTPUT": str(tmp_path / "o.tif"), "TRUTH": str(tmp_path / "t.tif")}
    parameters = {"INPUT": scene, "SEED": 7, "FAMILY": "patches", "OPACITY": 0.4, **files}
    assert processing.run("cloudgan:simulate", parameters) == files
    asked = stub.asked
    assert asked[:3] == ["simulate", scene.source(), files["OUTPUT"]]
    assert value(asked, "--opacity-out") == files["TRUTH"]
    assert (value(asked, "--seed"), value(asked, "--family")) == ("7", "patches")
    assert value(asked, "--opacity") == "0.4"
    assert "--coverage" not in asked
    del parameters["TRUTH"]
    assert processing.run("cloudgan:simulate", parameters) == {"OUTPUT": files["OUTPUT"]}
    # The truth that nobody asked for lies among QGIS's temporary files.
    assert not value(stub.asked, "--opacity-out").startswith(str(tmp_path))


def test_evaluate(provider, stub, scene, sample_data, tmp_path):
    clear, page = str(sample_data / "scene_clear.tif"), str(tmp_path / "r.html")
    parameters = {"INPUT": scene, "CLEAR": clear, "BEFORE": scene, "QA": clear, "HTML": page}
    result = processing.run("cloudgan:evaluate", {**parameters, "TABLE": "TEMPORARY_OUTPUT"})
    assert stub.asked[:3] == ["compare", scene.source(), clear]
    assert value(stub.asked, "--before") == scene.source()
    assert value(stub.asked, "--qa") == clear
    assert (result["PSNR"], result["SSIM"], result["MAE"]) == (20.5, 0.75, 0.125)
    assert result["HTML"] == page
    table = result["TABLE"]
    assert not table.isSpatial()
    assert table.crs() == QgsCoordinateReferenceSystem()
    rows = [feature.attributes() for feature in table.getFeatures()]
    assert [row[:4] for row in rows][:2] == [
        ["before", "all", 90000, 10.25],
        ["result", "all", 90000, 20.5],
    ]
    assert len(rows) == 3
