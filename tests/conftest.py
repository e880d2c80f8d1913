"""Fixtures shared by all tests."""

import os
import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: What a test may be skipped for where --no-skips is given. The tests in tests/qgis are not
#: skipped without QGIS, they are left out; `make test-qgis` runs them with QGIS's own Python.
EXPECTED_SKIPS = (
    "a small file system cannot be mounted here",
    "no browser is installed here",  # .ci/run installs one where it can
)


# `nohup` and a shell's `&` have programs ignore signals that tests send, and so do theirs.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="Fail where a test is skipped for a reason that tests/conftest.py does not expect.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    return without_skip((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return without_skip((yield), collector.config)


def without_skip(report, config):
    """Turns the report of a skip into one of a failure, unless it is expected."""
    if not config.getoption("--no-skips") or not report.skipped or hasattr(report, "wasxfail"):
        return report
    # Where, and why; pytest says "Skipped: " before the reason.
    path, line, said = report.longrepr
    reason = said.removeprefix("Skipped: ")
    if reason not in EXPECTED_SKIPS:
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: skipped, which --no-skips forbids: {reason}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real EuroSAT and Sentinel-2 files, which may not be redistributed with the package."""
    folder = Path(os.environ.get("CLOUDGAN_GEO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real test data not found at {folder}; CLOUDGAN_GEO_DATA names its folder")
    return folder


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of files that come with the repository."""
    return ROOT / "sample_data"
