"""Products and files of single bands as inputs; what is said where bands are guessed."""

import shutil
from pathlib import Path

import numpy as np
import processing
import pytest
from cloudgan_geo_qgis import image_widget
from layers import loaded
from listening import Listener, decloud, value
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsMultiBandColorRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
)
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt.QtWidgets import QToolButton

MODEL = {"MODEL": "article", "PRECISION": "fp32"}


class TestProducts:
    """QGIS opens none of these; the program does."""

    @pytest.fixture(params=["folder", "zip", "metadata"])
    def given(self, request, product):
        if request.param == "folder":
            return product
        if request.param == "metadata":
            return product / "MTD_MSIL1C.xml"
        return Path(shutil.make_archive(str(product), "zip", product.parent, product.name))

    def test_the_program_gets_it(self, provider, stub, given, tmp_path):
        stub.does("tells")
        output = str(tmp_path / "o.tif")
        result = decloud(str(given), tmp_path, WRITE="all")
        assert result == {"OUTPUT": output}
        assert stub.asked[:2] == ["decloud", str(given)]
        assert value(stub.asked, "--write") == "all"

    def test_the_extent_in_its_coordinates(self, provider, stub, scene, given, tmp_path):
        stub.does("tells")
        decloud(str(given), tmp_path, BOUNDS="-46,-44,-24,-22 [EPSG:4326]")
        assert all(abs(float(side)) > 1000 for side in value(stub.asked, "--bounds").split(","))

    def test_other_folders_are_no_rasters(self, provider, stub, tmp_path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(QgsProcessingException, match="empty is no Sentinel-2 product"):
            decloud(str(tmp_path / "empty"), tmp_path)

    def test_an_extent_where_nothing_tells_the_coordinates(self, provider, stub, product, tmp_path):
        shutil.rmtree(product / "GRANULE")
        listener = Listener()
        asked = {"INPUT": str(product), "OUTPUT": str(tmp_path / "o.tif")}
        asked["BOUNDS"] = "-46,-44,-24,-22 [EPSG:4326]"
        with pytest.raises(QgsProcessingException):
            processing.run("cloudgan:decloud", asked, feedback=listener)
        (wrong, _) = listener.wrong
        assert wrong.startswith("Only within this extent: the input has no coordinates")


@pytest.fixture
def single_bands(sample_data, tmp_path):
    """A file a band: infrared, blue, green, red."""
    names = {"B08": 4, "B02": 1, "B03": 2, "B04": 3}
    made = {}
    for name, band in names.items():
        path = str(tmp_path / f"T23KKR_20150726T105026_{name}.tif")
        gdal.Translate(path, str(sample_data / "scene.tif"), bandList=[band])
        # As files of ESA are: the name alone tells.
        dataset = gdal.Open(path, gdal.GA_Update)
        dataset.GetRasterBand(1).SetDescription("")
        made[name] = path
    return made


class TestSingleBands:
    def test_all_of_them_are_the_image(
        self, provider, stub, qgis_new_project, single_bands, tmp_path
    ):
        """Layers and paths, also where the first is among the others."""
        stub.does("tells")
        layer = QgsRasterLayer(single_bands["B02"], "blue")
        QgsProject.instance().addMapLayer(layer)
        others = [layer.id(), single_bands["B03"], single_bands["B04"]]
        decloud(single_bands["B08"], tmp_path, BAND_FILES=others)
        first = ["decloud", *(single_bands[name] for name in ("B08", "B02", "B03", "B04"))]
        assert stub.asked[:6] == [*first, "--output"]
        decloud(layer, tmp_path, BAND_FILES=others)
        assert stub.asked[:4] == [
            "decloud",
            *(single_bands[name] for name in ("B02", "B03", "B04")),
        ]

    def test_none_that_only_qgis_opens(self, provider, stub, scene, tmp_path):
        web = QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png", "Web map", "wms")
        QgsProject.instance().addMapLayer(web)
        with pytest.raises(QgsProcessingException, match="Web map is not a file"):
            decloud(scene, tmp_path, BAND_FILES=[web.id()])

    def test_the_real_program(
        self, provider, real_backend, scene, single_bands, tmp_path, monkeypatch
    ):
        """The same pixels as of the stack, and true colour, although the layer is grey."""
        monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
        whole = processing.run(
            "cloudgan:decloud", {"INPUT": scene, "OUTPUT": str(tmp_path / "whole.tif"), **MODEL}
        )
        given = {"INPUT": single_bands["B08"], "BAND_FILES": list(single_bands.values())}
        layers = loaded(
            "cloudgan:decloud",
            {**given, "RADIOMETRY": "dn", "OUTPUT": str(tmp_path / "o.tif"), **MODEL},
        )
        layer = layers["o.tif"]
        dataset = gdal.Open(layer.source())
        names = [dataset.GetRasterBand(number).GetDescription() for number in (1, 2, 3, 4)]
        pixels = dict(zip(names, dataset.ReadAsArray(), strict=True))
        expected = gdal.Open(whole["OUTPUT"]).ReadAsArray()
        for number, name in enumerate(("B02", "B03", "B04", "B08")):
            (found,) = (text for text in names if name in text)
            assert np.array_equal(pixels[found], expected[number]), name
        renderer = layer.renderer()
        assert isinstance(renderer, QgsMultiBandColorRenderer)
        shown = (renderer.redBand(), renderer.greenBand(), renderer.blueBand())
        assert [names[band - 1][-3:] for band in shown] == ["B04", "B03", "B02"]
        stretched = (
            renderer.redContrastEnhancement(),
            renderer.greenContrastEnhancement(),
            renderer.blueContrastEnhancement(),
        )
        lowest = [found.minimumValue() for found in stretched]
        dark = [pixels[names[band - 1]] < low for band, low in zip(shown, lowest, strict=True)]
        assert np.mean(np.any(dark, axis=0)) < 0.02


class TestWhatIsGuessed:
    @pytest.fixture
    def warnings_of(self, provider, real_backend, tmp_path, monkeypatch):
        monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)

        def run(path, **parameters):
            listener = Listener()
            asked = {"INPUT": path, "OUTPUT": str(tmp_path / "o.tif"), **MODEL, **parameters}
            processing.run("cloudgan:decloud", asked, feedback=listener)
            (bands,) = (line for line in listener.said if line.startswith("Bands: "))
            return bands, listener.warned

        return run

    def test_a_stack_of_named_files_is_not(self, warnings_of, single_bands, tmp_path):
        """As Build Virtual Raster and Merge make it of B02, B03, B04: blue is its first band."""
        stacked = [single_bands[name] for name in ("B02", "B03", "B04")]
        asked = {"INPUT": stacked, "SEPARATE": True, "OUTPUT": str(tmp_path / "stack.vrt")}
        stack = processing.run("gdal:buildvirtualraster", asked)["OUTPUT"]
        bands, warned = warnings_of(stack, RADIOMETRY="dn")
        assert bands.startswith("Bands: 3,2,1 ")
        assert warned == []

    def test_bands_without_names_are(self, warnings_of, single_bands, tmp_path):
        """As Merge leaves them."""
        stacked = [single_bands[name] for name in ("B02", "B03", "B04")]
        asked = {"INPUT": stacked, "SEPARATE": True, "DATA_TYPE": 2}
        merged = processing.run("gdal:merge", {**asked, "OUTPUT": str(tmp_path / "merged.tif")})
        bands, warned = warnings_of(merged["OUTPUT"], RADIOMETRY="dn")
        assert bands.startswith("Bands: 3,2,1 ")
        (warning,) = warned
        assert "its bands have no names; by their values they are blue, green, red" in warning
        assert 'say "Bands" 1,2,3' in warning


