"""`cloudgan-geo batch` as it is typed."""

import contextlib
import json
import os
import re
import subprocess
import time

import numpy as np
import pytest
from batch.conftest import lines
from scenes import ground, read, write_scene

from cloudgan_geo import decloud

BAD = {
    "corrupt": "is not a raster that can be opened",
    "empty": "is not a raster that can be opened",
    "text": "is not a raster that can be opened",
    "truncated": "cannot be read, the file is truncated or damaged",
    "one_band": "has 1 band; red, green and blue are needed",
    "complex": "its values are complex64",
    "offset": "--radiometry dn-offset",
    "missing": "there is no such file",
}


def spoil(archive):
    """Puts a bad scene of every kind beside three good ones; returns those to name."""
    folder = archive.folder / "in"
    archive.add("good", "fine", "truncated", size=140)
    write_scene(folder / "nowhere.tif", ground(90, 90), crs=None, transform=None)
    (folder / "corrupt.tif").write_bytes(b"II*\0" + bytes(range(256)) * 9)
    (folder / "empty.tif").write_bytes(b"")
    (folder / "text.tif").write_text("no image")
    whole = (folder / "truncated.tif").read_bytes()
    (folder / "truncated.tif").write_bytes(whole[: len(whole) * 2 // 3])
    write_scene(folder / "one_band.tif", ground(70, 70, 1))
    write_scene(
        folder / "complex.tif", ground(70, 70).astype("complex64"), photometric="MINISBLACK"
    )
    write_scene(folder / "offset.tif", ground(70, 70) + np.uint16(1000))
    return ["in", "in/missing.tif"]


def test_bad_scenes_do_not_stop_the_others(archive):
    run = archive.batch(*spoil(archive), "--log", "batch.jsonl")
    assert run.returncode == 3, run
    told = lines((archive.folder / "batch.jsonl").read_text())
    assert run.stdout == (archive.folder / "batch.jsonl").read_text()
    assert sorted(told) == sorted(f"in/{name}.tif" for name in (*BAD, "good", "fine", "nowhere"))
    for name, said in BAD.items():
        assert told[f"in/{name}.tif"]["status"] == "failed"
        assert said in told[f"in/{name}.tif"]["error"]["message"], name
        (row,) = [row for row in run.stderr.splitlines() if row.startswith(f"  in/{name}.tif ")]
        assert said in row
    assert f"{len(BAD)} scenes failed:" in run.stderr
    assert f"Scenes: 3 done, {len(BAD)} failed in " in run.stderr
    assert archive.outputs() == ["fine_decloud.tif", "good_decloud.tif", "nowhere_decloud.tif"]
    assert "Traceback" not in run.stderr
    # No coordinates are no failure.
    (warning,) = told["in/nowhere.tif"]["warnings"]
    assert "has no coordinate reference system" in warning


def test_a_scene_that_may_not_be_read(archive):
    archive.add("a", "b")
    os.chmod(archive.folder / "in/a.tif", 0)
    # Who is root reads anything.
    readable = os.access(archive.folder / "in/a.tif", os.R_OK)
    assert archive.batch("in").returncode == (0 if readable else 3)
    assert archive.outputs() == ["a_decloud.tif", "b_decloud.tif"][not readable :]


def test_each_output_is_what_decloud_writes(archive):
    archive.add("a", "b")
    run = archive.batch("in", "--qa", "--report", "--keep-below", "0.1")
    assert run.returncode == 0, run
    told = lines(run.stdout)["in/a.tif"]
    decloud(
        archive.folder / "in/a.tif",
        archive.folder / "one.tif",
        model=archive.model,
        qa=archive.folder / "one_qa.tif",
        keep_below=0.1,
    )
    assert (archive.pixels("a") == read(archive.folder / "one.tif")).all()
    quality = read(archive.folder / "out/a_decloud_qa.tif")
    assert (quality == read(archive.folder / "one_qa.tif")).all()
    assert told["windows"] == 4
    for code, name in enumerate(("clear", "corrected", "thick"), 1):
        assert told[name] == pytest.approx((quality == code).mean())
    report = json.loads((archive.folder / "out/a_decloud_report.json").read_text())
    assert report["options"]["keep_below"] == 0.1
    assert report["result"]["output"] == told["output"] == "out/a_decloud.tif"


def test_lines_for_programs(archive):
    archive.add("a", "b")
    run = archive.batch("in", "--progress", "json")
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert [event["event"] for event in events] == [
        *("start", "progress", "scene", "progress", "scene", "progress", "result"),
    ]
    assert [e["done"] for e in events if e["event"] == "progress"] == [0, 1, 2]
    assert {e["unit"] for e in events if e["event"] == "progress"} == {"scene"}
    assert events[-1] | {"seconds": 0} == {
        **{"event": "result", "done": 2, "skipped": 0, "failed": 0, "seconds": 0},
        "out_dir": "out",
    }


def test_nothing_but_what_goes_wrong(archive):
    archive.add("a")
    assert (archive.batch("in", "-q").stdout, archive.batch("in", "-q", "--resume").stderr) == (
        "",
        "",
    )
    run = archive.batch("in", "-q")
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.splitlines()[0] == "1 scene failed:"


def test_shards_together_do_all(archive):
    archive.add(*"abcde")
    done = []
    for number in (1, 2, 3):
        environment = {
            "SLURM_ARRAY_TASK_ID": str(number + 4),
            "SLURM_ARRAY_TASK_MIN": "5",
            "SLURM_ARRAY_TASK_COUNT": "3",
        }
        run = archive.batch("in", "--log", "batch.jsonl", environment=environment)
        assert run.returncode == 0, run
        assert f"(shard {number}/3 of 5 scenes)" in run.stderr
        done.append(len(run.stdout.splitlines()))
    assert done == [2, 2, 1]
    assert len(lines((archive.folder / "batch.jsonl").read_text())) == 5
    assert len(archive.outputs()) == 5


@pytest.mark.slow
def test_a_list_on_stdin(archive):
    archive.add("a", "b", "c")
    process = archive.start(*archive.options("-"), "--jobs", "1", stdin=subprocess.PIPE)
    _, errors = process.communicate("in/a.tif\nin/c.tif\n", timeout=60)
    assert process.returncode == 0, errors
    assert archive.outputs() == ["a_decloud.tif", "c_decloud.tif"]
    process = archive.start(
        *archive.options("-", "--stop-when-stdin-closes"), stdin=subprocess.PIPE
    )
    with process:
        assert "--stop-when-stdin-closes watches" in process.stderr.read()
    assert process.returncode == 2


def test_a_dry_run_writes_nothing(archive):
    archive.add("a", "b", size=150)
    (archive.folder / "in/bad.tif").write_text("no image")
    before = archive.files()
    run = archive.batch("in", "--dry-run")
    assert run.returncode == 3
    first, _, bad, last = (" ".join(row.split()) for row in run.stdout.splitlines())
    assert first == "in/a.tif 150 x 150 9 windows 0.1 MB out/a_decloud.tif"
    assert bad.startswith("in/bad.tif would fail: is not a raster")
    assert last.startswith(
        "2 scenes to do, 0 done already, 1 would fail; 18 windows; at most 0.3 MB"
    )
    assert "in 1 process like this one on cpu" in last
    assert archive.files() == before
    (archive.folder / "in/bad.tif").unlink()
    archive.batch("in/a.tif")
    run = archive.batch("in", "--dry-run", "--resume")
    assert "in/a.tif is done already: out/a_decloud.tif" in " ".join(run.stdout.split())
    assert "1 scenes to do, 1 done already, 0 would fail; 9 windows" in run.stdout
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in", "--jobs", "0"], "'0' is neither auto nor a number"),
        (["in", "--jobs", "2", "--scheduler", "tcp://h:1"], "choose one"),
        (["in", "--shard", "3/2"], "--shard 3/2: shards are counted from 1 to 2"),
        (["in", "--aoi", "no.geojson"], "--aoi no.geojson: there is no such file"),
        (["in", "--log", "in/a.tif"], "in/a.tif: is a file of this batch; --log takes another"),
        (["in", "--log", "notes.txt"], "holds no lines of JSON; --log takes another name"),
        (["in", "--keep-below", "0.95"], "--keep-below 0.95 --thick-above 0.9"),
        (["nothing*.tif"], "nothing*.tif: no file matches"),
        (["in", "--qa", "--model", "article"], "--qa: the generator article estimates no opacity"),
        (["in", "--model", "nosuch"], "nosuch: neither a bundled model"),
        (["in", "--output", "o.tif"], "No such option"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(archive, arguments, said):
    archive.add("a")
    (archive.folder / "notes.txt").write_text("mine")
    run = archive.here("batch", "--out-dir", "out", *arguments)
    assert run.returncode == 2, run
    assert said in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    assert not list((archive.folder).glob("out/*"))


def test_several_scenes_are_no_business_of_decloud(archive):
    archive.add("a", "b c")
    for output in ([], ["-o", "o.tif"]):
        line = archive.fails(2, "decloud", "in/a.tif", "in/b c.tif", *output)
        assert line == (
            "Error: in/a.tif, in/b c.tif: are 2 scenes, and decloud takes one, or the files of its "
            "bands; cloudgan-geo batch in/a.tif 'in/b c.tif' --out-dir DIR takes all of them"
        )


@pytest.mark.slow
@pytest.mark.parametrize(("number", "word"), [(2, "Interrupted"), (15, "Terminated")])
def test_a_signal_leaves_nothing_half(archive, number, word):
    archive.add(*"abcdefgh", size=300)
    process = archive.start(*archive.options("in"), "--jobs", "1")
    while not list(archive.folder.glob("out/*_decloud.tif")):
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number, errors
    complete = len(output.splitlines())
    last = errors.splitlines()[-1]
    assert last == (
        f"{word}; Scenes: {complete} done, {8 - complete} left; --resume does the others."
    )
    left = archive.outputs()
    assert all(name.endswith("_decloud.tif") for name in left), left
    assert complete <= len(left) <= complete + 1
    run = archive.batch("in", "--resume")
    assert run.returncode == 0
    assert len(archive.outputs()) == 8


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_bar_of_scenes_on_a_terminal(archive):
    import fcntl
    import struct
    import termios

    archive.add("a", "b", "c")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = archive.start(*archive.options("in"), "--jobs", "1", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    # Where the other side is closed Linux says so by an error.
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.wait(30) == 0
    text = shown.decode()
    # How many are shown depends on how often the bar may be drawn: never the last, if it is quick.
    assert re.search(r"\| [123]/3 \[", text)
    assert "scene" in text
    assert "{" not in text
    assert "Scenes: 3 done in " in text.splitlines()[-1]


def test_pictures_and_pages_beside_every_output(archive):
    archive.add("a", size=70)
    run = archive.batch("in", "--preview", "--html", "--stac")
    assert run.returncode == 0, run.stderr
    assert {"a_decloud_preview.png", "a_decloud_html.html"} <= set(archive.outputs())
    item = json.loads((archive.folder / "out" / "a_decloud.json").read_text())
    assert item["assets"]["preview"]["type"] == "image/png"
    again = archive.batch("in", "--preview", "--html", "--stac", "--resume")
    assert again.returncode == 0, again.stderr
