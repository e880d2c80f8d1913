"""An S3 server on this machine, for tests."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3
import pytest

from cloudgan_geo.raster.writing import object_store


class Store:
    """A bucket, looked at without what is tested."""

    def __init__(self, address):
        self.address = address
        self.bucket = "bucket"
        self.client = boto3.client("s3", endpoint_url=f"http://{address}")
        self.client.create_bucket(Bucket=self.bucket)

    def names(self):
        """Keys of all objects."""
        return sorted(self._listed())

    def sizes(self):
        return self._listed()

    def _listed(self):
        found = self.client.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {each["Key"]: each["Size"] for each in found}

    def put(self, key, content):
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def staged(self):
        """What is left of what was on its way to the store."""
        return [path for path in Path(os.environ["TMPDIR"]).rglob("*") if path.is_file()]

    def get(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def unfinished(self):
        """Uploads in parts that the server still waits for."""
        return self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])


@pytest.fixture(scope="session")
def store_server():
    """Starts a server of its own process; returns its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    yield f"127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def store(monkeypatch, store_server, tmp_path_factory):
    """An empty bucket, and what tells GDAL and us where it is."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_S3_ENDPOINT": store_server,
        "AWS_HTTPS": "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TMPDIR": str(tmp_path_factory.mktemp("staging")),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    object_store._client.cache_clear()
    urllib.request.urlopen(f"http://{store_server}/moto-api/reset", data=b"").close()
    yield Store(store_server)
    object_store._client.cache_clear()
