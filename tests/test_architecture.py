"""The shape of the package: who imports whom, how big modules are, how fast it starts."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cloudgan_geo

PACKAGE = Path(cloudgan_geo.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: What stands on nothing but errors, and what every other room may build on.
GROUND = {"errors", "arguments", "callbacks", "choices", "interrupts", "sensors", "bands"}
GROUND |= {"defaults", "memory"}
#: What each room may import besides itself and errors; `correction` joins rasters and networks.
ALLOWED = {
    "arguments": set(),
    "errors": {"arguments"},
    "callbacks": set(),
    "memory": set(),
    "choices": set(),
    "defaults": set(),
    "sensors": {"choices", "arguments"},
    "bands": {"sensors"},
    "interrupts": set(),
    "windows": set(),
    "raster": set(),
    "networks": set(),
    "clouds": set(),
    "chips": set(),
    "simulation": {"chips", "clouds", "raster"},
    "sample_scene": {"clouds"},
    "correction": {"networks", "raster", "windows"},
    "arrays": {"correction", "raster", "windows"},
    "training": {"simulation", "networks", "clouds", "chips", "windows"},
    "evaluation": {"simulation", "correction", "networks", "raster", "clouds", "chips", "windows"},
    "batch": {"correction", "networks", "raster", "windows"},
    "cli": {
        "batch",
        "simulation",
        "training",
        "evaluation",
        "correction",
        "networks",
        "raster",
        "chips",
    },
}
#: Who may name a sensor's own modules: cards that name none, chips and suites of Sentinel-2.
OF_A_SENSOR = {"sensors", "bands", "chips", "evaluation"}
NO_TORCH = (
    "errors",
    "choices",
    "sensors",
    "bands",
    "windows",
    "raster",
    "clouds",
    "chips",
    "correction",
    "batch",
    "cli",
)
NO_TORCH += ("sample_scene", "simulation", "arrays")


def name_of(path):
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module
            if node.module == "cloudgan_geo" or node.module.startswith("cloudgan_geo."):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downward(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "torch":
            assert room not in NO_TORCH, f"{room} knows no torch"
        if parts[0] != "cloudgan_geo" or len(parts) == 1 or parts[1] == "__version__":
            continue
        floor = {"errors"} if room in GROUND else GROUND
        assert parts[1] in ALLOWED[room] | {room} | floor, f"{room} must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_holds_for_one_sensor_is_asked_of_it(path):
    if room_of(path) in OF_A_SENSOR:
        return
    for name in imports(path):
        assert not name.startswith(("cloudgan_geo.sensors.sentinel2", "cloudgan_geo.sensors.safe"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 300
    assert path.stem not in ("utils", "helpers", "manager", "misc")


#: Modules that share a base name, and why that misleads nobody.
TWINS = {
    "__init__": "every room has one",
    "devices": "the command that lists what networks/devices.py finds",
    "preview": "the command that draws what evaluation/preview.py lays out",
}


def test_no_two_modules_share_a_name():
    names = [path.stem for path in MODULES]
    assert {name for name in names if names.count(name) > 1} == set(TWINS)


def test_no_two_public_classes_share_a_name():
    names = [
        node.name
        for path in MODULES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize(
    "code",
    [
        "import cloudgan_geo",
        "from cloudgan_geo.cli.main import main; main(['--help'], standalone_mode=False)",
        "from cloudgan_geo.cli.main import main; main(['decloud', '-h'], standalone_mode=False)",
        "from cloudgan_geo.cli.main import main; main(['batch', '-h'], standalone_mode=False)",
        "from cloudgan_geo.cli.main import main; main(['train', '--help'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code):
    heavy = (
        "{'torch', 'matplotlib', 'rasterio', 'PIL', 'torchmetrics', 'noise', 'distributed',"
        " 'xarray'}"
    )
    check = f"import sys\n{code}\nprint(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_the_public_names_are_there():
    for name in cloudgan_geo.__all__:
        assert getattr(cloudgan_geo, name) is not None
    with pytest.raises(AttributeError, match="nonesuch"):
        cloudgan_geo.nonesuch  # noqa: B018


PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text()
DRAWN, _, REST = PAGE.split("## Rooms", 1)[1].partition("\n\nImports run")
#: Rooms whose modules the page names, every one.
IN_FULL = ("correction", "networks", "raster/reading", "raster/writing", "sensors", "windows")


def test_the_architecture_page_shows_every_room():
    rooms = {room_of(path) for path in MODULES} - {"__init__", "__main__"}
    shown = set(re.findall(r"^\| `([a-z_]+)(?:/|\.py)` ", DRAWN, re.MULTILINE))
    assert shown == rooms


def test_the_architecture_page_names_the_modules_of_the_house():
    words = set(re.findall(r"\w+", DRAWN))
    for path in MODULES:
        place = path.relative_to(PACKAGE).parent.as_posix()
        if place in IN_FULL and path.stem != "__init__":
            assert path.stem in words, f"{place}/{path.stem}.py is not on the page"


def test_every_module_that_the_architecture_page_names_exists():
    known = {path.relative_to(PACKAGE).as_posix() for path in MODULES}
    named = re.findall(r"`([a-z0-9_/]+\.py)`", REST)
    assert len(named) > 10
    for name in named:
        found = any(f"/{path}".endswith(f"/{name}") for path in known)
        assert found or (PACKAGE.parent / name).is_file(), f"{name} is on the page and gone"
