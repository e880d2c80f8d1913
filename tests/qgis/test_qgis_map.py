"""What is done on the map: the preview of what it shows, and the line between input and result."""

import numpy as np
import pytest
from cloudgan_geo_qgis import classFactory
from cloudgan_geo_qgis.compare_tool import partner_of
from cloudgan_geo_qgis.preview import Preview, part_on_map
from layers import loaded
from osgeo import gdal
from qgis.core import QgsMapSettings, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from qgis.PyQt.QtWidgets import QWidget
from waiting import wait_until


def shown(layer, extent):
    settings = QgsMapSettings()
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(400, 400))
    settings.setExtent(extent)
    return settings


def quarter(layer):
    """The south-west."""
    box = layer.extent()
    return QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x(), box.center().y())


class TestPreview:
    def test_what_the_map_shows_is_corrected(self, provider, stub, scene, sample_data):
        said = []
        preview = Preview(scene, shown(scene, quarter(scene)), said.append)
        preview.start()
        wait_until(lambda: preview.is_over)
        assert said == []
        layer = preview.layer
        assert layer in QgsProject.instance().mapLayers().values()
        assert layer.name() == "scene: preview"
        side = scene.width() // 2
        assert abs(layer.width() - side) <= 1
        assert layer.renderer().redBand() == 3
        assert sorted(layer.styleManager().styles()) == ["as the input", "its own stretch"]
        # On the same pixels: the stub copies.
        whole = gdal.Open(scene.source()).ReadAsArray()
        part = gdal.Open(layer.source()).ReadAsArray()
        top = round((scene.extent().yMaximum() - layer.extent().yMaximum()) / 10)
        assert np.array_equal(part, whole[:, top : top + layer.height(), : layer.width()])
        # What the program got is a part too, with a margin, under the name of the image.
        given = gdal.Open(stub.asked[1])
        assert layer.width() < given.RasterXSize <= layer.width() + 128
        assert stub.asked[1].endswith("/scene.tif")

    def test_no_more_than_takes_seconds(self, provider, scene, tmp_path):
        path = str(tmp_path / "large.tif")
        gdal.Translate(path, scene.source(), width=3000, height=2000)
        large = QgsRasterLayer(path, "large")
        part = part_on_map(large, shown(large, large.extent()))
        assert part == (988, 488, 1024, 1024)

    def test_nothing_is_shown(self, provider, stub, scene):
        said = []
        box = QgsRectangle(0, 0, 100, 100)
        Preview(scene, shown(scene, box), said.append).start()
        assert said == ["The map shows nothing of scene."]
        assert not stub.has_been_asked

    def test_a_failure_is_told(self, provider, stub, scene):
        stub.does("fails")
        said = []
        preview = Preview(scene, shown(scene, scene.extent()), said.append)
        preview.start()
        wait_until(lambda: preview.is_over)
        assert 'is not what it should be; "Bands" mends it' in said[0]

    def test_the_real_program(self, provider, real_backend, scene, monkeypatch):
        """The same as of the whole image, away from the edges of the part."""
        monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
        said = []
        preview = Preview(scene, shown(scene, quarter(scene)), said.append)
        preview.start()
        wait_until(lambda: preview.is_over, seconds=120)
        assert said == []
        before = gdal.Open(scene.source()).ReadAsArray()
        after = gdal.Open(preview.layer.source()).ReadAsArray()
        top = round((scene.extent().yMaximum() - preview.layer.extent().yMaximum()) / 10)
        before = before[:, top : top + after.shape[1], : after.shape[2]]
        assert (after[:3] != before[:3]).any()
        assert np.array_equal(after[3], before[3])


class Bar:
    def __init__(self):
        self.said = []

    def pushWarning(self, title, text):
        self.said.append(text)


class Window:
    """What the plugin needs of QGIS's window."""

    def __init__(self):
        self.canvas, self.bar, self.window = QgsMapCanvas(), Bar(), QWidget()
        self.active = None

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self.bar

    def activeLayer(self):
        return self.active

    def addPluginToMenu(self, menu, action):
        pass

    def removePluginMenu(self, menu, action):
        pass


class TestCompare:
    @pytest.fixture
    def result(self, provider, stub, scene, tmp_path):
        stub.does("clears")
        asked = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")}
        return loaded("cloudgan:decloud", asked)["o.tif"]

    def test_with_what_a_result_was_made_from(self, scene, result, sample_data):
        project = QgsProject.instance()
        other = QgsRasterLayer(str(sample_data / "scene_clear.tif"), "between")
        project.addMapLayer(other, False)
        project.layerTreeRoot().insertLayer(1, other)
        assert partner_of(result, project) == scene
        # Of one of which nobody knows: with what lies under it.
        assert partner_of(other, project) == scene
        assert partner_of(scene, project) is None
        assert partner_of(None, project) is None

    def test_the_line_follows_the_mouse(self, scene, result):
        window = Window()
        plugin = classFactory(window)
        canvas = window.canvas
        canvas.resize(400, 400)
        canvas.setDestinationCrs(scene.crs())
        canvas.setLayers([result])
        canvas.setExtent(scene.extent())
        canvas.refresh()
        plugin.compare()
        assert "Choose a result" in window.bar.said[0]
        window.active = result
        plugin.compare()
        curtain = plugin._tool.curtain
        wait_until(lambda: curtain._picture is not None)
        curtain.move(100)
        picture = QImage(400, 400, QImage.Format.Format_RGB32)
        picture.fill(QColor("black"))
        painter = QPainter(picture)
        curtain.paint(painter)
        painter.end()
        colours = [picture.pixelColor(column, 200) for column in (50, 99, 101, 300)]
        assert colours[1] == QColor("white") or colours[1] != QColor("black")
        assert colours[0] == curtain._picture.pixelColor(50, 200)
        assert colours[3] == QColor("black")
        plugin.compare()
        assert canvas.mapTool() is None
        assert plugin._tool.curtain is None
        plugin.compare()
        plugin.unload()
        assert canvas.mapTool() is None
