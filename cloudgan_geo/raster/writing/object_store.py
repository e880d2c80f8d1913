"""Objects of S3 and what speaks its protocol: looking at them, storing files, removing.

GDAL alone would not do: rasterio hands it rasters only, no texts, and it stores an object
whatever another run has put there meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError

#: How names of objects begin.
PREFIX = "/vsis3/"

#: Bytes that are sent at once. A larger file goes in parts, of which S3 takes 10,000.
PART_BYTES, _MOST_PARTS = 2**26, 10_000

# Kept with each object: by it we know ours.
_METADATA = {"writer": "cloudgan-geo"}

_TYPES = {".tif": "image/tiff", ".tiff": "image/tiff", ".json": "application/json"}

# What a store says to a condition that does not hold, and to a name that is not there.
_EXISTS = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_ABSENT = ("404", "NoSuchKey", "NotFound")
_NO = ("NO", "FALSE", "OFF", "0")


@dataclass(frozen=True)
class ObjectPlace:
    """Where an object is.

    Attributes:
        name: As GDAL calls it.
        bucket: That it is in.
        key: Its name there.
    """

    name: str
    bucket: str
    key: str

    @classmethod
    def of(cls, path: str | os.PathLike[str], argument: str = "output") -> ObjectPlace:
        """Reads a name.

        Args:
            path: `/vsis3/BUCKET/KEY`.
            argument: That names it.

        Raises:
            UsageError: If it names no object, or no store can be reached from here.
        """
        name = Path(path).as_posix()
        bucket, _, key = name.removeprefix(PREFIX).partition("/")
        if not bucket or not key or not name.startswith(PREFIX):
            raise UsageError(f"{name}: names no object; ", Argument(argument), _FORM)
        check_client(name, argument)
        return cls(name, bucket, key)

    def beside(self, suffix: str) -> ObjectPlace:
        """Returns the place of what belongs to it, by what is appended to its name."""
        return ObjectPlace(f"{self.name}{suffix}", self.bucket, f"{self.key}{suffix}")


@dataclass(frozen=True)
class StoredObject:
    """An object that is there.

    Attributes:
        size: In bytes.
        is_ours: Whether this program stored it.
    """

    size: int
    is_ours: bool


# What is on no disk of this machine; `C:` is one.
_ELSEWHERE = re.compile(r"/vsi\w+/|[A-Za-z][\w+.-]+:/")
_FORM = f" takes one as in {PREFIX}bucket/folder/name.tif"


def is_object(path: str | os.PathLike[str]) -> bool:
    """Tells whether a path names an object, or a folder of objects."""
    return Path(path).as_posix().startswith(PREFIX)


def check_known(name: str, argument: str, *, objects: bool = False) -> None:
    """Refuses an output that nothing here can put in its place whole.

    Args:
        name: As it was given.
        argument: That names it.
        objects: Whether it may be an object.

    Raises:
        UsageError: If only GDAL or a browser knows it.
    """
    if _ELSEWHERE.match(name) and not (objects and is_object(name)):
        also = f", or an object as in {PREFIX}bucket/name" if objects else ""
        raise UsageError(f"{name}: names no local file; ", Argument(argument), f" takes one{also}")


def check_client(name: str, argument: str) -> None:
    """Refuses a name of an object where nothing can store one.

    Raises:
        UsageError: If boto3 is not installed.
    """
    try:
        import boto3  # noqa: F401
    except ModuleNotFoundError as error:
        raise UsageError(
            Argument(argument, name), ": needs boto3, which pip install 'cloudgan-geo[s3]' adds"
        ) from error


def check_folder(path: str | os.PathLike[str], argument: str) -> None:
    """Refuses a folder for objects whose bucket is not there.

    Args:
        path: `/vsis3/BUCKET/KEY`, or the bucket alone.
        argument: That names it.

    Raises:
        UsageError: If it is no such name.
        OutputError: If the bucket cannot be reached.
    """
    place = ObjectPlace.of(Path(path, "any"), argument)
    with _in_words(place, argument):
        _client().head_bucket(Bucket=place.bucket)


def stored(place: ObjectPlace, argument: str = "output") -> StoredObject | None:
    """Returns what is at a place, or None.

    Raises:
        OutputError: If the store does not tell.
    """
    from botocore.exceptions import ClientError

    with _in_words(place, argument):
        try:
            told = _client().head_object(Bucket=place.bucket, Key=place.key)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise
    return StoredObject(told["ContentLength"], told.get("Metadata") == _METADATA)


def remove(place: ObjectPlace) -> None:
    """Removes an object; nothing is done about one that is not there.

    Raises:
        OutputError: If the store does not do so.
    """
    with _in_words(place, "output"):
        _client().delete_object(Bucket=place.bucket, Key=place.key)


class Upload:
    """A file on its way to its place, where it appears as a whole or not at all.

    Args:
        file: A complete one.
        place: Of the object.
        overwrite: Whether one that is there is replaced. The store itself decides: what another
            run stores meanwhile counts too.
        argument: That names the place.
    """

    def __init__(self, file: Path, place: ObjectPlace, overwrite: bool, argument: str) -> None:
        self._file = file
        self._place = place
        self._argument = argument
        self._if = {} if overwrite else {"IfNoneMatch": "*"}
        self._parts: str | None = None

    def run(self, check: Callable[[], None]) -> None:
        """Stores the object.

        Args:
            check: Called between parts, to leave it by what it raises.

        Raises:
            OutputExistsError: If there is one that may not be replaced.
            OutputError: If the store does not take it. It is then as it was.
        """
        kind = _TYPES.get(Path(self._place.key).suffix.lower(), "application/octet-stream")
        told = {"ContentType": kind, "Metadata": _METADATA}
        size = self._file.stat().st_size
        check()
        with open(self._file, "rb") as file:
            if size <= PART_BYTES:
                self._ask("put_object", **told, **self._if, Body=file)
                return
            self._parts = self._ask("create_multipart_upload", **told)["UploadId"]
            try:
                self._send_parts(file, size, check)
            except BaseException:
                self.give_up()
                raise
            self._parts = None

    def _send_parts(self, file: IO[bytes], size: int, check: Callable[[], None]) -> None:
        each = max(PART_BYTES, -(-size // _MOST_PARTS))
        sent = []
        for number in range(1, -(-size // each) + 1):
            check()
            part = {"UploadId": self._parts, "PartNumber": number, "Body": file.read(each)}
            sent.append({"PartNumber": number, "ETag": self._ask("upload_part", **part)["ETag"]})
        check()
        whole = {"UploadId": self._parts, "MultipartUpload": {"Parts": sent}}
        self._ask("complete_multipart_upload", **whole, **self._if)

    def _ask(self, method: str, **settings: Any) -> Any:
        with _in_words(self._place, self._argument):
            return getattr(_client(), method)(
                Bucket=self._place.bucket, Key=self._place.key, **settings
            )

    def give_up(self) -> None:
        """Has the store forget the parts that it got, if it can be reached."""
        if self._parts is None:
            return
        with contextlib.suppress(Exception):  # Whatever it is, nobody sees the parts.
            self._ask("abort_multipart_upload", UploadId=self._parts)
        self._parts = None


@cache
def _client() -> Any:
    """Returns a client that is set up by the variables that GDAL goes by."""
    import boto3
    from botocore.config import Config

    endpoint = os.environ.get("AWS_S3_ENDPOINT")
    if endpoint and "://" not in endpoint:
        plain = os.environ.get("AWS_HTTPS", "YES").upper() in _NO
        endpoint = f"{'http' if plain else 'https'}://{endpoint}"
    by_path = os.environ.get("AWS_VIRTUAL_HOSTING", "YES").upper() in _NO
    config = Config(
        s3={"addressing_style": "path" if by_path else "auto"},
        retries={"max_attempts": 5, "mode": "standard"},
        connect_timeout=15,
    )
    return boto3.session.Session().client("s3", endpoint_url=endpoint, config=config)


@contextlib.contextmanager
def _in_words(place: ObjectPlace, argument: str) -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError, OSError) as error:
        if isinstance(error, ClientError) and _code(error) in _EXISTS:
            raise OutputExistsError(
                f"{place.name}: exists already; ", Argument("overwrite", True), " replaces it"
            ) from error
        said = " ".join(re.sub(r"^An error occurred ", "", str(error)).split())
        raise OutputError(
            f"{place.name}: cannot be written, the store says: {said.rstrip('.')}; ",
            Argument(argument),
            " names another place",
        ) from error


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
