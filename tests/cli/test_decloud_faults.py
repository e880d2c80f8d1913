import os
import resource
import signal
import subprocess
import time

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from scenes import UTM, ground, read, write_scene

from cloudgan_geo.cli.main import main
from cloudgan_geo.correction import pipeline


@pytest.fixture
def scene(tmp_path):
    write_scene(tmp_path / "s.tif", ground(200, 200, 4), nodata=0)
    return "s.tif"


def test_missing_file(program):
    assert program.fails(2, "decloud", "s.tif") == "Error: s.tif: there is no such file"


@pytest.mark.parametrize("content", [b"", b"not a raster", b"II*\0\x08\0\0\0"])
def test_not_a_raster(program, tmp_path, content):
    (tmp_path / "s.tif").write_bytes(content)
    assert "s.tif: is not a raster that can be opened (" in program.fails(1, "decloud", "s.tif")


def test_truncated_raster(program, tmp_path, scene, tiny_model):
    path = tmp_path / scene
    path.write_bytes(path.read_bytes()[:200_000])
    line = program.fails(1, "decloud", scene, "--model", tiny_model)
    assert "cannot be read, the file is truncated or damaged" in line


def test_one_band(program, tmp_path):
    write_scene(tmp_path / "s.tif", ground(70, 70, 1))
    line = program.fails(2, "decloud", "s.tif")
    assert line == "Error: s.tif: has 1 band; red, green and blue are needed"


def test_unknown_bands(program, tmp_path):
    write_scene(tmp_path / "s.tif", ground(70, 70, 6))
    assert "name them with --bands RED,GREEN,BLUE" in program.fails(2, "decloud", "s.tif")


def test_complex_values(program, tmp_path):
    profile = {"width": 9, "height": 9, "count": 3, "dtype": "complex64", **UTM}
    with rasterio.open(tmp_path / "s.tif", "w", driver="GTiff", **profile):
        pass
    assert "its values are complex64" in program.fails(1, "decloud", "s.tif")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--bands", "1,2,9", "s.tif: has no band 9, only 1 to 4; see --bands"),
        ("--bands", "1,2", "'1,2' is not three band numbers"),
        ("--bands", "0,1,2", "bands are counted from 1"),
        ("--overlap", "64", "'--overlap': 64 is not in the range"),
        ("--batch-size", "0", "'0' is neither auto nor a number"),
        ("--radiometry", "toa", "'toa' is not one of"),
        ("--radiometry", "tci", "holds uint16, for which --radiometry tci is not meant"),
        ("--bounds", "1,2,3", "'1,2,3' is not four numbers"),
        ("--bounds", "0,0,1,1", "--bounds 0,0,1,1: no pixel of s.tif lies there"),
        ("--aoi", "nothing.geojson", "--aoi nothing.geojson: there is no such file"),
        ("--co", "LZW", "'LZW' is not KEY=VALUE"),
        ("--co", "NBITS=12", "--co NBITS=12: is not one of the options"),
        ("--co", "BIGTIFF=MAYBE", "--co BIGTIFF=MAYBE: GDAL refuses it"),
        ("--report", "nowhere/run.json", "nowhere/run.json: there is no folder nowhere"),
        ("--thick", "drop", "'drop' is not one of 'keep', 'fill', 'nodata'"),
        ("--keep-below", "0.9", "--keep-below 0.9 --thick-above 0.9: they take opacities"),
        ("--qa", "s_decloud.tif", "both the output and the quality band; see --qa"),
        ("--nonsense", "1", "No such option"),
    ],
)
def test_options_that_cannot_be_honoured(program, scene, option, value, said):
    assert said in program.fails(2, "decloud", scene, option, value)


def test_radiometry_that_cannot_be_told(program, tmp_path):
    write_scene(tmp_path / "s.tif", ground(70, 70) + np.uint16(1000))
    line = program.fails(2, "decloud", "s.tif")
    assert "--radiometry dn-offset" in line
    assert "--radiometry dn if" in line


def test_existing_output(program, tmp_path, scene):
    (tmp_path / "s_decloud.tif").write_text("old")
    line = program.fails(2, "decloud", scene)
    assert line == "Error: s_decloud.tif: exists already; --overwrite replaces it"


def test_the_input_as_output(program, scene):
    line = program.fails(2, "decloud", scene, "-o", scene, "--overwrite")
    assert "s.tif: is the input itself" in line


def test_a_folder_that_does_not_exist(program, scene):
    assert "there is no folder nowhere" in program.fails(2, "decloud", scene, "-o", "nowhere/o.tif")


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="needs Linux's /sys")
def test_a_folder_that_cannot_be_written(program, scene):
    line = program.fails(1, "decloud", scene, "-o", "/sys/o.tif")
    assert line.startswith("Error: /sys/o.tif: cannot be written, its folder cannot be written to")


