"""`--no-skips`, with which CI runs: a test that does not run must not pass for one that does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

RUNS = "def test_runs():\n    pass\n"


@pytest.fixture
def suite(tmp_path):
    """Runs tests in a folder of their own with this suite's conftest.py."""
    shutil.copy(CONFTEST, tmp_path)

    def run(test, *options):
        (tmp_path / "test_it.py").write_text(f"import pytest\n\n{test}\n\n{RUNS}")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True)

    return run


UNEXPECTED = [
    "def test_it():\n    pytest.skip('no data here')",
    "@pytest.mark.skip(reason='no data here')\ndef test_it():\n    pass",
    "@pytest.mark.skipif(True, reason='no data here')\ndef test_it():\n    pass",
    "@pytest.fixture\ndef data():\n    pytest.skip('no data here')\ndef test_it(data):\n    pass",
    "pytest.skip('no data here', allow_module_level=True)",
]


@pytest.mark.parametrize("test", UNEXPECTED)
def test_a_skip_fails(suite, test):
    assert suite(test).returncode in (0, 5)
    run = suite(test, "--no-skips")
    assert run.returncode in (1, 2)
    assert "skipped, which --no-skips forbids: no data here" in run.stdout


def test_a_module_that_is_not_there_fails(suite):
    run = suite("pytest.importorskip('no_such_module')", "--no-skips")
    assert run.returncode == 2
    assert "could not import 'no_such_module'" in run.stdout


def test_expected_skips_and_failures_stay(suite):
    expected = "def test_it():\n    pytest.skip('a small file system cannot be mounted here')"
    failing = "@pytest.mark.xfail(strict=True)\ndef test_xfail():\n    assert False"
    run = suite(f"{expected}\n\n{failing}", "--no-skips")
    assert run.returncode == 0, run.stdout
    assert "1 passed, 1 skipped, 1 xfailed" in run.stdout
