"""Every kind of input through the whole pipeline."""

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.transform import Affine
from scenes import StandIn, ground, read, write_jp2, write_safe, write_scene, zipped

from cloudgan_geo.correction.pipeline import decloud, default_output
from cloudgan_geo.errors import UsageError

# Reflectance of red, green and blue.
TRUTH = np.random.default_rng(0).uniform(0.005, 0.27, (3, 70, 80))
# What the generator makes of it everywhere.
GOAL = 0.1

NAMES = ("B04", "B03", "B02")


def values(scale, offset=0.0, dtype="uint16"):
    stored = (TRUTH - offset) / scale
    return (np.rint(stored) if np.issubdtype(np.dtype(dtype), np.integer) else stored).astype(dtype)


def tiff(scale, offset=0.0, dtype="uint16", declare=False, tags=None):
    def make(folder):
        path = write_scene(folder / "s.tif", values(scale, offset, dtype))
        with rasterio.open(path, "r+") as dataset:
            if declare:
                dataset.scales, dataset.offsets = [scale] * 3, [offset] * 3
            dataset.update_tags(**(tags or {}))
        return path

    return make


def jp2(scale, offset=0.0, dtype="uint16"):
    return lambda folder: write_jp2(folder / "s.jp2", values(scale, offset, dtype))


def jp2_files(scale, offset=0.0):
    def make(folder):
        stack = zip(NAMES, values(scale, offset), strict=True)
        return [write_jp2(folder / f"T31TDH_{name}.jp2", pixels[None]) for name, pixels in stack]

    return make


def safe(level, offset=None, quantum=10_000, zip_it=False):
    def make(folder):
        stack = values(1 / quantum, (offset or 0) / quantum)
        path = write_safe(
            folder / "p.SAFE", dict(zip(NAMES, stack, strict=True)), level, offset, quantum
        )
        return zipped(path) if zip_it else path

    return make


def vrt(scale, offset=0.0, dtype="uint16"):
    def make(folder):
        write_scene(folder / "s.tif", values(scale, offset, dtype))
        kind = {"uint16": "UInt16", "float32": "Float32"}[dtype]
        bands = "".join(
            f'<VRTRasterBand dataType="{kind}" band="{band}"><SimpleSource>'
            f'<SourceFilename relativeToVRT="1">s.tif</SourceFilename>'
            f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            for band in (1, 2, 3)
        )
        path = folder / "s.vrt"
        path.write_text(
            f'<VRTDataset rasterXSize="80" rasterYSize="70"><SRS>EPSG:32631</SRS>{bands}'
            "</VRTDataset>"
        )
        return path

    return make


BOA = {"BOA_ADD_OFFSET": "-1000", "PROCESSING_BASELINE": "05.09"}

# Container, --radiometry, what it is told to be, scale and offset.
PROFILES = {
    "L1C uint16 tiff": (tiff(1e-4), "auto", "dn", 1e-4, 0),
    "L1C int16 tiff": (tiff(1e-4, dtype="int16"), "auto", "dn", 1e-4, 0),
    "L1C baseline 02.06 tiff": (
        *(tiff(1e-4, tags={"PROCESSING_BASELINE": "02.06"}), "auto", "dn", 1e-4, 0),
    ),
    "L1C offset asked jp2": (jp2(1e-4, -0.1), "dn-offset", "dn-offset", 1e-4, -0.1),
    "L1C jp2 files": (jp2_files(1e-4), "auto", "dn", 1e-4, 0),
    "L1C offset jp2 files": (jp2_files(1e-4, -0.1), "dn-offset", "dn-offset", 1e-4, -0.1),
    "L1C SAFE": (safe("1C"), "auto", "dn", 1e-4, 0),
    "L1C offset SAFE": (safe("1C", -1000), "auto", "dn-offset", 1e-4, -0.1),
    "L1C offset SAFE zip": (safe("1C", -1000, zip_it=True), "auto", "dn-offset", 1e-4, -0.1),
    "L2A SAFE zip": (safe("2A", zip_it=True), "auto", "dn", 1e-4, 0),
    "L2A offset SAFE": (safe("2A", -1000), "auto", "dn-offset", 1e-4, -0.1),
    "L2A quantum 20000 SAFE": (safe("2A", -500, 20_000), "auto", "declared", 5e-5, -0.025),
    "L2A offset tags tiff": (tiff(1e-4, -0.1, tags=BOA), "auto", "dn-offset", 1e-4, -0.1),
    "L2A offset declared tiff": (tiff(1e-4, -0.1, declare=True), "auto", "dn-offset", 1e-4, -0.1),
    "L2A offset vrt": (vrt(1e-4, -0.1), "dn-offset", "dn-offset", 1e-4, -0.1),
    "L2A declared otherwise tiff": (tiff(2e-5, -0.2, declare=True), "auto", "declared", 2e-5, -0.2),
    "float32 tiff": (tiff(1, dtype="float32"), "auto", "reflectance", 1, 0),
    "float64 tiff": (tiff(1, dtype="float64"), "auto", "reflectance", 1, 0),
    "float32 DN vrt": (vrt(1e-4, dtype="float32"), "dn", "dn", 1e-4, 0),
    "float32 DN offset declared tiff": (
        *(tiff(1e-4, -0.1, "float32", declare=True), "auto", "dn-offset", 1e-4, -0.1),
    ),
    "TCI jp2": (jp2(0.3558 / 255, dtype="uint8"), "auto", "tci", 0.3558 / 255, 0),
    "TCI tiff": (tiff(0.3558 / 255, dtype="uint8"), "auto", "tci", 0.3558 / 255, 0),
    "EuroSAT tiff": (tiff(0.275 / 255, dtype="uint8"), "eurosat", "eurosat", 0.275 / 255, 0),
}


