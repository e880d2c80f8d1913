"""The suites on little data, with generators whose scores are known beforehand."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import rasterio
import torch

from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.errors import DatasetError, UsageError
from cloudgan_geo.evaluation.calibration import calibrate
from cloudgan_geo.evaluation.cirrus import cirrus_scenes
from cloudgan_geo.evaluation.clear import clear_suite
from cloudgan_geo.evaluation.methods import contest
from cloudgan_geo.evaluation.pairs import pairs_suite
from cloudgan_geo.evaluation.products import Product
from cloudgan_geo.evaluation.sources import Sources, clear_patches
from cloudgan_geo.evaluation.suites import article_suite
from cloudgan_geo.evaluation.tables import reports_to_json
from cloudgan_geo.evaluation.thin_suites import thin_seen, thin_unseen
from cloudgan_geo.networks.checkpoint import save_generator
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


def copy(source, target, change):
    """Writes what a function makes of the pixels of a raster."""
    with rasterio.open(source) as dataset:
        pixels, profile = change(dataset.read()), dataset.profile
    with rasterio.open(target, "w", **{**profile, "count": len(pixels)}) as dataset:
        dataset.write(pixels)


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


def test_pairs_are_scored_through_the_product(tmp_path, data_root, unchanged, darker):
    clear = data_root / "pairs" / "ts146_2018-11-12_clear.tif"
    with rasterio.open(clear) as dataset:
        truth = dataset.read()
    asked = []

    def decloud(scene, output, *, model, radiometry, opacity=None, raw=False):
        asked.append((model.name, radiometry, raw, opacity is not None))
        # The generator that is judged halves the error, in the raw form it quarters it.
        part = {"unchanged": 1, "darker": 4 if raw else 2}[model.name]
        copy(scene, output, lambda cloudy: truth + (cloudy - truth) // part)
        if opacity is not None:
            copy(scene, opacity, lambda cloudy: cloudy[10:11] // 10)

    report = pairs_suite(
        data_root / "pairs", data_root / "scenes", Product(darker, decloud, tmp_path), unchanged
    )
    psnr = report.tables[0].rows["`ts146_2018-11-12`"]
    assert psnr["unchanged"] == psnr["unprocessed input"]
    assert psnr["darker"] - psnr["unprocessed input"] == pytest.approx(6.02, abs=0.05)
    assert psnr["darker, every pixel"] - psnr["darker"] == pytest.approx(6.02, abs=0.1)
    assert report.bars[0].value == pytest.approx(6.02, abs=0.05)
    assert report.bars[1].value == pytest.approx(1, abs=1e-3)
    assert asked == [
        ("unchanged", "dn", False, False),
        ("darker", "dn", False, False),
        ("darker", "dn", True, False),
        ("darker", "dn", False, True),
    ]
    assert not any(tmp_path.iterdir())


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
            source = data_root / "pairs" / f"ts146_2018-11-12_{date}.tif"
            shutil.copy(source, pairs / f"{name}_{date}.tif")

    def decloud(scene, output, *, model, radiometry, opacity=None, raw=False):
        shutil.copy(scene, output)
        if opacity is not None:
            copy(scene, opacity, lambda cloudy: cloudy[10:11] // 10)

    report = pairs_suite(pairs, None, Product(unchanged, decloud, tmp_path), unchanged)
    bar = report.bars[0]
    assert bar.what == "gain on ts146_2018-03-22 and cr_1970_fall_85, dB"
    assert bar.missing == missing
    assert (bar.met is None) == bool(missing)
    assert (bar.value is None) == bool(missing)


def test_the_clear_suite_counts_pixels_that_stay(tmp_path, chips, data_root, unchanged, darker):
    def decloud(scene, output, *, model, radiometry, opacity=None, raw=False):
        def change(pixels):
            assert radiometry == ("dn-offset" if "dolomites" in scene.name else "dn")
            changed = pixels.copy()
            # Of one band the first 16 rows: a quarter of a scene, a cluster of the dolomites.
            changed[2, :16] += 1
            return changed

        copy(scene, output, change)

    product = Product(darker, decloud, tmp_path)
    methods = contest(darker, unchanged)
    report = clear_suite(chips, data_root / "clear_l2a", data_root / "scenes", methods, product)
    raw, kept = (table.rows for table in report.tables)
    mean = raw["darker"]["EuroSAT test split"]
    assert 0.01 < mean < 0.1
    assert report.bars[0].value == mean
    assert raw["article"]["EuroSAT test split"] == 0
    assert kept["`patch_1`"]["pixels unchanged, %"] == 75
    assert "`patch_770287`" not in kept
    # 160 columns, of which the first 116 lie in a cluster over these rows and more.
    outside = 288 * 160 - 216 * 116
    share = 100 * (1 - 16 * 44 / outside)
    last = kept["`dolomites_B04B03B02B08_uint16`, outside its clouds"]
    assert last["pixels unchanged, %"] == pytest.approx(share)
    assert report.bars[-1].value == pytest.approx(share)


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
    assert page.read_text().startswith("# Evaluation\n")
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
