"""What is valid in a scene is valid in the output, and nothing else."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import StandIn, ground, write_scene

from cloudgan_geo.correction.pipeline import decloud

DTYPES = ("uint8", "uint16", "int16", "uint32", "int32", "float32", "float64")
#: Reflectances, and what they are in each dtype.
LEVELS = (0.0, 0.05, 0.1, 0.2, 0.25)


def masks(path):
    with rasterio.open(path) as dataset:
        return dataset.read_masks()


@settings(max_examples=60, deadline=None)
@given(
    dtype=st.sampled_from(DTYPES),
    level=st.sampled_from(LEVELS),
    beside=st.sampled_from((0, 0.3, 0.5, 0.99, -0.4)),
    change=st.sampled_from((1.0, 0.5, 0.0, 1.01)),
    masked=st.booleans(),
    seed=st.integers(0, 3),
)
def test_masks_are_the_same_before_and_after(dtype, level, beside, change, masked, seed):
    pixels = ground(24, 30, 4, dtype, seed)
    factor = 1 if dtype.startswith("float") else 255 if dtype == "uint8" else 10_000
    code = level if factor == 1 else int(level * factor) + beside
    nodata = float(np.dtype(dtype).type(code)) if factor == 1 else max(float(code), 0.0)
    pixels[seed, :6] = np.dtype(dtype).type(nodata)
    if factor == 1:  # Right beside it: GDAL takes these for nodata as well.
        pixels[:, 6, :9] = np.nextafter(np.dtype(dtype).type(nodata), np.dtype(dtype).type(1))
    with tempfile.TemporaryDirectory() as folder:
        path = write_scene(Path(folder) / "s.tif", pixels, nodata=nodata)
        if masked:
            with rasterio.open(path, "r+") as dataset:
                dataset.write_mask(np.arange(720).reshape(24, 30) % 5 > 0)
        profile = "reflectance" if factor == 1 else "tci" if factor == 255 else "dn"
        done = decloud(
            path,
            model=StandIn(lambda batch: batch * np.float32(change)),
            bands=(1, 2, 3),
            radiometry=profile,
        )
        np.testing.assert_array_equal(masks(done.output), masks(path))


@pytest.mark.parametrize("nodata", [0.5, 300.25])
def test_a_value_below_a_fraction_stays_valid(tmp_path, nodata):
    """A correction that ends at what GDAL takes for nodata is moved off it."""
    pixels = np.full((3, 70, 70), int(nodata) + 100, "uint16")
    path = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    lower = StandIn(lambda batch: batch - np.float32(100 / 2750))
    done = decloud(path, model=lower, bands=(1, 2, 3), radiometry="dn")
    assert masks(done.output).all()
