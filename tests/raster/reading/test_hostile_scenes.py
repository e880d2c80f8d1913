"""Scenes that reach for other files or claim what they cannot hold."""

import subprocess
import sys
import time
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
import rasterio
from scenes import UTM, ground, write_jp2, write_safe, write_scene, zipped

from cloudgan_geo.errors import SceneError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.trust import trusting_input

SECRET = bytes(range(256)) * 3


def raw_bands(file, size=16, relative=0):
    """A virtual raster that shows the bytes of any file as pixels."""
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}" subClass="VRTRawRasterBand">'
        f'<SourceFilename relativeToVRT="{relative}">{file}</SourceFilename>'
        f"<ImageOffset>{256 * (band - 1)}</ImageOffset><PixelOffset>1</PixelOffset>"
        f"<LineOffset>{size}</LineOffset></VRTRasterBand>"
        for band in (1, 2, 3)
    )
    return f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}">{bands}</VRTDataset>'


def mosaic(file, relative=1, size=16, tag="SimpleSource", attributes=""):
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{band}"{attributes}><{tag}>'
        f'<SourceFilename relativeToVRT="{relative}">{file}</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></{tag}></VRTRasterBand>"
        for band in (1, 2, 3)
    )
    return f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}">{bands}</VRTDataset>'


RGB = (1, 2, 3)


@pytest.fixture
def folders(tmp_path):
    """A folder with a scene, and another one with what it must not reach."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        (folder / "sub").mkdir(parents=True)
        write_scene(folder / "s.tif", ground(16, 16))
    (elsewhere / "secret.bin").write_bytes(SECRET)
    return home, elsewhere


# A process of its own: GDAL may hold Python's lock while it waits for an answer.
SERVER = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, file=sys.stderr, flush=True)
        content = open(sys.argv[1], "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass

running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(running.server_port, flush=True)
running.serve_forever()
"""


@pytest.fixture
def server(folders, tmp_path):
    """A server that knows no ranges, and a file of what was asked of it."""
    asked = tmp_path / "asked"
    with (
        open(asked, "w") as log,
        subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folders[0] / "s.tif")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", asked
        process.kill()


@pytest.mark.parametrize("name", ["s.tif", "s.jp2", "s.img", "s", "s.png"])
def test_a_virtual_raster_by_another_name_is_refused(folders, name):
    home, elsewhere = folders
    path = home / name
    path.write_text(raw_bands(elsewhere / "secret.bin"))
    with pytest.raises(SceneError, match=r"is not called \.vrt; .*trust_input=True"):
        open_scene(path)
    with trusting_input(True):
        assert open_scene(path, bands=RGB).width == 16


@pytest.mark.parametrize("archived", [False, True])
def test_members_of_a_product_are_opened_as_jpeg_2000(folders, archived):
    home, elsewhere = folders
    red, green, blue = ground(32, 32)
    safe = write_safe(home / "S2A_MSIL1C_X.SAFE", {"B04": red, "B03": green, "B02": blue})
    band = next(safe.rglob("*_B04.jp2"))
    content = band.read_bytes()
    band.write_text(raw_bands(elsewhere / "secret.bin", 32))
    with pytest.raises(SceneError, match=r"B04.jp2: is not a raster that can be opened"):
        open_scene(zipped(safe) if archived else safe)
    write_scene(band, red[None])  # A TIFF, which refers to nothing, but no JPEG 2000.
    with pytest.raises(SceneError, match=r"B04.jp2: is not a raster that can be opened"):
        open_scene(zipped(safe) if archived else safe)
    band.write_bytes(content)
    assert open_scene(zipped(safe) if archived else safe).width == 32


