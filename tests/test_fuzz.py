"""Damaged rasters: never a traceback, a hang, a crash or an output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = 2400
PROCESSES = 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PROCESSES))
def test_damaged_rasters(tmp_path, part):
    first, stop = (CASES * (part + extra) // PROCESSES for extra in (0, 1))
    run = subprocess.run(
        [sys.executable, "fuzz_rasters.py", str(tmp_path), str(first), str(stop)],
        cwd=Path(__file__).parent,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )
    case = (tmp_path / "case").read_text()
    assert run.returncode == 0, f"case {case}: {run.stderr[-2000:]}"
    assert run.stdout == "done\n"
