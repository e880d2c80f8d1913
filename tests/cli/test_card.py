"""`card` and `models`, as a stranger would type them."""

import hashlib
import json
import stat
import subprocess
import sys

import pytest
import torch

from cloudgan_geo.networks.checkpoint import read_generator, save_generator
from cloudgan_geo.networks.header import bundled
from cloudgan_geo.networks.thin import ThinGenerator


def run(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "cloudgan_geo", *map(str, arguments)], capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "trained.safetensors"
    save_generator(ThinGenerator(width=2), path, {"name": "best", "epoch": 7})
    return path


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory, weights, sample_data):
    """A real one, of a pair that is the sample."""
    folder = tmp_path_factory.mktemp("evaluation")
    pairs = folder / "pairs"
    pairs.mkdir()
    for name, source in (("cloudy", "scene"), ("clear", "scene_clear")):
        (pairs / f"sample_{name}.tif").symlink_to(sample_data / f"{source}.tif")
    out = folder / "scores.json"
    run("evaluate", "--model", weights, "--suite", "real-pairs", "--pairs", pairs, "--json", out)
    return out


@pytest.mark.slow
def test_facts_and_scores_join_what_training_wrote(tmp_path, weights, evaluation):
    facts = tmp_path / "facts.json"
    facts.write_text('{"name": "mine", "licence": "MIT", "known_failures": ["snow"]}')
    out = tmp_path / "mine.safetensors"
    run("card", "--model", weights, "--facts", facts, "--scores", evaluation, "--out", out)
    card = json.loads(run("models", out, "--json").stdout)
    assert (card["name"], card["epoch"], card["licence"]) == ("mine", 7, "MIT")
    assert card["known_failures"] == ["snow"]
    said = run("models", out).stdout.splitlines()
    assert said[0].split() == ["name", "mine"]
    assert "fails at      snow" in said
    assert any(line.strip().startswith("- `sample`: unprocessed input ") for line in said)
    row = card["scores"]["real-pairs"]["rows"]["`sample`"]
    assert list(row) == ["unprocessed input", "best"]
    # The same weights, but for the rounding of kernels to half precision.
    old, new = (read_generator(path).network.state_dict() for path in (weights, out))
    assert all(torch.allclose(old[name], new[name], atol=1e-3) for name in old)
    assert stat.S_IMODE(out.stat().st_mode) & 0o044


@pytest.mark.slow
def test_what_is_no_card_and_no_score_is_said(tmp_path, weights):
    facts = tmp_path / "facts.json"
    facts.write_text("[1, 2]")
    out = tmp_path / "out.safetensors"
    command = ("card", "--model", weights, "--out", out)
    assert "--facts" in run(*command, "--facts", facts, code=1).stderr
    assert "--facts" in run(*command, "--facts", tmp_path / "none.json", code=1).stderr
    facts.write_text('{"suites": 3}')
    assert "--scores" in run(*command, "--scores", facts, code=1).stderr
    assert not out.exists()
    run(*command)
    assert "--overwrite" in run(*command, code=2).stderr
    assert "--out" in run("card", "--model", weights, "--out", weights, code=2).stderr


def test_models_prints_bundled_cards_and_those_of_files(weights):
    assert "article" in run("models").stdout
    assert json.loads(run("models", "thin", "--json").stdout)["architecture"] == "thin"
    assert json.loads(run("models", weights, "--json").stdout)["epoch"] == 7
    assert "nonesuch" in run("models", "nonesuch", code=2).stderr


def test_a_card_is_said_in_aligned_lines(weights):
    for model, path in (("veil", bundled()["veil"]), (weights, weights)):
        lines = run("models", model).stdout.splitlines()
        starts = {line[:14].strip(): line[14:] for line in lines}
        assert starts["SHA-256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert {"name", "reads", "corrects", "architecture", "file"} <= set(starts)
        # No word begins between the columns, and nothing is as a programmer would write it.
        assert all(line[12:14] == "  " for line in lines)
        assert "{" not in "".join(lines)
