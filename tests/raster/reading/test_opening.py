import warnings

import numpy as np
import pytest
import rasterio
from scenes import UTM, ground, write_scene

from cloudgan_geo.errors import (
    BandError,
    CloudganWarning,
    SceneError,
    SceneNotFoundError,
    UsageError,
)
from cloudgan_geo.raster.reading.opening import open_scene


def all_rows(scene):
    (rows,) = scene.read([(0, scene.height)])
    return rows


def test_a_friendly_scene(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(40, 50, 4), nodata=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scene = open_scene(path)
    assert (scene.width, scene.height, scene.dtype, len(scene.bands)) == (50, 40, "uint16", 4)
    assert scene.crs.to_epsg() == 32631
    assert scene.rgb.indexes == (1, 2, 3)


def test_rgb_only_leaves_out_the_others_and_orders_them(tmp_path):
    pixels = ground(20, 20, 5)
    scene = open_scene(write_scene(tmp_path / "s.tif", pixels), bands=(4, 2, 1), rgb_only=True)
    assert scene.rgb_positions == [0, 1, 2]
    assert (all_rows(scene).pixels == pixels[[3, 1, 0]]).all()


def test_a_missing_file(tmp_path):
    with pytest.raises(SceneNotFoundError, match="there is no such file"):
        open_scene(tmp_path / "nothing.tif")
    with pytest.raises(FileNotFoundError):
        open_scene(tmp_path / "nothing.tif")
    with pytest.raises(SceneError, match="not a raster"):
        open_scene("/vsimem/nothing.tif")


@pytest.mark.parametrize("content", [b"", b"hello", b"II*\0", b"II*\0\x08\0\0\0\xff\xff"])
def test_not_a_raster(tmp_path, content):
    path = tmp_path / "s.tif"
    path.write_bytes(content)
    with pytest.raises(SceneError, match="is not a raster that can be opened"):
        open_scene(path)


def test_a_folder(tmp_path):
    with pytest.raises(SceneError, match="is not a raster"):
        open_scene(tmp_path)


def test_one_band(tmp_path):
    with pytest.raises(BandError, match="has 1 band; red, green and blue are needed"):
        open_scene(write_scene(tmp_path / "s.tif", ground(9, 9, 1)))


def test_bands_that_are_not_there(tmp_path):
    with pytest.raises(UsageError, match="has no band 5, only 1 to 4; see bands"):
        open_scene(write_scene(tmp_path / "s.tif", ground(9, 9, 4)), bands=(3, 4, 5))


@pytest.mark.parametrize("dtype", ["complex64", "complex_int16", "int64"])
def test_dtypes_that_are_no_reflectance(tmp_path, dtype):
    path = tmp_path / "s.tif"
    profile = {"width": 9, "height": 9, "count": 3, "dtype": dtype, **UTM}
    with rasterio.open(path, "w", driver="GTiff", **profile):
        pass
    with pytest.raises(SceneError, match=f"its values are {dtype}, which is no reflectance"):
        open_scene(path)


def test_bands_of_different_types(tmp_path):
    write_scene(tmp_path / "rgb.tif", ground(9, 9, 3))
    write_scene(tmp_path / "mask.tif", ground(9, 9, 1, "uint8"))
    bands = "".join(
        f'<VRTRasterBand dataType="{dtype}" band="{band}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{name}</SourceFilename>'
        f"<SourceBand>{source}</SourceBand></SimpleSource></VRTRasterBand>"
        for band, (dtype, name, source) in enumerate(
            [
                ("UInt16", "rgb.tif", 1),
                ("UInt16", "rgb.tif", 2),
                ("UInt16", "rgb.tif", 3),
                ("Byte", "mask.tif", 1),
            ],
            start=1,
        )
    )
    vrt = tmp_path / "s.vrt"
    vrt.write_text(f'<VRTDataset rasterXSize="9" rasterYSize="9">{bands}</VRTDataset>')
    with pytest.raises(SceneError, match="uint16, uint8; rgb_only=True leaves out all but"):
        open_scene(vrt, bands=(1, 2, 3))
    with pytest.warns(CloudganWarning):
        assert open_scene(vrt, bands=(1, 2, 3), rgb_only=True).dtype == "uint16"


def test_no_coordinates_are_worth_a_warning(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(9, 9), crs=None)
    with pytest.warns(CloudganWarning, match="s.tif: has no coordinate reference system"):
        open_scene(path)


def test_a_truncated_file_is_told_while_reading(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(300, 300))
    path.write_bytes(path.read_bytes()[:200_000])
    scene = open_scene(path)
    with pytest.raises(SceneError, match="rows 0 to 299 cannot be read, the file is truncated"):
        all_rows(scene)


def test_nodata_by_value_is_per_band(tmp_path):
    pixels = ground(20, 20)
    pixels[1, 3, 4] = 0
    pixels[:, 7] = 0
    rows = all_rows(open_scene(write_scene(tmp_path / "s.tif", pixels, nodata=0)))
    assert (rows.valid == (pixels != 0)).all()
    assert rows.mask is None


@pytest.mark.parametrize("nodata", [None, float("nan"), -9999.0])
def test_nan_is_invalid_whatever_nodata_is(tmp_path, nodata):
    pixels = ground(20, 20, dtype="float32")
    pixels[:, 3, 4] = np.nan
    pixels[0, 5, 5] = np.inf
    pixels[:, 6, 6] = -9999
    rows = all_rows(open_scene(write_scene(tmp_path / "s.tif", pixels, nodata=nodata)))
    expected = np.isfinite(pixels) & ((pixels != -9999) | (nodata != -9999))
    assert (rows.valid == expected).all()


def test_an_alpha_band(tmp_path):
    pixels = ground(20, 20, 4, "uint8")
    pixels[3] = 255
    pixels[3, :5] = 0
    pixels[3, 9] = 1
    path = write_scene(tmp_path / "s.tif", pixels, photometric="RGB", alpha="YES")
    for rgb_only in (False, True):
        scene = open_scene(path, rgb_only=rgb_only)
        assert scene.alpha == 4
        assert (all_rows(scene).valid == (pixels[3] > 0)).all()


@pytest.mark.parametrize("internal", [True, False])
def test_a_mask_band(tmp_path, internal):
    path = tmp_path / "s.tif"
    mask = np.full((20, 20), 255, "uint8")
    mask[4:8, 2:9] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal):
        write_scene(path, ground(20, 20))
        with rasterio.open(path, "r+") as dataset:
            dataset.write_mask(mask)
    rows = all_rows(open_scene(path))
    assert (rows.mask == mask).all()
    assert (rows.valid == (mask > 0)).all()


def test_spans_follow_the_blocks(tmp_path):
    path = write_scene(
        tmp_path / "s.tif", ground(500, 300), tiled=True, blockxsize=128, blockysize=128
    )
    scene = open_scene(path)
    spans = list(scene.spans())
    assert spans[0][0] == 0
    assert spans[-1][1] == 500
    assert all(top % 128 == 0 for top, _ in spans)
