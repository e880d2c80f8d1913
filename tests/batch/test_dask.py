"""Batches on dask: this machine's processes, or a cluster that runs already."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from batch.conftest import lines
from scenes import read

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(archive):
    """Starts a scheduler with workers, each in a process of its own; ends them all."""
    file = archive.folder / "scheduler.json"
    started = []

    def start(kind, *arguments, **environment):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        command += ["--scheduler-file", file, "--host", "127.0.0.1", *arguments]
        process = subprocess.Popen(
            command,
            cwd=archive.folder.parent,
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    def worker(**environment):
        return start("worker", "--nthreads", "1", "--no-nanny", **environment)

    scheduler = start("scheduler", "--port", "0")
    while not file.exists() or not file.read_text().strip().endswith("}"):
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]
    yield address, scheduler, worker
    for process in started:
        process.kill()
        process.wait()


def waits_for(archive, count, process):
    """Waits until so many outputs are there."""
    until = time.monotonic() + 90
    while len(list(archive.folder.glob("out/*_decloud.tif"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def working(archive):
    """Numbers of the processes that write an output at the moment, by their locks."""
    found = set()
    for lock in archive.folder.glob("out/.*.lock"):
        with contextlib.suppress(OSError):
            state = lock.stat()
            for folder in os.scandir("/proc"):
                if folder.name.isdecimal() and _holds(folder.name, state):
                    found.add(int(folder.name))
    return found


def _holds(pid, state):
    with contextlib.suppress(OSError):
        for file in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.stat(file.path), state):
                    return True
    return False


def all_right(archive, names):
    """Checks that outputs are those of a batch in one process, and that nothing else is left."""
    assert archive.outputs() == sorted(f"{name}_decloud.tif" for name in names)
    made = {name: archive.pixels(name) for name in names}
    (archive.folder / "out").rename(archive.folder / "made")
    assert archive.batch("in").returncode == 0
    for name in names:
        assert (archive.pixels(name) == made[name]).all()


NAMES = [f"scene{number:02}" for number in range(20)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into Linux's /proc")
def test_a_worker_that_is_killed_is_replaced(archive):
    archive.add(*NAMES, size=200)
    (archive.folder / "in/bad.tif").write_text("no image")
    process = archive.start(*archive.options("in", "--log", "batch.jsonl"), "--jobs", "2")
    waits_for(archive, 3, process)
    victims = set()
    while not victims:
        victims = working(archive) - {process.pid}
    os.kill(victims.pop(), signal.SIGKILL)
    output, errors = process.communicate(timeout=180)
    assert process.returncode == 3, errors
    told = lines(output)
    assert sum(each["status"] == "done" for each in told.values()) == 20
    assert len({each["worker"] for each in told.values()}) == 3
    (archive.folder / "in/bad.tif").unlink()
    all_right(archive, NAMES)


def test_ctrl_c_on_all_processes_of_a_terminal(archive):
    archive.add(*NAMES, size=300)
    command = [*archive.options("in"), "--jobs", "2"]
    process = archive.start(*command, start_new_session=True)
    waits_for(archive, 2, process)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1].startswith("Interrupted; Scenes: "), errors
    assert all(name.endswith("_decloud.tif") for name in archive.outputs()), archive.outputs()
    assert len(output.splitlines()) < 20
    assert archive.batch("in", "--resume").returncode == 0
    all_right(archive, NAMES)


def test_a_cluster_that_runs_already_and_loses_its_scheduler(archive, cluster):
    address, scheduler, worker = cluster
    workers = [worker(), worker()]
    archive.add(*NAMES, size=300)
    process = archive.start(*archive.options("in", "--scheduler", address, "--qa"))
    waits_for(archive, 2, process)
    scheduler.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=90)
    assert process.returncode == 1, errors
    assert "Traceback" not in errors
    assert len(errors.splitlines()) >= 2, errors
    given_up, last = errors.splitlines()[-2:]
    assert given_up.startswith("Given up; Scenes: ")
    assert last == (
        "Error: the scheduler of the cluster is lost; scenes that are complete stay, and --resume "
        "does the others"
    )
    for each in workers:
        each.wait(60)
    ends = ("_decloud.tif", "_decloud_qa.tif", "_decloud_qa.tif.aux.xml")
    assert all(name.endswith(ends) for name in archive.outputs()), archive.outputs()
    run = archive.batch("in", "--qa", "--resume")
    assert run.returncode == 0, run
    assert "skipped" in {each["status"] for each in lines(run.stdout).values()}
    assert len(archive.outputs()) == 3 * len(NAMES)


def test_a_cluster_that_loses_all_its_workers(archive, cluster):
    address, _, worker = cluster
    workers = [worker(), worker()]
    archive.add(*NAMES, size=300)
    process = archive.start(*archive.options("in", "--scheduler", address, "--worker-timeout", "3"))
    waits_for(archive, 2, process)
    for each in workers:
        each.kill()
    began = time.monotonic()
    _, errors = process.communicate(timeout=90)
    assert process.returncode == 1, errors
    assert time.monotonic() - began < 60
    warning, given_up, last = errors.splitlines()[-3:]
    assert warning == "Warning: the cluster has no worker left; waiting 3 s for one"
    assert given_up.startswith("Given up; Scenes: ")
    assert last == (
        "Error: the cluster has had no worker for 3 s; scenes that are complete stay, and --resume "
        "does the others; --worker-timeout says how long to wait"
    )
    before = len(list(archive.folder.glob("out/*_decloud.tif")))
    assert 2 <= before < len(NAMES)
    # One that comes in time goes on.
    process = archive.start(*archive.options("in", "--scheduler", address, "--resume"))
    late = worker()
    waits_for(archive, before + 1, process)
    late.kill()
    worker()
    _, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    # A worker that was killed after its output was in place leaves its lock and its folder.
    for left in archive.folder.glob("out/.*.lock"):
        left.unlink()
    for left in archive.folder.glob("out/*.partial-*"):
        shutil.rmtree(left)
    all_right(archive, NAMES)


def test_workers_keep_to_what_the_client_settled_or_get_no_scene(archive, cluster, tmp_path):
    address, _, worker = cluster
    (tmp_path / "other").mkdir()
    # A worker that finds another generator where the client has its own.
    code = "import cloudgan_geo.batch.on_worker as w, cloudgan_geo.batch.agreement as a\n"
    code += "a.weights_sha256 = lambda model: 64 * 'f'\n"
    (tmp_path / "other/sitecustomize.py").write_text(code)
    first = worker(PYTHONPATH=str(tmp_path / "other"))
    archive.add("a", "b", "c")
    refused = archive(*archive.options("in", "--scheduler", address))
    assert refused.returncode == 1, refused
    warning, given_up, error = refused.stderr.splitlines()
    assert "has other weights of the name" in warning
    assert warning.endswith("it gets no scene of this batch")
    assert given_up.startswith("Given up; Scenes: 0 done, 3 left")
    assert error == "Error: no worker is left that may be used: all of them were refused"
    second = worker()
    run = archive(*archive.options("in", "--scheduler", address))
    # The one that is refused may be asked first, or be the only one yet.
    until = time.monotonic() + 60
    while run.returncode == 1 and time.monotonic() < until:
        run = archive(*archive.options("in", "--scheduler", address))
    assert run.returncode == 0, run
    assert {each["worker"].split(":")[1] for each in lines(run.stdout).values()} == {
        str(second.pid)
    }
    assert first.poll() is None


def test_a_scheduler_that_is_not_there(archive):
    archive.add("a")
    run = archive(*archive.options("in", "--scheduler", "tcp://127.0.0.1:1"))
    assert run.returncode == 1
    (_, line) = run.stderr.splitlines()
    assert line.startswith("Error: --scheduler tcp://127.0.0.1:1: cannot be used (")


def test_one_answer_whoever_computes(archive):
    archive.add(*NAMES[:6])
    run = archive(*archive.options("in", "--qa", "--stac", "--report"), "--jobs", "2")
    assert run.returncode == 0, run
    assert len({each["worker"] for each in lines(run.stdout).values()}) == 2
    made = {path.name: path for path in (archive.folder / "out").rename(
        archive.folder / "made").glob("*.tif")}  # fmt: skip
    assert archive.batch("in", "--qa").returncode == 0
    for name, path in made.items():
        assert (read(archive.folder / "out" / name) == read(path)).all()
    # What was made on one is resumed on the other.
    (archive.folder / "made").rename(archive.folder / "out2")
    run = archive.here(
        *("batch", "in", "--out-dir", "out2", "--model", archive.model, "--qa", "--resume")
    )
    assert {each["status"] for each in lines(run.stdout).values()} == {"skipped"}
