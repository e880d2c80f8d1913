"""Bars as data: judged where what they name was measured, and not where it was not."""

import pytest

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.evaluation.bars import WantedBar, bars_of
from cloudgan_geo.evaluation.tables import SuiteReport, reports_to_markdown

NEAR_INFRARED = BandSet(("B02", "B03", "B04", "B08"), ("B04", "B08"), (0.5,) * 4)
MEASURES = {"gain": {"a_1": 3.0, "b_1": 5.0, "c_1": None}}


@pytest.mark.parametrize(
    ("on", "of", "value", "missing"),
    [
        (("a",), None, 3, ()),
        (("a", "b"), None, 4, ()),
        (("a", "b"), min, 3, ()),
        (("a", "b"), max, 5, ()),
        ((), max, 5, ()),
        (("a", "c"), None, None, ("c",)),
        (("d",), None, None, ("d",)),
    ],
)
def test_a_bar_takes_what_it_names(on, of, value, missing):
    wanted = WantedBar("x", "gain", on, least=3.5, **({} if of is None else {"of": of}))
    bar = wanted.judge(MEASURES)
    assert (bar.value, bar.missing) == (value, missing)
    assert bar.met == (None if missing else value >= 3.5)


def test_a_bar_on_what_nobody_measured():
    bar = WantedBar("x", "seconds", (), most=1).judge(MEASURES)
    assert bar.met is None
    assert bar.missing == ("seconds",)


def test_bars_of_near_infrared_are_for_generators_that_correct_it():
    assert bars_of("real-pairs", RGB, {}) == []
    assert bars_of("article", NEAR_INFRARED, {}) == []
    reads_only = BandSet(("B02", "B03", "B04", "B08"), ("B04",), (0.5,) * 4)
    assert bars_of("real-pairs", reads_only, {}) == []
    bars = bars_of("real-pairs", NEAR_INFRARED, {"psnr": {"ts146_2018-03-22": 31.5}})
    assert {bar.met for bar in bars[1:]} == {None}
    assert (bars[0].value, bars[0].least, bars[0].met) == (31.5, 31.0, True)
    assert len({bar.what for bar in bars}) == len(bars)


def test_what_is_not_judged_says_what_is_missing():
    bars = tuple(bars_of("clear", NEAR_INFRARED, {"pixels unchanged": {"dolomites": 98.0}}))
    text = reports_to_markdown([SuiteReport("clear", "Ground.", 1, "chips", None, (), bars)])
    assert "0 of 1 are met; 2 not judged." in text
    assert "| pixels unchanged, dolomites, % | at least 99.00 | 98.00 | **no** |" in text
    assert "| - | not judged: no 13-band test chips |" in text
