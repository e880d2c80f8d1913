"""The files behind a scene: opening them, and telling whether they changed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio

from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, open_as, reason
from cloudgan_geo.raster.reading.formats import drivers_for, is_remote

# GDAL's file systems of servers, by how addresses begin.
_SERVERS = {
    "http": "/vsicurl/",
    "https": "/vsicurl/",
    "s3": "/vsis3/",
    "gs": "/vsigs/",
    "az": "/vsiaz/",
}


@dataclass(frozen=True)
class FileState:
    """What tells a file from another one of its name, and from itself before a change.

    Attributes:
        path: Of the file.
        size: In bytes; -1 if there is no such file.
        modified: In nanoseconds.
        inode: On its disk.
    """

    path: str
    size: int
    modified: int
    inode: int

    @classmethod
    def of(cls, path: str) -> FileState:
        """Looks at a file."""
        try:
            state = os.stat(path)
        except OSError:
            return cls(path, -1, 0, 0)
        return cls(path, state.st_size, state.st_mtime_ns, state.st_ino)


def gdal_name(path: str) -> str:
    """Returns what GDAL calls what is on a server; other names as they are."""
    scheme, _, rest = path.partition("://")
    place = _SERVERS.get(scheme)
    return path if place is None else f"{place}{path if place == '/vsicurl/' else rest}"


def ask_again(path: str) -> None:
    """Has GDAL ask a server again for what it failed to get: it remembers failures, too.

    Args:
        path: Of a raster; nothing is done about one that is not on a server.
    """
    name = gdal_name(path)
    if not name.startswith(tuple(_SERVERS.values())):
        return
    with (
        contextlib.suppress(SceneError, *GDAL_ERRORS),
        rasterio.Env(CPL_VSIL_CURL_NON_CACHED=name),
    ):
        open_raster(path).close()


@contextlib.contextmanager
def open_written(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Opens a GeoTIFF that this program wrote, wherever it is, as it is now.

    Args:
        path: Of a file, or of an object of a store, of which GDAL may remember another one.

    Raises:
        RasterioError: If there is none, or it is damaged.
    """
    name = Path(path).as_posix() if is_remote(os.fspath(path)) else os.fspath(path)
    alone = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "CPL_VSIL_CURL_NON_CACHED": name}
    with (
        rasterio.Env(**GDAL_OPTIONS, **(alone if is_remote(name) else {})),
        open_as(name, ("GTiff",)) as dataset,
    ):
        yield dataset


def open_raster(
    dataset: str, name: str | None = None, drivers: tuple[str, ...] | None = None
) -> Any:
    """Opens a raster with rasterio.

    Args:
        dataset: What GDAL opens.
        name: How to call it in messages.
        drivers: Of GDAL, that may open it, none for any; by default those of its name.

    Raises:
        SceneError: If it is none, or is not what its name says.
    """
    called = name or dataset
    try:
        allowed = drivers_for(dataset) if drivers is None else drivers
        # What lies beside it on a server or in an archive may be anything; a server that
        # answers whatever it is asked for leads GDAL from mask to mask without end.
        alone = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
        with rasterio.Env(**(alone if allowed and is_remote(dataset) else {})):
            return open_as(dataset, allowed)
    except GDAL_ERRORS as error:
        said = reason(error)
        if re.match(r"https?://|/vsicurl/", called):
            said += "; download it first if its server cannot send files in parts"
        raise SceneError(f"{called}: is not a raster that can be opened ({said})") from error
