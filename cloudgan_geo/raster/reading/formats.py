"""As what a file may be opened: by its name, not by what its first bytes claim.

GDAL asks some 150 drivers what a file is. Some of these open other files that it names, or
servers: a `scene.tif` that is a virtual raster would hand any local file over as raw pixels.
"""

from __future__ import annotations

import lzma
import os
import re
import struct
import zipfile
import zlib
from functools import cache
from pathlib import PurePosixPath

import rasterio

from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.reading.trust import REMEDY, input_is_trusted

_TIFF = ("GTiff",)
_JP2 = ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID", "JP2Lura")
_BY_SUFFIX = {
    **dict.fromkeys((".tif", ".tiff", ".gtiff", ".btf"), _TIFF),
    **dict.fromkeys((".jp2", ".j2k", ".jpf", ".jpx"), _JP2),
    ".vrt": ("VRT",),
}
# Of other names: formats that hold their pixels themselves, or in a file of the same name.
_HOLDING = (
    *(*_TIFF, *_JP2, "BMP", "EHdr", "ENVI", "GIF", "GPKG", "GRIB", "HDF4", "HDF5", "HDF5Image"),
    *("HFA", "JPEG", "JPEGXL", "KEA", "NITF", "PNG", "PNM", "RST", "SAGA", "WEBP", "netCDF"),
)
# Of names like NETCDF:"a.nc":x the user says the driver himself.
_BY_PREFIX = {
    "GPKG": ("GPKG",),
    "GTIFF_DIR": _TIFF,
    "GTIFF_RAW": _TIFF,
    "HDF4_EOS": ("HDF4Image",),
    "HDF4_SDS": ("HDF4Image",),
    "HDF5": ("HDF5Image", "HDF5"),
    "NETCDF": ("netCDF",),
    **{f"SENTINEL2_L{level}": ("SENTINEL2",) for level in ("1B", "1C", "1C_TILE", "2A")},
}

# By these GDAL knows, wherever they stand at the start, formats that refer to other files.
_HEAD = 1024
_REFERRING = re.compile(
    rb"<(?:VRT|OGRVRT|GDAL_|GDALTileIndex|WMS|WMT_|WCS|MRF_META|Capabilities|wmts:)"
    rb'|"gdalg"|"stac_version"|"gdal_wms',
    re.IGNORECASE,
)
# How GeoTIFFs and JPEG 2000 files, and what else virtual rasters may be made of, begin.
_PIXELS = (
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"EHFA_HEADER_TAG", b"\x89HDF\r\n\x1a\n"),
)
_BESIDE = (".msk", ".ovr", ".msk.ovr")


def drivers_for(name: str) -> tuple[str, ...]:
    """Returns the drivers that may open what a name names; none for any.

    Args:
        name: A path, a name that GDAL understands, or a virtual raster of our own as XML.

    Raises:
        SceneError: If it names what may reach for anything.
    """
    if input_is_trusted():
        return ()
    if name.startswith("<VRTDataset"):
        return ("VRT",)
    place, _, _ = name.partition("?")
    suffix = PurePosixPath(re.split(r"[/\\!]", place)[-1]).suffix.lower()
    remote = is_remote(name)
    if remote and (suffix == ".vrt" or name.lower().startswith("vrt://")):
        raise SceneError(
            f"{name}: is a virtual raster in an archive or on a server, which may name any file; ",
            *REMEDY,
        )
    prefix = None if remote else re.match(r"([A-Za-z0-9_]{2,}):", name)
    if prefix and not os.path.exists(name):
        drivers = _BY_PREFIX.get(prefix[1].upper())
        if drivers is None:
            raise SceneError(f"{name}: {prefix[1]} names no file that holds pixels; ", *REMEDY)
        return drivers
    return _built(_BY_SUFFIX.get(suffix, _HOLDING))


def is_remote(name: str) -> bool:
    """Tells whether a name leads to a server or into an archive."""
    return bool(re.match(r"/vsi|\w[\w+]*://", name))


@cache
def _built(drivers: tuple[str, ...]) -> tuple[str, ...]:
    """Returns those of some drivers that this build of GDAL has, or all if it has none."""
    with rasterio.Env() as environment:
        known = environment.drivers()
    return tuple(driver for driver in drivers if driver in known) or drivers


def check_content(path: str) -> None:
    """Refuses a local file that is, behind its name, one of those that refer to others.

    Args:
        path: A file or, as `/vsizip/{archive}/member`, a member of a zip.

    Raises:
        SceneError: If it is one, or a mask or overviews beside it are.
    """
    if input_is_trusted():
        return
    member = re.match(r"/vsizip/\{(.*?)\}/(.*)", path)
    if member:
        _check_head(path, _head_of_member(path, *member.groups()))
        return
    if not os.path.isfile(path):
        return
    if not path.lower().endswith(".vrt"):
        _check_head(path, _head(path))
    for beside in (f"{path}{suffix}" for suffix in _BESIDE):
        if os.path.isfile(beside) and not holds_pixels(beside):
            raise SceneError(f"{beside}: is no TIFF as what lies beside a raster is; ", *REMEDY)


def holds_pixels(path: str) -> bool:
    """Tells whether a local file begins as an image that refers to no other file."""
    head = _head(path)
    return head.startswith(_PIXELS) and not _REFERRING.search(head)


def _check_head(path: str, head: bytes) -> None:
    if b"<VRTDataset" in head:
        raise SceneError(
            f"{path}: is a virtual raster and is not called .vrt; it may read any file; ", *REMEDY
        )
    if _REFERRING.search(head):
        raise SceneError(f"{path}: is not what its name says but refers to other files; ", *REMEDY)


def _head_of_member(path: str, archive: str, name: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(name) as file:
            return file.read(_HEAD)
    except (
        *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, KeyError),
        *(ValueError, struct.error, zlib.error, lzma.LZMAError),
    ) as error:
        said = " ".join(str(error).split())
        raise SceneError(f"{path}: cannot be read from the archive ({said})") from error


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise SceneError(f"{path}: cannot be read ({error.strerror})") from error
