"""Generators of other bands than red, green and blue, through QGIS and the real program."""

import subprocess
from pathlib import Path

import numpy as np
import processing
import pytest
from osgeo import gdal

FOUR = ("B02", "B03", "B04", "B08")
ALL = (
    *("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"),
)
CORRECTED = tuple(name for name in ALL if name != "B10")
#: DN that are 1 in the generators' domain.
DOMAIN = 5000


@pytest.fixture(scope="module")
def made(real_backend, tmp_path_factory):
    """What stand_ins.py writes."""
    folder = tmp_path_factory.mktemp("made")
    script = Path(__file__).with_name("stand_ins.py")
    python = Path(real_backend).with_name("python")
    # Not with what QGIS sets for its own.
    subprocess.run([str(python), "-I", str(script), str(folder)], check=True)
    return folder


@pytest.fixture
def decloud(provider, real_backend, made, tmp_path, monkeypatch):
    """Runs the algorithm; returns the result's bands by name, and the outputs' paths."""
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)

    def run(scene, weights, **parameters):
        asked = {"INPUT": str(made / scene), "WEIGHTS": str(made / f"{weights}.safetensors")}
        asked |= {"OUTPUT": str(tmp_path / "o.tif"), "PRECISION": "fp32", **parameters}
        found = processing.run("cloudgan:decloud", asked)
        return bands_of(found["OUTPUT"]), found

    return run


def bands_of(path):
    """Returns the bands of a raster by their descriptions, or their numbers."""
    dataset = gdal.Open(str(path))
    bands = [dataset.GetRasterBand(number + 1) for number in range(dataset.RasterCount)]
    return {
        band.GetDescription() or number: band.ReadAsArray()
        for number, band in enumerate(bands, start=1)
    }


def changed(before, after):
    assert list(after) == list(before)
    return [name for name in before if (before[name] != after[name]).any()]


def half_as_bright(pixels, index):
    """What all generators but identities make of a band they correct."""
    return pixels * (0.6 + index / 100) + 0.02 * DOMAIN


@pytest.mark.parametrize("count", [4, 13])
def test_identity_gives_every_band_back_bit_for_bit(decloud, made, tmp_path, count):
    qa, error = tmp_path / "qa.tif", tmp_path / "error.tif"
    files = {"QA": str(qa), "ERROR": str(error)}
    after, found = decloud(f"scene-{count}.tif", f"identity-{count}", **files)
    before = bands_of(made / f"scene-{count}.tif")
    assert len(before) == count
    assert changed(before, after) == []
    assert found["QA"] == str(qa)
    assert set(np.unique(*bands_of(qa).values())) == {2}  # All of it was corrected, by nothing.
    assert len(bands_of(error)) == (2 if count == 4 else 3)


def test_every_band_gets_its_own_gain_and_shift(decloud, made):
    before = bands_of(made / "scene-13.tif")
    after, _ = decloud("scene-13.tif", "changes-13")
    assert changed(before, after) == list(CORRECTED)
    for index, name in enumerate(CORRECTED):
        assert abs(after[name] - half_as_bright(before[name], index)).max() <= 0.51


def test_one_that_reads_thirteen_and_corrects_four(decloud, made):
    before = bands_of(made / "scene-13.tif")
    after, _ = decloud("scene-13.tif", "reads-13-corrects-4")
    assert changed(before, after) == list(FOUR)
    for index, name in enumerate(FOUR):
        assert abs(after[name] - half_as_bright(before[name], index)).max() <= 0.51


def test_less_can_be_asked_for(decloud, made):
    after, _ = decloud("scene-13.tif", "changes-13", CORRECT="rgb")
    assert changed(bands_of(made / "scene-13.tif"), after) == ["B02", "B03", "B04"]


def test_bands_by_name(decloud, made):
    """Of a file whose bands nothing tells; its fourth has no name."""
    before = bands_of(made / "unnamed.tif")
    asked = {"BANDS": "B08=1,B04=2,B03=3,B02=5", "RADIOMETRY": "dn"}
    after, _ = decloud("unnamed.tif", "changes-4", **asked)
    assert changed(before, after) == [1, 2, 3, 5]
    for index, number in enumerate((5, 3, 2, 1)):
        assert abs(after[number] - half_as_bright(before[number], index)).max() <= 0.51


def test_a_corrected_pixel_that_is_not_to_be_trusted(decloud, made, tmp_path):
    """The generators expect an error of .05 of their domain, of .275 a reflectance of .014."""
    qa = tmp_path / "qa.tif"
    decloud("scene-4.tif", "identity-4", QA=str(qa), THICK_ERROR=0.01)
    assert set(np.unique(*bands_of(qa).values())) == {3}


@pytest.mark.parametrize(("write", "count"), [("10m", 4), ("all", 13)])
def test_a_product(decloud, made, write, count):
    after, _ = decloud("S2A_MSIL1C_20150726.SAFE", "identity-13", WRITE=write)
    assert len(after) == count
    images = made / "S2A_MSIL1C_20150726.SAFE" / "GRANULE"
    for name in FOUR:
        (image,) = images.rglob(f"*_{name}.jp2")
        (before,) = bands_of(image).values()
        assert (after[name] == before).all()
