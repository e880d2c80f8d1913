import errno
import os
from pathlib import Path

import pytest

from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput


def test_the_file_appears_on_commit(tmp_path):
    target = tmp_path / "o.tif"
    with AtomicOutput(target) as file:
        file.partial.write_text("new")
        assert file.partial.parent.match("o.tif.partial-*")
        assert not target.exists()
        file.commit()
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["o.tif"]


def test_without_commit_nothing_is_left(tmp_path):
    with AtomicOutput(tmp_path / "o.tif") as file:
        file.partial.write_text("new")
        Path(f"{file.partial}.aux.xml").write_text("side")
    assert os.listdir(tmp_path) == []


def test_an_error_leaves_the_old_file(tmp_path):
    target = tmp_path / "o.tif"
    target.write_text("old")

    def interrupted():
        with AtomicOutput(target, overwrite=True) as file:
            file.partial.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["o.tif"]


def test_what_lay_beside_the_old_file_does_not_describe_the_new(tmp_path):
    target = tmp_path / "o.tif"
    for name in ("o.tif", "o.tif.aux.xml", "o.tif.ovr", "o.tif.msk"):
        (tmp_path / name).write_text("old")
    with AtomicOutput(target, overwrite=True) as file:
        file.partial.write_text("new")
        Path(f"{file.partial}.aux.xml").write_text("new")
        file.commit()
    assert sorted(os.listdir(tmp_path)) == ["o.tif", "o.tif.aux.xml"]
    assert (tmp_path / "o.tif.aux.xml").read_text() == "new"


def test_an_existing_file_is_refused(tmp_path):
    target = tmp_path / "o.tif"
    target.write_text("old")
    with pytest.raises(OutputExistsError, match="exists already; overwrite=True"):
        AtomicOutput(target).__enter__()
    with pytest.raises(FileExistsError):
        AtomicOutput(target).__enter__()


def test_the_input_is_never_overwritten(tmp_path):
    source = tmp_path / "s.tif"
    source.write_text("in")
    link = tmp_path / "link.tif"
    link.symlink_to(source)
    for target in (source, link):
        with pytest.raises(UsageError, match="is the input itself"):
            AtomicOutput(target, overwrite=True, source=[source]).__enter__()


def test_folders(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        AtomicOutput(tmp_path).__enter__()
    with pytest.raises(UsageError, match="there is no folder"):
        AtomicOutput(tmp_path / "no" / "o.tif").__enter__()


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="needs Linux's /sys")
def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match="its folder cannot be written to; output names"):
        AtomicOutput("/sys/o.tif").__enter__()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "larger than the system allows"),
        (errno.EROFS, "can only be read"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_the_reason_is_in_words(tmp_path, number, said):
    error = output_error(tmp_path / "o.tif", OSError(number, os.strerror(number)))
    assert said in str(error)
