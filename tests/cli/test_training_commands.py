"""prepare, train, plot, evaluate, models and preview, as a stranger would type them."""

import csv
import hashlib
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

# Its fixture trains for half a minute.
pytestmark = pytest.mark.slow

TRAIN = (
    "--epochs",
    "3",
    "--batch-size",
    "4",
    "--width",
    "2",
    "--device",
    "cpu",
    "--precision",
    "fp32",
)


def run(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "cloudgan_geo", *map(str, arguments)], capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def chips(sample_data):
    return sample_data / "chips"


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory, chips):
    folder = tmp_path_factory.mktemp("runs") / "first"
    run("train", "--data", chips, "--out", folder, *TRAIN)
    return folder


def test_prepare_writes_the_articles_folders(tmp_path, chips):
    said = run("prepare", chips, tmp_path / "pairs").stdout
    assert "Wrote 16 pairs" in said
    for folder in ("all_targets", "all_inputs"):
        names = sorted(path.name for path in (tmp_path / "pairs" / folder).iterdir())
        assert names[0] == "chip_01.jpg"
        assert len(names) == 16
    again = run("prepare", chips, tmp_path / "pairs", code=1)
    assert "not an empty folder" in again.stderr


def test_a_run_leaves_what_its_help_promises(finished_run):
    files = {path.relative_to(finished_run).as_posix() for path in finished_run.rglob("*.*")}
    panels = {f"panels/epoch_{n:03d}.png" for n in (1, 2, 3)}
    weights = {"best.safetensors", "latest.safetensors", "last.pt"}
    assert files == weights | {"steps.csv", "epochs.csv", "speed.csv", "run.json"} | panels
    with (finished_run / "steps.csv").open() as log:
        assert len(list(csv.DictReader(log))) == 9


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path, chips, finished_run):
    out = tmp_path / "killed"
    command = ["train", "--data", chips, "--out", out, *TRAIN, "--checkpoint-every", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cloudgan_geo", *map(str, command)], stderr=subprocess.PIPE
    )
    while not (out / "last.pt").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    refused = run(*command, code=2)
    assert "--resume" in refused.stderr
    run("train", "--data", chips, "--out", out, "--resume", "--device", "cpu")
    assert (out / "steps.csv").read_text() == (finished_run / "steps.csv").read_text()
    assert (out / "epochs.csv").read_text() == (finished_run / "epochs.csv").read_text()


def test_a_resumed_run_keeps_its_recipe_but_for_its_length(tmp_path, chips, finished_run):
    changed = run(
        "train", "--data", chips, "--out", finished_run, "--resume", "--width", "4", code=2
    )
    assert "--width" in changed.stderr
    joined = run("train", "--data", chips, "--out", finished_run, "--resume", "--no-gan", code=2)
    assert "--adversarial-weight" in joined.stderr


@pytest.mark.slow
def test_a_run_can_split_into_one_with_and_one_without_discriminator(tmp_path, chips):
    common = ("--data", chips, "--recipe", "thin", *TRAIN, "--checkpoint-every", "1")
    run("train", *common, "--out", tmp_path / "gan")
    run("train", *common, "--out", tmp_path / "l1", "--no-gan")
    logs = []
    for name in ("gan", "l1"):
        with (tmp_path / name / "steps.csv").open() as log:
            logs.append(list(csv.DictReader(log)))
    # 9 steps; the recipe's discriminator joins after .85 of them.
    assert logs[0][:8] == logs[1][:8]
    assert [row["discriminator"] == "nan" for row in logs[0]] == [True] * 8 + [False]
    assert all(row["discriminator"] == "nan" for row in logs[1])


@pytest.mark.slow
def test_a_new_run_may_start_from_trained_weights(tmp_path, chips, finished_run):
    best, out = finished_run / "best.safetensors", tmp_path / "on"
    run(
        *("train", "--data", chips, "--out", out, *TRAIN),
        *("--start-from", best, "--generator-lr", "2e-5"),
    )
    with (finished_run / "epochs.csv").open() as log:
        before = list(csv.DictReader(log))
    with (out / "epochs.csv").open() as log:
        after = list(csv.DictReader(log))
    # As many steps on top: what had been learned is still there.
    assert float(after[0]["validation_l1"]) < float(before[0]["validation_l1"])
    recipe = json.loads((out / "run.json").read_text())["recipe"]
    assert recipe["generator_lr"] == 2e-5
    assert recipe["start"] == hashlib.sha256(best.read_bytes()).hexdigest()
    command = ("train", "--data", chips, "--out", tmp_path / "x", *TRAIN, "--start-from", best)
    assert "--width" in run(*command, "--width", "4", code=2).stderr
    assert "--recipe" in run(*command, "--recipe", "thin", code=2).stderr
    assert "--resume" in run(*command, "--resume", code=2).stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_training_without_discriminator_and_with_the_minimax_loss(tmp_path, chips):
    for name, extra in (("l1", ("--adversarial-weight", "0")), ("v", ("--adversarial", "minimax"))):
        run("train", "--data", chips, "--out", tmp_path / name, *TRAIN, "--epochs", "1", *extra)
        with (tmp_path / name / "steps.csv").open() as log:
            first = next(csv.DictReader(log))
        assert (first["discriminator"] == "nan") is (name == "l1")
        if name == "v":
            assert float(first["adversarial"]) < 0


