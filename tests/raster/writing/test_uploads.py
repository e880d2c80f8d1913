"""Outputs in an object store: whole or not at all, and nobody else's replaced."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.writing import object_store
from cloudgan_geo.raster.writing.uploads import complete_all, output_at

PLACE = "/vsis3/bucket/folder/o.tif"


@pytest.fixture
def in_parts(monkeypatch):
    """The smallest parts that S3 takes."""
    monkeypatch.setattr(object_store, "PART_BYTES", 5 * 2**20)
    return os.urandom(12 * 2**20)


def test_a_file_is_stored_under_its_name_once_it_is_complete(store):
    with output_at(PLACE) as file:
        file.partial.write_bytes(b"pixels")
        assert store.names() == []
        file.commit()
    assert store.names() == ["folder/o.tif"]
    assert store.get("folder/o.tif") == b"pixels"
    assert store.staged() == []


def test_what_is_given_up_is_not_stored(store):
    with output_at(PLACE) as file:
        file.partial.write_bytes(b"half")
    assert (store.names(), store.staged()) == ([], [])


def test_an_object_that_is_there_is_replaced_only_if_that_is_asked_for(store):
    store.put("folder/o.tif", b"old")
    with pytest.raises(OutputExistsError, match=r"o\.tif: exists already; overwrite=True"):
        output_at(PLACE).__enter__()
    assert store.get("folder/o.tif") == b"old"
    # What would be taken for a part of the new one goes.
    store.put("folder/o.tif.ovr", b"old")
    with output_at(PLACE, overwrite=True) as file:
        file.partial.write_bytes(b"new")
        file.commit()
    assert store.get("folder/o.tif") == b"new"
    assert store.names() == ["folder/o.tif"]


def test_what_another_run_has_stored_meanwhile_stays(store, in_parts):
    for content in (b"ours", in_parts):
        with output_at(PLACE) as file:
            file.partial.write_bytes(content)
            store.put("folder/o.tif", b"theirs")
            with pytest.raises(OutputExistsError, match="exists already"):
                file.commit()
        assert store.get("folder/o.tif") == b"theirs"
        assert store.unfinished() == []
        store.client.delete_object(Bucket="bucket", Key="folder/o.tif")


def test_large_files_go_in_parts(store, in_parts):
    with output_at(PLACE) as file:
        file.partial.write_bytes(in_parts)
        file.commit()
    assert store.get("folder/o.tif") == in_parts
    assert store.unfinished() == []


def test_an_upload_that_is_left_half_way_shows_nothing(store, in_parts):
    store.put("folder/o.tif", b"old")
    calls = []

    def check():
        calls.append(len(store.unfinished()))
        if len(calls) == 3:
            raise InterruptedError

    with output_at(PLACE, overwrite=True) as file:
        file.partial.write_bytes(in_parts)
        with pytest.raises(InterruptedError):
            complete_all([file], check)
    # Before the first, and then with the upload begun.
    assert calls == [0, 1, 1]
    assert store.get("folder/o.tif") == b"old"
    assert (store.unfinished(), store.staged()) == ([], [])


def test_a_process_that_ends_at_once_has_the_store_forget(store, in_parts):
    """As Ctrl-C does to a `decloud` that does not stop by itself."""
    file = output_at(PLACE).__enter__()
    file.partial.write_bytes(in_parts)

    def end():
        if store.unfinished():
            file.abandon()

    with pytest.raises(OutputError):
        complete_all([file], end)
    assert (store.names(), store.unfinished(), store.staged()) == ([], [], [])


def test_of_a_set_none_stays_where_the_last_cannot_be_stored(store):
    with output_at("/vsis3/bucket/qa.tif") as layer, output_at(PLACE) as scene:
        layer.partial.write_bytes(b"quality")
        Path(f"{layer.partial}.aux.xml").write_text("names")
        scene.partial.write_bytes(b"pixels")
        store.put("folder/o.tif", b"theirs")
        with pytest.raises(OutputExistsError):
            complete_all([layer, scene])
    assert store.names() == ["folder/o.tif"]


def test_one_run_of_a_machine_at_a_time(store):
    with output_at(PLACE):
        with pytest.raises(OutputError, match=r"^/vsis3/\S+o\.tif: .* another run is writing it"):
            output_at(PLACE).__enter__()
        with output_at("/vsis3/bucket/other/o.tif"):
            pass


def test_what_a_killed_run_left_is_cleared_by_the_next(store):
    code = f"""
import time
from cloudgan_geo.raster.writing.uploads import output_at
with output_at({PLACE!r}) as file:
    file.partial.write_bytes(b"half")
    print("ready", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.wait()
    assert store.names() == []
    assert len(store.staged()) == 2
    with output_at(PLACE) as file:
        assert len(store.staged()) == 1
        file.partial.write_bytes(b"whole")
        file.commit()
    assert (store.names(), store.staged()) == (["folder/o.tif"], [])


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("/vsis3/bucket", UsageError, "names no object; output takes one as in /vsis3/bucket/"),
        ("/vsigs/bucket/o.tif", UsageError, "names no local file; output takes one, or an object"),
        ("/vsis3/nobucket/o.tif", OutputError, "the store says: .*NoSuchBucket"),
    ],
)
def test_places_that_there_are_not(store, name, error, said):
    def write():
        with output_at(name) as file:
            file.partial.write_bytes(b"pixels")
            file.commit()

    with pytest.raises(error, match=said):
        write()


def test_a_store_that_does_not_answer(store, monkeypatch):
    monkeypatch.setenv("AWS_S3_ENDPOINT", "127.0.0.1:9")
    object_store._client.cache_clear()
    began = time.monotonic()
    with pytest.raises(OutputError, match=r"o\.tif: cannot be written, the store says: Could not"):
        output_at(PLACE).__enter__()
    assert time.monotonic() - began < 30


def test_without_boto3(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"needs boto3, which pip install 'cloudgan-geo\[s3\]'"):
        output_at(PLACE).__enter__()
