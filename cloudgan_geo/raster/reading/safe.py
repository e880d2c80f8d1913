"""Sentinel-2 products as ESA delivers them: a .SAFE folder, or the zip of one."""

from __future__ import annotations

import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from cloudgan_geo.errors import SceneError
from cloudgan_geo.sensors.sentinel2 import SENSOR

_METADATA = re.compile(r"(?:^|/)MTD_MSIL(1C|2A)\.xml$")

# The bands at 10 m, first of all; red, green and blue must be there.
_FIRST = ("B04", "B03", "B02", "B08")
_BANDS = (*_FIRST, *(band.name for band in SENSOR.bands if band.name not in _FIRST))

# Those of a product have some 200 kB.
_MOST_METADATA = 2**24

_KEPT = (
    *("QUANTIFICATION_VALUE", "BOA_QUANTIFICATION_VALUE", "PROCESSING_BASELINE"),
    *("PRODUCT_URI", "PROCESSING_LEVEL", "PRODUCT_START_TIME"),
)

# Of the bands, in the metadata, where they are counted B01 to B08, B8A, B09 and so on.
_BAND_IDS = {name: str(number) for number, name in enumerate(SENSOR.names)}


@dataclass(frozen=True)
class SafeProduct:
    """A Sentinel-2 product.

    Attributes:
        bands: Path of the file of each band in its own resolution, for GDAL, those at 10 m first.
        tags: What its metadata says that is worth keeping.
    """

    bands: dict[str, str]
    tags: dict[str, str]

    def chosen(self, also: Collection[str]) -> dict[str, str]:
        """Returns the bands at 10 m, and those of some other names."""
        return {name: path for name, path in self.bands.items() if name in _FIRST or name in also}


def find_product(path: str) -> SafeProduct | None:
    """Looks whether a local path is a Sentinel-2 product.

    Args:
        path: A folder, a zip file or an XML file; anything else is none.

    Raises:
        SceneError: If it is one that is damaged or cannot be used.
    """
    if os.path.isdir(path):
        return _from_folder(path, Path(path))
    if _METADATA.search(path.replace(os.sep, "/")):
        return _from_folder(path, Path(path).parent)
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                inside = f"/vsizip/{{{os.path.abspath(path)}}}/"
                names = [name for name in archive.namelist() if name.isprintable()]
                return _product(path, names, lambda name: _read(archive.open(name)), inside)
        except (
            *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, KeyError),
            *(ValueError, struct.error, zlib.error, lzma.LZMAError),
        ) as error:
            if isinstance(error, SceneError):
                raise
            said = " ".join(str(error).split())
            raise SceneError(f"{path}: is a damaged zip file ({said})") from error
    return None


def _from_folder(path: str, folder: Path) -> SafeProduct | None:
    if not any(folder.glob("MTD_MSIL*.xml")):
        return None
    names = [file.relative_to(folder).as_posix() for file in folder.rglob("*.[jx][pm][2l]")]
    names = sorted(name for name in names if name.isprintable())
    try:
        return _product(
            path, names, lambda name: _read((folder / name).open("rb")), f"{folder.resolve()}/"
        )
    except OSError as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(f"{path}: its metadata cannot be read ({error.strerror})") from error


def _read(file: IO[bytes]) -> bytes:
    """Returns what is in the metadata, of which there may be no more than anybody writes.

    Raises:
        ParseError: If there is more.
    """
    with file:
        content = file.read(_MOST_METADATA + 1)
    if len(content) > _MOST_METADATA:
        raise ElementTree.ParseError(
            f"it is larger than any product's, which has at most {_MOST_METADATA:,} bytes"
        )
    return content


def _product(
    path: str, names: list[str], read: Callable[[str], bytes], inside: str
) -> SafeProduct | None:
    """Puts a product together from the names of its files."""
    metadata = [name for name in names if _METADATA.search(name)]
    if not metadata:
        return None
    if len(metadata) > 1:
        raise SceneError(f"{path}: holds {len(metadata)} Sentinel-2 products; name one of them")
    bands = {}
    for band in _BANDS:
        size = f"{SENSOR.band(band).resolution:g}m"
        pattern = re.compile(
            rf"(?:^|/)GRANULE/[^/]+/IMG_DATA/(?:R{size}/)?[^/]*_{band}(?:_{size})?\.jp2$"
        )
        files = [name for name in names if pattern.search(name)]
        if len(files) > 1:
            raise SceneError(
                f"{path}: holds {len(files)} tiles; name the band files of one of them instead"
            )
        if files:
            bands[band] = inside + files[0]
        elif band in SENSOR.visible:
            raise SceneError(f"{path}: its band {band} at 10 m is missing")
    try:
        tags = _tags(path, ElementTree.fromstring(read(metadata[0])), tuple(bands))
        # Its file's name says it even where its text does not.
        level = _METADATA.search(metadata[0])
        tags.setdefault("PROCESSING_LEVEL", f"Level-{level[1]}" if level else "")
    except (ElementTree.ParseError, LookupError, ValueError, RecursionError) as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(f"{path}: its metadata {metadata[0]} is damaged ({error})") from error
    return SafeProduct(bands, tags)


def _tags(path: str, root: ElementTree.Element, bands: tuple[str, ...]) -> dict[str, str]:
    tags: dict[str, str] = {}
    offsets: dict[str, str] = {}
    for element in root.iter():
        text = (element.text or "").strip()
        name = element.tag.rpartition("}")[2]
        if name in ("RADIO_ADD_OFFSET", "BOA_ADD_OFFSET"):
            offsets[element.get("band_id", "")] = text
            tags[name] = text
        elif name in _KEPT:
            tags[name] = text
    if offsets:
        used = {offsets.get(_BAND_IDS[band]) for band in bands}
        if len(used) != 1 or None in used:
            raise SceneError(
                f"{path}: its metadata gives its bands different offsets, or some none"
            )
        for name in ("RADIO_ADD_OFFSET", "BOA_ADD_OFFSET"):
            if name in tags:
                tags[name] = str(used.copy().pop())
    return tags