def test_plot_draws_losses_and_panel(tmp_path, chips, finished_run):
    said = run("plot", finished_run, "--out", tmp_path).stdout
    for name in ("losses.png", "panel.png"):
        assert f"Wrote {tmp_path / name}" in said
        assert Image.open(tmp_path / name).width > 400
    assert "steps.csv" in run("plot", tmp_path, code=1).stderr


def test_evaluate_prints_a_table_and_writes_json(tmp_path, chips, finished_run):
    out = tmp_path / "scores.json"
    model = finished_run / "best.safetensors"
    said = run("evaluate", "--model", model, "--data", chips, "--json", out).stdout
    scores = json.loads(out.read_text())["suites"]["article"]
    assert scores["count"] == 5
    rows = scores["tables"][0]["rows"]
    assert list(rows)[:3] == ["unprocessed input", "dark-channel prior", "article"]
    for method, values in rows.items():
        assert f"| {method} | {values['mae']:.4f} |" in said
    assert rows["unprocessed input"]["mae"] > 0.02


def test_models_lists_cards(finished_run):
    listed = run("models").stdout.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["article", "thin", "veil", "visible"]
    assert json.loads(run("models", "article", "--json").stdout)["architecture"] == "unet"
    assert "article" in run("models", "nonesuch", code=2).stderr


def test_preview_measures_against_the_truth(tmp_path, sample_data):
    cloudy, clear = sample_data / "scene.tif", sample_data / "scene_clear.tif"
    out = tmp_path / "view.png"
    said = run("preview", cloudy, clear, "--truth", clear, "--out", out).stdout
    assert "PSNR before: 13.96 dB" in said
    assert "PSNR after: inf dB" in said
    pixels = np.asarray(Image.open(out).convert("RGB"))
    assert pixels.shape[1] > 2 * pixels.shape[0]
    assert "--overwrite" in run("preview", cloudy, clear, "--out", out, code=2).stderr
    assert "PNG" in run("preview", cloudy, clear, "--out", tmp_path / "x.tif", code=2).stderr


def test_preview_refuses_scenes_of_different_size(tmp_path, sample_data):
    import rasterio

    small = tmp_path / "small.tif"
    with rasterio.open(sample_data / "scene.tif") as scene:
        profile = {**scene.profile, "width": 100}
        pixels = scene.read()[:, :, :100]
        with rasterio.open(small, "w", **profile) as out:
            out.write(pixels)
            out.descriptions = scene.descriptions
    scene, png = sample_data / "scene.tif", tmp_path / "x.png"
    refused = run("preview", scene, small, "--truth", scene, "--out", png, code=1)
    assert "differ in size" in refused.stderr
    assert not png.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("train", "--data", "nowhere", "--out", "x"), 1, "nowhere"),
        (("train", "--data", "CHIPS", "--out", "x", "--recipe", "nonesuch"), 2, "--recipe"),
        (("train", "--data", "CHIPS", "--out", "x", "--resume"), 1, "--resume"),
        (("train", "--data", "CHIPS", "--out", "x", "--device", "cuda:99"), 2, "--device"),
        (("evaluate", "--data", "nowhere"), 1, "nowhere"),
        (("evaluate", "--data", "CHIPS", "--model", "nonesuch"), 2, "--model"),
        (("prepare", "nowhere", "x"), 1, "nowhere"),
        (("plot", "nowhere"), 1, "nowhere"),
        (("nonesuch",), 2, "nonesuch"),
    ],
)
def test_mistakes_are_one_clear_line(tmp_path, chips, arguments, code, named, monkeypatch):
    monkeypatch.chdir(tmp_path)
    filled = [str(chips) if a == "CHIPS" else a for a in arguments]
    failed = run(*filled, code=code)
    assert named in failed.stderr
    assert "Error: " in failed.stderr
    assert not any(tmp_path.iterdir())
