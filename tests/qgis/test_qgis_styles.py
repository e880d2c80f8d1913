"""How results look: two stretches of the image, styles of the other layers."""

import numpy as np
import pytest
from layers import draw, loaded
from osgeo import gdal
from qgis.core import (
    QgsPalettedRasterRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
)


def enhancements(layer):
    renderer = layer.renderer()
    return (
        (renderer.redBand(), renderer.redContrastEnhancement()),
        (renderer.greenBand(), renderer.greenContrastEnhancement()),
        (renderer.blueBand(), renderer.blueContrastEnhancement()),
    )


def reflectance(path):
    """The values as QGIS shows them: with the scale and offset of the file."""
    dataset = gdal.Open(str(path))
    bands = [dataset.GetRasterBand(number + 1) for number in range(dataset.RasterCount)]
    return [band.ReadAsArray() * (band.GetScale() or 1) + (band.GetOffset() or 0) for band in bands]


def black_in_any(layer, path):
    """Share of the pixels of a file that a layer's style shows as black in some band."""
    pixels = reflectance(path)
    dark = [pixels[band - 1] < found.minimumValue() for band, found in enhancements(layer)]
    return np.mean(np.any(dark, axis=0))


@pytest.fixture
def cleared(stub, sample_data):
    """The backend finds what is under the cloud."""
    stub.does("clears")
    return sample_data / "scene_clear.tif"


def stretch_to(layer, extent, canvas):
    """Stretches the input as the symbology panel does."""
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.CumulativeCut)
    origin.setExtent(extent)
    layer.renderer().setMinMaxOrigin(origin)
    layer.setContrastEnhancement(1, QgsRasterMinMaxOrigin.CumulativeCut, canvas, 250_000)
    layer.renderer().setMinMaxOrigin(origin)


def run(scene, tmp_path, **parameters):
    asked = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
    return loaded("cloudgan:decloud", asked)["o.tif"]


@pytest.mark.parametrize("extent", ["WholeRaster", "UpdatedCanvas"])
def test_the_ground_under_the_cloud_is_not_black(provider, cleared, scene, tmp_path, extent):
    box = scene.extent()
    part = QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x(), box.center().y())
    extents = QgsRasterMinMaxOrigin.Extent
    stretch_to(scene, getattr(extents, extent), part if extent == "UpdatedCanvas" else box)
    shown = [(e.minimumValue(), e.maximumValue()) for _, e in enhancements(scene)]
    layer = run(scene, tmp_path)
    styles = layer.styleManager()
    assert sorted(styles.styles()) == ["as the input", "its own stretch"]
    assert styles.currentStyle() == "its own stretch"
    assert [band for band, _ in enhancements(layer)] == [3, 2, 1]
    assert black_in_any(layer, cleared) < 0.02
    # QGIS stretches anew for what is seen, as the canvas has it do.
    draw(layer)
    assert black_in_any(layer, cleared) < 0.02
    styles.setCurrentStyle("as the input")
    draw(layer)
    kept = [(e.minimumValue(), e.maximumValue()) for _, e in enhancements(layer)]
    assert np.allclose(kept, shown)
    assert black_in_any(layer, cleared) > 0.1


def test_what_the_user_stretches_to_the_canvas_stays_readable(provider, cleared, scene, tmp_path):
    layer = run(scene, tmp_path)
    origin = layer.renderer().minMaxOrigin()
    origin.setExtent(QgsRasterMinMaxOrigin.UpdatedCanvas)
    layer.renderer().setMinMaxOrigin(origin)
    draw(layer)
    assert black_in_any(layer, cleared) < 0.02


def test_no_stretch_clips_nothing(provider, cleared, scene, tmp_path):
    for _, found in enhancements(scene):
        found.setContrastEnhancementAlgorithm(0)
    styles = run(scene, tmp_path).styleManager()
    assert sorted(styles.styles()) == ["as the input", "its own stretch"]
    assert styles.currentStyle() == "as the input"


def test_grey(provider, cleared, scene, tmp_path):
    grey = QgsRasterLayer(scene.source(), "grey")
    grey.setRenderer(QgsSingleBandGrayRenderer(grey.dataProvider(), 3))
    grey.setDefaultContrastEnhancement()
    QgsProject.instance().addMapLayer(grey)
    layer = run(grey, tmp_path)
    assert layer.styleManager().currentStyle() == "its own stretch"
    renderer = layer.renderer()
    assert renderer.grayBand() == 3
    red = reflectance(cleared)[2]
    assert np.mean(red < renderer.contrastEnhancement().minimumValue()) < 0.02


def test_bands_of_the_style_where_only_three_are_left(provider, stub, scene, tmp_path):
    layer = run(scene, tmp_path, RGB_ONLY=True)
    assert [band for band, _ in enhancements(layer)] == [1, 2, 3]


def test_results_are_styled(provider, stub, scene, tmp_path):
    scene.renderer().redContrastEnhancement().setMaximumValue(1234)
    names = ("OUTPUT", "QA", "OPACITY", "ERROR")
    files = {name: str(tmp_path / f"{name}.tif") for name in names}
    layers = loaded("cloudgan:decloud", {"INPUT": scene, **files})
    layers["OUTPUT.tif"].styleManager().setCurrentStyle("as the input")
    assert [band for band, _ in enhancements(layers["OUTPUT.tif"])] == [3, 2, 1]
    assert enhancements(layers["OUTPUT.tif"])[0][1].maximumValue() == 1234
    quality = layers["QA.tif"].renderer()
    assert isinstance(quality, QgsPalettedRasterRenderer)
    labels = {entry.value: (entry.label, entry.color.alpha()) for entry in quality.classes()}
    assert labels == {
        0: ("0 no data, or outside the area", 0),
        1: ("1 clear: as it was", 255),
        2: ("2 corrected", 255),
        3: ("3 thick: not to be trusted", 255),
    }
    for name, largest in (("OPACITY.tif", 1), ("ERROR.tif", 200)):
        ramp = layers[name].renderer()
        assert isinstance(ramp, QgsSingleBandPseudoColorRenderer)
        items = ramp.shader().rasterShaderFunction().colorRampItemList()
        assert [items[0].value, items[-1].value] == [0, largest]
        assert items[0].color != items[-1].color
