"""Messages name arguments as their reader writes them: in Python, or on the command line."""

import ast
import importlib
import inspect
import pickle
import re
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from scenes import StandIn, ground, write_scene

import cloudgan_geo
from cloudgan_geo import decloud
from cloudgan_geo.arguments import Argument, Placeholder
from cloudgan_geo.cli.main import COMMANDS
from cloudgan_geo.cli.wording import on_command_line
from cloudgan_geo.errors import CloudganWarning, OutputExistsError, UsageError

PACKAGE = Path(cloudgan_geo.__file__).parent
BELOW = [path for path in sorted(PACKAGE.rglob("*.py")) if "cli" not in path.parts]


def command(name):
    return getattr(importlib.import_module(f"cloudgan_geo.cli.{name}"), name)


@pytest.mark.parametrize("path", BELOW, ids=lambda path: path.stem)
def test_nothing_but_the_command_line_knows_what_its_options_are_called(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.search(r"(?<![\w-])--[a-z]", node.value), node.value


def test_every_argument_named_is_an_option_of_some_command():
    known = set()
    for name in COMMANDS:
        for parameter in command(name).params:
            known |= {parameter.name, *(opt.strip("-").replace("-", "_") for opt in parameter.opts)}
    named = set()
    for path in BELOW:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Argument":
                named |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
            elif isinstance(node, ast.keyword) and node.arg == "argument":
                named |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    assert len(named) > 20
    # Arrays are for Python alone.
    for function in (cloudgan_geo.clean_array, cloudgan_geo.decloud_dataarray):
        known |= set(inspect.signature(function).parameters)
    assert named - known == set()


@pytest.mark.parametrize(
    ("argument", "in_python", "on_the_command_line"),
    [
        (Argument("output"), "output", "--output"),
        (Argument("overwrite", True), "overwrite=True", "--overwrite"),
        (Argument("thick_above", 1.0), "thick_above=1.0", "--thick-above 1"),
        (Argument("keep_below", 0.07), "keep_below=0.07", "--keep-below 0.07"),
        (Argument("thick", "keep", "fill"), "thick='keep' or 'fill'", "--thick keep or fill"),
        (Argument("aoi", Path("a.json")), "aoi='a.json'", "--aoi a.json"),
        (Argument("bands", (4, 3, 2)), "bands=(4, 3, 2)", "--bands 4,3,2"),
        (Argument("bands", {"B04": 1, "B03": 2}), "bands={'B04': 1, 'B03': 2}",
         "--bands B04=1,B03=2"),
        (Argument("bands", (Placeholder("RED"), Placeholder("GREEN"))), "bands=(RED, GREEN)",
         "--bands RED,GREEN"),
        (Argument("bounds", (0.5, 4690000.0, 1, 2)), "bounds=(0.5, 4690000.0, 1, 2)",
         "--bounds 0.5,4690000,1,2"),
        (Argument("creation", {"COMPRESS": "LZW", "PREDICTOR": "2"}),
         "creation={'COMPRESS': 'LZW', 'PREDICTOR': '2'}",
         "--co COMPRESS=LZW --co PREDICTOR=2"),
    ],
)  # fmt: skip
def test_each_is_spelled_as_its_reader_writes_it(argument, in_python, on_the_command_line):
    error = UsageError("x: ", argument, " is it")
    assert str(error) == f"x: {in_python} is it"
    assert on_command_line(error, command("decloud")) == f"x: {on_the_command_line} is it"


def test_names_are_those_of_the_command_that_was_typed():
    error = UsageError(Argument("output"), ", ", Argument("json"))
    assert on_command_line(error, command("simulate")) == "OUT, --json"
    assert on_command_line(error, command("decloud")) == "--output, --json"
    assert on_command_line(error, click.Command("other")) == "--output, --json"


def test_errors_stay_what_they_are_through_a_pickle():
    error = pickle.loads(pickle.dumps(OutputExistsError("a.tif: ", Argument("overwrite", True))))
    assert isinstance(error, FileExistsError)
    assert on_command_line(error, command("decloud")) == "a.tif: --overwrite"


def test_one_error_two_readers(tmp_path):
    scene = write_scene(tmp_path / "s.tif", ground(70, 70))
    (tmp_path / "s_decloud.tif").write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match=r"exists already; overwrite=True replaces it$"):
        decloud(scene, model=StandIn())
    typed = [sys.executable, "-m", "cloudgan_geo", "decloud", scene]
    run = subprocess.run(typed, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.endswith("s_decloud.tif: exists already; --overwrite replaces it\n")


def test_one_warning_two_readers(tmp_path):
    pixels = np.clip(ground(260, 260) // 16 + 80, 0, 255).astype(np.uint8)
    scene = write_scene(tmp_path / "s.tif", pixels)
    with pytest.warns(CloudganWarning, match=r"state radiometry='tci-offset'$"):
        decloud(scene, model=StandIn())
    run = subprocess.run(
        [sys.executable, "-m", "cloudgan_geo", "info", scene],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Warning: " in run.stderr
    assert "if so, state --radiometry tci-offset\n" in run.stderr
