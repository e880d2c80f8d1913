"""What a target may be: nothing that the run reads, nothing of somebody else's."""

import os
import subprocess
import zipfile

import pytest
import rasterio
import rasterio.shutil
from scenes import StandIn, ground, read, write_safe, write_scene, zipped

from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.networks import header as zoo
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.header import read_card
from cloudgan_geo.raster.writing.output import AtomicOutput


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "s.tif", ground(70, 70))


def virtual(path, source):
    rasterio.shutil.copy(source, path, driver="VRT")
    return path


def refused(tmp_path, target, source, option="output"):
    """Checks that a file is refused as a target, and left as it was."""
    before = target.read_bytes()
    settings = {option: target} if option != "output" else {}
    output = tmp_path / "other.tif" if settings else target
    with pytest.raises(UsageError, match=r"is (the input itself|a part of the input);"):
        decloud(source, output, model=StandIn(), radiometry="dn", overwrite=True, **settings)
    assert target.read_bytes() == before
    assert not list(tmp_path.glob("*.partial-*"))


def test_an_input_that_is_called_as_a_partial_file(tmp_path, scene):
    odd = scene.rename(tmp_path / "out.tif.partial")
    content = odd.read_bytes()
    decloud(odd, tmp_path / "out.tif", model=StandIn(), radiometry="dn")
    assert odd.read_bytes() == content
    assert sorted(os.listdir(tmp_path)) == ["out.tif", "out.tif.partial"]


@pytest.mark.parametrize("option", ["output", "report", "opacity", "qa", "error"])
def test_the_leaf_of_nested_virtual_rasters(tmp_path, scene, option):
    virtual(tmp_path / "inner.vrt", scene)
    outer = virtual(tmp_path / "outer.vrt", tmp_path / "inner.vrt")
    refused(tmp_path, scene, outer, option)


def test_the_archive_of_a_scene(tmp_path, scene):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(scene, "s.tif")
    for source in (f"/vsizip/{archive}/s.tif", f"/vsizip/{{{archive}}}/s.tif"):
        refused(tmp_path, archive, source, "report")


def test_the_parts_of_a_product(tmp_path):
    bands = {name: ground(70, 70, 1)[0] for name in ("B02", "B03", "B04", "B08")}
    folder = write_safe(tmp_path / "S2A.SAFE", bands)
    refused(tmp_path, folder / "MTD_MSIL1C.xml", folder, "report")
    refused(tmp_path, folder / "MTD_MSIL1C.xml", folder / "MTD_MSIL1C.xml", "report")
    (band,) = folder.rglob("*_B02.jp2")
    refused(tmp_path, band, folder, "report")
    archive = zipped(folder)
    refused(tmp_path, archive, archive, "report")


def test_what_lies_beside_the_scene(tmp_path, scene):
    (tmp_path / "s.tif.aux.xml").write_text("<PAMDataset/>")
    refused(tmp_path, tmp_path / "s.tif.aux.xml", scene, "report")


def test_a_scene_in_the_place_of_a_sidecar(tmp_path, scene):
    odd = scene.rename(tmp_path / "o.tif.msk")
    (tmp_path / "o.tif").write_text("old")
    with pytest.raises(UsageError, match=r"o\.tif\.msk: is the input itself"):
        decloud(odd, tmp_path / "o.tif", model=StandIn(), radiometry="dn", overwrite=True)
    assert odd.exists()


def test_weights_and_areas(tmp_path, scene, tiny_weights):
    with pytest.raises(UsageError, match=r"is (the input itself|a part of the input);"):
        decloud(scene, model=tiny_weights, report=tiny_weights, overwrite=True, radiometry="dn")
    assert read_card(tiny_weights)["name"] == "tiny"
    bundled = zoo.bundled()["thin"]
    with pytest.raises(UsageError, match=r"is (the input itself|a part of the input);"):
        decloud(scene, model=StandIn(), report=bundled, overwrite=True, radiometry="dn")
    area = tmp_path / "a.geojson"
    area.write_text('{"type": "Polygon", "coordinates": []}')
    with pytest.raises(UsageError, match=r"is (the input itself|a part of the input);"):
        decloud(scene, model=StandIn(), report=area, aoi=area, overwrite=True, radiometry="dn")


@pytest.fixture
def tiny_weights(tmp_path):
    path = tmp_path / "w.safetensors"
    save_generator(UNetGenerator(width=2).eval(), path, {"name": "tiny"})
    return path


