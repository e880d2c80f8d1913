"""Bands without names, told by the values of real images."""

import warnings
import zipfile

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from scenes import UTM, ground

from cloudgan_geo.errors import BandError, CloudganWarning
from cloudgan_geo.raster.reading.band_order import stack_order, visible_order
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.sensors.sentinel2 import SENSOR

VEILED = "ts146_2018-03-22_cloudy.tif"


def told(path, bands, order):
    """Writes bands of a real file in an order, without names, and says how they are read."""
    with rasterio.open(bands) as source:
        pixels = source.read(order)
        profile = {**UTM, "driver": "GTiff", "dtype": pixels.dtype, "photometric": "MINISBLACK"}
        count, height, width = pixels.shape
        with rasterio.open(path, "w", count=count, height=height, width=width, **profile) as target:
            target.write(pixels)
    return path


@pytest.mark.parametrize("near_infrared", [[], [8]])
def test_blue_first_as_rioxarray_writes(tmp_path, shared_data, near_infrared):
    scene = told(tmp_path / "s.tif", shared_data / "pairs" / VEILED, [2, 3, 4, *near_infrared])
    with pytest.warns(CloudganWarning, match=r"blue, green, red.*bands=\(1, 2, 3\)"):
        opened = open_scene(scene)
    assert opened.rgb.indexes == (3, 2, 1)
    assert opened.named.indexes.get("B08") == (4 if near_infrared else None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_scene(scene, bands=(1, 2, 3)).rgb.indexes == (1, 2, 3)


def test_red_first(tmp_path, shared_data):
    scene = told(tmp_path / "s.tif", shared_data / "pairs" / VEILED, [4, 3, 2, 8])
    with pytest.warns(
        CloudganWarning, match=r"red, green, blue and near infrared.*bands=\(3, 2, 1\)"
    ):
        assert open_scene(scene).rgb.indexes == (1, 2, 3)


def test_a_coin_toss_is_refused(tmp_path):
    scene = tmp_path / "s.tif"
    with rasterio.open(
        scene, "w", driver="GTiff", count=3, height=70, width=70, dtype="uint16", **UTM,
        photometric="MINISBLACK",
    ) as target:  # fmt: skip
        target.write(ground(70, 70))
    with pytest.raises(BandError, match=r"do not tell.*bands=\(1, 2, 3\).*bands=\(3, 2, 1\)"):
        open_scene(scene)
    assert open_scene(scene, bands=(3, 2, 1)).rgb.indexes == (3, 2, 1)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("few", [np.zeros((3, 0)), np.ones((3, 9)), np.full((3, 999), 7)])
def test_nothing_to_go_by_is_refused(dtype, few):
    with pytest.raises(BandError, match="do not tell"):
        visible_order("s.tif", few.astype(dtype), SENSOR.blue_or_red)


@pytest.mark.slow
def test_hardly_a_real_image_is_told_wrongly(shared_data):
    """In the order blue first; the rule has the same errors in the other by construction."""
    images = [read(path) for path in sorted((shared_data / "pairs").glob("*.tif"))]
    images += [read(path) for path in sorted((shared_data / "clear_l2a").glob("*.tif"))]
    with zipfile.ZipFile(shared_data / "eurosat_ms.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".tif"):
                with MemoryFile(archive.read(name)) as file, file.open() as dataset:
                    images.append(dataset.read([2, 3, 4]))
    answers = [answer(image.reshape(3, -1)) for image in images]
    assert answers.count("red first") <= len(answers) // 500
    assert answers.count("refused") <= len(answers) // 8


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read([2, 3, 4])


def answer(values):
    try:
        return visible_order("s.tif", values, SENSOR.blue_or_red)
    except BandError:
        return "refused"


def test_stacks_of_thirteen(tmp_path, shared_data):
    with rasterio.open(shared_data / "pairs" / VEILED) as dataset:
        sensor = dataset.read().reshape(13, -1)
    eurosat = [*range(8), 9, 10, 11, 12, 8]
    usual, chips, _ = SENSOR.orders
    orders = (usual, chips)
    assert stack_order(sensor, orders, "B10") == usual
    assert stack_order(sensor[eurosat], orders, "B10") == chips
    assert stack_order(sensor[::-1], orders, "B10") is None
    scene = told(tmp_path / "s.tif", shared_data / "pairs" / VEILED, [i + 1 for i in eurosat])
    assert open_scene(scene).named.indexes["B8A"] == 13
