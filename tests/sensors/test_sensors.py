"""What sensors tell, on Sentinel-2."""

from pathlib import Path

import pytest

from cloudgan_geo.sensors import DEFAULT, recognised, sensors
from cloudgan_geo.sensors.product import Labels
from cloudgan_geo.sensors.sensor import either
from cloudgan_geo.sensors.sentinel2 import SENSOR


def test_sentinel_2_is_known_and_the_default():
    assert sensors()["Sentinel-2"] is SENSOR is DEFAULT


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("B04", ["B04"]),
        ("T31TDH_b8a_20m", ["B8A"]),
        ("b2 b11", ["B02", "B11"]),
        ("B99", ["B99"]),
        ("Band 4", []),
        ("red", []),
    ],
)
def test_bands_that_a_text_names(text, names):
    assert SENSOR.spelled(text) == names


@pytest.mark.parametrize(
    ("wavelength", "name"), [(833, "B08"), (865, "B8A"), (850, None), (1375, "B10"), (10_000, None)]
)
def test_the_band_at_a_wavelength(wavelength, name):
    assert SENSOR.at(wavelength) == name


def test_sizes_of_pixels():
    assert SENSOR.finest == ("B04", "B03", "B02", "B08")
    assert [SENSOR.pixels(name) for name in ("B04", "B11", "B10")] == [1, 2, 6]
    assert SENSOR.coarsest == 6


@pytest.mark.parametrize(
    ("labels", "known"),
    [
        (Labels("/data/S2B_MSIL1C_20200101.SAFE"), True),
        (Labels("s.tif", {"PRODUCT_URI": "S2A_MSIL2A_20180322.SAFE"}), True),
        (Labels("s.tif"), False),
        (Labels("LC08_L2SP_196030.tif"), False),
    ],
)
def test_what_it_recognises(labels, known):
    assert recognised(labels) == (SENSOR if known else None)


def test_products_are_named_by_their_folder():
    folder = Path("/data/S2A.SAFE")
    for path in (folder, folder / "MTD_MSIL1C.xml", Path("/data/S2A.SAFE.zip")):
        assert SENSOR.named_by(path) == folder


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")],
)
def test_a_choice_in_words(words, said):
    assert either(words) == said
