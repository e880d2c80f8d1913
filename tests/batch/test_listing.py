"""What makes a batch, and where its outputs go."""

import io
import os
from pathlib import Path

import pytest
from scenes import ground, write_safe, zipped

from cloudgan_geo.batch.listing import list_scenes
from cloudgan_geo.batch.outputs import Beside, make_tasks
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import UsageError


@pytest.fixture
def folder(archive, monkeypatch):
    monkeypatch.chdir(archive.folder)
    archive.add("b", "a")
    return archive.folder


def names(*given, **settings):
    return [scene.name for scene in list_scenes(given, **settings)]


def tasks(*given, out="out", beside=None, model="thin", **options):
    return make_tasks(list_scenes(given), out, DecloudOptions(**options), beside or Beside(), model)


def test_paths_patterns_folders_and_lists_name_each_scene_once(folder):
    (folder / "in/deep").mkdir()
    os.link(folder / "in/a.tif", folder / "in/deep/c.tif")
    (folder / "in/notes.txt").write_text("no scene")
    (folder / "in/.hidden.tif").write_text("no scene")
    assert names("in/b.tif", "in/a.tif") == ["a", "b"]
    assert names("in") == names("in/") == names("in/*.tif") == ["a", "b"]
    assert names("in", "in/*.tif", "in/a.tif", str(folder / "in/b.tif")) == ["a", "b"]
    assert names("in/**/*.tif") == ["a", "b", "c"]
    stdin = io.StringIO("in/b.tif\r\n\nin/deep\n-\n")
    assert names("-", stdin=stdin) == ["b", "c"]


def test_a_link_is_the_scene_that_it_leads_to(folder):
    os.symlink("a.tif", folder / "in/z.tif")
    assert names("in") == ["a", "b"]


def test_products_are_scenes(folder):
    bands = {name: ground(64, 64)[0] for name in ("B04", "B03", "B02")}
    product = write_safe(folder / "in/S2A_MSIL1C_20200101T000000_X.SAFE", bands)
    zipped(product)
    (folder / "in/fields.zip").write_bytes(b"PK")
    both = names("in")
    assert both == ["S2A_MSIL1C_20200101T000000_X", "S2A_MSIL1C_20200101T000000_X", "a", "b"]
    assert names(product) == both[:1]
    assert names(product / "MTD_MSIL1C.xml") == both[:1]
    with pytest.raises(UsageError, match=r"X.zip and .*X.SAFE: both would write"):
        tasks("in")


def test_what_is_on_a_server_needs_no_file(folder):
    given = ["https://host.org/a/T31TDH.tif?token=secret", "/vsis3/bucket/scene.jp2"]
    assert sorted(names(*given)) == ["T31TDH", "scene"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("empty", "empty: is a folder without scenes"),
        ("in/*.jp2", "no file matches"),
        ("", "is no path of a scene"),
        ("items.json", "items.json: cannot be read"),
        ("bad.json", "bad.json: holds no STAC items"),
    ],
)
def test_what_lists_nothing_is_refused(folder, given, said):
    (folder / "empty").mkdir()
    (folder / "bad.json").write_text('{"type": "nothing"}')
    with pytest.raises(UsageError, match=said):
        list_scenes([given])


def test_outputs_are_named_after_their_scenes(folder):
    (task, _) = tasks("in", beside=Beside(("qa", "error"), report=True, stac=True))
    assert list(map(str, task.targets)) == [
        "out/a_decloud.tif",
        "out/a_decloud_qa.tif",
        "out/a_decloud_error.tif",
        "out/a_decloud_report.json",
        "out/a_decloud.json",
    ]


def test_two_scenes_of_one_output_are_refused_before_anything_is_done(archive):
    archive.add("a", "b")
    (archive.folder / "other").mkdir()
    (archive.folder / "in/a.tif").rename(archive.folder / "other/b.tif")
    line = archive.fails(2, *archive.options("in", "other"))
    assert line == (
        "Error: other/b.tif and in/b.tif: both would write out/b_decloud.tif; rename one, or do "
        "them in batches of their own with another --out-dir"
    )
    # Whatever the part that this job would do.
    archive.fails(2, *archive.options("in", "other", "--shard", "1/2"))


def test_the_outputs_of_before_in_the_same_folder_are_no_scenes(folder):
    (folder / "in/a_decloud.tif").write_text("made before")
    (folder / "in/a_decloud_qa.tif").write_text("made before")
    beside = Beside(("qa",))
    assert [task.scene.name for task in tasks("in", out="in", beside=beside)] == ["a", "b"]
    assert [task.scene.name for task in tasks("in/*.tif", out="in", beside=beside)] == ["a", "b"]
    # Somebody who names it wants it.
    with pytest.raises(UsageError, match=r"in/a_decloud.tif: would be an output and is a scene of"):
        tasks("in", "in/a_decloud.tif", out="in", beside=beside)


def test_outputs_do_not_lie_over_what_is_read(folder):
    model = folder / "out/a_decloud.tif"
    model.parent.mkdir()
    model.write_bytes(b"weights")
    with pytest.raises(UsageError, match="is the weights"):
        tasks("in", model=str(model))
    # A folder may be called like a generator.
    assert tasks("in", out="thin", model="thin")
    with pytest.raises(UsageError, match="is the area of interest"):
        tasks("in", aoi="out/b_decloud.tif")
    (folder / "x.SAFE").mkdir()
    with pytest.raises(UsageError, match="is inside of"):
        tasks("in", "x.SAFE", out="x.SAFE/GRANULE")


def test_nor_over_a_file_that_another_scene_is_made_of(folder):
    (folder / "out").mkdir()
    Path("in/b.tif").rename("out/a_decloud.tif")
    Path("in/virtual.vrt").write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand><SimpleSource><SourceFilename '
        'relativeToVRT="1">../out/a_decloud.tif</SourceFilename></SimpleSource></VRTRasterBand>'
        "</VRTDataset>"
    )
    with pytest.raises(UsageError, match="is a part of a scene of this batch"):
        tasks("in", overwrite=True)


def test_results_of_earlier_runs_count_only_where_they_are_named(archive):
    archive.add("a", "b")
    made = archive.here("decloud", "in/a.tif", "--model", archive.model, "--qa", "in/a_clouds.tif")
    assert made.returncode == 0, made.stderr
    run = archive.batch("in", "in/*.tif")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("2 results of earlier runs left out") == 1
    assert archive.outputs() == ["a_decloud.tif", "b_decloud.tif"]
    assert "only 2 results of earlier runs" in archive.fails(2, *archive.options("out"))


def test_a_result_that_is_named_is_a_scene(archive):
    archive.add("a")
    archive.here("decloud", "in/a.tif", "--model", archive.model)
    run = archive.batch("in", "in/a_decloud.tif")
    assert (run.returncode, run.stderr.count("left out")) == (0, 0)
    assert archive.outputs() == ["a_decloud.tif", "a_decloud_decloud.tif"]
