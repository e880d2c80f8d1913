import pytest

from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.bands import find_rgb

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
        (["Band 1", "Band 2", "Band 3", "Band 4"], GREY4, (1, 2, 3), "first three of 4"),
        (["same"] * 3, GREY4[:3], (1, 2, 3), "first three of 3"),
        ([None] * 4, GREY4, (1, 2, 3), "first three of 4"),
        ([None] * 12, ["gray"] + ["undefined"] * 11, (4, 3, 2), "Sentinel-2 order of 12"),
        ([None] * 13, ["gray"] + ["undefined"] * 12, (4, 3, 2), "Sentinel-2 order of 13"),
        ([None] * 4, ["gray", "undefined", "undefined", "alpha"], (1, 2, 3), "three of 3"),
    ],
)
def test_found(descriptions, colours, bands, reason):
    found = find_rgb("scene.tif", descriptions, colours)
    assert found.indexes == bands
    assert reason in found.reason


@pytest.mark.parametrize(
    ("descriptions", "colours", "said"),
    [
        ([None], ["gray"], "has 1 band; red, green and blue are needed"),
        ([None] * 2, ["gray", "alpha"], "has 1 band;"),
        ([None] * 2, ["gray", "undefined"], "has 2 bands;"),
        ([None] * 6, ["gray"] + ["undefined"] * 5, "which of its 6 bands.*--bands"),
        (["B08", "B04", "B03"], GREY4[:3], r"not all among.*\(B08, B04, B03\).*--bands"),
        (["red", "red", "blue"], GREY4[:3], "not all among"),
        (["B1", "B2", "B3"], ["red", "green", "blue"], "not all among"),
    ],
)
def test_refused(descriptions, colours, said):
    with pytest.raises(BandError, match=f"^scene.tif: .*{said}"):
        find_rgb("scene.tif", descriptions, colours)


def test_as_requested():
    found = find_rgb("scene.tif", ["B04", "B03", "B02"], GREY4[:3], (3, 1, 2))
    assert found.indexes == (3, 1, 2)
    assert found.reason == "as given"


@pytest.mark.parametrize("requested", [(1, 2, 5), (0, 1, 2), (1, 1, 2), (1, 2), (1, 2, 3, 4)])
def test_bands_that_are_not_there_are_refused(requested):
    with pytest.raises(UsageError, match="--bands"):
        find_rgb("scene.tif", [None] * 4, GREY4, requested)
