import pytest

from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.band_finding import find_bands

GREY4 = ["gray", "undefined", "undefined", "undefined"]


@pytest.mark.parametrize(
    ("descriptions", "colours", "bands", "reason"),
    [
        (["B04", "B03", "B02", "B08"], GREY4, (1, 2, 3), "descriptions"),
        (["B02", "B03", "B04", "B08"], GREY4, (3, 2, 1), "descriptions"),
        (["b2", "b3", "b4", None], GREY4, (3, 2, 1), "descriptions"),
        (["B4, central wavelength 665 nm", "B3, x", "B2, y", "B8, z"], GREY4, (1, 2, 3), "descr"),
        (["T31_B04_10m", "T31_B03_10m", "T31_B02_10m"], GREY4[:3], (1, 2, 3), "descriptions"),
        (["Blue", "Green", "Red", "NIR"], GREY4, (3, 2, 1), "descriptions"),
        (
            ["red edge 1", "blue", "green", "red", "near infrared"],
            GREY4 + GREY4[:1],
            (4, 3, 2),
            "d",
        ),
        (["B8A", "B04", "B03", "B02"], GREY4, (2, 3, 4), "descriptions"),
        ([None] * 3, ["blue", "green", "red"], (3, 2, 1), "colour interpretation"),
        ([None] * 4, ["red", "green", "blue", "alpha"], (1, 2, 3), "colour interpretation"),
        (["Band 1", "Band 2", "Band 3", "Band 4"], GREY4, (1, 2, 3), "values of 4 bands"),
        (["same"] * 3, GREY4[:3], (1, 2, 3), "values of 3 bands"),
        ([None] * 4, GREY4, (1, 2, 3), "values of 4 bands"),
        ([None] * 12, ["gray"] + ["undefined"] * 11, (4, 3, 2), "Sentinel-2 order of 12"),
        ([None] * 13, ["gray"] + ["undefined"] * 12, (4, 3, 2), "Sentinel-2 order of 13"),
        ([None] * 4, ["gray", "undefined", "undefined", "alpha"], (1, 2, 3), "of 3 bands"),
    ],
)
def test_found(descriptions, colours, bands, reason):
    found = find_bands("scene.tif", descriptions, colours).rgb
    assert found.indexes == bands
    assert reason in found.reason


@pytest.mark.parametrize(
    ("descriptions", "colours", "said"),
    [
        ([None], ["gray"], "has 1 band; red, green and blue are needed"),
        ([None] * 2, ["gray", "alpha"], "has 1 band;"),
        ([None] * 2, ["gray", "undefined"], "has 2 bands;"),
        (
            [None] * 6,
            ["gray"] + ["undefined"] * 5,
            r"which of its 6 bands.*bands=\(RED, GREEN, BLUE\)",
        ),
        (
            ["B08", "B04", "B03"],
            GREY4[:3],
            r"not all among.*\(B08, B04, B03\).*bands=\(RED, GREEN, BLUE\)",
        ),
        (["red", "red", "blue"], GREY4[:3], "not all among"),
        (["B1", "B2", "B3"], ["red", "green", "blue"], "not all among"),
    ],
)
def test_refused(descriptions, colours, said):
    with pytest.raises(BandError, match=f"^scene.tif: .*{said}"):
        find_bands("scene.tif", descriptions, colours)


def test_as_requested():
    found = find_bands("scene.tif", ["B04", "B03", "B02"], GREY4[:3], (3, 1, 2)).rgb
    assert found.indexes == (3, 1, 2)
    assert found.reason == "as given"


@pytest.mark.parametrize("requested", [(1, 2, 5), (0, 1, 2), (1, 1, 2), (1, 2), (1, 2, 3, 4)])
def test_bands_that_are_not_there_are_refused(requested):
    with pytest.raises(UsageError, match="bands"):
        find_bands("scene.tif", [None] * 4, GREY4, requested)


def test_all_bands_are_found_by_their_descriptions():
    names = ["B02", "B03", "B04", "B08", "B8A", "B11, SWIR", "scl", "B05", "B05"]
    found = find_bands("scene.tif", names, ["gray"] * 9).indexes
    assert found == {"B02": 1, "B03": 2, "B04": 3, "B08": 4, "B8A": 5, "B11": 6}
    colours = find_bands("scene.tif", ["Blue", "Green", "Red", "NIR"], GREY4).indexes
    assert colours == {"B02": 1, "B03": 2, "B04": 3, "B08": 4}


def test_bands_by_name():
    asked = {"B04": 3, "B03": 2, "B02": 1, "B11": 5}
    found = find_bands("scene.tif", [None] * 5, ["gray"] * 5, asked)
    assert found.indexes == asked
    assert found.rgb.indexes == (3, 2, 1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"B04": 3, "B03": 2, "B02": 1, "B13": 4}, "no such band"),
        ({"B04": 3, "B03": 2, "B02": 9}, "no band 9"),
        ({"B04": 3, "B03": 2, "B02": 1, "B08": 1}, "twice"),
        ({"B04": 3, "B03": 2}, "which is B02"),
    ],
)
def test_names_that_make_no_sense_are_refused(asked, said):
    with pytest.raises(UsageError, match=said):
        find_bands("scene.tif", [None] * 5, ["gray"] * 5, asked)


@pytest.mark.parametrize("colours", [GREY4, ["red", "green", "blue", "undefined"]])
def test_bands_by_their_wavelengths(colours):
    found = find_bands("s.tif", [None] * 4, colours, wavelengths=[490, 560, 665, 865])
    assert found.indexes == {"B02": 1, "B03": 2, "B04": 3, "B8A": 4}
    assert found.rgb.reason == "by their wavelengths"


def test_wavelengths_that_tell_too_little_name_what_they_can():
    colours = ["red", "green", "blue", "undefined"]
    found = find_bands("s.tif", [None] * 4, colours, wavelengths=[None, None, None, 1610])
    assert found.indexes == {"B04": 1, "B03": 2, "B02": 3, "B11": 4}
    assert found.rgb.reason == "by their colour interpretation"
