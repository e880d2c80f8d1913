"""Bands as a card names them: what comes back, what is refused, and how."""

import json
import subprocess
import sys

import pytest

from cloudgan_geo.bands import RGB, SENTINEL_2, BandSet, consecutive
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.sensors import sensors

FOUR = BandSet(
    ("B02", "B03", "B04", "B08"), ("B08", "B04"), (0.275, 0.275, 0.3, 0.6), ("nir", "visible")
)
CARD = FOUR.to_card()["bands"]


def test_sentinel_2_has_its_thirteen_bands():
    assert sensors()["Sentinel-2"] is SENTINEL_2
    assert len(SENTINEL_2.names) == 13
    wavelengths = [band.wavelength for band in SENTINEL_2.bands]
    assert wavelengths == sorted(wavelengths)
    groups = {band.name: band.group for band in SENTINEL_2.bands}
    assert [groups[name] for name in ("B04", "B05", "B8A", "B09", "B10", "B12")] == [
        "visible", "nir", "nir", "nir", "swir", "swir",
    ]  # fmt: skip
    assert [SENTINEL_2.band(name).resolution for name in ("B08", "B8A", "B01")] == [10, 20, 60]


def test_a_card_that_names_no_bands_means_red_green_and_blue():
    assert BandSet.from_card({}) is RGB
    assert RGB.to_card() == {}
    assert RGB.reads == RGB.corrects == ("B04", "B03", "B02")
    assert RGB.domain == (0.275,) * 3


def test_bands_come_back_from_a_card():
    card = json.loads(json.dumps(FOUR.to_card()))
    assert BandSet.from_card(card) == FOUR
    assert FOUR.corrected == (3, 2)
    assert FOUR.corrected_domain == (0.6, 0.3)
    assert FOUR.grouped == ((0,), (1,))
    assert str(FOUR) == "reads B02, B03, B04, B08 and corrects B08, B04"


@pytest.mark.parametrize(
    ("corrects", "selected"),
    [
        (("B02", "B03", "B04", "B08"), slice(0, 4)),
        (("B03", "B04"), slice(1, 3)),
        (("B04", "B02"), [2, 0]),
    ],
)
def test_consecutive_bands_are_selected_without_copying(corrects, selected):
    bands = BandSet(FOUR.reads, corrects, FOUR.domain)
    assert bands.selected == selected
    assert bands.grouped == (tuple(range(len(corrects))),)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("RGB", "in a form that is not understood"),
        ({**CARD, "sensor": "Landsat 3"}, "a sensor 'Landsat 3' that is not known: Sentinel-2"),
        ({**CARD, "reads": "B02"}, "must list under bands what reads"),
        ({**CARD, "reads": [], "domain": {}}, "no band that the generator reads"),
        ({**CARD, "corrects": []}, "no band that the generator corrects"),
        ({**CARD, "corrects": ["B04", "B04"]}, "a band twice: corrects B04, B04"),
        ({**CARD, "corrects": ["B04", "B11"]}, "correct B11, which it does not read"),
        (
            {**CARD, "reads": ["B02", "B13"], "domain": {"B02": 0.3, "B13": 0.3}},
            "B13, which Sentinel-2 does not have",
        ),
        ({**CARD, "domain": {"B02": 0.275}}, "a domain of every band that the generator reads"),
        ({**CARD, "domain": {**CARD["domain"], "B04": "much"}}, "a domain that is no number"),
        ({**CARD, "domain": {**CARD["domain"], "B04": 0}}, "gives B04 a domain of 0"),
        ({**CARD, "domain": {**CARD["domain"], "B08": 2750}}, "gives B08 a domain of 2750"),
        ({**CARD, "domain": {**CARD["domain"], "B08": float("nan")}}, "B08 a domain of nan"),
        ({**CARD, "groups": ["visible"]}, "an error of visible; .* takes all or visible, nir"),
        ({**CARD, "groups": ["nir", "all"]}, "an error of nir, all"),
        ({**CARD, "groups": []}, "an error of no group"),
    ],
)
def test_bands_that_do_not_fit_are_refused_in_words(told, said):
    with pytest.raises(WeightsError, match=said):
        BandSet.from_card({"bands": told})


def test_bands_of_weights_are_told_without_torch():
    code = (
        "import sys\n"
        "from cloudgan_geo.networks.header import read_bands, weights_path\n"
        "print(read_bands(weights_path('thin')), 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "reads and corrects B04, B03, B02 False\n"


def test_runs_of_positions():
    assert consecutive([0, 1, 2, 5, 6, 3]) == [
        (slice(0, 3), slice(0, 3)),
        (slice(3, 5), slice(5, 7)),
        (slice(5, 6), slice(3, 4)),
    ]
    assert consecutive([0, 1, 2], [4, 5, 9]) == [
        (slice(0, 2), slice(0, 2), slice(4, 6)),
        (slice(2, 3), slice(2, 3), slice(9, 10)),
    ]
