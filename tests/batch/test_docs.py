"""Every example of docs/batch.md runs as it stands there."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pystac
import pytest
from batch.conftest import lines
from batch.test_items import item_of
from scenes import ground, write_scene

PAGE = (Path(__file__).parents[2] / "docs" / "batch.md").read_text()
BLOCKS = {
    heading: block
    for part in PAGE.split("\n## ")
    for heading, block in [(part.partition("\n")[0], re.search(r"```\w+\n(.*?)```", part, re.S))]
    if block is not None
}

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scenes").mkdir()
    for name in ("a", "b", "c"):
        write_scene(tmp_path / f"scenes/{name}.tif", ground(70, 70, seed=ord(name)), nodata=0)
    return tmp_path


def example(heading):
    return BLOCKS[heading][1]


def run(folder, *command, **settings):
    """Runs a command with this Python's programs; it and what it started end with the test."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, **settings.pop("environment", {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **settings,
    )
    try:
        output, errors = process.communicate(timeout=240)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def done(folder):
    return sorted(path.name for path in (folder / "clear").glob("*_decloud.tif"))


ALL = ["a_decloud.tif", "b_decloud.tif", "c_decloud.tif"]


def test_a_folder_on_a_laptop(folder):
    result = run(folder, "sh", "-ec", example("A folder on a laptop"))
    assert result.returncode == 0, result
    assert done(folder) == ALL
    # The last command has nothing left to do.
    told = [json.loads(line) for line in (folder / "batch.jsonl").read_text().splitlines()]
    assert [each["status"] for each in told] == ["done"] * 3 + ["skipped"] * 3
    documented = re.findall(r"`(\w+)`", PAGE.split("| key |")[1].split("### Going on")[0])
    assert set(told[0]) <= set(documented)


def test_a_dask_cluster(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = example("A dask cluster").replace("8786", str(port)).replace("head", "127.0.0.1")
    # Both go on in the background, and would hold the test's pipes open.
    text = text.replace("&  ", ">/dev/null 2>&1 &  ") + "\nkill %1 %2 2>/dev/null || true\n"
    result = run(folder, "bash", "-emc", text)
    assert done(folder) == ALL, result
    assert len(lines((folder / "batch.jsonl").read_text())) == 3


def test_a_slurm_array(folder):
    (folder / "scenes.txt").write_text("scenes/c.tif\nscenes/a.tif\nscenes/b.tif\n")
    (folder / "job.sh").write_text(example("A SLURM array"))
    counts = []
    for task in ("1", "2"):
        variables = {"ID": task, "MIN": "1", "MAX": "2", "COUNT": "2"}
        environment = {f"SLURM_ARRAY_TASK_{name}": value for name, value in variables.items()}
        result = run(folder, "sh", "job.sh", environment=environment)
        assert result.returncode == 0, result
        counts.append(len((folder / f"batch-{task}.jsonl").read_text().splitlines()))
    assert (counts, done(folder)) == ([2, 1], ALL)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_a_makefile(folder):
    (folder / "Makefile").write_text(example("A Makefile"))
    first, second = run(folder, "make"), run(folder, "make")
    assert first.returncode == 0, first
    assert done(folder) == ALL
    assert "up to date" in second.stdout
    (folder / "scenes/b.tif").write_text("no image")
    os.utime(folder / "scenes/b.tif", (2e9, 2e9))
    third = run(folder, "make")
    assert third.returncode == 2
    assert [each["status"] for each in lines_of(third.stdout)] == ["skipped", "skipped", "failed"]
    assert done(folder) == ALL


def lines_of(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_python_script(folder):
    order = {"eo:bands": [{"common_name": name} for name in ("red", "green", "blue")]}
    items = [
        item_of(name, {"data": (f"scenes/{name}.tif", order)}, **{"eo:cloud_cover": cover})
        for name, cover in (("a", 10), ("b", 40), ("c", 95))
    ]
    (folder / "items.json").write_text(json.dumps(pystac.ItemCollection(items).to_dict()))
    (folder / "script.py").write_text(example("A Python script over STAC items"))
    result = run(folder, sys.executable, "script.py")
    assert result.returncode == 0, result
    assert [line.split()[:2] for line in sorted(result.stdout.splitlines())] == [
        ["done", "clear/a_decloud.tif"],
        ["done", "clear/b_decloud.tif"],
    ]
    assert done(folder) == ALL[:2]
    assert (folder / "clear/a_decloud.json").is_file()


def test_an_object_store(folder, store):
    for name in ("a", "b"):
        store.put(f"scenes/{name}.tif", (folder / f"scenes/{name}.tif").read_bytes())
    text = "".join(f"/vsis3/bucket/scenes/{name}.tif\n" for name in ("a", "b"))
    (folder / "scenes.txt").write_text(text)
    result = run(folder, "sh", "-ec", example("An object store"))
    assert result.returncode == 0, result
    assert [name for name in store.names() if name.endswith("_decloud.tif")] == [
        *("clear/a_decloud.tif", "clear/b_decloud.tif"),
    ]