class TestWidget:
    @pytest.fixture
    def dialog(self, provider, stub, scene, qgis_iface, monkeypatch):
        from processing.gui.AlgorithmDialog import AlgorithmDialog

        model = QgsBrowserGuiModel()
        monkeypatch.setattr(type(qgis_iface), "browserModel", lambda _: model, raising=False)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("cloudgan:decloud")
        dialog = AlgorithmDialog(algorithm, parent=qgis_iface.mainWindow())
        yield dialog
        dialog.close()

    def test_a_layer_a_file_and_a_folder(self, dialog, scene, product, stub, tmp_path, monkeypatch):
        wrapper = dialog.mainWidget().wrappers["INPUT"]
        assert dialog.createProcessingParameters()["INPUT"] == scene.id()
        monkeypatch.setattr(
            image_widget.QFileDialog, "getExistingDirectory", lambda *_: str(product)
        )
        (button,) = (
            found for found in wrapper.widget.findChildren(QToolButton) if "folder" in found.text()
        )
        button.click()
        assert dialog.createProcessingParameters()["INPUT"] == str(product)
        # What the dialog checks before it runs.
        parameters = {**dialog.createProcessingParameters(), "OUTPUT": str(tmp_path / "o.tif")}
        fine, why = dialog.algorithm().checkParameterValues(parameters, QgsProcessingContext())
        assert (fine, why) == (True, "")
        stub.does("tells")
        processing.run(dialog.algorithm(), parameters)
        assert stub.asked[1] == str(product)
        wrapper.setParameterValue(scene.id(), QgsProcessingContext())
        assert dialog.createProcessingParameters()["INPUT"] == scene.id()
