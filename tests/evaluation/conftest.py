"""A small folder laid out as the data of all suites, and generators that do something simple."""

import numpy as np
import pytest
from scenes import write_scene

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.sensors.sentinel2 import SENSOR


class Unchanged:
    """A generator that gives its input back and estimates nothing."""

    name, sha256, estimates, sees_surroundings = "unchanged", "0" * 64, False, False
    device, precision, precision_reason, suggested_batch_size = "cpu", "fp32", "asked for", 8
    bands = RGB

    def clean(self, batch, view=None):
        assert view is None
        return Cleaned(batch)


class Darker(Unchanged):
    """A generator that takes a tenth of its input away and estimates something."""

    name, sha256, estimates, sees_surroundings = "darker", "1" * 64, True, True

    def clean(self, batch, view=None):
        assert view.shape == (len(batch), 10, 40, 40)
        # The brighter, the more cloud.
        opacity = batch.mean(axis=1, keepdims=True)
        return Cleaned(0.9 * batch, opacity, np.full_like(opacity, 0.1))


class CirrusKnower(Unchanged):
    """A generator of all 13 bands, in reflectance, that takes twice a share of B10 away.

    Without B10 it changes nothing. What it changes it estimates, if it is to: opacity rises
    with B10, and errors are expected of the visible bands, near and short-wave infrared.
    """

    name, sha256 = "cirrus knower", "2" * 64
    _groups = ("visible", "nir", "swir")

    def __init__(
        self,
        share,
        estimates=False,
        optional=True,
        opacity=lambda b10: 0.1 + 5 * b10,
        error=(0.045, 0.03, 0.02),
    ):
        names = SENSOR.names
        self.estimates = estimates
        self.bands = BandSet(
            names,
            tuple(name for name in names if name != "B10"),
            (1.0,) * len(names),
            self._groups,
            optional=tuple(n for n in names if n not in SENSOR.visible) if optional else (),
        )
        self._share = share
        self._opacity = opacity
        self._error = np.array(error, np.float32)[None, :, None, None]

    def clean(self, batch, view=None):
        b10 = batch[:, [self.bands.reads.index("B10")]]
        image = batch[:, list(self.bands.corrected)] - np.float32(2 * self._share) * b10
        if not self.estimates:
            return Cleaned(image)
        error = np.broadcast_to(self._error, (len(batch), 3, 64, 64)).copy()
        return Cleaned(image, self._opacity(b10), error)


@pytest.fixture
def unchanged():
    return Unchanged()


@pytest.fixture
def darker():
    return Darker()


@pytest.fixture
def cirrus_knower():
    return CirrusKnower


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
