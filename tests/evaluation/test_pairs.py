"""Pairs through `decloud`, with generators whose scores are known beforehand."""

import json
import shutil

import numpy as np
import pytest
from scenes import read

from cloudgan_geo.evaluation.pairs import pairs_suite
from cloudgan_geo.evaluation.tables import reports_to_json
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAME = "ts146_2018-11-12"
ROW = f"`{NAME}`"
CORRECTED = [k for k, name in enumerate(SENSOR.names) if name != "B10"]
AT = {name: k for k, name in enumerate(SENSOR.names)}


@pytest.fixture(scope="session")
def pair(data_root):
    """DN of the pair, clear and cloudy: twice its B10 was added to every other band."""
    return tuple(
        read(data_root / "pairs" / f"{NAME}_{date}.tif").astype(float)
        for date in ("clear", "cloudy")
    )


@pytest.fixture
def scored(tmp_path, data_root, unchanged):
    def score(cleaner, scenes=None):
        work = tmp_path / cleaner.name
        work.mkdir()
        report = pairs_suite(data_root / "pairs", scenes, cleaner, unchanged, work)
        assert not any(work.iterdir())
        return report

    return score


def table(report, title):
    (found,) = (table for table in report.tables if table.title.startswith(title))
    return found


def bar(report, what):
    (found,) = (bar for bar in report.bars if bar.what.startswith(what))
    return found


def test_a_generator_of_red_green_and_blue_is_scored_once(data_root, scored, darker):
    report = scored(darker, data_root / "scenes")
    psnr = report.tables[0].rows[ROW]
    assert list(psnr) == [
        *("unprocessed input", "dark-channel prior", "cirrus band", "unchanged", "darker"),
        "darker, every pixel",
    ]
    assert psnr["unchanged"] == psnr["unprocessed input"]
    assert psnr["darker"] != psnr["darker, every pixel"]
    gain = psnr["darker"] - psnr["unprocessed input"]
    given = table(report, "Gain in PSNR").rows
    assert given == {"all": {"mean gain": pytest.approx(gain), ROW: pytest.approx(gain)}}
    mae = table(report, "Mean absolute error of reflectance, all corrected bands (B04, B03, B02)")
    ratio = mae.rows[ROW]["darker"] / mae.rows[ROW]["unprocessed input"]
    assert mae.rows[ROW]["darker, after / before"] == pytest.approx(ratio)
    # Bars of near infrared are not for it, nor those on pairs that are not there.
    assert [bar.what for bar in report.bars] == [
        f"gain on {NAME}, dB",
        "lowest correlation of opacity with B10",
    ]
    assert report.bars[0].value == pytest.approx(gain)
    correlation = table(report, "Opacity against").rows[f"`{NAME}_cloudy`"]["correlation"]
    assert report.bars[1].value == correlation
    assert list(table(report, "Traces").rows) == [ROW, "`dolomites_B04B03B02B08_uint16`"]


def test_a_generator_that_estimates_nothing_has_no_tables_of_estimates(scored, unchanged):
    report = scored(unchanged)
    titles = [table.title for table in report.tables]
    assert not any(title.startswith(("Opacity", "Expected error")) for title in titles)
    traces = table(report, "Traces").rows[ROW]
    assert set(traces.values()) == {None}
    assert "null" in reports_to_json([report])
    assert f"| {ROW} | - | - | - |" in table(report, "Traces").to_markdown()


def index(pixels, more, less):
    a, b = pixels[AT[more]], pixels[AT[less]]
    return (a - b) / (a + b)


