"""Runs that are killed, inputs that break or change while they are read."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scenes import StandIn, ground, write_scene

import cloudgan_geo
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud, decloud_scene
from cloudgan_geo.errors import OutputExistsError, SceneError

# Where a run is killed: module, function, at which call of it, and whether before or after.
MOMENTS = {
    "file created": ("raster.writing.writer.SceneWriter.__init__", 1, "after"),
    "first blocks written": ("raster.writing.writer.SceneWriter._flush", 1, "after"),
    "last blocks to write": ("raster.writing.writer.SceneWriter._flush", 2, "before"),
    "file to be closed": ("raster.writing.writer.SceneWriter.close", 1, "before"),
    "file closed": ("raster.writing.writer.SceneWriter.close", 1, "after"),
    "to be renamed": ("raster.writing.output.replace_all", 1, "before"),
    "cog to be checked": ("raster.writing.cog.is_complete", 1, "before"),
    "synced": ("raster.writing.output.os.fsync", 1, "after"),
    "renamed": ("raster.writing.commits._put", 1, "after"),
    "report to be written": ("correction.report.json.dumps", 2, "before"),
}

KILLED = """
import os, signal, sys
from operator import attrgetter
import cloudgan_geo.correction.pipeline
from cloudgan_geo.correction import report
from cloudgan_geo.raster.writing import cog, commits, output, writer
import cloudgan_geo
from scenes import StandIn

where, call, when, *arguments = sys.argv[1:]
path, _, name = where.rpartition(".")
room = attrgetter(path)(sys.modules["cloudgan_geo"])
function, calls = getattr(room, name), []

def fatal(*given, **named):
    calls.append(1)
    if len(calls) == int(call) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = function(*given, **named)
    if len(calls) == int(call) and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(room, name, fatal)
options = cloudgan_geo.correction.pipeline.DecloudOptions(
    strip_rows=1, overwrite=True, report="run.json", cog="cog" in arguments
)
cloudgan_geo.correction.pipeline.decloud_scene(
    "s.tif", "o.tif", model=StandIn(lambda batch: batch * 0.5), options=options
)
"""


def run_killed(folder, moment, *arguments):
    where, call, when = MOMENTS[moment]
    rooms = (Path(cloudgan_geo.__file__).parents[1], Path(__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-c", KILLED, where, str(call), when, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms))},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like this here")
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("old", [True, False])
def test_a_killed_run_leaves_the_old_output_or_none_or_all(tmp_path, moment, old):
    cog = ["cog"] if moment.startswith("cog") else []
    source = write_scene(tmp_path / "s.tif", ground(500, 100))
    decloud(source, tmp_path / "full.tif", model=StandIn(lambda batch: batch * 0.5))
    if old:
        (tmp_path / "o.tif").write_text("old")
        (tmp_path / "run.json").write_text("old")
    run = run_killed(tmp_path, moment, *cog)
    assert run.returncode == -signal.SIGKILL, run.stderr
    if moment == "renamed":
        # The report is in its place, the scene not yet; what was there is kept aside.
        assert not (tmp_path / "o.tif").exists()
    elif old:
        assert (tmp_path / "o.tif").read_text() == "old"
        assert (tmp_path / "run.json").read_text() == "old"
    else:
        assert not (tmp_path / "o.tif").exists()
        assert not (tmp_path / "run.json").exists()
    if moment == "renamed" and old:
        # Without --overwrite a run puts back what was there, and writes nothing.
        again = DecloudOptions(report=tmp_path / "other.json")
        with pytest.raises(OutputExistsError):
            decloud_scene(source, tmp_path / "o.tif", model=StandIn(), options=again)
        assert (tmp_path / "o.tif").read_text() == "old"
        assert (tmp_path / "run.json").read_text() == "old"
    # The next run goes on as if nothing had been, and cleans up.
    asked = DecloudOptions(overwrite=True, cog=bool(cog), report=tmp_path / "run.json")
    decloud_scene(source, tmp_path / "o.tif", model=StandIn(), options=asked)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["full.tif", "o.tif", "run.json", "s.tif"]


@pytest.fixture
def source(tmp_path):
    profile = {"compress": "deflate", "tiled": True, "blockxsize": 64, "blockysize": 64}
    return write_scene(tmp_path / "s.tif", ground(700, 100), **profile)


def run(source, change=lambda batch: batch):
    return decloud_scene(
        source,
        model=StandIn(change),
        options=DecloudOptions(radiometry="dn", strip_rows=1, batch_size=1),
    )


def test_a_damaged_block_in_the_middle(tmp_path, source):
    with rasterio.open(source) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_0_6", "TIFF", bidx=1))
    content = bytearray(source.read_bytes())
    content[offset : offset + 200] = bytes(200)
    source.write_bytes(content)
    with pytest.raises(SceneError, match=r"rows \d+ to \d+ cannot be read, .* damaged"):
        run(source)
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


@pytest.mark.parametrize("kind", ["replaced", "rewritten", "removed"])
def test_an_input_that_changes_under_way(tmp_path, source, kind):
    calls = []

    def change(batch):
        calls.append(1)
        if len(calls) == 5:
            if kind == "replaced":
                os.replace(shutil.copy(source, tmp_path / "t.tif"), source)
            elif kind == "rewritten":
                write_scene(source, ground(700, 100, seed=1))
            else:
                source.unlink()
        return batch

    with pytest.raises(SceneError, match=r"s\.tif: (was replaced or changed|rows)"):
        run(source, change)
    left = [path.name for path in tmp_path.iterdir()]
    assert left == ([] if kind == "removed" else ["s.tif"])


def test_an_input_that_changes_between_opening_and_reading(tmp_path, source):
    class Slow(StandIn):
        @property
        def suggested_batch_size(self):
            write_scene(source, ground(700, 100, seed=1))
            return 1

    with pytest.raises(SceneError, match="was replaced or changed"):
        decloud(source, model=Slow(), radiometry="dn")
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_numbers_beyond_any_raster(tmp_path):
    """A head may promise more pixels than there are bytes."""
    path = write_scene(tmp_path / "s.tif", np.zeros((3, 20, 20), "uint16"))
    content = bytearray(path.read_bytes())
    # ImageWidth and ImageLength are the first two entries of the directory.
    start = int.from_bytes(content[4:8], "little") + 2
    for entry in (start, start + 12):
        assert int.from_bytes(content[entry : entry + 2], "little") in (256, 257)
        content[entry + 8 : entry + 12] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(SceneError):
        decloud(path, model=StandIn(), radiometry="dn")
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]
