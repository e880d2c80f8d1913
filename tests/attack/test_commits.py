"""Sets of outputs when a rename fails: all new, or all old."""

import errno
import os
import stat

import pytest
from scenes import EstimatingStandIn, ground, read, write_scene

from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.errors import OutputError, OutputExistsError
from cloudgan_geo.raster.writing import commits

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
        def change(*arguments):
            if ".lock" in arguments[0].name:
                return function(*arguments)
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
