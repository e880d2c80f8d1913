"""What a virtual raster that a user names may be made of: images, and raw bytes of its folder.

GDAL would also read any other local file as raw pixels, or fetch what servers hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.reading.formats import holds_pixels
from cloudgan_geo.raster.reading.trust import REMEDY, input_is_trusted

# A mosaic of 20,000 files takes some 15 MB.
_MOST_BYTES = 2**24
_MOST_FILES = 20_000

# Parts of names, in lower case, of elements and attributes whose text names a file.
_NAMING = ("file", "dataset", "path", "dem")
# What GDAL understands as more than a path.
_SPECIAL = re.compile(r"[A-Za-z0-9_]{2,}:|<|/vsi")
# Which do not, although they are called so.
_NOT_NAMING = ("relativetovrt", "vrtdataset", "usemaskband", "sourceproperties")
# Elements that hold what their attribute `name` or `key` says.
_OPTIONS = ("option", "argument", "mdi", "ooi", "oo")


def check_virtual(path: str) -> None:
    """Refuses a virtual raster that reaches for more than images.

    Args:
        path: Of a file; all but `.vrt` files are left alone.

    Raises:
        SceneError: If it is damaged, or names what is no local image, unless it is taken for raw
            pixels and lies in its folder or below.
    """
    if input_is_trusted() or not path.lower().endswith(".vrt"):
        return
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    seen: set[str] = set()
    waiting = [os.path.realpath(path)]
    if not _is_below(waiting[0], folder):
        folder = os.path.dirname(waiting[0])
    while waiting:
        virtual = waiting.pop()
        for source, relative, raw in _sources(virtual):
            if len(seen) >= _MOST_FILES:
                raise SceneError(f"{path}: refers to more than {_MOST_FILES:,} files; ", *REMEDY)
            found = os.path.realpath(
                os.path.join(os.path.dirname(virtual) if relative else os.getcwd(), source)
            )
            if found in seen:
                continue
            seen.add(found)
            if _SPECIAL.match(source):
                raise SceneError(
                    f"{path}: reads {_shown(source)!r} from the network or a program; ", *REMEDY
                )
            if raw and not _is_below(found, folder):
                raise SceneError(
                    f"{path}: reads the bytes of {_shown(source)!r}, outside its own folder; ",
                    *REMEDY,
                )
            if not os.path.isfile(found):
                raise SceneError(f"{path}: refers to {_shown(source)!r}, and there is no such file")
            if _is_virtual(found):
                waiting.append(found)
            elif not raw and not holds_pixels(found):
                raise SceneError(
                    f"{path}: refers to {_shown(source)!r}, which is no GeoTIFF, JPEG 2000 or "
                    f"other image; ",
                    *REMEDY,
                )


def _is_below(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath((path, folder)) == folder
    except ValueError:  # Of another drive.
        return False


def _is_virtual(path: str) -> bool:
    with open(path, "rb") as file:
        return b"<VRTDataset" in file.read(1024)


def _shown(source: str) -> str:
    text = source.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 200 else f"{text[:200]}..."


def _sources(path: str) -> Iterator[tuple[str, bool, bool]]:
    """Yields what a virtual raster names, whether from its folder on, and whether as raw pixels."""
    content = Path(path).read_bytes() if os.path.getsize(path) <= _MOST_BYTES else b""
    try:
        if not content:
            raise ValueError(f"it has not 1 to {_MOST_BYTES:,} bytes")
        # What GDAL's own parser takes otherwise than the standard has it.
        if b"<!DOCTYPE" in content or b"<![CDATA[" in content:
            raise ValueError("it has a DOCTYPE or CDATA")
        builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
        parser = ElementTree.XMLParser(target=builder)
        # As GDAL does: UTF-8, whatever it says of itself.
        root: ElementTree.Element = ElementTree.fromstring(content.decode("utf-8"), parser)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise SceneError(f"{path}: is no virtual raster that can be read ({error})") from error
    raw_bands = (each for each in root.iter() if "raw" in each.get("subClass", "").lower())
    raw = {id(inner) for band in raw_bands for inner in band.iter()}
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag.lower() == "pixelfunctioncode":
            raise SceneError(f"{path}: holds a program; ", *REMEDY)
        for name, text, relative in _named(element):
            if _names_file(name) and text.strip():
                if "\0" in text or len(element) or relative not in ("", "0", "1"):
                    raise SceneError(f"{path}: is no virtual raster that can be read ({name})")
                yield text.strip(), relative == "1", id(element) in raw


def _named(element: ElementTree.Element) -> Iterator[tuple[str, str, str]]:
    """Yields the names of an element and of its attributes, their texts, and to what relative."""
    attributes = {name.lower(): text for name, text in element.attrib.items()}
    tag = element.tag.rpartition("}")[2]
    if tag.lower() in _OPTIONS:
        name = attributes.get("name") or attributes.get("key") or ""
        # Metadata name products and the like, and GDAL follows only these.
        if "key" not in attributes or re.search("_dataset|_file$", name.lower()):
            yield name, element.text or "", ""
        return
    yield tag, element.text or "", attributes.get("relativetovrt", "")
    for name, text in element.attrib.items():
        yield name, text, ""


def _names_file(name: str) -> bool:
    lower = name.lower()
    return lower not in _NOT_NAMING and any(part in lower for part in _NAMING)
