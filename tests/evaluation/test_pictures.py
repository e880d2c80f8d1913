"""Pictures of real scenes: what is drawn where, in which colours, and how large."""

import numpy as np
import pytest
import rasterio
from PIL import Image
from scenes import write_scene

from cloudgan_geo.errors import DatasetError, OutputError
from cloudgan_geo.evaluation.pictures import draw_pictures, make_folder
from cloudgan_geo.evaluation.preview import Drawing, draw_row, reduced, reduction
from cloudgan_geo.sensors.sentinel2 import SENSOR

COLOURS = {1: (143, 191, 143, 255), 2: (61, 133, 198, 255), 3: (217, 83, 79, 255)}
NO_DATA = (209, 224, 242)


def shown(path):
    return np.asarray(Image.open(path).convert("RGB"))


def panel(picture, place, side):
    """Returns the panel at a place, counted from 0, of a picture of square panels."""
    left = 8 + place * (side + 8)
    return picture[28 : 28 + side, left : left + side]


def test_every_pair_and_every_large_scene_is_drawn(tmp_path, data_root, darker):
    done = []
    out = tmp_path / "out"
    make_folder(out)
    (out / "ts146_2018-11-12.png").write_text("from before")
    draw_pictures(
        data_root / "pairs", data_root / "scenes", darker, out, limit=1, progress=done.append
    )
    assert done == [1, 1]
    names = ["dolomites_B04B03B02B08_uint16.png", "ts146_2018-11-12.png"]
    assert sorted(path.name for path in out.iterdir()) == names
    for name in names:
        assert Image.open(out / name).mode == "P"
        assert (out / name).stat().st_size < 300_000


@pytest.fixture
def pair(tmp_path):
    """Folder of a pair whose cirrus band rises from 0 to 1 in reflectance, from left to right.

    The upper quarter is no data.
    """
    clear = np.random.default_rng(0).integers(500, 1500, (13, 128, 128)).astype(np.uint16)
    clear[:, :32] = 0
    cloudy = clear + np.uint16(500)
    cloudy[10] = np.linspace(1, 10_000, 128)
    cloudy[:, :32] = 0
    (tmp_path / "pairs").mkdir()
    for date, pixels in (("clear", clear), ("cloudy", cloudy)):
        path = write_scene(tmp_path / "pairs" / f"hill_{date}.tif", pixels, nodata=0)
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = SENSOR.names
    return tmp_path / "pairs"


def test_a_pair_is_drawn_in_one_stretch_beside_what_was_estimated(tmp_path, pair, cirrus_knower):
    knower = cirrus_knower(0.01, estimates=True, opacity=lambda b10: b10, error=(0.01,) * 3)
    draw_pictures(pair, None, knower, tmp_path)
    picture = shown(tmp_path / "hill.png")
    # 128 pixels a side, drawn twice as large.
    assert picture.shape[1] == 8 + 5 * (256 + 8)
    cloudy, cleaned, clear, opacity, quality = (
        panel(picture, k, 256)[66:].astype(float) for k in range(5)
    )
    # A reflectance of .01 is taken away in the middle, where B10 is .5; the square root of what
    # is left of .275 is drawn.
    middle = np.s_[:, 116:140]
    before, after = ((of[middle] / 255) ** 2 for of in (cloudy, cleaned))
    assert (before - after).mean() * 0.275 == pytest.approx(0.01, abs=0.002)
    with rasterio.open(pair / "hill_clear.tif") as dataset:
        truth = np.sqrt(dataset.read([4, 3, 2]) / 2750).repeat(2, 1).repeat(2, 2)[:, 66:]
    # Three scenes of noise share the 200 colours that are left.
    assert np.abs(clear - 255 * truth.transpose(1, 2, 0)).mean() < 6
    for place in (3, 4):
        assert (panel(picture, place, 256)[:62] == NO_DATA).all()
    assert (np.ptp(opacity, axis=2) == 0).all()
    assert np.abs(opacity[:, :, 0] - 255 * np.linspace(0, 1, 128).repeat(2)).max() <= 5
    for code, column in ((1, 4), (2, 128), (3, 250)):
        assert (quality[:, column] == COLOURS[code][:3]).all()
    # And the legend names them below.
    legend = {tuple(pixel) for pixel in picture[28 + 256 :].reshape(-1, 3).tolist()}
    assert legend >= {NO_DATA, *(colour[:3] for colour in COLOURS.values())}


def test_nothing_is_estimated_by_a_generator_that_does_not(tmp_path, data_root, unchanged):
    draw_pictures(data_root / "pairs", data_root / "scenes", unchanged, tmp_path)
    widths = {path.stem[:5]: Image.open(path).width for path in tmp_path.glob("*.png")}
    # 288 rows of 160 columns are a panel of their own size.
    assert widths == {"ts146": 8 + 3 * (256 + 8), "dolom": 8 + 2 * (160 + 8)}


def test_large_scenes_are_reduced(tmp_path, data_root, darker):
    rng = np.random.default_rng(0)
    scenes, out = tmp_path / "scenes", tmp_path / "out"
    scenes.mkdir()
    make_folder(out)
    write_scene(scenes / "large.tif", rng.integers(1, 256, (3, 210, 1100), np.uint8))
    draw_pictures(data_root / "pairs", scenes, darker, out)
    # Every third pixel: 366 x 70.
    assert Image.open(out / "large.png").size == (8 + 4 * (366 + 8), 28 + 70 + 24 + 8)


def test_reduced_images_hold_the_means_of_blocks():
    assert [reduction((3, side), 512) for side in (511, 512, 513, 1025)] == [1, 1, 2, 3]
    image = np.arange(35, dtype=np.float32).reshape(1, 5, 7)
    small = reduced(image, 2)
    assert small.shape == (1, 2, 3)
    assert small[0, 0, 0] == np.mean([0, 1, 7, 8])
    image[0, 0, 0] = np.nan
    assert np.isnan(reduced(image, 2)).sum() == 1
    valid = np.ones((4, 4), np.bool_)
    valid[3, 3] = False
    assert (reduced(valid, 2) == 1).sum() == 3


def test_few_pixels_of_a_colour_with_a_meaning_keep_it(tmp_path):
    rng = np.random.default_rng(0)
    busy = rng.uniform(0, 1, (64, 64, 3)).astype(np.float32)
    calm = np.ones((64, 64, 3), np.float32)
    calm[10, 10] = (0.2, 0.4, 0.6)
    drawings = [Drawing("busy", busy), Drawing("calm", calm, legend={"rare": (0.2, 0.4, 0.6)})]
    draw_row(drawings, tmp_path / "x.partial", side=64, compact=True)
    picture = shown(tmp_path / "x.partial")
    assert panel(picture, 1, 64)[10, 10].tolist() == [51, 102, 153]
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert np.abs(panel(picture, 0, 64) - 255 * busy).mean() < 20


def test_a_folder_that_cannot_be_is_refused_before_anything_is_computed(tmp_path, darker):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="pictures names"):
        make_folder(tmp_path / "file" / "pictures")
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert not any((tmp_path / "a" / "b").iterdir())
    with pytest.raises(DatasetError, match="pairs"):
        draw_pictures(tmp_path, None, darker, tmp_path)
