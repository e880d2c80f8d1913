"""Chips of 13 bands, and which of them are for testing."""

import zipfile

import numpy as np
import pytest
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from cloudgan_geo.chips.eurosat import load_chips, split
from cloudgan_geo.chips.multispectral import (
    BANDS,
    SpectralChips,
    load_spectral_chips,
    names_for_testing,
    split_spectral,
)
from cloudgan_geo.errors import DatasetError


def encoded(image):
    profile = {"driver": "GTiff", "count": len(image), "height": 64, "width": 64}
    profile["transform"] = from_origin(0, 640, 10, 10)
    with MemoryFile() as file:
        with file.open(**profile, dtype=image.dtype) as dataset:
            dataset.write(image)
        return file.read()


def chip(value, bands=13, dtype=np.uint16):
    return (value + np.arange(bands)[:, None, None] + np.zeros((1, 64, 64))).astype(dtype)


def zipped(path, images):
    with zipfile.ZipFile(path, "w") as archive:
        for name, image in images.items():
            archive.writestr(name, encoded(image) if isinstance(image, np.ndarray) else image)
    return path


def test_chips_are_read_by_name_with_their_bands(tmp_path):
    path = zipped(
        tmp_path / "ms.zip", {"River/River_2.tif": chip(200), "Forest/Forest_1.tif": chip(100)}
    )
    chips = load_spectral_chips(path)
    assert chips.names == ("Forest/Forest_1", "River/River_2")
    assert chips.images.shape == (2, 13, 64, 64)
    assert chips.reflectance(1)[BANDS.index("B8A"), 0, 0] == pytest.approx(0.0212)
    assert chips.reflectance(0)[BANDS.index("B04"), 5, 5] == pytest.approx(0.0103)


def test_no_chip_for_testing_is_trained_on_or_validates():
    testing = names_for_testing()
    assert len(testing) == 8100
    names = tuple(sorted(f"{of}/{of}_{n}" for of in ("Forest", "River") for n in range(1, 101)))
    parts = split_spectral(SpectralChips(names, np.zeros((200, 13, 1, 1), np.uint16)), 12)
    assert {names[i] for i in parts.test} == testing & set(names)
    assert sorted((*parts.train, *parts.validation, *parts.test)) == list(range(200))
    assert 10 <= len(parts.validation) <= 12
    of = {names[i].partition("/")[0] for i in parts.validation}
    assert of == {"Forest", "River"}


@pytest.mark.slow
def test_the_split_is_that_of_the_rgb_chips(shared_data):
    images = load_chips(shared_data / "eurosat_rgb.zip")
    assert names_for_testing() == {images.names[i] for i in split(images).test}


@pytest.mark.slow
def test_eurosats_13_band_chips_are_its_rgb_chips(shared_data):
    chips = load_spectral_chips(shared_data / "eurosat_ms.zip")
    parts = split_spectral(chips)
    assert (len(chips), len(parts.train), len(parts.test)) == (920, 657, 263)
    means = chips.images.mean(axis=(0, 2, 3))
    # Clear sky in the cirrus band, green vegetation in the near infrared.
    assert 6 < means[BANDS.index("B10")] < 35
    assert means[BANDS.index("B8A")] > 2 * means[BANDS.index("B04")]


def test_what_is_no_such_chip_is_refused_by_name(tmp_path):
    with pytest.raises(DatasetError, match=r"none\.zip: no such zip"):
        load_spectral_chips(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(DatasetError, match=r"text\.zip: not a readable zip"):
        load_spectral_chips(tmp_path / "text.zip")
    for name, image, match in (
        ("few", chip(1, bands=12), "expected 13 bands"),
        ("float", chip(1, dtype=np.float32), "expected 13 bands"),
        ("damaged", b"II*\0nothing", "not a readable image"),
    ):
        path = zipped(tmp_path / f"{name}.zip", {"a/b.tif": image})
        with pytest.raises(DatasetError, match=f"a/b.tif: .*{match}"):
            load_spectral_chips(path)
    with pytest.raises(DatasetError, match=r"holds no \.tif chip"):
        load_spectral_chips(zipped(tmp_path / "other.zip", {"a.txt": b""}))
