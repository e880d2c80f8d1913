"""A batch without dask and pystac, and how many processes there are with them."""

import subprocess
import sys

import pytest

from cloudgan_geo.batch import jobs
from cloudgan_geo.errors import UsageError

ABSENT = "import sys\nfor name in ('dask', 'distributed', 'pystac', 'psutil', 'cryptography'):\n"
ABSENT += "    sys.modules[name] = None\n"
ABSENT += "from cloudgan_geo.cli.main import main\nmain(prog_name='cloudgan-geo')"


def without_extras(archive, *arguments):
    return subprocess.run(
        [sys.executable, "-c", ABSENT, *map(str, archive.options(*arguments))],
        cwd=archive.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_one_process_needs_no_extra(archive):
    archive.add(*"abcdefgh", size=70)
    run = without_extras(archive, "in", "--shard", "1/2")
    assert run.returncode == 0, run
    assert len(archive.outputs()) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--jobs", "2"], 2, "--jobs 2: needs dask, which pip install 'cloudgan-geo[dask]' adds"),
        (["--scheduler", "tcp://h:1"], 2, "--scheduler tcp://h:1: needs dask, which pip install"),
        (["--stac"], 1, "the Python package pystac is not installed; pip install 'cloudgan-geo[st"),
        (["items.json"], 1, "the Python package pystac is not installed"),
    ],
)
def test_what_needs_an_extra_says_which(archive, arguments, code, said):
    archive.add("a", "b")
    (archive.folder / "items.json").write_text("{}")
    run = without_extras(archive, "in", *arguments)
    assert run.returncode == code, run
    assert said in run.stderr.splitlines()[-1]
    assert not (archive.folder / "out").exists() or archive.outputs() == []


def test_how_many_processes(monkeypatch):
    memory = type("Memory", (), {"available": 100 * 2**30})
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    monkeypatch.setattr(jobs, "cores", lambda: 8)
    assert jobs.settle_jobs("auto", 100, "cpu") == 8
    # To start a process takes as long as a few scenes.
    assert jobs.settle_jobs("auto", 9, "cpu") == 2
    assert jobs.settle_jobs("auto", 3, "cpu") == 1
    assert jobs.settle_jobs(4, 3, "cpu") == 3
    memory.available = 7 * 2**30
    assert jobs.settle_jobs("auto", 100, "cpu") == 2
    monkeypatch.setattr(jobs, "has_dask", lambda: False)
    assert jobs.settle_jobs("auto", 100, "cpu") == 1
    with pytest.raises(UsageError, match="jobs=0: takes auto or a number"):
        jobs.settle_jobs(0, 3, "cpu")
