import logging

import numpy as np
import pytest
import rasterio
from scenes import ground, read, write_scene
from test_writer import copy, describe

from cloudgan_geo.errors import OutputError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.writing.cog import write_cog
from cloudgan_geo.raster.writing.creation import check_creation_options
from cloudgan_geo.raster.writing.writer import SceneWriter, is_complete


def tiff(tmp_path, creation, pixels=None):
    source = write_scene(tmp_path / "s.tif", ground(300, 200) if pixels is None else pixels)
    scene = open_scene(source)
    creation = check_creation_options(creation, scene.dtype, cog=False)
    target = tmp_path / "o.tif"
    with SceneWriter(target, target, scene, creation) as writer:
        for rows in scene.read([(0, 100), (100, 300)]):
            writer.write(rows)
    return target


@pytest.mark.parametrize(
    ("creation", "expected"),
    [
        ({"COMPRESS": "DEFLATE"}, {"compress": "deflate", "blockxsize": 256}),
        ({"compress": "none"}, {"compress": None, "tiled": True}),
        ({"COMPRESS": "LZW", "PREDICTOR": "1"}, {"compress": "lzw"}),
        ({"COMPRESS": "PACKBITS"}, {"compress": "packbits"}),
        ({"COMPRESS": "LZMA", "LZMA_PRESET": "1"}, {"compress": "lzma"}),
        ({"BLOCKXSIZE": "64", "BLOCKYSIZE": "128"}, {"blockxsize": 64, "blockysize": 128}),
        ({"TILED": "NO"}, {"tiled": False}),
        ({"TILED": "NO", "BLOCKYSIZE": "7"}, {"tiled": False, "blockysize": 7}),
        ({"INTERLEAVE": "BAND", "NUM_THREADS": "2"}, {"interleave": "band"}),
        ({"BIGTIFF": "YES", "ENDIANNESS": "BIG"}, {}),
    ],
)
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_creation_options(tmp_path, creation, expected, dtype):
    pixels = ground(300, 200, dtype=dtype)
    path = tiff(tmp_path, creation, pixels)
    with rasterio.open(path) as dataset:
        profile = dataset.profile
        assert (dataset.read() == pixels).all()
    assert {key: profile.get(key) for key in expected} == expected


@pytest.mark.parametrize("cog", [False, True])
@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("NONSENSE", "1", "is not one of the options of a .* file that can be set: B"),
        ("NBITS", "12", "is not one of the options"),
        ("PROFILE", "BASELINE", "is not one of the options"),
        ("TARGET_SRS", "EPSG:3857", "is not one of the options"),
        ("COMPRESS", "JPEG", "is not a lossless compression: NONE"),
        ("COMPRESS", "xyz", "is not a lossless compression"),
        ("BIGTIFF", "MAYBE", "GDAL refuses it: 'MAYBE' is an unexpected value for BIGTIFF"),
        ("NUM_THREADS", "many", r"takes \[1-9\]"),
        ("NUM_THREADS", "0", "takes"),
        ("PREDICTOR", "17", "GDAL refuses it"),
    ],
)
def test_options_that_are_refused(cog, key, value, said):
    with pytest.raises(UsageError, match=f"creation={{'{key}': '{value}'}}: {said}"):
        check_creation_options({key: value}, "uint16", cog)


@pytest.mark.parametrize(
    ("cog", "key", "value"),
    [
        (False, "BLOCKXSIZE", "17"),
        (False, "BLOCKXSIZE", "abc"),
        (False, "BLOCKXSIZE", "-16"),
        (False, "ZLEVEL", "99"),
        (True, "BLOCKSIZE", "7"),
        (True, "LEVEL", "99"),
        (True, "OVERVIEW_RESAMPLING", "GUESS"),
        (True, "OVERVIEWS", "GUESS"),
    ],
)
def test_values_that_gdal_refuses(cog, key, value, caplog):
    with pytest.raises(UsageError, match=f"creation={{.*'{key}': '{value}'}}: GDAL refuses it: "):
        check_creation_options({"COMPRESS": "DEFLATE", key: value}, "uint16", cog)
    assert caplog.records == []


