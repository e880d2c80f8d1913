"""`auto`: every scene gets the bundled generator that sees most of its bands."""

import json
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from scenes import read, write_safe, write_scene

from cloudgan_geo.arrays.clean import clean_array
from cloudgan_geo.cli.main import main
from cloudgan_geo.correction.choosing import BUNDLED, all_ready, bands_of, chosen, members
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import CloudganWarning
from cloudgan_geo.networks.header import bundled
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = SENSOR.names
WITHOUT_CIRRUS = tuple(name for name in NAMES if name != "B10")
WITHOUT_SWIR = tuple(name for name in WITHOUT_CIRRUS if name not in ("B11", "B12"))


def bands_under_a_veil(names=NAMES, height=90, width=100):
    rng = np.random.default_rng(3)
    pixels = rng.normal(1500, 200, (len(names), height, width)).clip(300, 6000)
    if "B10" in names:
        pixels[names.index("B10")] = 150
    return pixels.astype(np.uint16)


def at(names):
    return {name: index for index, name in enumerate(names, 1)}


def scene_of(path, names=NAMES):
    return write_scene(path, bands_under_a_veil(names))


def test_its_generators_are_bundled_and_the_last_needs_red_green_and_blue():
    assert set(BUNDLED) <= set(bundled())
    needed = [set(bands_of(name).needs) for name in BUNDLED]
    assert needed[-1] == set(SENSOR.visible)
    assert all(len(wide) > len(narrow) for wide, narrow in pairwise(needed))


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (NAMES, "veil"),
        (WITHOUT_CIRRUS, "veil"),
        (WITHOUT_SWIR, "visible"),
        (("B02", "B03", "B04", "B08"), "visible"),
        ((), "visible"),
    ],
)
def test_what_a_scene_has_decides(there, found):
    assert chosen("auto", there) == found
    assert chosen("article", there) == "article"
    every = all_ready("auto", DecloudOptions(device="cpu"))
    assert chosen(every, there).name == found
    assert members(every)[0].name == BUNDLED[0]


@pytest.mark.parametrize(
    ("names", "found"),
    [(NAMES, "veil"), (WITHOUT_CIRRUS, "veil"), (("B02", "B03", "B04", "B08"), "visible")],
)
def test_a_scene_is_corrected_as_by_the_generator_itself(tmp_path, names, found):
    path = scene_of(tmp_path / "s.tif", names)
    same = {"radiometry": "dn", "bands": at(names), "precision": "fp32", "device": "cpu"}
    result = decloud(path, tmp_path / "auto.tif", **same)
    decloud(path, tmp_path / "named.tif", model=found, **same)
    assert result.model == found
    np.testing.assert_array_equal(read(tmp_path / "auto.tif"), read(tmp_path / "named.tif"))
    assert result.bands_corrected == (
        tuple(name for name in names if name != "B10") if found == "veil" else ("B04", "B03", "B02")
    )
    ready = all_ready("auto", DecloudOptions(device="cpu", precision="fp32"))
    again = decloud(path, tmp_path / "ready.tif", model=ready, radiometry="dn", bands=at(names))
    assert again.model == found
    np.testing.assert_array_equal(read(tmp_path / "ready.tif"), read(tmp_path / "auto.tif"))


def test_a_cirrus_band_that_holds_nothing_is_none(tmp_path):
    pixels = bands_under_a_veil()
    pixels[NAMES.index("B10")] = 0
    path = write_scene(tmp_path / "s.tif", pixels)
    with pytest.warns(CloudganWarning, match="B10, holds nothing but 0 and is taken for missing"):
        assert decloud(path, tmp_path / "o.tif", radiometry="dn").model == "veil"


def test_red_green_and_blue_alone(tmp_path):
    path = scene_of(tmp_path / "s.tif")
    assert decloud(path, tmp_path / "o.tif", radiometry="dn", rgb_only=True).model == "visible"
    assert read(tmp_path / "o.tif").shape[0] == 3


def test_a_product_without_swir_is_read_as_for_the_visible(tmp_path):
    pixels = bands_under_a_veil(WITHOUT_SWIR, 120, 120)
    size = {name: 120 // SENSOR.pixels(name) for name in WITHOUT_SWIR}
    bands = {
        name: band[: size[name], : size[name]]
        for name, band in zip(WITHOUT_SWIR, pixels, strict=True)
    }
    product = write_safe(tmp_path / "S2A_MSIL2A.SAFE", bands, level="2A")
    for model in ("auto", "visible"):
        decloud(product, tmp_path / f"{model}.tif", model=model, precision="fp32", device="cpu")
    np.testing.assert_array_equal(read(tmp_path / "auto.tif"), read(tmp_path / "visible.tif"))


def test_arrays_are_corrected_as_files_are(tmp_path):
    same = {"precision": "fp32", "device": "cpu"}
    decloud(scene_of(tmp_path / "s.tif"), tmp_path / "o.tif", radiometry="dn", **same)
    cleaned = clean_array(bands_under_a_veil(), bands=NAMES, reflectance=(1e-4, 0), **same)
    assert len(cleaned.corrected) == 12
    np.testing.assert_array_equal(cleaned.image, read(tmp_path / "o.tif"))
    cleaned = clean_array(
        bands_under_a_veil(WITHOUT_SWIR), bands=WITHOUT_SWIR, reflectance=(1e-4, 0), **same
    )
    assert cleaned.corrected == ("B04", "B03", "B02")


def test_info_says_which(tmp_path):
    for names, found in ((NAMES, "veil"), (WITHOUT_SWIR, "visible")):
        path = scene_of(tmp_path / f"{found}.tif", names)
        told = ",".join(f"{name}={index}" for name, index in at(names).items())
        run = CliRunner().invoke(main, ["info", str(path), "--json", "--bands", told])
        assert json.loads(run.stdout)["model"] == found
