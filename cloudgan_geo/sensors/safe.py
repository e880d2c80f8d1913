"""Sentinel-2 products as ESA delivers them: a .SAFE folder, or the zip of one."""

from __future__ import annotations

import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from cloudgan_geo.errors import SceneError
from cloudgan_geo.sensors.product import Product
from cloudgan_geo.sensors.sensor import Sensor

_METADATA = re.compile(r"(?:^|/)MTD_MSIL(1C|2A)\.xml$")

# Those of a product have some 200 kB.
_MOST_METADATA = 2**24

_KEPT = (
    *("QUANTIFICATION_VALUE", "BOA_QUANTIFICATION_VALUE", "PROCESSING_BASELINE"),
    *("PRODUCT_URI", "PROCESSING_LEVEL", "PRODUCT_START_TIME"),
)


def find_product(path: str, sensor: Sensor) -> Product | None:
    """Looks whether a local path is a Sentinel-2 product.

    Args:
        path: A folder, a zip file or an XML file; anything else is none.
        sensor: Sentinel-2, with its bands.

    Raises:
        SceneError: If it is one that is damaged or cannot be used.
    """
    if os.path.isdir(path):
        return _from_folder(path, Path(path), sensor)
    if _METADATA.search(path.replace(os.sep, "/")):
        return _from_folder(path, Path(path).parent, sensor)
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                inside = f"/vsizip/{{{os.path.abspath(path)}}}/"
                names = [name for name in archive.namelist() if name.isprintable()]
                return _product(path, names, lambda name: _read(archive.open(name)), inside, sensor)
        except (
            *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, KeyError),
            *(ValueError, struct.error, zlib.error, lzma.LZMAError),
        ) as error:
            if isinstance(error, SceneError):
                raise
            said = " ".join(str(error).split())
            raise SceneError(f"{path}: is a damaged zip file ({said})") from error
    return None


def _from_folder(path: str, folder: Path, sensor: Sensor) -> Product | None:
    if not any(folder.glob("MTD_MSIL*.xml")):
        return None
    names = [file.relative_to(folder).as_posix() for file in folder.rglob("*.[jx][pm][2l]")]
    names = sorted(name for name in names if name.isprintable())
    try:
        return _product(
            path,
            names,
            lambda name: _read((folder / name).open("rb")),
            f"{folder.resolve()}/",
            sensor,
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
    path: str, names: list[str], read: Callable[[str], bytes], inside: str, sensor: Sensor
) -> Product | None:
    """Puts a product together from the names of its files."""
    metadata = [name for name in names if _METADATA.search(name)]
    if not metadata:
        return None
    if len(metadata) > 1:
        raise SceneError(f"{path}: holds {len(metadata)} Sentinel-2 products; name one of them")
    bands = {}
    coarser = [name for name in sensor.names if name not in sensor.finest]
    for band in (*sensor.finest, *coarser):
        size = f"{sensor.band(band).resolution:g}m"
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
        elif band in sensor.visible:
            raise SceneError(f"{path}: its band {band} at 10 m is missing")
    try:
        # In the metadata bands are counted B01 to B08, B8A, B09 and so on.
        ids = [str(sensor.names.index(band)) for band in bands]
        tags = _tags(path, ElementTree.fromstring(read(metadata[0])), ids)
        # Its file's name says it even where its text does not.
        level = _METADATA.search(metadata[0])
        tags.setdefault("PROCESSING_LEVEL", f"Level-{level[1]}" if level else "")
    except (ElementTree.ParseError, LookupError, ValueError, RecursionError) as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(f"{path}: its metadata {metadata[0]} is damaged ({error})") from error
    return Product(bands, tags, nodata=0)


def _tags(path: str, root: ElementTree.Element, band_ids: Sequence[str]) -> dict[str, str]:
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
        used = {offsets.get(band_id) for band_id in band_ids}
        if len(used) != 1 or None in used:
            raise SceneError(
                f"{path}: its metadata gives its bands different offsets, or some none"
            )
        for name in ("RADIO_ADD_OFFSET", "BOA_ADD_OFFSET"):
            if name in tags:
                tags[name] = str(used.copy().pop())
    return tags
