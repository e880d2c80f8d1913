import os
import shutil
import zipfile

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from scenes import ground, write_jp2, write_safe, write_scene, zipped

from cloudgan_geo.errors import BandError, SceneError, SceneNotFoundError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry

NAMES = ("B04", "B03", "B02", "B08")
PIXELS = dict(zip(NAMES, ground(70, 80, 4), strict=True))


def pixels_of(scene):
    (rows,) = scene.read([(0, scene.height)])
    return rows.pixels


@pytest.fixture
def files(tmp_path):
    return [
        write_jp2(tmp_path / f"T31TDH_20150726T105026_{name}.jp2", PIXELS[name][None])
        for name in NAMES
    ]


def test_single_band_files_are_one_scene(files, tmp_path):
    blue, red, green = files[2], files[0], files[1]
    scene = open_scene([blue, red, green])
    assert scene.rgb.indexes == (2, 3, 1)
    assert scene.rgb.reason == "by their descriptions B04, B03, B02"
    assert (pixels_of(scene) == np.stack([PIXELS[n] for n in ("B02", "B04", "B03")])).all()
    assert scene.crs.to_epsg() == 32631
    assert scene.transform.a == 10
    assert {state.path for state in scene.files} == {str(blue), str(red), str(green)}


def test_files_keep_nodata_and_scales(tmp_path):
    paths = []
    for name in ("red", "green", "blue"):
        path = write_scene(tmp_path / f"{name} & more.tif", ground(9, 9, 1), nodata=7)
        with rasterio.open(path, "r+") as dataset:
            dataset.scales, dataset.offsets = [1e-4], [-0.1]
        paths.append(path)
    scene = open_scene(paths)
    assert [band.nodata for band in scene.bands] == [7, 7, 7]
    assert choose_radiometry(scene).profile == "dn-offset"


def test_geographic_files_lie_where_they_lie(tmp_path):
    paths = [
        write_scene(tmp_path / f"B0{n}.tif", ground(9, 9, 1), crs="EPSG:4326") for n in (4, 3, 2)
    ]
    scene, alone = open_scene(paths), paths[0]
    with rasterio.open(alone) as dataset:
        assert (scene.crs, scene.transform) == (dataset.crs, dataset.transform)


def test_files_that_do_not_belong_together(files, tmp_path):
    small = write_scene(tmp_path / "B02.tif", ground(35, 40, 1))
    with pytest.raises(SceneError, match=r"B02.tif: has 40 x 35 pixels, and not 80 x 70 as .*B04"):
        open_scene([*files[:2], small])
    shifted = write_scene(tmp_path / "B02.tif", ground(70, 80, 1), crs="EPSG:32632")
    with pytest.raises(SceneError, match="has another coordinate reference system than"):
        open_scene([*files[:2], shifted])
    stack = write_scene(tmp_path / "B02.tif", ground(70, 80, 3))
    with pytest.raises(SceneError, match="has 3 bands; of several files each must have one"):
        open_scene([*files[:2], stack])
    with pytest.raises(BandError, match="is the second file of band B03"):
        open_scene([*files[:2], files[1]])
    with pytest.raises(SceneNotFoundError, match=r"B09.jp2: there is no such file"):
        open_scene([*files[:2], tmp_path / "B09.jp2"])
    with pytest.raises(BandError, match="not all among the described bands"):
        open_scene([*files[:2], files[3]])
    nameless = shutil.copy(files[2], tmp_path / "scene.jp2")
    with pytest.raises(BandError, match=r"scene.jp2: its name does not tell its band"):
        open_scene([*files[:2], nameless])


def test_files_elsewhere(files, tmp_path):
    elsewhere = Affine(10.0, 0.0, 399970.0, 0.0, -10.0, 4693200.0)
    moved = write_scene(tmp_path / "B02.tif", ground(70, 80, 1), transform=elsewhere)
    with pytest.raises(SceneError, match=r"B02.tif: lies elsewhere than .*B04"):
        open_scene([*files[:2], moved])


@pytest.mark.parametrize("level", ["1C", "2A"])
@pytest.mark.parametrize("offset", [None, 0, -1000])
@pytest.mark.parametrize("container", ["folder", "zip", "xml"])
def test_products(tmp_path, level, offset, container):
    folder = write_safe(tmp_path / f"S2A_MSIL{level}.SAFE", PIXELS, level, offset)
    path = {"folder": folder, "zip": zipped(folder), "xml": folder / f"MTD_MSIL{level}.xml"}
    scene = open_scene(path[container])
    assert [band.description for band in scene.bands] == list(NAMES)
    assert (pixels_of(scene) == np.stack(list(PIXELS.values()))).all()
    assert scene.bands[0].nodata == 0
    assert scene.crs.to_epsg() == 32631
    assert scene.tags["PRODUCT_URI"] == f"S2A_MSIL{level}.SAFE"
    radiometry = choose_radiometry(scene)
    assert radiometry.profile == ("dn-offset" if offset else "dn")
    assert ("ADD_OFFSET" if offset is not None else "baseline 02.04") in radiometry.reason


