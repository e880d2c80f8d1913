"""The runner against a stub: what it hears, what it says, and how it ends."""

import os
import threading
import time

import pytest
from cloudgan_geo_qgis import runner


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(stub, **settings):
    return runner.run([str(stub.path), "decloud", "in.tif", "--output", "out.tif"], **settings)


def wait_for(path):
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().split()[2] != "Z"


def test_progress_and_log_and_result(stub, sample_data, tmp_path):
    heard, shares = [], []
    output = str(tmp_path / "o.tif")
    facts = runner.run(
        [str(stub.path), "decloud", str(sample_data / "scene.tif"), "--output", output],
        progress=shares.append,
        log=heard.append,
    )
    assert facts["output"] == output
    assert shares == [0.25, 0.5, 1.0]
    assert heard[0] == "cloudgan-geo 9.9"
    assert heard[1:] == ["Radiometry: dn (a stub says so)", "Warning: the stub removes no cloud"]
    assert stub.asked[-3:] == ["--progress", "json", "--stop-when-stdin-closes"]


def test_arguments_reach_it_as_they_are(stub):
    stub.does("tells")
    odd = ["a b", "ä/ö.tif", "$HOME `id` \"x\" 'y'", "", "-5"]
    facts = runner.run([str(stub.path), "decloud", *odd])
    assert facts["arguments"][1 : 1 + len(odd)] == odd


def test_the_environment_is_clean(stub, monkeypatch):
    stub.does("tells")
    hostile = {name: "/nowhere" for name in ("PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH")}
    hostile |= {"PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "LD_LIBRARY_PATH": "/nowhere"}
    for name, value in {**hostile, "MINE": "kept"}.items():
        monkeypatch.setenv(name, value)
    environment = run(stub)["environment"]
    assert not set(hostile) & set(environment)
    assert environment["MINE"] == "kept"
    assert environment["PYTHONNOUSERSITE"] == environment["PYTHONUTF8"] == "1"
    assert runner.clean_environment({"Pythonhome": "x", "Path": "y"}).keys() >= {"Path"}
    assert "Pythonhome" not in runner.clean_environment({"Pythonhome": "x"})


def test_its_own_words_are_the_error(stub):
    stub.does("fails")
    heard = []
    with pytest.raises(runner.BackendError) as failed:
        run(stub, log=heard.append)
    assert str(failed.value) == "scene.tif: is not what it should be; --bands mends it"
    assert heard == ["cloudgan-geo 9.9", "a line of a library"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("dies", "was ended by signal 9 and gave no result; its last words: about to die"),
        ("lies", "ended with code 0 and gave no result; its last words: it said nothing"),
        ("future", r"speaks protocol 2, the plugin speaks 1; update the older"),
        ("old", "No such option: --progress This cloudgan-geo is older than the plugin"),
    ],
)
def test_failures_in_words(stub, what, said):
    stub.does(what)
    with pytest.raises(runner.BackendError, match=said):
        run(stub)


def test_a_result_without_its_file(stub, sample_data, tmp_path):
    """Nor does one count that was there before."""
    scene = str(sample_data / "scene.tif")
    paths = [str(tmp_path / name) for name in ("o.tif", "qa.tif", "old.json")]
    (tmp_path / "old.json").write_text("of another run")
    with pytest.raises(runner.BackendError) as failed:
        runner.run([str(stub.path), "decloud", scene, "--output", paths[0]], outputs=paths)
    said = f"said that it is done, but has not written {paths[1]}, {paths[2]};"
    assert said in str(failed.value)
    runner.run([str(stub.path), "decloud", scene, "--output", paths[0]], outputs=paths[:1])


def test_a_torrent_of_text_blocks_nothing(stub, sample_data, tmp_path):
    stub.does("babbles")
    heard = []
    scene, output = str(sample_data / "scene.tif"), str(tmp_path / "o.tif")
    command = [str(stub.path), "decloud", scene, "--output", output]
    assert runner.run(command, log=heard.append)["output"] == output
    assert len(heard) == 40_004


@pytest.mark.parametrize("content", [None, "not a program"])
def test_a_program_that_cannot_be_started(tmp_path, content):
    path = tmp_path / "cloudgan-geo"
    if content:
        path.write_text(content)
    with pytest.raises(runner.BackendError, match=r"cloudgan-geo cannot be started: "):
        runner.run([str(path), "decloud"])


@pytest.mark.parametrize("what", ["works", "stubborn"])
def test_cancel(stub, tmp_path, what):
    """Within two seconds, and nothing is left, even if it does not listen."""
    stub.does(what)
    output = tmp_path / "out [1].tif"
    cancel = threading.Event()
    cancelled = []

    def start():
        with pytest.raises(runner.Cancelled):
            runner.run(
                [str(stub.path), "decloud", "in.tif", "--output", str(output)],
                outputs=[str(output)],
                cancelled=cancel.is_set,
            )
        cancelled.append(time.monotonic())

    thread = threading.Thread(target=start)
    thread.start()
    wait_for(tmp_path / "pid")
    asked = time.monotonic()
    cancel.set()
    thread.join(timeout=20)
    assert cancelled[0] - asked < 2
    assert not is_running(int((tmp_path / "pid").read_text()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pid", "stub"]


def test_ask(stub):
    stub.does("devices")
    assert '"version": "9.9"' in runner.ask([str(stub.path), "devices", "--json"])
    stub.does("old")
    with pytest.raises(runner.BackendError, match="No such option"):
        runner.ask([str(stub.path), "devices", "--json"])