REACHING = {
    "raw bands": lambda elsewhere: raw_bands(elsewhere / "secret.bin"),
    "raw bands, upwards": lambda _: raw_bands("../elsewhere/secret.bin", relative=1),
    "a source": lambda elsewhere: mosaic(elsewhere / "secret.bin", 0),
    "a source, upwards": lambda _: mosaic("sub/../../elsewhere/secret.bin"),
    "a source in capitals": lambda elsewhere: mosaic(elsewhere / "secret.bin", 0).replace(
        "SourceFilename", "SOURCEFILENAME"
    ),
    "raw bands in capitals": lambda elsewhere: raw_bands(elsewhere / "secret.bin").replace(
        "SourceFilename", "SOURCEFILENAME"
    ),
    "a class in capitals": lambda elsewhere: raw_bands(elsewhere / "secret.bin").replace(
        "subClass", "SUBCLASS"
    ),
    "a source as an attribute": lambda elsewhere: mosaic("s.tif").replace(
        "<SimpleSource>", f'<SimpleSource SourceFilename="{elsewhere / "secret.bin"}">'
    ),
    "a name of GDAL's": lambda elsewhere: mosaic(f"/vsisubfile/0_99,{elsewhere / 's.tif'}", 0),
    "another format": lambda elsewhere: mosaic(f"GTIFF_DIR:1:{elsewhere / 's.tif'}", 0),
    "a comment": lambda _: mosaic("s.tif<!-- -->"),
    "a program": lambda _: mosaic("s.tif").replace(
        "<SimpleSource>", "<PixelFunctionCode>import os</PixelFunctionCode><SimpleSource>"
    ),
    "an entity": lambda _: '<!DOCTYPE a [<!ENTITY b "s.tif">]>' + mosaic("&b;"),
    "a warp": lambda elsewhere: (
        '<VRTDataset rasterXSize="16" rasterYSize="16" subClass="VRTWarpedDataset">'
        '<VRTRasterBand dataType="UInt16" band="1" subClass="VRTWarpedRasterBand"/>'
        '<GDALWarpOptions><SourceDataset relativeToVRT="0">'
        f"{elsewhere / 'secret.bin'}</SourceDataset></GDALWarpOptions></VRTDataset>"
    ),
}


@pytest.mark.parametrize("kind", REACHING)
def test_virtual_rasters_do_not_reach_beyond_their_folder(folders, kind):
    home, elsewhere = folders
    path = home / "s.vrt"
    path.write_text(REACHING[kind](elsewhere))
    with pytest.raises(SceneError, match=r"s\.vrt: ") as caught:
        open_scene(path)
    assert "\n" not in str(caught.value)


def test_virtual_rasters_do_not_reach_through_others_or_links(folders):
    home, elsewhere = folders
    (home / "outer.vrt").write_text(mosaic("inner.tif"))
    (home / "inner.tif").write_text(raw_bands(elsewhere / "secret.bin"))
    with pytest.raises(SceneError, match=r"outer\.vrt: reads the bytes of .*secret\.bin"):
        open_scene(home / "outer.vrt")
    (home / "raw.vrt").write_text(raw_bands("link", relative=1))
    (home / "link").symlink_to(elsewhere / "secret.bin")
    with pytest.raises(SceneError, match=r"raw\.vrt: reads the bytes of 'link', outside its own"):
        open_scene(home / "raw.vrt")


def test_virtual_rasters_of_their_folder_work(folders, monkeypatch):
    home, _ = folders
    write_scene(home / "sub" / "s.tif", ground(16, 16, seed=1))
    (home / "outer.vrt").write_text(mosaic("sub/inner.vrt"))
    (home / "sub" / "inner.vrt").write_text(mosaic("s.tif"))
    (home / "raw.vrt").write_text(raw_bands("pixels.bin", relative=1))
    (home / "pixels.bin").write_bytes(SECRET)
    assert open_scene(home / "outer.vrt", bands=RGB).width == 16
    assert open_scene(home / "raw.vrt", bands=RGB).dtype == "uint8"
    monkeypatch.chdir(home)
    assert open_scene("outer.vrt", bands=RGB).width == 16
    (home / "here.vrt").write_text(mosaic("s.tif", 0))
    assert open_scene("here.vrt", bands=RGB).width == 16


def test_a_virtual_raster_that_refers_to_itself_ends(folders):
    home, _ = folders
    (home / "s.vrt").write_text(mosaic("s.vrt"))
    with pytest.raises(SceneError, match=r"s\.vrt: "):
        open_scene(home / "s.vrt")


