"""Sets of outputs when a rename fails: all new, or all old."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest
from scenes import EstimatingStandIn, ground, read, write_scene

from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.errors import OutputError, OutputExistsError
from cloudgan_geo.raster.writing import commits
from cloudgan_geo.raster.writing.output import AtomicOutput

NAMES = ("o.tif", "opacity.tif", "qa.tif", "error.tif", "run.json")


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "s.tif", ground(70, 70))


def run(tmp_path, **settings):
    files = {name.partition(".")[0]: tmp_path / name for name in NAMES[1:4]}
    options = DecloudOptions(report=tmp_path / "run.json", **files, **settings)
    model = EstimatingStandIn(lambda batch, view: (batch * 0.5, 0.5, 0.01))
    return decloud_scene(tmp_path / "s.tif", tmp_path / "o.tif", model=model, options=options)


def old_files(tmp_path):
    for name in (*NAMES, "o.tif.msk", "qa.tif.aux.xml"):
        (tmp_path / name).write_text(f"old {name}")
    return contents(tmp_path)


def contents(tmp_path):
    return {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "s.tif"}


def fails_at(monkeypatch, call, error):
    """Has the system refuse the n-th change of names, and count them."""
    calls = []

    def refusing(function):
        def change(*arguments, **more):
            if arguments[1].name.endswith(".lock"):
                return function(*arguments, **more)
            calls.append(arguments)
            if len(calls) == call:
                raise error
            return function(*arguments)

        return change

    for name in ("rename", "link"):
        monkeypatch.setattr(commits.os, name, refusing(getattr(os, name)))
    return calls


# 7 old files are kept aside and 6 new ones get their names.
@pytest.mark.parametrize("call", range(1, 14))
@pytest.mark.parametrize("error", [PermissionError(errno.EPERM, "no"), KeyboardInterrupt()])
def test_a_failing_rename_leaves_all_old_files(tmp_path, monkeypatch, scene, call, error):
    if call > 7 and isinstance(error, OSError):
        # Without hard links a new file gets its name by a rename instead.
        monkeypatch.setattr(commits, "_put", put_that_fails(call - 7, error))
        calls = []
    else:
        calls = fails_at(monkeypatch, call, error)
    before = old_files(tmp_path)
    with pytest.raises((OutputError, KeyboardInterrupt)) as raised:
        run(tmp_path, overwrite=True)
    if isinstance(error, OSError):
        assert "the file there cannot be replaced" in str(raised.value)
    else:
        assert len(calls) >= call
    assert contents(tmp_path) == before


def put_that_fails(call, error):
    original, calls = commits._put, []

    def put(*arguments, **settings):
        calls.append(1)
        if len(calls) == call:
            raise error
        original(*arguments, **settings)

    return put


def test_all_new_files(tmp_path, monkeypatch, scene):
    old_files(tmp_path)
    calls = fails_at(monkeypatch, 0, None)
    run(tmp_path, overwrite=True)
    assert len(calls) == 13
    # The old scene goes first and the new one comes last: it stands among its own only.
    assert calls[0][0] == tmp_path / "o.tif"
    assert calls[-1][1] == tmp_path / "o.tif"
    assert set(contents(tmp_path)) == {*NAMES, "qa.tif.aux.xml"}
    assert read(tmp_path / "o.tif").shape == (3, 70, 70)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_appears_meanwhile_is_not_lost(tmp_path, monkeypatch, scene, name):
    original = commits.replace_all

    def later(files):
        (tmp_path / name).write_text("somebody's")
        original(files)

    monkeypatch.setattr("cloudgan_geo.raster.writing.output.replace_all", later)
    with pytest.raises(OutputExistsError):
        run(tmp_path)
    assert contents(tmp_path) == {name: b"somebody's"}


def test_what_cannot_be_put_back_is_kept_and_named(tmp_path, monkeypatch, scene):
    old_files(tmp_path)
    calls = []

    def rename(*arguments):
        calls.append(1)
        if len(calls) >= 3:
            raise PermissionError(errno.EPERM, "no")
        os.replace(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(commits.os, "rename", rename)
        with pytest.raises(OutputError, match=r"could not be put back .*o\.tif lies at .*old"):
            run(tmp_path, overwrite=True)
    (aside,) = tmp_path.glob("o.tif.partial-*/old/o.tif")
    assert aside.read_text() == "old o.tif"
    # Once the system lets it, the next run puts it back.
    with pytest.raises(OutputExistsError):
        run(tmp_path)
    assert (tmp_path / "o.tif").read_text() == "old o.tif"
    assert (tmp_path / "o.tif.msk").read_text() == "old o.tif.msk"


@pytest.mark.parametrize("old", [None, "old"])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_failing_rename_of_a_single_file(tmp_path, monkeypatch, old, links):
    """It gets its name by a link where none may be replaced, else by `os.replace`."""
    target, calls = tmp_path / "run.json", []
    if old:
        target.write_text(old)

    def refuse(*arguments):
        calls.append(arguments)
        raise PermissionError(errno.EPERM, "no")

    def written():
        with AtomicOutput(target, overwrite=bool(old)) as file:
            file.partial.write_text("new")
            with monkeypatch.context() as patched:
                patched.setattr(commits.os, "replace", refuse)
                if not old:
                    # Without links a file that nobody else made gets its name by `os.replace`.
                    patched.setattr(commits.os, "link", commits.os.link if links else refuse)
                file.commit()

    if links and not old:
        written()
        assert target.read_text() == "new"
    else:
        with pytest.raises(OutputError, match="the file there cannot be replaced"):
            written()
        assert calls
    assert os.listdir(tmp_path) == (["run.json"] if old or links else [])
    assert not old or target.read_text() == old


# Ends a run before its n-th change of names, for every n, as SIGKILL may; then looks what stands
# there, what after a run that is refused, and what after one that is not.
KILLED = """
import json, os, sys
from contextlib import ExitStack
from pathlib import Path
from cloudgan_geo.errors import OutputExistsError
from cloudgan_geo.raster.writing.output import AtomicOutput, commit_all

