"""What is tried again and what is not, and what a record says."""

import errno
import http.server
import json
import pickle
import re
import threading
import warnings

import pytest
from scenes import StandIn, ground, write_scene

from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch import scene_run
from cloudgan_geo.batch.listing import list_scenes
from cloudgan_geo.batch.outputs import Beside, make_tasks
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import CloudganWarning, RadiometryError, SceneError
from cloudgan_geo.interrupts import Stopped


@pytest.fixture
def task(tmp_path, monkeypatch):
    monkeypatch.setattr(scene_run, "PAUSE", 0.0)
    (tmp_path / "out").mkdir()
    path = write_scene(tmp_path / "s.tif", ground(70, 70), nodata=0)
    (task,) = make_tasks(list_scenes([path]), tmp_path / "out", DecloudOptions(), Beside(), "thin")
    return task


def fails(monkeypatch, error, times):
    """Has a scene fail so many times, then succeed; returns what counts the attempts."""
    really, seen = scene_run.decloud_scene, []

    def attempt(*given, **settings):
        seen.append(1)
        warnings.warn(CloudganWarning("looks odd"), stacklevel=1)
        if len(seen) <= times:
            raise error
        return really(*given, **settings)

    monkeypatch.setattr(scene_run, "decloud_scene", attempt)
    return seen


@pytest.mark.parametrize(
    "error",
    [
        SceneError("/vsicurl/https://h/s.tif: cannot be read (HTTP response code: 503)"),
        SceneError("s.tif: cannot be read (Operation timed out after 30 s)"),
        SceneError("s.tif: was replaced or changed while it was in use"),
        OSError(errno.ESTALE, "Stale file handle"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    ],
    ids=str,
)
def test_what_may_be_over_in_a_moment_is_tried_again(task, monkeypatch, error):
    seen = fails(monkeypatch, error, times=2)
    record = scene_run.run_scene(task, StandIn())
    assert (record.status, record.attempts, len(seen)) == ("done", 3, 3)
    assert [str(warning) for warning in record.warnings] == ["looks odd"]
    seen = fails(monkeypatch, error, times=9)
    record = scene_run.run_scene(task, StandIn())
    assert (record.status, record.attempts, len(seen)) == ("failed", 3, 3)


@pytest.mark.parametrize(
    "error",
    [
        SceneError("/vsicurl/https://h/s.tif: cannot be opened (HTTP response code: 404)"),
        SceneError("s.tif: cannot be read, the file is truncated or damaged"),
        RadiometryError("s.tif: state ", Argument("radiometry", "dn")),
        ValueError("a mistake of ours"),
        MemoryError(),
    ],
    ids=str,
)
def test_bad_input_is_not(task, monkeypatch, error):
    seen = fails(monkeypatch, error, times=1)
    record = scene_run.run_scene(task, StandIn())
    assert (record.status, record.attempts, len(seen)) == ("failed", 1, 1)
    assert record.kind == type(error).__name__


def test_a_record_travels_between_processes_and_is_one_line_of_json(task, monkeypatch):
    fails(monkeypatch, RadiometryError("s.tif:\n state ", Argument("radiometry", "dn")), times=1)
    record = pickle.loads(pickle.dumps(scene_run.run_scene(task, StandIn())))
    facts = json.loads(json.dumps(record.facts()))
    assert facts["error"] == {
        "kind": "RadiometryError",
        "message": "s.tif: state radiometry='dn'",
    }
    # The command line spells it its own way.
    said = record.facts(lambda message: message.worded(lambda argument: "--radiometry dn"))
    assert said["error"]["message"] == "s.tif: state --radiometry dn"
    assert facts["warnings"] == ["looks odd"]
    assert (facts["scene"], facts["clear"], facts["windows"]) == (
        list(task.scene.paths),
        None,
        None,
    )


def test_a_batch_that_is_stopped_leaves_nothing_of_its_scene(task):
    calls = []

    def check():
        calls.append(1)
        if len(calls) > 2:
            raise Stopped

    with pytest.raises(Stopped):
        scene_run.run_scene(task, StandIn(), check)
    assert list(task.output.parent.iterdir()) == []


class Server(http.server.BaseHTTPRequestHandler):
    """Sends a scene in parts, after it has failed some times."""

    protocol_version = "HTTP/1.1"
    content, failures, status = b"", 0, 503

    def log_message(self, *said):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        kind = type(self)
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        body, status = kind.content, 200
        if kind.failures:
            kind.failures -= 1
            body, status = b"", kind.status
        elif part:
            body, status = body[int(part[1]) : int(part[2]) + 1], 206
        self.send_response(status)
        if status == 206:
            reach = f"{part[1]}-{int(part[1]) + len(body) - 1}"
            self.send_header("Content-Range", f"bytes {reach}/{len(kind.content)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.mark.parametrize(
    ("status", "failures", "ended", "attempts"),
    [(503, 0, "done", 1), (503, 1, "done", 2), (429, 1, "done", 2), (404, 1, "failed", 1)],
)
def test_a_server_that_fails_for_a_moment(tmp_path, monkeypatch, status, failures, ended, attempts):
    monkeypatch.setattr(scene_run, "PAUSE", 0.0)
    Server.content = write_scene(tmp_path / "s.tif", ground(150, 150), nodata=0).read_bytes()
    Server.failures, Server.status = failures, status
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        scenes = list_scenes([f"http://127.0.0.1:{server.server_port}/s.tif"])
        (task,) = make_tasks(scenes, tmp_path, DecloudOptions(), Beside(), "thin")
        record = scene_run.run_scene(task, StandIn())
    finally:
        server.shutdown()
        server.server_close()
    assert (record.status, record.attempts) == (ended, attempts), record.error
    assert (tmp_path / "s_decloud.tif").exists() == (ended == "done")