def test_a_word_that_is_neither_yes_nor_no():
    with pytest.raises(UsageError, match=r"creation={'TILED': 'MAYBE'}: takes YES\|NO"):
        check_creation_options({"TILED": "MAYBE"}, "uint16", cog=False)


def test_a_quiet_log_hides_no_refusal():
    logging.getLogger("rasterio").setLevel(logging.CRITICAL)
    try:
        with pytest.raises(UsageError, match="unexpected value"):
            check_creation_options({"BIGTIFF": "MAYBE"}, "uint16", cog=False)
    finally:
        logging.getLogger("rasterio").setLevel(logging.NOTSET)


def cog(tmp_path, source, **creation):
    pixels, target = copy(source, tmp_path / "c.tif"), tmp_path / "o.tif"
    write_cog(pixels, target, target, check_creation_options(creation, "uint16", cog=True))
    return target


def test_a_cog_is_like_the_scene(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(1100, 700, 4), nodata=0)
    with rasterio.open(source, "r+") as dataset:
        dataset.descriptions = ["B04", "B03", "B02", None]
        dataset.scales, dataset.offsets = [1e-4] * 4, [-0.1] * 4
        dataset.units = ["reflectance"] * 4
        dataset.update_tags(MINE="yes", TIFFTAG_DATETIME="2020:06:01")
        dataset.update_tags(4, wavelength="833")
    target = cog(tmp_path, source)
    assert (read(target) == read(source)).all()
    after, before = describe(target), describe(source)
    after["tags"].pop("OVR_RESAMPLING_ALG", None)
    assert after == before
    with rasterio.open(target) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.overviews(1) == [2, 4]
    assert not list(tmp_path.glob("*tmp*"))


def test_a_mask_band_is_kept_in_a_cog(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(600, 600))
    mask = np.random.default_rng(0).integers(0, 2, (600, 600), dtype="uint8") * np.uint8(255)
    with rasterio.open(source, "r+") as dataset:
        dataset.write_mask(mask)
    with rasterio.open(cog(tmp_path, source)) as dataset:
        assert (dataset.dataset_mask() == mask).all()
    assert {path.name for path in tmp_path.iterdir()} <= {"s.tif", "c.tif", "o.tif", "s.tif.msk"}


def test_overviews_know_nodata(tmp_path):
    pixels = np.full((3, 1024, 1024), 2000, "uint16")
    pixels[:, :, 301:] = 0
    target = cog(tmp_path, write_scene(tmp_path / "s.tif", pixels, nodata=0))
    with rasterio.open(target, overview_level=0) as overview:
        assert set(np.unique(overview.read())) == {0, 2000}


def test_options_of_a_cog(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(600, 600))
    target = cog(tmp_path, source, COMPRESS="DEFLATE", LEVEL="1", BLOCKSIZE="128", OVERVIEWS="NONE")
    with rasterio.open(target) as dataset:
        assert dataset.profile["compress"] == "deflate"
        assert dataset.block_shapes[0] == (128, 128)
        assert dataset.overviews(1) == []


def test_a_damaged_overview_is_noticed(tmp_path):
    target = cog(tmp_path, write_scene(tmp_path / "s.tif", ground(1100, 700)))
    assert is_complete(target)
    target.write_bytes(target.read_bytes()[:-1000])
    assert not is_complete(target)


def test_a_cog_that_cannot_be_written(tmp_path):
    pixels = write_scene(tmp_path / "s.tif", ground(64, 64))
    with pytest.raises(OutputError, match="cannot be written"):
        write_cog(pixels, tmp_path / "no" / "o.tif", tmp_path / "no" / "o.tif", {})
