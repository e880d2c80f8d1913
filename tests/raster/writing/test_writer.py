import threading

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp as Colour
from rasterio.transform import Affine
from scenes import ground, read, write_scene

from cloudgan_geo.errors import OutputError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.writing.creation import best_compression
from cloudgan_geo.raster.writing.writer import SceneWriter


def copy(source, target, rows=37, **settings):
    scene = open_scene(source, **settings)
    spans = [(top, min(top + rows, scene.height)) for top in range(0, scene.height, rows)]
    with SceneWriter(target, target, scene) as writer:
        for piece in scene.read(spans):
            writer.write(piece)
    return target


def describe(path):
    with rasterio.open(path) as dataset:
        return {
            "crs": dataset.crs,
            "transform": dataset.transform,
            "gcps": [(p.row, p.col, p.x, p.y) for p in dataset.gcps[0]],
            "nodata": dataset.nodatavals,
            "colours": dataset.colorinterp,
            "descriptions": dataset.descriptions,
            "scales": dataset.scales,
            "offsets": dataset.offsets,
            "units": dataset.units,
            "tags": dataset.tags(),
            "rpc": dataset.tags(ns="RPC"),
            "own": dataset.tags(ns="OWN"),
            "band_tags": [dataset.tags(band) for band in dataset.indexes],
            "mask": dataset.dataset_mask().tolist(),
        }


def test_everything_but_pixels_is_kept(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(90, 70, 4), nodata=0)
    with rasterio.open(source, "r+") as dataset:
        dataset.descriptions = ["B04", "B03", "B02", None]
        dataset.scales = [1e-4] * 4
        dataset.offsets = [-0.1] * 4
        dataset.units = ["reflectance"] * 4
        dataset.update_tags(AREA_OR_POINT="Point", TIFFTAG_DATETIME="2020:06:01", MINE="yes")
        dataset.update_tags(ns="OWN", KEY="value")
        dataset.update_tags(4, wavelength="833", STATISTICS_MAXIMUM="4000")
    copied = copy(source, tmp_path / "c.tif")
    assert describe(copied) == describe(source)
    assert (read(copied) == read(source)).all()


def test_statistics_of_bands_that_change_are_dropped(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(9, 9, 4))
    with rasterio.open(source, "r+") as dataset:
        for band in dataset.indexes:
            dataset.update_tags(band, STATISTICS_MEAN="1000", name="x")
    tags = describe(copy(source, tmp_path / "c.tif"))["band_tags"]
    assert tags[:3] == [{"name": "x"}] * 3
    assert tags[3]["STATISTICS_MEAN"] == "1000"


@pytest.mark.parametrize(
    "transform",
    [
        Affine(8.98e-05, 0.0, -76.7, 0.0, -7.39e-05, 34.7),
        Affine(8.66, 5.0, 4e5, 5.0, -8.66, 5e6),
        Affine(10.0, 0.0, 4e5, 0.0, 10.0, 5e6),
    ],
    ids=["non-square", "rotated", "south-up"],
)
def test_any_affine_transform_is_kept(tmp_path, transform):
    source = write_scene(tmp_path / "s.tif", ground(9, 9), transform=transform)
    assert describe(copy(source, tmp_path / "c.tif")) == describe(source)


def test_ground_control_points_are_kept(tmp_path):
    gcps = [
        GroundControlPoint(row, col, 4e5 + 10 * col, 5e6 - 10 * row)
        for row, col in [(0, 0), (0, 9), (9, 0), (9, 9)]
    ]
    source = write_scene(tmp_path / "s.tif", ground(9, 9), transform=None, gcps=gcps)
    copied = describe(copy(source, tmp_path / "c.tif"))
    assert copied == describe(source)
    assert len(copied["gcps"]) == 4
    with rasterio.open(tmp_path / "c.tif") as dataset:
        assert dataset.gcps[1].to_epsg() == 32631


@pytest.mark.filterwarnings("ignore::cloudgan_geo.errors.CloudganWarning")
def test_ground_control_points_without_a_reference_system(tmp_path):
    source = tmp_path / "s.vrt"
    points = "".join(
        f'<GCP Id="" Pixel="{x}" Line="{y}" X="{x + 7}" Y="{9 - y}"/>'
        for x in (0, 9)
        for y in (0, 9)
    )
    write_scene(tmp_path / "s.tif", ground(9, 9))
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{band}"><SimpleSource><SourceFilename '
        f'relativeToVRT="1">s.tif</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource>'
        "</VRTRasterBand>"
        for band in (1, 2, 3)
    )
    source.write_text(
        f'<VRTDataset rasterXSize="9" rasterYSize="9"><GCPList>{points}</GCPList>'
        f"{bands}</VRTDataset>"
    )
    assert len(describe(copy(source, tmp_path / "c.tif", bands=(1, 2, 3)))["gcps"]) == 4


