"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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
