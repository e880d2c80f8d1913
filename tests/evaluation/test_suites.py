"""The suites on little data, with generators whose scores are known beforehand."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from scenes import read

from cloudgan_geo.bands import RGB
from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.errors import BandError, DatasetError, UsageError
from cloudgan_geo.evaluation.calibration import calibrate
from cloudgan_geo.evaluation.cirrus import cirrus_scenes
from cloudgan_geo.evaluation.clear import clear_suite
from cloudgan_geo.evaluation.methods import contest
from cloudgan_geo.evaluation.sources import Sources, clear_patches
from cloudgan_geo.evaluation.suites import article_suite
from cloudgan_geo.evaluation.tables import reports_to_json
from cloudgan_geo.evaluation.thin_suites import thin_seen, thin_unseen
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.networks.header import read_card
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.networks.zoo import load_generator


@pytest.fixture(scope="session")
def chips(sample_data):
    return load_chips(sample_data / "chips")


@pytest.fixture(scope="session")
def more_chips(chips):
    """The same chips again and again, so that 48 are left for the test: three mosaics."""
    return chips.take(list(range(16)) * 10)


def test_the_articles_suite_scores_the_input_and_the_generator_alike(chips, unchanged):
    done = []
    report = article_suite(chips, unchanged, progress=done.append)
    assert report.count == sum(done) == 5
    rows = report.tables[0].rows
    assert rows["unchanged"] == rows["unprocessed input"]
    assert 0.02 < rows["unchanged"]["mae"] < 0.5
    assert article_suite(chips, unchanged) == report
    assert article_suite(chips, unchanged, limit=2).count == 2
    with pytest.raises(DatasetError, match="too few"):
        article_suite(chips.take([0]), unchanged)


@pytest.mark.slow
def test_thin_suites_name_all_methods_and_hold_the_model_to_bars(
    more_chips, data_root, unchanged, darker
):
    methods = contest(darker, unchanged)
    seen, scores = thin_seen(more_chips, methods)
    names = ["unprocessed input", "dark-channel prior", "article", "darker", "darker, chip alone"]
    assert list(seen.tables[0].rows) == names
    assert scores.scores["article"].psnr == pytest.approx(scores.scores[names[0]].psnr)
    assert seen.count == 48
    assert sum(row["chips"] for row in seen.tables[1].rows.values()) == 48
    assert reports_to_json([thin_seen(more_chips, methods)[0]]) == reports_to_json([seen])

    root = data_root
    unseen = thin_unseen(
        more_chips, root / "pairs", root / "clear_l2a", root / "scenes", methods, seen=scores
    )
    # Three mosaics of chips, and two scenes of two windows under each of four families.
    assert unseen.count == 48 + 2 * 2 * 4
    assert list(unseen.tables[3].rows) == ["perlin", "ridged", "cellular"]
    assert list(unseen.tables[4].rows) == ["perlin", "ridged", "cellular", "cirrus"]
    gap = unseen.tables[2].rows["difference"]["gain"]
    assert unseen.bars[0].value == pytest.approx(gap)
    assert [bar.least for bar in unseen.bars][2:5] == [99, 80, 80]


@pytest.mark.slow
def test_a_generator_that_estimates_nothing_fails_what_asks_for_estimates(more_chips, unchanged):
    report, scores = thin_seen(more_chips, contest(unchanged, unchanged))
    assert scores.gain("unchanged") == 0
    assert len(report.tables) == 3
    assert [bar.value for bar in report.bars[2:]] == [None] * 6
    assert not any(bar.met for bar in report.bars)


def test_only_scenes_with_cirrus_give_shapes(data_root):
    (scene,) = cirrus_scenes(data_root / "pairs", data_root / "scenes")
    assert scene.name == "ts146_2018-11-12_cloudy"
    assert scene.shape.shape == (128, 128)
    assert (np.diff(scene.shape.mean(axis=0)) >= 0).all()


class Spotting:
    """Takes light away where red is above a reflectance of .1, and calls that cloud."""

    name, sha256, estimates, sees_surroundings = "spotting", "3" * 64, True, True
    device, precision, precision_reason, suggested_batch_size = "cpu", "fp32", "asked for", 8
    bands = RGB

    def clean(self, batch, view=None):
        cloud = (batch[:, :1] > 1000.5 / 2750).astype(np.float32)
        return Cleaned(batch - np.float32(0.05), 0.5 * cloud, np.full_like(cloud, 0.01))


def test_the_clear_suite_counts_pixels_that_stay(tmp_path, chips, data_root, unchanged):
    spotting = Spotting()
    methods = contest(spotting, unchanged)
    report = clear_suite(
        chips, data_root / "clear_l2a", data_root / "scenes", methods, spotting, tmp_path
    )
    raw, kept = (table.rows for table in report.tables)
    mean = raw["spotting"]["EuroSAT test split"]
    # What is darker than that becomes black.
    assert 0.04 < mean <= 0.05 + 1e-6
    assert report.bars[0].value == mean
    assert raw["article"]["EuroSAT test split"] == 0
    for name in ("patch_0", "patch_1"):
        red = read(data_root / "clear_l2a" / f"{name}.tif")[3]
        assert kept[f"`{name}`"]["pixels unchanged, %"] == pytest.approx(100 * (red <= 1000).mean())
    assert "`patch_770287`" not in kept
    # These values carry the offset of 1000, and clouds are known to be in two places.
    red = read(data_root / "scenes" / "dolomites_B04B03B02B08_uint16.tif")[0]
    outside = np.ones(red.shape, bool)
    outside[:216, :116] = False
    last = kept["`dolomites_B04B03B02B08_uint16`, outside its clouds"]
    share = 100 * (red <= 2000)[outside].mean()
    assert 10 < share < 90
    assert last["pixels unchanged, %"] == pytest.approx(share)
    assert report.bars[-1].value == pytest.approx(share)
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_a_generator_of_all_bands_gets_red_green_and_blue_of_chips(
    more_chips, unchanged, cirrus_knower
):
    knower = cirrus_knower(0.5, estimates=True)
    methods = contest(knower, unchanged)
    report, scores = thin_seen(more_chips, methods)
    # Without B10 it changes nothing; its opacity is .1 everywhere, its error .045 reflectance.
    assert scores.gain("cirrus knower") == pytest.approx(0, abs=1e-5)
    cleaned = methods.methods[-1].clean(np.full((3, 64, 64), 0.5, np.float32))
    assert cleaned.image == pytest.approx(0.5)
    assert (cleaned.opacity == np.float32(0.1)).all()
    assert cleaned.error == pytest.approx(0.045 / 0.275)
    all_bands, rgb = report.bars[-2:]
    assert all_bands.missing == ("13-band test chips",)
    assert (all_bands.met, rgb.met, rgb.least) == (None, False, 10)


def test_a_generator_that_cannot_do_without_other_bands_has_no_suite_of_chips(
    unchanged, cirrus_knower
):
    with pytest.raises(BandError, match=r"EuroSAT RGB: has no band B01.*cirrus knower needs"):
        contest(cirrus_knower(0.5, optional=False), unchanged)


def test_data_that_are_missing_are_named_by_their_options(tmp_path):
    with pytest.raises(UsageError, match="'thin-unseen' needs clear"):
        Sources(data=tmp_path, pairs=tmp_path).need("thin-unseen")
    with pytest.raises(DatasetError, match=r"pairs: no such.*see pairs"):
        Sources.under(tmp_path).need("real-pairs")
    with pytest.raises(DatasetError, match="; clear names"):
        clear_patches(tmp_path)


def evaluate(*arguments, code=0, command="evaluate"):
    done = subprocess.run(
        [sys.executable, "-m", "cloudgan_geo", command, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def tiny_thin(tmp_path_factory):
    """Weights of a generator that estimates, quick and of no other use."""
    torch.manual_seed(0)
    network = ThinGenerator(width=2)
    torch.nn.init.normal_(network.output.weight, std=0.05)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_generator(network, path, {"name": "tiny"})
    return path


@pytest.mark.slow
def test_evaluate_all_prints_every_table_and_last_the_bars(
    tmp_path, sample_data, data_root, tiny_thin
):
    page, scores = tmp_path / "evaluation.md", tmp_path / "scores.json"
    options = ("--data", sample_data / "chips", "--data-root", data_root, "--device", "cpu")
    said = evaluate(
        *("--model", tiny_thin, "--suite", "all", *options),
        *("--precision", "fp32", "--json", scores, "--markdown", page),
    ).stdout
    suites = json.loads(scores.read_text())["suites"]
    assert list(suites) == ["article", "thin-seen", "thin-unseen", "real-pairs", "clear"]
    assert [line[3:] for line in said.splitlines() if line.startswith("## ")] == [*suites, "Bars"]
    assert page.read_text().startswith("# Evaluation of `tiny")
    assert page.read_text().endswith(said)
    bars = sum(len(suite["bars"]) for suite in suites.values())
    assert f"of {bars} are met" in said
    assert suites["real-pairs"]["bars"][0]["what"] == "gain on ts146_2018-11-12, dB"


@pytest.mark.slow
def test_calibrate_writes_a_factor_into_the_card(tmp_path, sample_data, tiny_thin):
    out = tmp_path / "calibrated.safetensors"
    options = ("--model", tiny_thin, "--data", sample_data / "chips", "--precision", "fp32")
    said = evaluate(*options, "--out", out, command="calibrate").stdout
    assert "40 validation chips" in said
    scale = read_card(out)["error_scale"]
    assert scale["opacity"][0] == 0
    assert scale["opacity"][-1] == 1
    assert len(scale["factor"]) == len(scale["opacity"])


def test_only_estimates_can_be_calibrated(chips):
    with pytest.raises(UsageError, match="estimates no error"):
        calibrate(load_generator("article"), chips, validation=1, precision="fp32")


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("--suite", "real-pairs"), 2, "--pairs"),
        (("--suite", "clear", "--data-root", "nowhere"), 1, "nowhere"),
        (("--data", "nowhere"), 1, "--data"),
    ],
)
def test_mistakes_are_one_clear_line(arguments, code, named):
    failed = evaluate(*arguments, code=code)
    assert named in failed.stderr
    assert failed.stderr.startswith("Error: ")
    assert len(failed.stderr.splitlines()) == 1
