"""Scores over any bands and indices of vegetation and water, against torchmetrics and numpy."""

import numpy as np
import pytest
import rasterio
import torch
from scenes import ground, write_scene
from torchmetrics.functional.image import peak_signal_noise_ratio, spectral_angle_mapper

from cloudgan_geo.evaluation.reflectance import band_scores, middle, read_reflectance, share_above
from cloudgan_geo.evaluation.scenes import spectral_angle
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = tuple(name for name in SENSOR.names if name != "B10")


@pytest.fixture
def dn():
    """DN of 13 bands of a place, and of the same under haze."""
    clear = ground(60, 50, 13)
    return clear, (clear * 0.7 + 600).astype(np.uint16)


def stack(path, pixels, **profile):
    """Writes pixels with their bands named, as their order cannot be told by such values."""
    write_scene(path, pixels, **profile)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = SENSOR.names
    return path


@pytest.fixture
def images(tmp_path, dn):
    clear, cloudy = (
        read_reflectance(stack(tmp_path / f"{name}.tif", pixels), "dn")
        for name, pixels in zip(("clear", "cloudy"), dn, strict=True)
    )
    return cloudy, clear


def test_bands_are_reflectance_by_their_names(images, dn):
    _, clear = images
    assert set(clear.bands) == set(SENSOR.names)
    for name, pixels in zip(SENSOR.names, dn[0], strict=True):
        assert clear.bands[name] == pytest.approx(pixels * 1e-4, abs=1e-6)
    assert clear.valid.all()


def test_offsets_and_the_middle_of_a_scene(tmp_path, dn):
    path = write_scene(tmp_path / "s.tif", dn[0])
    found = read_reflectance(path, "dn-offset", {"B04": 1, "B03": 2, "B02": 7}, most=20)
    assert set(found.bands) == {"B04", "B03", "B02"}
    expected = dn[0][6, 20:40, 15:35] * 1e-4 - 0.1
    assert found.bands["B02"] == pytest.approx(expected, abs=1e-6)
    assert middle(10, 20) == slice(0, 10)


@pytest.mark.parametrize("names", [NAMES, ("B04", "B03", "B02"), ("B02", "B03", "B04", "B08")])
def test_scores_over_bands_are_those_of_torchmetrics(images, names):
    cloudy, clear = images
    scores = band_scores(cloudy, clear, names)
    x, y = (torch.from_numpy(of.of(names))[None] for of in images)
    psnr = peak_signal_noise_ratio(x, y, data_range=1.0).item()
    assert scores["psnr"] == pytest.approx(psnr, abs=1e-4)
    assert scores["mae"] == pytest.approx((x - y).abs().mean().item(), abs=1e-6)
    angle = torch.rad2deg(spectral_angle_mapper(x, y)).item()
    assert scores["sam"] == pytest.approx(angle, abs=1e-3)


def test_the_angle_of_any_number_of_bands_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    for bands in (2, 3, 7, 12):
        x, y = rng.uniform(0, 1, (2, bands, 5, 6)).astype(np.float32)
        cosine = (x * y).sum(0) / np.linalg.norm(x, axis=0) / np.linalg.norm(y, axis=0)
        assert spectral_angle(x, y) == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.01)
    # The arccosine would not see so small an angle.
    x = np.array([1, 0, 0, 0], np.float32)[:, None, None]
    y = np.array([1, 1e-5, 0, 0], np.float32)[:, None, None]
    assert spectral_angle(x, y).item() == pytest.approx(np.degrees(1e-5), rel=1e-4)


def test_indices_are_those_of_the_definition(images, dn):
    cloudy, clear = images
    scores = band_scores(cloudy, clear, NAMES)
    at = {name: SENSOR.names.index(name) for name in ("B03", "B04", "B08")}

    def index(pixels, more, less):
        a, b = (pixels[at[name]].astype(float) for name in (more, less))
        return (a - b) / (a + b)

    for name, (more, less) in {"NDVI": ("B08", "B04"), "NDWI": ("B03", "B08")}.items():
        before, after = (index(pixels, more, less) for pixels in (dn[1], dn[0]))
        assert scores[name] == pytest.approx(np.abs(before - after).mean(), abs=1e-6)
        assert clear.index(name) == pytest.approx(after, abs=1e-5)
    share = share_above(clear.index("NDVI"), 0.5, clear.valid)
    assert share == pytest.approx(100 * (index(dn[0], "B08", "B04") > 0.5).mean(), abs=0.05)


def test_pixels_without_data_or_light_count_for_nothing(tmp_path, dn):
    clear, cloudy = (pixels.copy() for pixels in dn)
    cloudy[:, :10] = 0
    clear[[3, 7], 59] = cloudy[[3, 7], 59] = 1
    paths = [
        stack(tmp_path / f"{name}.tif", pixels, nodata=0)
        for name, pixels in (("cloudy", cloudy), ("clear", clear))
    ]
    image, truth = (read_reflectance(path, "dn") for path in paths)
    assert not image.valid[:10].any()
    error = np.abs(cloudy[:, 10:].astype(float) - clear[:, 10:])[[0, 1, 2]].mean() * 1e-4
    assert band_scores(image, truth, ("B01", "B02", "B03"))["mae"] == pytest.approx(error, abs=1e-6)
    assert np.isnan(image.index("NDVI")[:10]).all()
    # A black pixel has no index: its light would be negative under the offset.
    dark = read_reflectance(paths[1], "dn-offset").index("NDVI")
    assert np.isnan(dark[59]).all()


def test_what_is_not_there_is_not_scored(tmp_path, dn):
    paths = [
        write_scene(tmp_path / f"{name}.tif", pixels[[3, 2, 1]])
        for name, pixels in zip(("clear", "cloudy"), dn, strict=True)
    ]
    clear, cloudy = (read_reflectance(path, "dn") for path in paths)
    scores = band_scores(cloudy, clear, ("B04", "B03", "B02"))
    assert (scores["NDVI"], scores["NDWI"]) == (None, None)
    assert share_above(clear.index("NDVI"), 0.5, clear.valid) is None
    assert band_scores(clear, clear, ("B04",))["psnr"] == float("inf")