def test_nothing_is_fetched_that_the_user_did_not_name(folders, server):
    home, _ = folders
    address, asked = server
    inside = mosaic(f"/vsicurl/{address}/s.tif", 0)
    (home / "s.vrt").write_text(inside)
    (home / "s.tif.vrt.tif").write_text(inside)
    with zipfile.ZipFile(home / "z.zip", "w") as archive:
        archive.writestr("s.vrt", inside)
        archive.writestr("s.tif", inside)
        archive.writestr("s.img", inside)
    zips = [f"/vsizip/{home}/z.zip/s.{suffix}" for suffix in ("vrt", "tif", "img")]
    wms = f"<GDAL_WMS><Service name='TMS'><ServerUrl>{address}</ServerUrl></Service></GDAL_WMS>"
    (home / "w.tif").write_text(wms)
    names = [home / "s.vrt", home / "s.tif.vrt.tif", *zips, home / "w.tif", inside]
    for name in [*names, f"vrt:///vsicurl/{address}/s.tif", f"WMS:{address}/x"]:
        with pytest.raises(SceneError):
            open_scene(name)
    assert asked.read_text() == ""


def test_a_server_that_answers_everything_leads_nowhere(server):
    address, asked = server
    assert open_scene(f"{address}/s.tif", bands=RGB).width == 16
    assert len(asked.read_text().splitlines()) < 10


def test_a_server_that_sends_whole_files_only_is_told_of(folders, server):
    address, asked = server
    write_scene(folders[0] / "s.tif", ground(200, 200))
    with pytest.raises(
        SceneError, match=r"download it first if its server cannot send files in parts"
    ):
        open_scene(f"{address}/s.tif")
    assert asked.read_text()


def test_a_mask_beside_a_scene_is_a_tiff(folders):
    home, elsewhere = folders
    (home / "s.tif.msk").write_text(raw_bands(elsewhere / "secret.bin"))
    with pytest.raises(SceneError, match=r"s\.tif\.msk: is no TIFF"):
        open_scene(home / "s.tif")


def test_a_folder_of_images_says_how_to_name_them(tmp_path):
    for band in ("B02", "B03", "B04"):
        write_jp2(tmp_path / f"T31TDH_{band}.jp2", ground(32, 32, 1))
    with pytest.raises(SceneError, match=r"it holds 3 images: name them, as in .*\*_B0\[2348\]\*"):
        open_scene(tmp_path)
    assert open_scene(sorted(tmp_path.glob("*.jp2"))).width == 32


def test_names_that_are_no_utf_8_are_refused(tmp_path):
    name = f"{tmp_path}/caf\udce9.tif"
    with pytest.raises(UsageError, match=r"caf\\udce9.tif: its name is no UTF-8"):
        open_scene(name)


