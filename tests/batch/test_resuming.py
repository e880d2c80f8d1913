"""What `--resume` leaves as it is, and what it does again."""

import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from batch.conftest import lines
from scenes import ground, read, write_scene

from cloudgan_geo import decloud
from cloudgan_geo.correction.origin import ORIGIN, has_origin


@pytest.fixture
def done(archive):
    """Three scenes that are done; their outputs are never made twice in the same nanosecond."""
    archive.add("a", "b", "c")
    assert archive.batch("in", "--qa").returncode == 0
    return archive


def resumed(archive, *arguments):
    """Resumes; returns which scenes were done again."""
    run = archive.batch("in", "--qa", "--resume", *arguments)
    assert run.returncode == 0, run
    told = lines(run.stdout)
    assert {each["status"] for each in told.values()} <= {"done", "skipped"}
    return sorted(name[3] for name, each in told.items() if each["status"] == "done")


def test_what_is_done_is_left_as_it_is(done):
    before = {path: path.stat().st_mtime_ns for path in (done.folder / "out").iterdir()}
    assert resumed(done) == []
    assert {path: path.stat().st_mtime_ns for path in (done.folder / "out").iterdir()} == before


# Writes a file anew; is killed, or gives it up, when there is no more input.
HOLDS = """
import os, signal, sys
from cloudgan_geo.raster.writing.output import AtomicOutput
with AtomicOutput(sys.argv[1], overwrite=True) as file:
    file.partial.write_text("half")
    print("holds", flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.read()
"""


