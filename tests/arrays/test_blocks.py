"""Scenes that dask backs come block by block as they do whole."""

import dask.array
import numpy as np
import pytest
import xarray
from arrays.test_clean_array import many_bands
from arrays.test_xarrays import DN, LAYERS, model, scene

from cloudgan_geo import decloud_dataarray
from cloudgan_geo.arrays import blocks
from cloudgan_geo.errors import CloudganWarning
from cloudgan_geo.sensors.sentinel2 import SENSOR


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "LEAST", 70)


def assert_blocks_are_the_whole(da, chunks, **options):
    whole = decloud_dataarray(da, reflectance=DN, **options)
    lazy = decloud_dataarray(da.chunk(chunks), reflectance=DN, **options)
    assert lazy.image.chunksizes["x"] != da.sizes["x"]
    computed = lazy.compute(scheduler="synchronous")
    for name in whole.data_vars:
        np.testing.assert_array_equal(computed[name], whole[name], err_msg=name)
    assert computed.identical(whole)
    return whole


@pytest.mark.parametrize("overlap", [0, 16, 30])
def test_blocks_are_the_whole_bit_for_bit(overlap):
    da = scene(size=(420, 381))
    chunks = {"y": (100, 77, 143, 100), "x": (171, 210)}
    whole = assert_blocks_are_the_whole(da, chunks, model=model(), overlap=overlap)
    assert (whole.image != da).any()


def test_gaps_and_valid_pixels():
    da = scene(size=(300, 290), _FillValue=0)
    da[:, 100:190, 40:200] = 0
    valid = xarray.DataArray(np.ones((300, 290), bool), dims=("y", "x"))
    valid[:, 200:] = False
    assert_blocks_are_the_whole(da, {"y": 80, "x": 90}, model=model(), valid=valid)
    assert_blocks_are_the_whole(da, {"y": 80, "x": 90}, model=model(), valid=valid.chunk({"x": 31}))


@pytest.mark.slow
def test_blocks_of_a_real_generator():
    da = scene(size=(360, 300))
    options = {"model": "thin", "precision": "fp32", "device": "cpu"}
    assert_blocks_are_the_whole(da, {"y": 130, "x": 150}, **options)


def test_only_what_is_near_an_area_is_read_and_computed():
    plain, read = scene(size=(640, 80)), []

    def chunk(top):
        read.append(top)
        return plain.values[:, top : top + 80]

    tops = range(0, 640, 80)
    parts = [
        dask.array.from_delayed(dask.delayed(chunk)(top), (3, 80, 80), plain.dtype) for top in tops
    ]
    lazy = plain.copy(data=dask.array.concatenate(parts, axis=1))
    generator = model()
    dataset = decloud_dataarray(lazy, reflectance=DN, model=generator)
    assert not read
    upper = dataset.isel(y=slice(0, 80)).compute(scheduler="synchronous")
    assert sorted(set(read)) == [0, 80, 160]
    # Two rows of two windows touch the block.
    assert generator.windows == 4
    whole = decloud_dataarray(plain, reflectance=DN, model=model())
    for name in LAYERS:
        np.testing.assert_array_equal(upper[name], whole[name].isel(y=slice(0, 80)))


@pytest.mark.parametrize("there", [False, True])
def test_an_empty_cirrus_band_is_that_of_the_whole_scene(there):
    da = scene(SENSOR.names, size=(200, 190))
    cirrus = SENSOR.names.index("B10")
    da[cirrus] = 0
    da[cirrus, 150:, 140:] = 50 if there else 0
    options = {"reflectance": DN, "model": many_bands(optional=("B10",))}
    lazy = decloud_dataarray(da.chunk({"y": 80, "x": 90}), **options)
    if there:
        assert lazy.compute().identical(decloud_dataarray(da, **options))
        return
    with pytest.warns(CloudganWarning, match="B10, holds nothing but 0"):
        whole = decloud_dataarray(da, **options)
    with pytest.warns(CloudganWarning, match="B10, holds nothing but 0"):
        computed = lazy.compute()
    assert computed.identical(whole)


def test_small_chunks_are_put_together():
    da = scene(size=(200, 190)).chunk({"y": 20, "x": 30})
    dataset = decloud_dataarray(da, reflectance=DN, model=model())
    assert dataset.image.chunksizes["y"] == (80, 120)
    assert dataset.image.chunksizes["x"] == (90, 100)
    assert dataset.error.chunksizes["x"] == (90, 100)
