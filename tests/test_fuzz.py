"""A fixed sample of damaged inputs: never a traceback, a hang, a crash or a wrong output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = 300
# As in tests/attack/mutants.py, which is not imported here: it takes torch's and GDAL's seconds.
KINDS = ("tiff", "tags", "jp2", "safe", "vrt", "geojson", "gpkg", "shp", "weights")


# Cases of the whole rig that were found to hang GDAL, or to be refused in more than a line.
FOUND = (("jp2", 518), ("vrt", 2498))


def tried(kind, first, cases):
    """Runs cases; returns the cells of the last row of the rig's table."""
    run = subprocess.run(
        [
            *(sys.executable, "inputs.py", "--kinds", kind),
            *("--first", str(first), "--cases", str(cases)),
        ],
        cwd=Path(__file__).parent / "attack",
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    return [cell.strip() for cell in run.stdout.splitlines()[-1].strip("|").split("|")]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_inputs(kind):
    cells = tried(kind, 0, CASES)
    assert cells[:2] == [kind, str(CASES)]
    assert int(cells[3]) > 0, "none of them is sound enough to be worked on"
    assert cells[4:] == ["0"] * 5


@pytest.mark.parametrize(("kind", "case"), FOUND)
def test_what_was_found(kind, case):
    assert tried(kind, case, 1)[4:] == ["0"] * 5