# What a member of a zip is followed by.
DAMAGES = {
    "no XML": b"<a",
    "unknown encoding": b"<?xml version='1.0' encoding='klingon'?><a/>",
    "many bytes a character": b"<?xml version='1.0' encoding='shift_jis'?><a/>",
    "wrong bytes": b"<?xml version='1.0' encoding='utf-8'?><a>\xff</a>",
    "entities": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "laughs": b"<!DOCTYPE a [<!ENTITY b 'ha'>"
    + b"".join(b"<!ENTITY b%d '%s'>" % (i, b"&b%d;" % (i - 1) * 99) for i in range(1, 9))
    + b"]><a>&b8;</a>",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("archived", [False, True])
def test_damaged_metadata_are_told_in_a_line(tmp_path, damage, archived):
    red, green, blue = ground(32, 32)
    safe = write_safe(tmp_path / "X.SAFE", {"B04": red, "B03": green, "B02": blue})
    (safe / "MTD_MSIL1C.xml").write_bytes(DAMAGES[damage])
    with pytest.raises(SceneError, match="metadata") as caught:
        open_scene(zipped(safe) if archived else safe)
    assert "\n" not in str(caught.value)


def test_a_huge_member_is_not_read(tmp_path):
    red, green, blue = ground(32, 32)
    safe = write_safe(tmp_path / "X.SAFE", {"B04": red, "B03": green, "B02": blue})
    path = zipped(safe)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        piece = bytes(2**20)
        with archive.open("Y.SAFE/MTD_MSIL2A.xml", "w", force_zip64=True) as member:
            for _ in range(40):
                member.write(piece)
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w") as new:
        for name in old.namelist():
            if name.endswith("MTD_MSIL1C.xml"):
                continue
            new.writestr(name, old.read(name), zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    with pytest.raises(SceneError, match="larger than any product's"):
        open_scene(whole)
    assert tracemalloc.get_traced_memory()[1] < 2**27
    tracemalloc.stop()


def test_corrupt_deflate_is_told_in_a_line(tmp_path):
    red, green, blue = ground(32, 32)
    safe = write_safe(tmp_path / "X.SAFE", {"B04": red, "B03": green, "B02": blue})
    path = zipped(safe)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("X.SAFE/MTD_MSIL1C.xml")
    content = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(info.filename)
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(SceneError, match="is a damaged zip file"):
        open_scene(path)


CLAIMS = {
    "a row of 30 million pixels": {"width": 30_000_000, "height": 1},
    "too many rows": {"width": 64, "height": 9_000_000},
    "much in few bytes": {"width": 200_000, "height": 200_000},
    "a block of gigabytes": {"width": 40_000, "height": 40_000, "blockysize": 40_000},
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_are_refused_before_anything_is_read(tmp_path, claim):
    path = tmp_path / "s.tif"
    size = CLAIMS[claim]
    if claim != "much in few bytes":
        size = {"tiled": False, **size}
    else:
        size = {"tiled": True, "blockxsize": 16384, "blockysize": 16384, **size}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", "GTiff", count=3, dtype="uint16", SPARSE_OK=True, compress="deflate",
            BIGTIFF="YES", **UTM, **size,
        ):  # fmt: skip
            pass
    started = time.process_time()
    with pytest.raises(SceneError, match=r"claims|stored in blocks"):
        open_scene(path)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("nodata", [0.5, 1.7, 299.99])
def test_nodata_between_integers_means_what_gdal_takes_it_for(tmp_path, nodata):
    pixels = ground(20, 20)
    pixels[:, :10] = int(nodata)
    path = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    scene = open_scene(path)
    (rows,) = scene.read([(0, 20)])
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(rows.valid, dataset.read_masks() > 0)


def test_bands_of_different_nodata_are_refused(tmp_path):
    write_scene(tmp_path / "s.tif", ground(16, 16, 4))
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{band}">'
        + ("<NoDataValue>200</NoDataValue>" if band == 4 else "")
        + f'<SimpleSource><SourceFilename relativeToVRT="1">s.tif</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
        for band in (1, 2, 3, 4)
    )
    path = tmp_path / "s.vrt"
    path.write_text(f'<VRTDataset rasterXSize="16" rasterYSize="16">{bands}</VRTDataset>')
    with pytest.raises(SceneError, match=r"different nodata values: 200\.0, none.*rgb_only=True"):
        open_scene(path, bands=(1, 2, 3))
    assert open_scene(path, bands=(1, 2, 3), rgb_only=True).bands[0].nodata is None


@pytest.mark.parametrize("nodata", ["inf", "-inf", "1e300", "nan"])
@pytest.mark.parametrize("dtype", ["UInt16", "Float32"])
def test_absurd_nodata_is_told_or_means_nothing(tmp_path, nodata, dtype):
    write_scene(tmp_path / "s.tif", ground(16, 16, dtype=dtype.lower()))
    text = mosaic("s.tif").replace('"UInt16"', f'"{dtype}"')
    (tmp_path / "s.vrt").write_text(
        text.replace("<SimpleSource>", f"<NoDataValue>{nodata}</NoDataValue><SimpleSource>")
    )
    scene = open_scene(tmp_path / "s.vrt", bands=RGB)
    (rows,) = scene.read([(0, 16)])
    assert rows.valid.all()
