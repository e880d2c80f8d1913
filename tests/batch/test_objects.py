"""Scenes from servers, outputs to an object store, as they are typed."""

import json
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import rasterio
from batch.conftest import lines
from scenes import ground, read, write_scene


def to_the_store(archive, *arguments):
    """Runs a batch whose outputs are objects."""
    return archive.here(
        *("batch", "--out-dir", "/vsis3/bucket/clear", "--model", archive.model),
        *(*arguments, "--jobs", "1"),
    )


def statuses(run):
    return {name: each["status"] for name, each in lines(run.stdout).items()}


def test_decloud_of_an_object_to_an_object(archive, store):
    archive.add("a")
    local = archive.here("decloud", "in/a.tif", "-o", "a.tif", "--model", archive.model)
    assert local.returncode == 0, local
    store.put("in/a.tif", (archive.folder / "in/a.tif").read_bytes())
    command = ["decloud", "/vsis3/bucket/in/a.tif", "--model", archive.model, "--cog", "--qa"]
    command += ["/vsis3/bucket/out/a_qa.tif", "-o", "/vsis3/bucket/out/a.tif"]
    run = archive.here(*command, "--report", "/vsis3/bucket/out/a.json")
    assert run.returncode == 0, run
    assert "Wrote /vsis3/bucket/out/a.tif (100 x 100, 3 bands)" in run.stdout
    assert store.names() == [
        *("in/a.tif", "out/a.json", "out/a.tif", "out/a_qa.tif", "out/a_qa.tif.aux.xml"),
    ]
    assert (read("/vsis3/bucket/out/a.tif") == read(archive.folder / "a.tif")).all()
    with rasterio.open("/vsis3/bucket/out/a.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    report = json.loads(store.get("out/a.json"))
    assert report["result"]["bytes"] == store.sizes()["out/a.tif"]
    assert store.staged() == []
    again = archive.here(*command, "--report", "/vsis3/bucket/out/a.json")
    assert again.returncode == 2, again
    assert "/vsis3/bucket/out/a.tif: exists already; --overwrite replaces it" in again.stderr
    command += ["--report", "/vsis3/bucket/out/a.json", "--overwrite"]
    assert archive.here(*command).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "/vsis3/bucket/in/a.tif", "--overwrite"], "is the input itself; name another"),
        (["-o", "/vsis3/bucket/b.tif", "--qa", "qa.tif"], "the outputs of a run are all of one"),
        (["-o", "/vsigs/bucket/b.tif"], "names no local file; --output takes one, or an object"),
        (["-o", "/vsis3/bucket/b.png"], "a GeoTIFF is written; --output takes a name ending in"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(archive, store, arguments, said):
    archive.add("a")
    store.put("in/a.tif", (archive.folder / "in/a.tif").read_bytes())
    run = archive.here("decloud", "s3://bucket/in/a.tif", "--model", archive.model, *arguments)
    assert run.returncode == 2, run
    assert said in run.stderr.splitlines()[-1]
    assert store.names() == ["in/a.tif"]


def test_a_batch_to_a_store_and_what_it_resumes(archive, store):
    archive.add("a", "b")
    archive.add("c")
    (archive.folder / "in/bad.tif").write_text("no image")
    beside = ("--qa", "--report", "--stac", "--resume")
    run = to_the_store(archive, "in", *beside)
    assert run.returncode == 3, run
    assert "outputs are in /vsis3/bucket/clear" in run.stderr
    assert {name for name in store.names() if "/a_" in name} == {
        *("clear/a_decloud.tif", "clear/a_decloud_qa.tif", "clear/a_decloud_qa.tif.aux.xml"),
        *("clear/a_decloud_report.json", "clear/a_decloud.json"),
    }
    item = json.loads(store.get("clear/a_decloud.json"))
    assert item["assets"]["image"]["href"] == "./a_decloud.tif"
    assert item["properties"]["proj:shape"] == [100, 100]
    (archive.folder / "in/bad.tif").unlink()
    # What is missing is made again, and so is what was made of another input.
    store.client.delete_object(Bucket="bucket", Key="clear/b_decloud_report.json")
    write_scene(archive.folder / "in/c.tif", ground(90, 90, seed=9), nodata=0)
    run = to_the_store(archive, "in", *beside)
    assert run.returncode == 0, run
    assert statuses(run) == {"in/a.tif": "skipped", "in/b.tif": "done", "in/c.tif": "done"}
    assert json.loads(store.get("clear/c_decloud.json"))["properties"]["proj:shape"] == [90, 90]
    run = to_the_store(archive, "in", *beside)
    assert set(statuses(run).values()) == {"skipped"}
    run = to_the_store(archive, "in", *beside, "--overlap", "8")
    assert set(statuses(run).values()) == {"done"}
    assert store.staged() == []


def test_an_object_of_somebody_else_is_not_replaced(archive, store):
    archive.add("a", "b")
    store.put("clear/a_decloud.tif", (archive.folder / "in/b.tif").read_bytes())
    run = to_the_store(archive, "in", "--resume")
    assert run.returncode == 3, run
    assert statuses(run) == {"in/a.tif": "failed", "in/b.tif": "done"}
    assert "exists already; --overwrite replaces it" in run.stderr
    assert store.get("clear/a_decloud.tif") == (archive.folder / "in/b.tif").read_bytes()
    run = to_the_store(archive, "in", "--resume", "--overwrite")
    assert statuses(run) == {"in/a.tif": "done", "in/b.tif": "skipped"}


@pytest.mark.parametrize(
    ("folder", "code", "said"),
    [
        ("/vsis3/nobucket/clear", 1, "the store says: (404)"),
        ("/vsigs/bucket/clear", 2, "--out-dir takes one, or an object as in /vsis3/bucket/name"),
    ],
)
def test_stores_that_there_are_not(archive, store, folder, code, said):
    archive.add("a")
    run = archive.here("batch", "in", "--out-dir", folder, "--model", archive.model)
    assert run.returncode == code, run
    assert said in run.stderr.splitlines()[-1]
    assert store.names() == []


def test_outputs_over_scenes_of_the_batch(archive, store):
    archive.add("a", "a_decloud")
    for name in ("a", "a_decloud"):
        store.put(f"clear/{name}.tif", (archive.folder / f"in/{name}.tif").read_bytes())
    scenes = ("s3://bucket/clear/a.tif", "/vsis3/bucket/clear/a_decloud.tif")
    run = to_the_store(archive, *scenes, "--overwrite")
    assert run.returncode == 2, run
    assert "a_decloud.tif: would be an output and is a scene of this batch" in run.stderr


@pytest.mark.slow
def test_workers_store_as_one_process_does(archive, store):
    archive.add(*"abcd")
    command = ["batch", "in", "--out-dir", "/vsis3/bucket/clear", "--model", archive.model]
    run = archive(*command, "--jobs", "2")
    assert run.returncode == 0, run
    assert len(store.names()) == 4
    assert archive.batch("in").returncode == 0
    for name in "abcd":
        made = read(f"/vsis3/bucket/clear/{name}_decloud.tif")
        assert (made == archive.pixels(name)).all()
    assert set(statuses(to_the_store(archive, "in", "--resume")).values()) == {"skipped"}


@pytest.mark.slow
@pytest.mark.parametrize(("number", "word"), [(2, "Interrupted"), (15, "Terminated")])
def test_a_signal_leaves_nothing_half(archive, store, number, word):
    archive.add(*"abcdefgh", size=300)
    process = archive.start(
        *("batch", "in", "--out-dir", "/vsis3/bucket/clear", "--model", archive.model),
        *("--jobs", "1"),
    )
    while not store.names():
        assert process.poll() is None
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number, errors
    complete = len(output.splitlines())
    assert complete <= len(store.names()) <= complete + 1
    assert errors.splitlines()[-1].startswith(f"{word}; Scenes: {complete} done")
    assert (store.staged(), store.unfinished()) == ([], [])
    assert to_the_store(archive, "in", "--resume").returncode == 0
    assert len(store.names()) == 8


class InRanges(SimpleHTTPRequestHandler):
    """Sends parts of files, and counts the bytes."""

    sent = 0

    def do_GET(self):
        content = open(self.translate_path(self.path), "rb").read()  # noqa: SIM115
        found = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, len(content) - 1
        if found:
            first, last = int(found[1]), min(int(found[2] or last), last)
        part = content[first : last + 1]
        self.send_response(206 if found else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(part)))
        if found:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.end_headers()
        self.wfile.write(part)
        type(self).sent += len(part)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def served(archive, monkeypatch):
    """Serves the archive's folder; returns the address."""
    monkeypatch.chdir(archive.folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), InRanges) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        InRanges.sent = 0
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_of_a_scene_on_a_server_only_what_is_needed_is_fetched(archive, served):
    archive.add("a", size=1500, tiled=True, blockxsize=256, blockysize=256)
    size = (archive.folder / "in/a.tif").stat().st_size
    # In processes of their own: GDAL waits for an answer and lets no other thread run.
    run = archive("info", f"/vsicurl/{served}/in/a.tif")
    assert run.returncode == 0, run
    assert 0 < InRanges.sent < 0.7 * size
    InRanges.sent = 0
    run = archive(*archive.options(f"{served}/in/a.tif", "--jobs", "1"))
    assert run.returncode == 0, run
    # The radiometry is told by a sample, then all is read once.
    assert InRanges.sent < 1.6 * size
    made = archive.pixels("a")
    assert archive.batch("in/a.tif", "--overwrite").returncode == 0
    assert (made == archive.pixels("a")).all()
