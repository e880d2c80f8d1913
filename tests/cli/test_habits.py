"""cloudgan.toml, environment variables, rio, and JSON wherever there is a table."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloudgan_geo.cli.default_file import NAME

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def typed(tmp_path):
    """Runs the program in a folder with a scene."""
    for name in ("scene.tif", "scene_clear.tif"):
        shutil.copy(ROOT / "sample_data" / name, tmp_path)

    def run(*arguments, program=("-m", "cloudgan_geo"), **environment):
        return subprocess.run(
            [sys.executable, *program, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    run.folder = tmp_path
    return run


def overlap_of(run):
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["overlap"]


def test_one_order_decides_what_an_option_is(typed):
    info = ("info", "scene.tif", "--json")
    assert overlap_of(typed(*info)) == 16
    (typed.folder / NAME).write_text("overlap = 20\n[info]\nmodel = 'thin'\n[batch]\njobs = 2\n")
    assert overlap_of(typed(*info)) == 20
    with (typed.folder / NAME).open("a") as file:
        file.write("[decloud]\noverlap = 21\n")
    assert overlap_of(typed(*info)) == 20
    (typed.folder / NAME).write_text("[info]\noverlap = 22\n")
    assert overlap_of(typed(*info)) == 22
    assert overlap_of(typed(*info, CLOUDGAN_GEO_INFO_OVERLAP="24")) == 24
    assert overlap_of(typed(*info, "--overlap", 28, CLOUDGAN_GEO_INFO_OVERLAP="24")) == 28
    # Another file, and none.
    (typed.folder / "mine.toml").write_text("overlap = 30\n")
    assert overlap_of(typed(*info, CLOUDGAN_GEO_CONFIG="mine.toml")) == 30
    assert overlap_of(typed(*info, CLOUDGAN_GEO_CONFIG="")) == 16


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("overlap = ", "cloudgan.toml: is not TOML"),
        ("overlapp = 3", "cloudgan.toml: no command has an option overlapp; did you mean overlap?"),
        ("[inf]\n", "cloudgan.toml: [inf] is no command; did you mean info?"),
        ("[info]\nthick = 'keep'", "cloudgan.toml: [info] has no option thick"),
        ("[info]\noverlap = 99", "Invalid value for '--overlap': 99 is not in the range 0<=x<=63"),
        ("[info]\ncog = 1", "cloudgan.toml: cog takes true or false"),
        ("trust-input = true", "trust-input is for the command line and the environment"),
        ("[decloud]\noutput = 'a.tif'", None),
    ],
)
def test_a_mistake_in_the_file_is_one_of_usage(typed, content, said):
    (typed.folder / NAME).write_text(content)
    run = typed("info", "scene.tif")
    if said is None:
        # Of another command, which is not asked.
        assert run.returncode == 0, run.stderr
        run, said = typed("decloud", "scene.tif"), "cloudgan.toml: output is for the command line"
    assert run.returncode == 2, run
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_flags_lists_and_bounds_are_written_as_toml_has_them(typed):
    bounds = json.loads(typed("info", "scene.tif", "--json").stdout)["transform"]
    left, top = bounds[2], bounds[5]
    (typed.folder / NAME).write_text(
        f"bounds = [{left}, {top - 640}, {left + 640}, {top}]\nrgb-only = true\n"
        "[decloud]\nco = ['COMPRESS=DEFLATE', 'PREDICTOR=2']\nquiet = true\n"
    )
    facts = json.loads(typed("info", "scene.tif", "--json").stdout)
    assert 0 < facts["windows_in_area"] < facts["windows"]


def test_rio_has_the_command(typed):
    rio = ("-c", "from rasterio.rio.main import main_group as rio; rio(prog_name='rio')")
    listed = typed("--help", program=rio)
    assert "decloud" in listed.stdout, listed
    shown = typed("decloud", "--help", program=rio)
    assert shown.stdout.startswith("Usage: rio decloud [OPTIONS] SCENE")
    failed = typed("decloud", "absent.tif", program=rio)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.startswith("Error: absent.tif: ")
    done = typed("decloud", "scene.tif", "-o", "out.tif", "--model", "thin", program=rio)
    assert done.returncode == 0, done.stderr
    assert (typed.folder / "out.tif").is_file()


def test_models_as_json(typed):
    cards = json.loads(typed("models", "--json").stdout)
    assert {"thin", "veil"} <= set(cards)
    assert cards["thin"]["architecture"]


def test_what_a_batch_would_take_as_json(typed):
    run = typed("batch", "scene.tif", "nosuch.tif", "--out-dir", "o", "--dry-run")
    assert run.returncode in (2, 3)
    run = typed("batch", "scene.tif", "--out-dir", "o", "--dry-run", "--progress", "json")
    (line,) = run.stdout.splitlines()
    facts = json.loads(line)
    assert (facts["event"], facts["error"]) == ("forecast", None)
    assert facts["windows"] > 0


def test_scores_as_json(typed):
    compared = typed("compare", "scene.tif", "scene_clear.tif", "--json", "-")
    assert compared.returncode == 0, compared.stderr
    assert json.loads(compared.stdout)
    arguments = ("scene.tif", "scene_clear.tif", "--truth", "scene_clear.tif", "--out", "p.png")
    drawn = json.loads(typed("preview", *arguments, "--json").stdout)
    assert drawn["output"] == "p.png"
    assert 5 < drawn["psnr"]["before"] < 40


def test_without_torch_it_says_which_line_brings_it(typed):
    absent = (
        "import sys; sys.modules['torch'] = None; from cloudgan_geo.cli.main import main; main()"
    )
    run = typed("decloud", "scene.tif", program=("-c", absent))
    assert run.returncode == 1, run
    (line,) = run.stderr.splitlines()[-1:]
    assert "torch is not installed; pip install torch --index-url" in line
    assert not (typed.folder / "scene_decloud.tif").exists()