@pytest.mark.parametrize("content", [b"", b"\x80\x02garbage", b"\x08\0\0\0\0\0\0\0{}      "])
def test_weights_that_are_none(program, tmp_path, scene, content):
    (tmp_path / "w.safetensors").write_bytes(content)
    assert "w.safetensors" in program.fails(1, "decloud", scene, "--model", "w.safetensors")


def test_an_unknown_model(program, scene):
    assert "thik" in program.fails(2, "decloud", scene, "--model", "thik")


def limit_file_size(size):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_a_full_disk(program, tmp_path, scene, tiny_model):
    arguments = ("decloud", scene, "--model", tiny_model, "--precision", "fp32", "-q")
    assert program(*arguments).returncode == 0
    output = tmp_path / "s_decloud.tif"
    size = output.stat().st_size
    output.unlink()
    # The first limit is met by the pixels, the other only by the directory at the file's end,
    # of which GDAL says nothing.
    for missing in (200_000, 1):
        line = program.fails(1, *arguments, preexec_fn=limit_file_size(size - missing))
        assert line == (
            "Error: s_decloud.tif: cannot be written, the file became larger than the system "
            "allows; --output names another place"
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "share",
    [0.1, *(pytest.param(share, marks=pytest.mark.slow) for share in (0.9, 1.05, 1.2, 1.32))],
)
def test_a_full_disk_while_a_cog_is_made(program, tmp_path, tiny_model, share):
    """The limit is met by the pixels, the overviews or the finished file."""
    write_scene(tmp_path / "s.tif", ground(1100, 600))
    arguments = ("decloud", "s.tif", "--model", tiny_model, "--precision", "fp32", "-q")
    assert program(*arguments).returncode == 0
    output = tmp_path / "s_decloud.tif"
    size = int(output.stat().st_size * share)
    output.unlink()
    line = program.fails(1, *arguments, "--cog", preexec_fn=limit_file_size(size))
    assert "s_decloud.tif: cannot be written, the file became larger than" in line


def test_a_really_full_disk(program, tmp_path, scene, tiny_model):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        line = program.fails(1, "decloud", scene, "-o", disk / "o.tif", "--model", tiny_model, "-q")
        assert "o.tif: cannot be written, the disk is full" in line
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def start_until_it_writes(program, tmp_path, tiny_model, *options):
    """Starts a run that takes a while; returns once it is in the middle of it."""
    write_scene(tmp_path / "s.tif", np.tile(ground(500, 500), (1, 4, 4)))
    process = program.start(
        "decloud", "s.tif", "--model", tiny_model, "--precision", "fp32", *options
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("s_decloud.tif.partial-*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.2)
    assert process.poll() is None
    return process


def test_ctrl_c(program, tmp_path, tiny_model):
    process = start_until_it_writes(program, tmp_path, tiny_model)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (output, errors) == ("", "Interrupted; nothing was written.\n")
    assert list(program.files()) == ["s.tif"]


def test_terminated(program, tmp_path, tiny_model):
    process = start_until_it_writes(program, tmp_path, tiny_model)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert list(program.files()) == ["s.tif"]


def test_a_killed_run_leaves_the_old_output(program, tmp_path, tiny_model):
    (tmp_path / "s_decloud.tif").write_text("old")
    process = start_until_it_writes(program, tmp_path, tiny_model, "--overwrite")
    process.kill()
    process.communicate(timeout=30)
    assert (tmp_path / "s_decloud.tif").read_text() == "old"


def test_nobody_reads_what_is_said(program, tmp_path, scene, tiny_model):
    reading, writing = os.pipe()
    os.close(reading)
    process = program.start("decloud", scene, "--model", tiny_model, stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert "Broken" not in errors
    assert read(tmp_path / "s_decloud.tif").shape == (4, 200, 200)


def test_what_nobody_expected(monkeypatch, tmp_path, scene):
    def fail(*arguments, **settings):
        raise RuntimeError("out of order")

    monkeypatch.setattr(pipeline, "decloud", fail)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["decloud", scene])
    assert result.exit_code == 1
    assert result.stderr == "Error: RuntimeError: out of order (unexpected; -v shows where)\n"
    verbose = CliRunner().invoke(main, ["decloud", scene, "-v"])
    assert "Traceback" in verbose.stderr
    assert verbose.stderr.endswith("Error: RuntimeError: out of order\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "Error: there is not enough memory; a smaller --batch-size takes less\n"),
        (OSError(5, "Input/output error", "x.tif"), "Error: x.tif: Input/output error\n"),
    ],
)
def test_errors_of_the_system(monkeypatch, error, said):
    def fail(*arguments, **settings):
        raise error

    monkeypatch.setattr(pipeline, "decloud", fail)
    result = CliRunner().invoke(main, ["decloud", "s.tif"])
    assert (result.exit_code, result.stderr) == (1, said)
