"""What people look at after a run: a picture, and a page that is looked at in a browser."""

import json
import re
import shutil
import struct
import subprocess

import numpy as np
import pytest
import rasterio

from cloudgan_geo import decloud
from cloudgan_geo.correction.look_page import png
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.writing import commits

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def run(sample_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("look")
    files = {name: folder / f"run.{name}" for name in ("png", "html")}
    result = decloud(
        sample_data / "scene.tif", folder / "o.tif", preview=files["png"], html=files["html"]
    )
    return result, folder


def test_before_after_and_quality_side_by_side(run, sample_data):
    _, folder = run
    with rasterio.open(folder / "run.png") as picture:
        assert (picture.count, picture.width, picture.height) == (3, 3 * 300 + 4 * 8, 300 + 2 * 8)
        pixels = picture.read()
    before, after, quality = (pixels[:, 8:-8, at : at + 300] for at in (8, 316, 624))
    # Cloud is bright, and what it is taken from is darker.
    assert before.mean() > after.mean() + 8
    assert len({tuple(colour) for colour in quality.reshape(3, -1).T}) <= 4


def test_a_page_that_needs_no_other_file(run):
    _, folder = run
    page = (folder / "run.html").read_text()
    # Before and after, the quality band, and the vegetation before and after.
    assert page.count('src="data:image/png;base64,') == 5
    assert not re.search(r"https?://", page.replace("http://www.w3.org", ""))
    assert page.count("<rect ") == 20
    before, after = map(float, re.search(r"Mean NDVI (\S+) to (\S+)\.<", page).groups())
    assert after > before


def test_pictures_change_nothing_else(run, sample_data, tmp_path):
    _, folder = run
    decloud(sample_data / "scene.tif", tmp_path / "o.tif")
    with rasterio.open(folder / "o.tif") as shown, rasterio.open(tmp_path / "o.tif") as plain:
        assert np.array_equal(shown.read(), plain.read())
        assert shown.tags() == plain.tags()


def test_a_generator_that_estimates_nothing_has_two_panels_and_no_histogram(sample_data, tmp_path):
    files = {"preview": tmp_path / "p.png", "html": tmp_path / "p.html"}
    decloud(sample_data / "scene.tif", tmp_path / "o.tif", model="article", **files)
    width, height = struct.unpack(">II", files["preview"].read_bytes()[16:24])
    assert (width, height) == (2 * 300 + 3 * 8, 316)
    assert "<svg" not in files["html"].read_text()


def test_outputs_are_all_new_or_all_old(sample_data, tmp_path):
    (tmp_path / "p.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"p\.png: exists already"):
        decloud(sample_data / "scene.tif", tmp_path / "o.tif", preview=tmp_path / "p.png")
    assert [path.name for path in tmp_path.iterdir()] == ["p.png"]
    assert (tmp_path / "p.png").read_bytes() == b"mine"
    for name, wrong in (("preview", "p.jpg"), ("html", "p.txt")):
        with pytest.raises(UsageError, match=f"{wrong}: {name} takes a name ending in"):
            decloud(sample_data / "scene.tif", tmp_path / "o.tif", **{name: tmp_path / wrong})
    with pytest.raises(UsageError, match="cannot be both"):
        decloud(
            sample_data / "scene.tif",
            tmp_path / "o.tif",
            report=tmp_path / "x.html",
            html=tmp_path / "x.html",
        )


def test_large_scenes_are_reduced_and_nodata_is_white(tmp_path):
    rng = np.random.default_rng(3)
    pixels = rng.integers(300, 900, (3, 90, 1700)).astype(np.uint16)
    pixels[:, :, :850] = 0
    profile = {"driver": "GTiff", "count": 3, "height": 90, "width": 1700, "dtype": "uint16"}
    with rasterio.open(tmp_path / "s.tif", "w", **profile, nodata=0) as file:
        file.write(pixels)
        for band, name in enumerate(("B04", "B03", "B02"), 1):
            file.set_band_description(band, name)
    decloud(tmp_path / "s.tif", tmp_path / "o.tif", preview=tmp_path / "p.png", radiometry="dn")
    with rasterio.open(tmp_path / "p.png") as picture:
        drawn = picture.read()
    assert drawn.shape == (3, 42 + 16, 3 * 800 + 4 * 8)
    assert (drawn[:, 8:-8, 8:400] == 255).all()
    assert (drawn[:, 8:-8, 420:800] < 200).all()


def test_a_png_is_read_as_it_was_written(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (17, 31, 3)).astype(np.uint8)
    (tmp_path / "p.png").write_bytes(png(pixels))
    with rasterio.open(tmp_path / "p.png") as file:
        assert np.array_equal(file.read().transpose(1, 2, 0), pixels)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no browser is installed here")
def test_a_browser_shows_the_page(run, tmp_path):
    _, folder = run
    browse = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    shot = tmp_path / "shot.png"
    page = (folder / "run.html").as_uri()
    options = [f"--screenshot={shot}", "--window-size=900,2400", page]
    subprocess.run([*browse, *options], check=True, capture_output=True, timeout=120)
    with rasterio.open(shot) as drawn:
        pixels = drawn.read([1, 2, 3])
    # Left of the slider the cloudy scene, right of it the clear one.
    top = pixels[:, 150:700]
    assert top[:, :, 60:420].mean() > top[:, :, 480:840].mean() + 8
    slider = tmp_path / "moved.html"
    moved = "<script>for(const r of document.querySelectorAll('input'))"
    moved += "{r.value=100;r.oninput()}document.title="
    moved += "JSON.stringify([...document.images].map(i=>i.naturalWidth))</script>"
    slider.write_text((folder / "run.html").read_text() + moved)
    dumped = subprocess.run(
        [*browse, "--dump-dom", slider.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    assert json.loads(re.search(r"<title>(.*?)</title>", dumped)[1]) == [300] * 5
    assert dumped.count("--_at: 100%") + dumped.count("--_at:100%") == 2


def test_a_picture_that_cannot_take_its_place_takes_the_scene_with_it(
    sample_data, tmp_path, monkeypatch
):
    names = {"preview": tmp_path / "p.png", "html": tmp_path / "p.html"}
    for path in (*names.values(), tmp_path / "o.tif"):
        path.write_bytes(b"old")
    put = commits._put

    def failing(new, place, overwrite):
        if place.name == "p.html":
            raise OSError(28, "No space left on device")
        put(new, place, overwrite)

    monkeypatch.setattr(commits, "_put", failing)
    with pytest.raises(OutputError):
        decloud(sample_data / "scene.tif", tmp_path / "o.tif", overwrite=True, **names)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: b"old" for name in ("o.tif", "p.png", "p.html")
    }
