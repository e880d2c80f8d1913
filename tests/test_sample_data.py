"""The bundled sample is what its README says, and can be made again."""

import numpy as np
import pytest
import rasterio

from cloudgan_geo import sample_scene
from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.errors import DatasetError


@pytest.mark.parametrize("name", ["scene.tif", "scene_clear.tif"])
def test_scenes_are_made_again_pixel_for_pixel(tmp_path, sample_data, name):
    sample_scene.write(tmp_path)
    with rasterio.open(sample_data / name) as committed, rasterio.open(tmp_path / name) as again:
        assert np.array_equal(committed.read(), again.read())
        assert committed.profile == again.profile
        assert committed.descriptions == again.descriptions == sample_scene.BANDS
        assert committed.crs.is_projected


def test_chips_are_made_again_and_come_from_the_clear_scene(tmp_path, sample_data):
    sample_scene.write(tmp_path)
    committed, again = load_chips(sample_data / "chips"), load_chips(tmp_path / "chips")
    assert np.array_equal(committed.images, again.images)
    with rasterio.open(sample_data / "scene_clear.tif") as scene:
        red = scene.read(3)[:64, :64]
    expected = np.minimum(red / 2750 * 255, 255)
    assert np.abs(committed.images[0, :, :, 0] - expected).max() <= 0.5


def test_the_veil_is_thin_and_varies(sample_data):
    with (
        rasterio.open(sample_data / "scene.tif") as cloudy,
        rasterio.open(sample_data / "scene_clear.tif") as clear,
    ):
        brighter = cloudy.read([1, 2, 3]).mean() - clear.read([1, 2, 3]).mean()
    opacity = 1 - np.exp(-sample_scene.optical_depth(300, 300))
    assert brighter > 300
    assert 0.15 < opacity.min() < 0.35
    assert 0.65 < opacity.max() < 0.75
    # Thin, thicker, thickest: each fills a part of the scene.
    assert np.histogram(opacity, bins=3)[0].min() > 5000


def test_a_missing_source_is_named(tmp_path, monkeypatch):
    def no_spyndex(package):
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(sample_scene, "files", no_spyndex)
    with pytest.raises(DatasetError, match="pip install spyndex"):
        sample_scene.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()
