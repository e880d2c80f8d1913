"""What people are shown who ask, or mistype."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from cloudgan_geo.cli.main import main


def test_options_of_decloud_stand_in_groups_with_examples():
    shown = CliRunner().invoke(main, ["decloud", "--help"]).output
    headings = ["The scene", "What is corrected", "What is written", "How it is computed"]
    places = [shown.index(f"\n{heading}:\n") for heading in headings]
    assert places == sorted(places)
    assert "cloudgan-geo decloud scene.tif --aoi fields.geojson --cog" in shown
    # No option is lost, none is listed twice.
    command = main.get_command(None, "decloud")
    for param in command.params:
        for option in param.opts:
            if option.startswith("--"):
                assert sum(line.strip().split(",")[-1].split()[0:1] == [option]
                           or f"{option} " in line[:40] or line[:40].strip() == option
                           for line in shown.splitlines()) >= 1, option  # fmt: skip


def test_batch_takes_every_option_of_decloud_that_names_no_file_of_one_scene():
    one, many = (
        {option for param in main.get_command(None, name).params for option in param.opts}
        for name in ("decloud", "batch")
    )
    assert one - many == {"scene", "-o", "--output"}
    assert many - one == {
        *("scenes", "--out-dir", "--log", "--stac"),
        *("--jobs", "--scheduler", "--worker-timeout", "--shard", "--resume", "--dry-run"),
    }
    shown = CliRunner().invoke(main, ["batch", "--help"]).output
    assert "\nWhich scenes, and who does them:\n" in shown
    assert "cloudgan-geo batch - --out-dir clear --shard 2/8 < scenes.txt" in shown


def test_what_is_no_option_does_not_stand_among_the_options():
    shown = CliRunner().invoke(main, ["decloud", "--help"]).output
    assert "\n  SCENE" not in shown.split("\nThe scene:\n")[1]
    assert "TEXT" not in shown
    assert "RANGE" not in shown


def test_a_stranger_is_told_how_to_begin():
    shown = CliRunner().invoke(main, ["--help"]).output
    assert "  cloudgan-geo decloud scene.tif  " in shown
    # What one does with scenes comes before what one does with generators.
    assert shown.index("\n  devices ") < shown.index("\n  train ")


def test_generators_are_listed_in_columns():
    lines = CliRunner().invoke(main, ["models"]).output.splitlines()
    assert lines[0].startswith("article  the article's")
    assert lines[1].startswith("thin     thin clouds")


def test_a_mistyped_command_gets_a_suggestion():
    run = CliRunner().invoke(main, ["declud", "s.tif"])
    assert run.exit_code == 2
    assert "No such command 'declud'. Did you mean decloud?" in run.output
    nothing = CliRunner().invoke(main, ["xyzzy"])
    assert (nothing.exit_code, "Did you mean" in nothing.output) == (2, False)


@pytest.mark.parametrize("command", ["decloud", "info", "calibrate", "evaluate"])
def test_a_generator_that_is_not_there_is_a_mistake_of_the_command_line(command, tmp_path):
    arguments = {
        "calibrate": ["--data", "sample_data/chips", "--out", str(tmp_path / "o.safetensors")],
        "evaluate": ["--suite", "article", "--data", "sample_data/chips"],
    }.get(command, ["sample_data/scene.tif"])
    run = CliRunner().invoke(main, [command, *arguments, "--model", "nosuch"])
    assert run.exit_code == 2, run.output
    assert (
        "nosuch: neither a bundled model (article, thin, veil, visible) nor a weights file"
        in run.output
    )


@pytest.mark.parametrize(
    ("typed", "word", "offered"),
    [
        ("cloudgan-geo decl", 1, ["plain,decloud"]),
        ("cloudgan-geo decloud sce", 2, ["file,sce"]),
        ("cloudgan-geo decloud --model t", 3, ["plain,thin", "file,t"]),
        ("cloudgan-geo decloud --aoi fie", 3, ["file,fie"]),
        ("cloudgan-geo decloud --thick n", 3, ["plain,nodata"]),
        ("cloudgan-geo bat", 1, ["plain,batch"]),
        ("cloudgan-geo batch sce", 2, ["file,sce"]),
        ("cloudgan-geo batch --out-dir cl", 3, ["dir,cl"]),
        ("cloudgan-geo batch --log ba", 3, ["file,ba"]),
        ("cloudgan-geo batch --model t", 3, ["plain,thin", "file,t"]),
    ],
)
def test_completion_in_a_shell(typed, word, offered):
    environment = {
        "_CLOUDGAN_GEO_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(word),
        "PATH": "",
    }
    code = "from cloudgan_geo.cli.main import main; main(prog_name='cloudgan-geo')"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert set(offered) <= set(run.stdout.split()), run.stderr
