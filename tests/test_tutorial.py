"""The tutorials: what a newcomer types works, and what is said of it is so."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_a_generator_in_two_minutes(tmp_path):
    page = (ROOT / "docs" / "tutorial.md").read_text()
    (typed,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    program = f"{sys.executable} -m cloudgan_geo"
    typed = typed.replace("cloudgan-geo", program).replace("runs/try", "try")
    typed = typed.replace("sample_data", str(ROOT / "sample_data"))
    run = subprocess.run(
        ["sh", "-ec", typed],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    made = {path.name for path in (tmp_path / "try").iterdir()}
    assert {"losses.png", "panel.png", "best.safetensors", "clear.tif", "look.png"} <= made


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "docs" / "tutorial.ipynb", as_version=4)
    client.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    printed = json.dumps([cell.get("outputs") for cell in notebook.cells])
    assert "DN before" in printed