NAMES = ("o.tif", "qa.tif", "run.json")
CHANGES = ("link", "rename", "replace", "unlink", "mkdir", "rmdir")

def run(overwrite):
    with ExitStack() as stack:
        files = [stack.enter_context(AtomicOutput(n, overwrite=overwrite)) for n in NAMES]
        for file in files:
            file.partial.write_text("new")
        Path(f"{files[1].partial}.aux.xml").write_text("new")
        commit_all([*files[1:], files[0]])

def killed_before(n):
    calls = []
    def counted(change):
        def counting(*arguments, **more):
            calls.append(change.__name__)
            if len(calls) == n:
                os._exit(9)
            return change(*arguments, **more)
        return counting
    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    run(True)

def contents():
    return {p.name: p.read_text() for p in Path().iterdir() if p.is_file() and p.name[0] != "."}

n, code, seen = 0, 9, []
while code == 9:
    n += 1
    for name in os.listdir():
        os.unlink(name)
    for name in (*NAMES, "o.tif.msk", "qa.tif.aux.xml"):
        Path(name).write_text("old")
    child = os.fork()
    if not child:
        killed_before(n)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    states = [contents()]
    try:
        run(False)
    except OutputExistsError:
        states.append(contents())
    run(True)
    seen.append([*states, contents(), sorted(os.listdir())])
print(json.dumps({"ended": code, "seen": seen}))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_run_that_is_killed_before_any_of_its_changes_of_names(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    told = json.loads(run.stdout)
    assert told["ended"] == 0
    old = dict.fromkeys(("o.tif", "o.tif.msk", "qa.tif", "qa.tif.aux.xml", "run.json"), "old")
    new = dict.fromkeys(("o.tif", "qa.tif", "qa.tif.aux.xml", "run.json"), "new")
    refused = []
    for killed, after_refusal, complete, names in told["seen"]:
        # Where a scene stands, all stand that belong to it.
        assert "o.tif" not in killed or killed in (old, new)
        assert after_refusal in (old, new)
        assert complete == new
        assert names == sorted(new)
        refused.append(after_refusal)
    # From some change on all is new; before it all is old.
    assert old not in refused[refused.index(new) :]
    assert any(killed not in (old, new) for killed, *_ in told["seen"])


@pytest.mark.skipif(not hasattr(os, "chown"), reason="no owners here")
def test_mode_and_owner_are_kept(tmp_path, scene):
    old_files(tmp_path)
    target = tmp_path / "o.tif"
    target.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(target, 1000, 1001)
    before = target.stat()
    run(tmp_path, overwrite=True)
    after = target.stat()
    assert stat.S_IMODE(after.st_mode) == 0o600
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert read(target).shape == (3, 70, 70)