def holding(path, then):
    """Starts a process that writes a file; returns once it holds the file's lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, path, then], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"holds\n"
    if then == "killed":
        assert process.wait() == -signal.SIGKILL
    return process


def test_what_a_killed_run_left_beside_a_finished_file_is_cleared(done):
    before = done.outputs()
    path = done.folder / "out/b_decloud.tif"
    state = path.stat().st_mtime_ns
    holding(path, "killed").communicate()
    assert ".b_decloud.tif.lock" in done.outputs()
    assert len(done.outputs()) == len(before) + 2
    assert resumed(done) == []
    assert done.outputs() == before
    assert path.stat().st_mtime_ns == state
    holding(path, "killed").communicate()
    refused = done.here("decloud", "in/b.tif", "-o", "out/b_decloud.tif", "--model", done.model)
    assert refused.returncode == 2
    assert "exists already" in refused.stderr
    assert done.outputs() == before


def test_what_a_living_run_holds_is_left_to_it(done):
    before = done.outputs()
    process = holding(done.folder / "out/b_decloud.tif", "waits")
    held = done.outputs()
    assert resumed(done) == []
    assert done.outputs() == held
    process.communicate()
    assert process.returncode == 0
    assert done.outputs() == before


def test_what_is_missing_is_done_again(done):
    (done.folder / "out/a_decloud.tif").unlink()
    (done.folder / "out/c_decloud_qa.tif").unlink()
    (done.folder / "out/c_decloud_qa.tif.aux.xml").unlink()
    assert resumed(done) == ["a", "c"]
    assert resumed(done) == []


@pytest.mark.parametrize("left", [0, 3, 100, 0.5, 0.99])
def test_what_is_incomplete_is_done_again(done, left):
    path = done.folder / "out/b_decloud.tif"
    whole = path.read_bytes()
    path.write_bytes(whole[: left if isinstance(left, int) else int(len(whole) * left)])
    if left == 0 or left == 3:
        # Nothing tells that this was ours.
        run = done.batch("in", "--qa", "--resume")
        assert run.returncode == 3
        assert "exists already; --overwrite replaces it" in run.stderr
        assert resumed(done, "--overwrite") == ["b"]
    else:
        assert resumed(done) == ["b"]
    assert path.read_bytes() == whole


def test_another_input_is_done_again(done):
    write_scene(done.folder / "in/a.tif", ground(100, 100, seed=9), nodata=0)
    os.utime(done.folder / "in/b.tif", ns=(0, 1_600_000_000_000_000_001))
    before = read(done.folder / "out/a_decloud.tif")
    assert resumed(done) == ["a", "b"]
    assert (read(done.folder / "out/a_decloud.tif") != before).any()


def test_other_options_and_other_weights_are_done_again(done, tmp_path):
    assert resumed(done, "--overlap", "8") == ["a", "b", "c"]
    assert resumed(done, "--overlap", "8", "--batch-size", "2") == []
    assert resumed(done) == ["a", "b", "c"]
    import torch

    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.thin import ThinGenerator

    torch.manual_seed(1)
    done.model = tmp_path / "other.safetensors"
    save_generator(ThinGenerator(width=2), done.model, {"name": "tiny-thin"})
    assert resumed(done) == ["a", "b", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_scene_gets_the_generator_for_its_bands_and_counts_as_done(archive, jobs):
    archive.add("rgb")
    every = np.random.default_rng(2).normal(1500, 200, (13, 90, 90))
    every[10] = 150  # B10
    write_scene(archive.folder / "in/all.tif", every.astype(np.uint16))
    archive.model = "auto"
    command = [*archive.options("in", "--radiometry", "dn", "--resume"), "--jobs", jobs]
    errors = archive.start(*command).communicate()[1]
    assert "2 done" in errors, errors
    models = {name: archive.tags(name)["CLOUDGAN_MODEL"] for name in ("all", "rgb")}
    assert models == {"all": "veil", "rgb": "visible"}
    again = lines(archive.start(*command).communicate()[0])
    assert {each["status"] for each in again.values()} == {"skipped"}
    # Made by a generator that one of the scenes would not get.
    archive.model = "visible"
    assert archive.batch("in", "--radiometry", "dn", "--resume").returncode == 0
    archive.model = "auto"
    again = lines(archive.batch("in", "--radiometry", "dn", "--resume").stdout)
    assert {name: each["status"] for name, each in again.items()} == {
        "in/all.tif": "done",
        "in/rgb.tif": "skipped",
    }


def test_another_area_of_the_same_name_is_done_again(done):
    def area(right):
        corners = [[399960, 4692200], [right, 4692200], [right, 4693200], [399960, 4693200]]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32631"}}
        polygon = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
        (done.folder / "area.geojson").write_text(json.dumps({**polygon, "crs": crs}))
        return ("--aoi", "area.geojson", "--no-compile")

    first = area(400460)
    assert resumed(done, *first) == ["a", "b", "c"]
    assert resumed(done, "--aoi", done.folder / "area.geojson") == []
    area(400_260)
    assert resumed(done, *first) == ["a", "b", "c"]


def test_an_archive_may_be_moved_as_a_whole(done):
    shutil.move(done.folder / "in", done.folder / "kept")
    (done.folder / "kept").rename(done.folder / "in")
    assert resumed(done) == []


def test_a_file_of_somebody_else_is_not_replaced(archive):
    archive.add("a", "b")
    (archive.folder / "out").mkdir()
    write_scene(archive.folder / "out/a_decloud.tif", ground(9, 9))
    before = (archive.folder / "out/a_decloud.tif").read_bytes()
    run = archive.batch("in", "--resume")
    assert run.returncode == 3
    assert lines(run.stdout)["in/b.tif"]["status"] == "done"
    assert "out/a_decloud.tif: exists already; --overwrite replaces it" in run.stderr
    assert (archive.folder / "out/a_decloud.tif").read_bytes() == before


def test_decloud_says_in_its_output_what_it_was_made_from(archive):
    (path,) = archive.add("a")
    scene = archive.folder / path
    decloud(scene, archive.folder / "a_decloud.tif", model=archive.model)
    assert read(archive.folder / "a_decloud.tif").any()
    import rasterio

    with rasterio.open(archive.folder / "a_decloud.tif") as dataset:
        tag = dataset.tags()[ORIGIN]
    state = scene.stat()
    assert json.loads(tag) == {
        "scene": ["a.tif"],
        "files": [{"path": "a.tif", "size": state.st_size, "modified": state.st_mtime_ns}],
    }
    assert has_origin(tag, [str(scene)])
    assert not has_origin(tag, [str(archive.folder / "a_decloud.tif")])
    # So an archive that was begun in a loop is gone on with.
    for wrong in ("", "[]", "{}", '{"scene": ["a.tif"], "files": [{"path": 1}]}'):
        assert not has_origin(wrong, [str(scene)])


def test_a_scene_of_a_loop_counts_as_done(archive):
    archive.add("a", "b")
    (archive.folder / "out").mkdir()
    one = ["decloud", "in/a.tif", "-o", "out/a_decloud.tif", "--model", archive.model, "-q"]
    assert archive(*one).returncode == 0
    run = archive.batch("in", "--resume")
    assert {name: each["status"] for name, each in lines(run.stdout).items()} == {
        "in/a.tif": "skipped",
        "in/b.tif": "done",
    }


def test_an_address_leaves_no_secret_in_an_output():
    from cloudgan_geo.correction.origin import origin

    tag = origin(["https://me:pass@host.org/a.tif?sig=abc"], [], None)
    assert json.loads(tag)["scene"] == ["https://host.org/a.tif"]
    assert has_origin(tag, ["https://host.org/a.tif?sig=other"])