def test_all_bands_and_subsets_of_them(scored, pair, cirrus_knower):
    clear, cloudy = pair
    knower = cirrus_knower(0.5)
    report = scored(knower)
    after = cloudy - cloudy[10]
    given = table(report, "Gain in PSNR").rows
    assert list(given) == ["all", "no-b10", "10m", "rgb"]
    # Half of the error is taken away where there is B10, and nothing where there is not.
    assert given["all"]["mean gain"] == pytest.approx(6.02, abs=0.05)
    assert [given[name]["mean gain"] for name in ("no-b10", "10m", "rgb")] == [0, 0, 0]
    errors = {
        name: np.abs(image - clear)[CORRECTED] * 1e-4
        for name, image in (("unprocessed input", cloudy), ("cirrus knower", after))
    }
    mae = table(report, "Mean absolute error of reflectance").rows[ROW]
    psnr = table(report, "PSNR in dB of reflectance").rows[ROW]
    for name, error in errors.items():
        assert mae[name] == pytest.approx(error.mean(), abs=2e-5)
        assert psnr[name] == pytest.approx(-10 * np.log10(np.square(error).mean()), abs=0.02)
    assert mae["cirrus knower, after / before"] == pytest.approx(0.5, abs=0.01)
    for name, bands in {"NDVI": ("B08", "B04"), "NDWI": ("B03", "B08")}.items():
        row = table(report, f"Mean absolute error of {name}").rows[ROW]
        wanted = index(clear, *bands)
        for method, image in (("unprocessed input", cloudy), ("cirrus knower", after)):
            expected = np.abs(index(image, *bands) - wanted).mean()
            assert row[method] == pytest.approx(expected, abs=1e-3)
    green = table(report, "NDVI above 0.5").rows[ROW]
    for method, image in (("clear date", clear), ("unprocessed input", cloudy)):
        share = 100 * (index(image, "B08", "B04") > 0.5).mean()
        assert green[method] == pytest.approx(share, abs=0.05)
    assert bar(report, f"PSNR of {NAME}").value == report.tables[0].rows[ROW]["cirrus knower"]
    # One pair is not the mean of six.
    for what in ("MAE over all corrected bands", "mean gain given rgb", "seconds of a scene"):
        assert (bar(report, what).value, bar(report, what).met) == (None, None)
    json.loads(reports_to_json([report]))


def test_the_cirrus_band_is_subtracted_where_it_tells_enough(scored, cirrus_knower):
    row = scored(cirrus_knower(0.5)).tables[0].rows[ROW]
    # It takes what is there under clear sky for cirrus as well, and the rest rightly.
    assert row["cirrus band"] > row["unprocessed input"] + 6


def test_hard_pixels_and_the_cirrus_band_judge_estimates(scored, pair, cirrus_knower):
    clear, cloudy = pair
    report = scored(cirrus_knower(0.5, estimates=True))
    hard = ((cloudy - clear)[[1, 2, 3]].mean(axis=0) > 800) | (cloudy[10] > 600)
    expected = {"visible": 450, "nir": 300, "swir": 200}
    error = np.abs(cloudy - cloudy[10] - clear)
    within = [(error[k] <= expected[SENSOR.band(SENSOR.names[k]).group])[hard] for k in CORRECTED]
    row = table(report, "Expected error of hard pixels").rows[ROW]
    assert row["pixels"] == hard.sum() > 1000
    assert 10 < row["errors within the 90 % interval, %"] < 30
    assert row["errors within the 90 % interval, %"] == pytest.approx(
        100 * np.mean(within), abs=0.5
    )
    # Opacity rises with B10, whose own pixels blend into nothing else.
    rows = table(report, "Opacity against").rows
    assert rows[f"`{NAME}_cloudy`"]["correlation"] == pytest.approx(1, abs=1e-4)
    assert bar(report, "lowest correlation of opacity").met
    assert bar(report, "correlation of opacity with B10").met is None
    # What is subtracted knows no windows.
    lattice = table(report, "Traces").rows[ROW]["gradient on the windows' lattice / elsewhere"]
    assert lattice == pytest.approx(1, abs=0.1)


def test_subsets_that_a_generator_cannot_do_with_are_left_open(scored, cirrus_knower):
    report = scored(cirrus_knower(0.5, optional=False))
    given = table(report, "Gain in PSNR")
    assert given.rows["all"]["mean gain"] == pytest.approx(6.02, abs=0.05)
    assert given.rows["rgb"] == {"mean gain": None, ROW: None}
    assert "| no-b10 | - | - |" in given.to_markdown()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("ts146_2018-03-22", "cr_1970_fall_85"), ()),
        (("ts146_2018-03-22",), ("cr_1970_fall_85",)),
        (("cr_1970_fall_85",), ("ts146_2018-03-22",)),
    ],
)
def test_a_bar_on_two_pairs_is_not_judged_by_one(tmp_path, data_root, unchanged, given, missing):
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    for name in given:
        for date in ("cloudy", "clear"):
            source = data_root / "pairs" / f"{NAME}_{date}.tif"
            shutil.copy(source, pairs / f"{name}_{date}.tif")
    report = pairs_suite(pairs, None, unchanged, unchanged, tmp_path)
    first = report.bars[0]
    assert first.what == "gain on ts146_2018-03-22 and cr_1970_fall_85, dB"
    assert first.missing == missing
    assert (first.met is None) == bool(missing)
    assert (first.value is None) == bool(missing)
