"""Two programs with one target: one writes it whole, the other is refused in words."""

import subprocess
import sys
from pathlib import Path

import pytest
from scenes import StandIn, ground, read, write_scene

from cloudgan_geo.correction.pipeline import decloud

TESTS = Path(__file__).resolve().parents[1]

# A run whose generator says that it is at work, and then waits for a line.
HELD = """
import sys
sys.path.insert(0, sys.argv[1])
from scenes import StandIn
from cloudgan_geo import decloud

def change(batch):
    print("inside", flush=True)
    sys.stdin.readline()
    return batch * 0.5

decloud("s.tif", "o.tif", model=StandIn(change), radiometry="dn", overwrite=True, report="run.json")
"""
# A run that waits for a line before it begins.
FREE = """
import sys
sys.path.insert(0, sys.argv[1])
from scenes import StandIn
from cloudgan_geo import decloud
from cloudgan_geo.errors import CloudganError

print("ready", flush=True)
sys.stdin.readline()
try:
    decloud("s.tif", "o.tif", model=StandIn(lambda batch: batch * 0.5), radiometry="dn")
except CloudganError as error:
    sys.exit(str(error))
"""


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "s.tif", ground(70, 70))


def is_whole(folder):
    """Tells whether the output is that of a run that was alone."""
    model = StandIn(lambda batch: batch * 0.5)
    alone = decloud(folder / "s.tif", folder / "alone.tif", model=model, radiometry="dn").output
    expected = read(alone)
    alone.unlink()
    return (read(folder / "o.tif") == expected).all()


@pytest.mark.parametrize("old", [False, True])
def test_the_second_program_is_refused_while_the_first_is_at_work(tmp_path, scene, old):
    if old:
        (tmp_path / "o.tif").write_text("old")
    first = start(tmp_path, "-c", HELD, TESTS)
    try:
        assert first.stdout.readline() == "inside\n", first.communicate()
        before = sorted(path.name for path in tmp_path.iterdir())
        program = ("-m", "cloudgan_geo", "decloud", "s.tif", "--overwrite")
        # The same target, and one that is another file of the first run's.
        for *more, option, name in (("--output", "o.tif"), ("-o", "p.tif", "--report", "run.json")):
            second = start(tmp_path, *program, *more, option, name)
            said, errors = second.communicate()
            assert (second.returncode, said) == (1, "")
            why = "cannot be written, another run is writing it"
            assert errors == f"Error: {name}: {why}; {option} names another place\n"
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert (tmp_path / "o.tif").exists() == old
    finally:
        # As many lines as there may be batches.
        said, errors = first.communicate("\n" * 100)
    assert first.returncode == 0, errors
    assert is_whole(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.tif", "run.json", "s.tif"]


def test_of_two_programs_at_once_exactly_one_fails(tmp_path, scene):
    """Whichever is first: the other finds its lock, or its output."""
    runs = [start(tmp_path, "-c", FREE, TESTS) for _ in range(2)]
    for run in runs:
        assert run.stdout.readline() == "ready\n", run.communicate()
    for run in runs:
        run.stdin.write("\n")
        run.stdin.flush()
    errors = [run.communicate()[1] for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 1], errors
    refused = "".join(errors).strip()
    assert refused in (
        "o.tif: cannot be written, another run is writing it; output names another place",
        "o.tif: exists already; overwrite=True replaces it",
    )
    assert is_whole(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.tif", "s.tif"]