def test_a_product_of_the_real_files(shared_data, tmp_path):
    images = tmp_path / "S2A.SAFE" / "GRANULE" / "L1C" / "IMG_DATA"
    images.mkdir(parents=True)
    for file in (shared_data / "scenes" / "T31TDH_jp2").glob("*.jp2"):
        shutil.copy(file, images)
    (tmp_path / "S2A.SAFE" / "MTD_MSIL1C.xml").write_text(
        "<a><PROCESSING_BASELINE>02.04</PROCESSING_BASELINE></a>"
    )
    scene = open_scene(tmp_path / "S2A.SAFE")
    stack = open_scene(shared_data / "scenes" / "T31TDH_20150726_B04B03B02B08_uint16.tif")
    assert (pixels_of(scene) == pixels_of(stack)).all()
    assert (scene.crs, scene.transform) == (stack.crs, stack.transform)


def test_products_without_near_infrared(tmp_path):
    folder = write_safe(tmp_path / "a.SAFE", {name: PIXELS[name] for name in NAMES[:3]})
    assert len(open_scene(folder).bands) == 3


def test_products_that_are_no_use(tmp_path):
    def damaged(name, change):
        folder = write_safe(tmp_path / f"{name}.SAFE", PIXELS, offset=-1000)
        change(folder)
        return folder

    def rewrite(old, new):
        def change(folder):
            file = folder / "MTD_MSIL1C.xml"
            file.write_text(file.read_text().replace(old, new))

        return change

    images = "GRANULE/L1C_T31TDH_A000468_20150726T105026"
    for name, change, said in (
        (
            "missing",
            lambda f: next(f.rglob("*B03.jp2")).unlink(),
            "its band B03 at 10 m is missing",
        ),
        ("xml", rewrite("</n1:General_Info>", ""), "MTD_MSIL1C.xml is damaged"),
        ("tiles", lambda f: shutil.copytree(f / images, f / "GRANULE/other"), "holds 2 tiles"),
        (
            "offsets",
            rewrite('"3">-1000', '"3">-900'),
            "gives its bands different offsets, or some none",
        ),
        ("empty", lambda f: next(f.rglob("*B04.jp2")).write_bytes(b""), "B04.jp2: is not a raster"),
    ):
        folder = damaged(name, change)
        with pytest.raises(SceneError, match=said):
            open_scene(folder)
        with pytest.raises(SceneError, match=said):
            open_scene(zipped(folder))
    twice = tmp_path / "twice.zip"
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("a.SAFE/MTD_MSIL1C.xml", "<a/>")
        archive.writestr("b.SAFE/MTD_MSIL1C.xml", "<a/>")
    with pytest.raises(SceneError, match="holds 2 Sentinel-2 products"):
        open_scene(twice)


def test_zip_files_that_are_no_product(tmp_path):
    write_scene(tmp_path / "s.tif", ground(9, 9))
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "s.tif", "s.tif")
    with pytest.raises(
        SceneError, match=r"s.zip: is a zip without.*name them, as in /vsizip/.*s.tif"
    ):
        open_scene(path)
    for name in (f"/vsizip/{path}/s.tif", f"zip://{path}!s.tif"):
        assert (pixels_of(open_scene(name)) == ground(9, 9)).all()
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(SceneError, match="is not a raster"):
        open_scene(path)


def test_paths_that_only_gdal_knows():
    for name in ("/vsicurl/http://127.0.0.1:9/s.tif", "http://127.0.0.1:9/s.tif"):
        with pytest.raises(SceneError, match="is not a raster that can be opened"):
            open_scene(name)


@pytest.mark.parametrize("change", ["replaced", "rewritten", "touched", "gone"])
def test_a_scene_that_changes_while_it_is_read(tmp_path, change):
    path = write_scene(tmp_path / "s.tif", ground(90, 20))
    rows = open_scene(path).read([(0, 30), (30, 60), (60, 90)])
    next(rows)
    if change == "replaced":
        os.replace(shutil.copy2(path, tmp_path / "t.tif"), path)
    elif change == "rewritten":
        write_scene(path, ground(90, 20, seed=1))
    elif change == "touched":
        os.utime(path, (1, 1))
    else:
        path.unlink()
    with pytest.raises(SceneError, match=r"s.tif: was replaced or changed while it was in use"):
        list(rows)


def test_a_file_of_a_product_that_changes(tmp_path):
    folder = write_safe(tmp_path / "a.SAFE", PIXELS)
    scene = open_scene(folder)
    os.utime(next(folder.rglob("*B02.jp2")), (1, 1))
    with pytest.raises(SceneError, match=r"B02.jp2: was replaced or changed"):
        pixels_of(scene)
    archive = zipped(write_safe(tmp_path / "b.SAFE", PIXELS))
    scene = open_scene(archive)
    os.utime(archive, (1, 1))
    with pytest.raises(SceneError, match=r"b.zip: was replaced or changed"):
        pixels_of(scene)


def test_what_viewers_write_beside_a_scene_is_no_change(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(90, 20))
    beside = tmp_path / "s.tif.aux.xml"
    beside.write_text("<PAMDataset/>")
    rows = open_scene(path).read([(0, 45), (45, 90)])
    next(rows)
    beside.write_text("<PAMDataset><Metadata/></PAMDataset>")
    next(rows)


def test_files_in_a_zip(files, tmp_path):
    path = tmp_path / "bands.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.name)
    for pattern in (f"/vsizip/{path}/{{}}", f"zip://{path}!{{}}"):
        scene = open_scene([pattern.format(file.name) for file in files])
        assert (pixels_of(scene) == np.stack(list(PIXELS.values()))).all()