def test_the_second_run_with_a_target_is_refused(tmp_path):
    with AtomicOutput(tmp_path / "o.tif") as first:
        with pytest.raises(OutputError, match=r"o\.tif: .* another run is writing it"):
            AtomicOutput(tmp_path / "o.tif").__enter__()
        first.partial.write_text("first")
        first.commit()
    assert os.listdir(tmp_path) == ["o.tif"]
    assert (tmp_path / "o.tif").read_text() == "first"
    with AtomicOutput(tmp_path / "o.tif", overwrite=True):
        pass


def test_locks_of_somebody_else_are_left_alone(tmp_path):
    (tmp_path / ".o.tif.lock").write_text("mine")
    with pytest.raises(OutputError, match=r"\.o\.tif\.lock is in the way"):
        AtomicOutput(tmp_path / "o.tif").__enter__()
    assert (tmp_path / ".o.tif.lock").read_text() == "mine"


def test_links(tmp_path):
    real, link = tmp_path / "real.tif", tmp_path / "link.tif"
    link.symlink_to(real)
    with pytest.raises(UsageError, match=r"is a link to .*real\.tif, which is not there"):
        AtomicOutput(link, overwrite=True).__enter__()
    real.write_text("old")
    with pytest.raises(OutputExistsError):
        AtomicOutput(link).__enter__()
    with AtomicOutput(link, overwrite=True) as file:
        file.partial.write_text("new")
        file.commit()
    assert link.is_symlink()
    assert real.read_text() == "new"
    link.unlink()
    link.symlink_to(link)
    with pytest.raises(UsageError, match="link"):
        AtomicOutput(link, overwrite=True).__enter__()


def test_sidecars_without_a_raster_are_left_alone(tmp_path):
    (tmp_path / "o.tif.msk").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(OutputExistsError, match=r"o\.tif\.msk: lies there without o\.tif"):
            AtomicOutput(tmp_path / "o.tif", overwrite=overwrite).__enter__()
    assert (tmp_path / "o.tif.msk").read_text() == "mine"


@pytest.mark.parametrize("name", ["/vsimem/o.tif", "s3://bucket/o.tif", "/vsizip/a.zip/o.tif"])
def test_names_that_only_gdal_knows(scene, name):
    with pytest.raises(UsageError, match="names no local file"):
        decloud(scene, name, model=StandIn(), radiometry="dn")


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_devices_are_not_replaced(scene):
    with pytest.raises(UsageError, match="is no plain file"):
        decloud(scene, model=StandIn(), report="/dev/null", overwrite=True, radiometry="dn")


def test_options_of_gdal_that_endanger_data(tmp_path, monkeypatch, scene):
    monkeypatch.setenv("GTIFF_DONT_WRITE_BLOCKS", "YES")
    monkeypatch.setenv("GTIFF_IGNORE_READ_ERRORS", "YES")
    decloud(scene, tmp_path / "o.tif", model=StandIn(), radiometry="dn")
    monkeypatch.undo()
    assert (read(tmp_path / "o.tif") == read(scene)).all()
    monkeypatch.setenv("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
    with pytest.warns(UserWarning, match="changes what GDAL reads"):
        decloud(scene, tmp_path / "p.tif", model=StandIn(), radiometry="dn")


def test_a_deleted_working_folder(tmp_path, monkeypatch, scene):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UsageError, match="the working folder cannot be entered"):
        decloud(scene, tmp_path / "o.tif", model=StandIn(), radiometry="dn")


def test_closed_standard_streams(tmp_path):
    """A file that is opened gets the number of stderr, and what libraries say."""
    code = "import cloudgan_geo.cli, os, sys\n"
    code += "file = os.open('f', os.O_CREAT | os.O_WRONLY); os.write(2, b'x')\n"
    code += "print('said', file=sys.stderr); sys.exit(min(file, 3))"
    shell = f"\"$PYTHON\" -c '{code.replace(chr(39), chr(34))}' <&- >&- 2>&-"
    run = subprocess.run(
        ["sh", "-c", shell], cwd=tmp_path, env={**os.environ, "PYTHON": os.sys.executable}
    )
    assert run.returncode == 3
    assert (tmp_path / "f").read_bytes() == b""


def test_the_loss_of_overviews_is_said(tmp_path, scene):
    with rasterio.open(scene, "r+") as dataset:
        dataset.build_overviews([2])
    with pytest.warns(
        UserWarning, match=r"s\.tif: has overviews, and the output gets none; cog=True"
    ):
        decloud(scene, tmp_path / "o.tif", model=StandIn(), radiometry="dn")
    decloud(scene, tmp_path / "c.tif", model=StandIn(), radiometry="dn", cog=True)