@pytest.mark.filterwarnings("ignore::cloudgan_geo.errors.CloudganWarning")
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_without_coordinates(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(9, 9), crs=None, transform=None)
    assert describe(copy(source, tmp_path / "c.tif")) == describe(source)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize(
    "colours",
    [
        [Colour.red, Colour.green, Colour.blue],
        [Colour.blue, Colour.green, Colour.red],
        [Colour.gray, Colour.undefined, Colour.undefined],
        [Colour.red, Colour.green, Colour.blue, Colour.alpha],
        [Colour.gray, Colour.undefined, Colour.undefined, Colour.undefined],
        [Colour.gray, Colour.undefined, Colour.undefined, Colour.alpha],
    ],
    ids=lambda colours: "".join(colour.name[0] for colour in colours),
)
def test_colours_are_kept(tmp_path, dtype, colours):
    source = tmp_path / "s.tif"
    write_scene(source, ground(9, 9, len(colours), dtype), photometric="MINISBLACK")
    with rasterio.open(source, "r+") as dataset:
        dataset.colorinterp = colours
    copied = copy(source, tmp_path / "c.tif", bands=(1, 2, 3))
    assert list(describe(copied)["colours"]) == colours
    assert (read(copied) == read(source)).all()


def test_a_mask_band_is_kept_inside_the_file(tmp_path):
    source = tmp_path / "s.tif"
    write_scene(source, ground(300, 40))
    mask = np.random.default_rng(0).integers(0, 2, (300, 40), dtype="uint8") * np.uint8(255)
    with rasterio.open(source, "r+") as dataset:
        dataset.write_mask(mask)
    copied = copy(source, tmp_path / "c.tif")
    assert (np.array(describe(copied)["mask"]) == mask).all()
    assert not (tmp_path / "c.tif.msk").exists()


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("uint16", 0), ("uint8", 255), ("int16", -32768), ("float32", np.nan), ("float32", -9999)],
)
def test_nodata_is_kept(tmp_path, dtype, nodata):
    source = write_scene(tmp_path / "s.tif", ground(9, 9, dtype=dtype), nodata=nodata)
    with rasterio.open(copy(source, tmp_path / "c.tif")) as dataset:
        np.testing.assert_equal(dataset.nodatavals, (nodata,) * 3)
        assert dataset.dtypes == (dtype,) * 3


def test_rgb_only(tmp_path):
    pixels = ground(20, 20, 13)
    copied = copy(write_scene(tmp_path / "s.tif", pixels), tmp_path / "c.tif", rgb_only=True)
    assert (read(copied) == pixels[[3, 2, 1]]).all()


@pytest.mark.parametrize(("dtype", "predictor"), [("uint16", "2"), ("float32", "3")])
def test_the_file_is_tiled_and_compressed(tmp_path, dtype, predictor):
    source = write_scene(tmp_path / "s.tif", ground(300, 300, dtype=dtype))
    with rasterio.open(copy(source, tmp_path / "c.tif")) as dataset:
        assert dataset.profile["compress"] == best_compression()
        assert dataset.block_shapes == [(256, 256)] * 3
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == predictor


def test_pieces_of_any_height_do_not_bloat_the_file(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(700, 300))
    whole = copy(source, tmp_path / "whole.tif", rows=700)
    for rows in (1, 48, 256, 333):
        pieces = copy(source, tmp_path / "pieces.tif", rows=rows)
        assert (read(pieces) == read(source)).all()
        assert pieces.stat().st_size == whole.stat().st_size
        pieces.unlink()


def test_a_file_that_was_not_written_to_the_end_is_an_error(tmp_path):
    scene = open_scene(write_scene(tmp_path / "s.tif", ground(600, 300)))
    target = tmp_path / "c.tif"
    writer = SceneWriter(target, target, scene)
    writer.write(Rows(ground(600, 300), np.ones((3, 600, 300), bool)))
    writer._dataset.close()
    target.write_bytes(target.read_bytes()[:-1000])
    with pytest.raises(OutputError, match="the disk did not take it"):
        writer.close()


def test_other_threads_run_while_the_file_is_completed(tmp_path):
    """Signals among them, which Python hears in the main thread."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 10_000, (3, 512, 512), dtype=np.uint16)
    scene = open_scene(write_scene(tmp_path / "s.tif", pixels))
    creation = {"COMPRESS": "LZMA", "LZMA_PRESET": "9", "NUM_THREADS": "2", "BLOCKXSIZE": "512"}
    rounds, over = [], threading.Event()

    def run():
        while not over.wait(0.001):
            rounds.append(1)

    writer = SceneWriter(tmp_path / "c.tif", tmp_path / "c.tif", scene, creation)
    (piece,) = scene.read([(0, 512)])
    writer.write(piece)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        before = len(rounds)
        # Most of a second of LZMA, during which nobody else ran at all.
        writer.close()
        after = len(rounds)
    finally:
        over.set()
        thread.join()
    assert after - before > 5
    assert (read(tmp_path / "c.tif") == pixels).all()
