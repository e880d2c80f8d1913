"""Defaults stand once: code, command line and documentation have them from one module."""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

import cloudgan_geo
from cloudgan_geo import decloud, defaults
from cloudgan_geo.batch.run import decloud_all, run_batch
from cloudgan_geo.cli.batch import batch
from cloudgan_geo.cli.decloud import decloud as command
from cloudgan_geo.cli.simulate import simulate
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.simulation.cloud_options import CloudOptions

PACKAGE = Path(cloudgan_geo.__file__).parent
ROOT = PACKAGE.parent
DEFAULTS = {name.lower(): value for name, value in vars(defaults).items() if name.isupper()}
#: What only some commands have.
OF_BATCH, OF_SIMULATE = ("jobs", "worker_timeout"), ("law", "kind")
#: What goes by such a name and is something else: chips a step, a count of thick pixels.
OTHERS = {("recipe.py", "batch_size"), ("coverage.py", "thick")}


def given(tree):
    """Yields names of parameters, fields and click options with the node of their default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            positional = node.args.posonlyargs + node.args.args
            behind = positional[len(positional) - len(node.args.defaults) :]
            yield from zip([arg.arg for arg in behind], node.args.defaults, strict=True)
            yield from zip(
                [arg.arg for arg in node.args.kwonlyargs], node.args.kw_defaults, strict=True
            )
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "click.option":
            names = [a.value for a in node.args if isinstance(a, ast.Constant)]
            for keyword in node.keywords:
                if keyword.arg == "default":
                    yield names[0].lstrip("-").replace("-", "_"), keyword.value


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_no_default_is_written_down_twice(path):
    if path.name == "defaults.py":
        return
    for name, value in given(ast.parse(path.read_text())):
        if name in DEFAULTS and (path.name, name) not in OTHERS:
            assert not isinstance(value, ast.Constant) or value.value is None, name


@pytest.mark.parametrize(
    "name",
    [name for name in DEFAULTS if name not in ("strip_rows", *OF_BATCH, *OF_SIMULATE)],
)
def test_the_command_line_and_python_agree(name):
    assert inspect.signature(decloud).parameters[name].default == DEFAULTS[name]
    (option,) = (param for param in command.params if param.name == name)
    assert option.default == DEFAULTS[name]


def test_batch_agrees_too():
    options = {param.name: param.default for param in batch.params if param.name in DEFAULTS}
    others = ("strip_rows", *OF_SIMULATE)
    assert options == {name: DEFAULTS[name] for name in DEFAULTS if name not in others}
    for function in (decloud_all, run_batch):
        for name in OF_BATCH:
            assert inspect.signature(function).parameters[name].default == DEFAULTS[name]


def test_simulate_agrees():
    options = {param.name: param.default for param in simulate.params}
    fields_of = {field.name: field.default for field in fields(CloudOptions)}
    for name in OF_SIMULATE:
        assert options[name] == fields_of[name] == DEFAULTS[name]


@pytest.mark.parametrize("kind", [DecloudOptions, KeepRule])
def test_the_classes_behind_them_agree(kind):
    own = {field.name: field.default for field in fields(kind) if field.name in DEFAULTS}
    assert len(own) >= 4
    assert own == {name: DEFAULTS[name] for name in own}


@pytest.mark.parametrize("name", ["keep_below", "thick_above", "thick_error"])
def test_the_page_on_a_scene_states_them(name):
    text = " ".join((ROOT / "docs" / "use.md").read_text().split())
    option = "--" + name.replace("_", "-")
    (stated,) = re.findall(rf"`{option}`\s*\((?:an? \w+ of )?([\d.]+)\)", text)
    assert float(stated) == DEFAULTS[name]


def test_windows_overlap_as_the_documentation_says():
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert re.findall(r"overlap (\d+)", text) == [str(defaults.OVERLAP)]