@pytest.mark.parametrize("name", PROFILES)
def test_radiometry_goes_there_and_back(tmp_path, name):
    make, asked, profile, scale, offset = PROFILES[name]
    generator = StandIn(lambda batch: np.full_like(batch, GOAL / 0.275))
    output = tmp_path / "o.tif"
    bands = (1, 2, 3) if name.endswith(("jp2", "vrt")) else None
    result = decloud(make(tmp_path), output, model=generator, radiometry=asked, bands=bands)
    assert result.radiometry == profile
    seen = generator.batches[0][0] * 0.275
    half = scale / 2 if "float" not in name else 1e-7
    assert abs(seen - TRUTH[:, :64, :64]).max() <= half * 1.001
    written = read(output)
    assert written.shape == (3, 70, 80)
    # Half a step of the values, and what float32 leaves of a goal far from them.
    tolerance = 0.5 if "float" not in name else 1e-6 / scale
    assert abs(written - (GOAL - offset) / scale).max() <= tolerance + 0.01 * (tolerance == 0.5)


def test_the_real_product_files(shared_data, tmp_path):
    folder = shared_data / "scenes" / "T31TDH_jp2"
    files = [folder / f"T31TDH_20150726T105026_{name}.jp2" for name in ("B02", "B04", "B03")]
    result = decloud(files, tmp_path / "o.tif", model=StandIn())
    assert (result.bands, result.radiometry) == ((2, 3, 1), "dn")
    with rasterio.open(shared_data / "scenes/T31TDH_20150726_B04B03B02B08_uint16.tif") as stack:
        assert (read(result.output)[[1, 2, 0]] == stack.read([1, 2, 3])).all()
    with rasterio.open(result.output) as dataset:
        assert dataset.descriptions == ("B02", "B04", "B03")
        assert dataset.crs.to_epsg() == 32631
        assert dataset.transform == Affine(10, 0, 399960, 0, -10, 4693200)


def corners(height, width):
    return [
        GroundControlPoint(row, col, 4e5 + 10 * col, 5e6 - 10 * row)
        for row, col in [(0, 0), (0, width), (height, 0), (height, width)]
    ]


GRIDS = {
    "rotated": {"transform": Affine(8.66, 5.0, 4e5, 5.0, -8.66, 5e6)},
    "non-square": {"transform": Affine(8.98e-05, 0, -76.7, 0, -7.39e-05, 34.7), "crs": "EPSG:4326"},
    "south-up": {"transform": Affine(10.0, 0.0, 4e5, 0.0, 10.0, 5e6)},
    "gcps": {"transform": None, "gcps": corners(100, 90)},
}


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("cog", [False, True])
def test_odd_grids_are_kept(tmp_path, grid, cog):
    source = write_scene(tmp_path / "s.tif", ground(100, 90), **GRIDS[grid])
    result = decloud(source, model=StandIn(), cog=cog)
    with rasterio.open(source) as before, rasterio.open(result.output) as after:
        assert (before.read() == after.read()).all()
        assert before.crs == after.crs
        assert before.transform == after.transform
        points = [[(p.row, p.col, p.x, p.y) for p in each.gcps[0]] for each in (before, after)]
        assert points[0] == points[1]


def test_an_area_needs_a_grid(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(100, 90), **GRIDS["gcps"])
    with pytest.raises(UsageError, match="ground control points instead of a regular grid"):
        decloud(source, model=StandIn(), bounds=(0, 0, 1, 1))


def test_where_the_output_goes(tmp_path):
    assert default_output("a/S2A.SAFE").as_posix() == "a/S2A_decloud.tif"
    assert default_output("a/S2A.SAFE.zip").as_posix() == "a/S2A_decloud.tif"
    assert default_output("/a/S2A.SAFE/MTD_MSIL1C.xml").as_posix() == "/a/S2A_decloud.tif"
    for scene in (["a/B04.jp2", "a/B03.jp2"], "/vsizip/a.zip/b.tif", "https://x.org/b.tif"):
        with pytest.raises(UsageError, match="must be said with output"):
            default_output(scene)


def test_one_of_several_inputs_is_never_overwritten(tmp_path):
    files = [write_scene(tmp_path / f"{name}.tif", ground(64, 64, 1)) for name in NAMES]
    with pytest.raises(UsageError, match="is the input itself"):
        decloud(files, files[1], model=StandIn(), overwrite=True)


def test_no_input_is_overwritten_by_way_of_another(tmp_path):
    source = vrt(1e-4)(tmp_path)
    with pytest.raises(UsageError, match=r"s\.tif: is the input itself"):
        decloud(source, tmp_path / "s.tif", model=StandIn(), bands=(1, 2, 3), overwrite=True)
    area = tmp_path / "a.json"
    area.write_text("{}")
    with pytest.raises(UsageError, match=r"a\.json: is the input itself.*; .*with report"):
        decloud(source, model=StandIn(), bands=(1, 2, 3), aoi=area, report=area, overwrite=True)
