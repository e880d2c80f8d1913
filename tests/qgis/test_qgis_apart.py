"""The algorithms that need no program: Apply quality, and the vegetation index."""

import numpy as np
import processing
import pytest
from layers import loaded
from osgeo import gdal, osr
from qgis.core import QgsProcessingException, QgsSingleBandPseudoColorRenderer

SHAPE = (300, 40)


def write(path, pixels, nodata=None, names=(), left=500000.0, metadata=None):
    """Writes a raster of the grid of these tests; `left` moves it."""
    pixels = np.atleast_3d(pixels.T).T
    kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32}
    count, height, width = pixels.shape
    made = gdal.GetDriverByName("GTiff").Create(
        str(path), width, height, count, kind[str(pixels.dtype)]
    )
    made.SetGeoTransform((left, 10.0, 0.0, 4693200.0, 0.0, -10.0))
    system = osr.SpatialReference()
    system.ImportFromEPSG(32631)
    made.SetSpatialRef(system)
    made.SetMetadata(metadata or {})
    for number, band in enumerate(pixels, 1):
        made.GetRasterBand(number).WriteArray(band)
        if nodata is not None:
            made.GetRasterBand(number).SetNoDataValue(nodata)
        if names:
            made.GetRasterBand(number).SetDescription(names[number - 1])
    return str(path)


@pytest.fixture
def image(tmp_path):
    pixels = np.random.default_rng(0).integers(1, 5000, (2, *SHAPE)).astype("uint16")
    return write(
        tmp_path / "image.tif", pixels, 0, ("B04", "B08"), metadata={"KEY": "kept"}
    ), pixels


@pytest.fixture
def quality(tmp_path):
    classes = np.ones(SHAPE, "uint8")
    classes[270, 20] = 3
    classes[10, 10] = 2
    return write(tmp_path / "qa.tif", classes, 0), classes


class TestApplyQuality:
    def apply(self, image, quality, tmp_path, **parameters):
        asked = {"INPUT": image, "QA": quality, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
        return gdal.Open(processing.run("cloudgan:applyquality", asked)["OUTPUT"])

    def test_thick_pixels_by_default(self, provider, image, quality, tmp_path):
        made = self.apply(image[0], quality[0], tmp_path)
        expected = np.where(quality[1] == 3, 0, image[1])
        assert np.array_equal(made.ReadAsArray(), expected)
        band = made.GetRasterBand(2)
        assert (band.GetDescription(), band.GetNoDataValue()) == ("B08", 0)
        assert made.GetMetadataItem("KEY") == "kept"
        assert made.GetGeoTransform() == gdal.Open(image[0]).GetGeoTransform()
        assert [path.name for path in tmp_path.glob("o.tif*")] == ["o.tif"]

    def test_classes_and_a_buffer(self, provider, image, quality, tmp_path):
        made = self.apply(image[0], quality[0], tmp_path, CLASSES=[2, 3], BUFFER=3)
        rows, columns = np.indices(SHAPE)
        near = np.zeros(SHAPE, bool)
        for row, column in ((270, 20), (10, 10)):
            near |= np.hypot(rows - row, columns - column) <= 3
        assert np.array_equal(made.ReadAsArray()[0] == 0, near)
        assert np.array_equal(made.ReadAsArray()[1][~near], image[1][1][~near])

    def test_another_grid_is_refused(self, provider, image, quality, tmp_path):
        moved = write(tmp_path / "moved.tif", quality[1], 0, left=500010.0)
        with pytest.raises(QgsProcessingException, match="image and moved are not of"):
            self.apply(image[0], moved, tmp_path)
        assert not list(tmp_path.glob("o.tif*"))

    def test_an_image_without_nodata(self, provider, image, quality, tmp_path):
        plain = write(tmp_path / "plain.tif", image[1])
        with pytest.raises(QgsProcessingException, match='give one under "Nodata value"'):
            self.apply(plain, quality[0], tmp_path)
        made = self.apply(plain, quality[0], tmp_path, NODATA=65535)
        assert made.GetRasterBand(1).GetNoDataValue() == 65535
        assert made.ReadAsArray()[0][270, 20] == 65535


class TestVegetationIndex:
    def index(self, image, tmp_path, **parameters):
        asked = {"INPUT": image, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
        return gdal.Open(processing.run("cloudgan:ndvi", asked)["OUTPUT"]).ReadAsArray()

    @pytest.mark.parametrize(("radiometry", "offset"), [("dn", 0), ("dn-offset", -1000)])
    def test_of_reflectance(self, provider, tmp_path, radiometry, offset):
        pixels = np.random.default_rng(1).integers(1100, 5000, (2, *SHAPE)).astype("uint16")
        pixels[0, 0, 0] = 0
        tags = {"CLOUDGAN_RADIOMETRY": radiometry}
        path = write(tmp_path / "i.tif", pixels, 0, ("S2 B04 red", "T31TDH_B08"), metadata=tags)
        red, infrared = pixels.astype(float) + offset
        expected = (infrared - red) / (infrared + red)
        found = self.index(path, tmp_path)
        assert found[0, 0] == -9999
        assert np.allclose(found.ravel()[1:], expected.ravel()[1:], atol=1e-6)

    def test_bands_without_names(self, provider, image, tmp_path):
        path = write(tmp_path / "plain.tif", image[1], 0)
        with pytest.raises(QgsProcessingException, match='do not tell which is "Red"'):
            self.index(path, tmp_path)
        assert np.allclose(self.index(path, tmp_path, RED=1, NIR=2), self.index(image[0], tmp_path))

    def test_its_style(self, provider, image, qgis_new_project, tmp_path):
        layer = loaded("cloudgan:ndvi", {"INPUT": image[0], "OUTPUT": str(tmp_path / "o.tif")})[
            "o.tif"
        ]
        assert layer.name() == "image: Vegetation index"
        assert isinstance(layer.renderer(), QgsSingleBandPseudoColorRenderer)
