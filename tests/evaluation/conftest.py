"""A small folder laid out as the data of all suites, and generators that do something simple."""

import numpy as np
import pytest
from scenes import write_scene

from cloudgan_geo.networks.cleaned import Cleaned


class Unchanged:
    """A generator that gives its input back and estimates nothing."""

    name, sha256, precision, estimates = "unchanged", "0" * 64, "fp32", False
    sees_surroundings = False

    def clean(self, batch, view=None):
        assert view is None
        return Cleaned(batch)


class Darker:
    """A generator that takes a tenth of its input away and estimates something."""

    name, sha256, precision, estimates = "darker", "1" * 64, "fp32", True
    sees_surroundings = True

    def clean(self, batch, view=None):
        assert view.shape == (len(batch), 10, 40, 40)
        # The brighter, the more cloud.
        opacity = batch.mean(axis=1, keepdims=True)
        return Cleaned(0.9 * batch, opacity, np.full_like(opacity, 0.1))


@pytest.fixture
def unchanged():
    return Unchanged()


@pytest.fixture
def darker():
    return Darker()


@pytest.fixture(scope="session")
def data_root(tmp_path_factory):
    """One pair under cirrus, two clear scenes, and one that stands for the dolomites."""
    root = tmp_path_factory.mktemp("data")
    for name in ("pairs", "clear_l2a", "scenes"):
        (root / name).mkdir()
    rng = np.random.default_rng(0)

    def ground(height, width):
        slow = rng.uniform(300, 1500, (13, height // 16, width // 16)).repeat(16, 1).repeat(16, 2)
        return (slow + rng.uniform(0, 100, (13, height, width))).astype(np.uint16)

    clear = ground(128, 128)
    cirrus = np.linspace(20, 500, 128)[None, :].repeat(128, 0)
    cloudy = clear + (2 * cirrus).astype(np.uint16)
    clear[10], cloudy[10] = 15, cirrus
    write_scene(root / "pairs" / "ts146_2018-11-12_clear.tif", clear)
    write_scene(root / "pairs" / "ts146_2018-11-12_cloudy.tif", cloudy)
    for k in range(2):
        write_scene(root / "clear_l2a" / f"patch_{k}.tif", ground(64, 128)[:12])
    write_scene(root / "clear_l2a" / "patch_770287.tif", ground(64, 64)[:12])
    dolomites = root / "scenes" / "dolomites_B04B03B02B08_uint16.tif"
    write_scene(dolomites, ground(288, 160)[:4] + np.uint16(1000))
    return root
