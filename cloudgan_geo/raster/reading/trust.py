"""Inputs that would make GDAL read more than they seem to be: other files, or the network."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

from cloudgan_geo.errors import SceneError

# Where a virtual raster is told by its content; what it is called is looked at as well.
_VIRTUAL = re.compile(
    rb"<(?:VRTDataset|OGRVRTDataSource|GDAL_WMS|WMTS|Capabilities)\b", re.IGNORECASE
)
_HEAD_BYTES = 4096

# Names that lead away from this machine, or into a program.
_REMOTE = re.compile(
    r"^\s*(?:\w+://|/vsi(?:curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs|stdin)|<|WMS:|WCS:|HTTP)",
    re.IGNORECASE,
)

# Nobody writes larger or deeper ones by hand or with gdalbuildvrt.
_MOST_BYTES, _DEEPEST, _MOST_FILES = 2**25, 8, 20_000

#: How people let a scene through that is refused.
ALLOWING = "--trust-input reads it all the same"


def check_trust(path: str) -> None:
    """Refuses a local file that is a virtual raster without saying so, or reads what it should not.

    A virtual raster may only be what its name says one is (.vrt), may not read from the network,
    and may read raw bytes only of files in its own folder or below.

    Args:
        path: As the user gave it; anything but a local file is let through.

    Raises:
        SceneError: If it is one.
    """
    file = Path(path)
    if not file.is_file():
        return
    is_virtual = bool(_VIRTUAL.search(_head(file)))
    if is_virtual and file.suffix.lower() != ".vrt":
        raise SceneError(
            f"{path}: is a virtual raster and is not called .vrt; it may read any file; {ALLOWING}"
        )
    if is_virtual:
        _Walk(path).visit(file, 0)


class _Walk:
    """Goes through a virtual raster and those that it refers to."""

    def __init__(self, given: str) -> None:
        self._given = given
        self._seen: set[str] = set()

    def visit(self, file: Path, depth: int) -> None:
        """Looks at a file, if it is a virtual raster.

        Raises:
            SceneError: If it reads what it should not.
        """
        real = os.path.realpath(file)
        if real in self._seen or not os.path.isfile(real):
            return
        self._seen.add(real)
        if len(self._seen) > _MOST_FILES or depth > _DEEPEST:
            raise self._refusal("refers to too many files")
        if not _VIRTUAL.search(_head(Path(real))):
            return
        if os.path.getsize(real) > _MOST_BYTES:
            raise self._refusal("is larger than any virtual raster")
        try:
            root = ElementTree.fromstring(Path(real).read_bytes())
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise SceneError(f"{self._given}: is a damaged virtual raster ({error})") from error
        folder = Path(real).parent
        for band in root.iter("VRTRasterBand"):
            if band.get("subClass") == "VRTRawRasterBand":
                self._raw(band, folder)
        for element in root.iter():
            name = (element.text or "").strip()
            if element.tag not in ("SourceFilename", "SourceDataset", "SrcDSName") or not name:
                continue
            if _REMOTE.match(name):
                raise self._refusal(f"reads {name[:80]!r} from the network or a program")
            relative = element.get("relativeToVRT", "0") == "1"
            self.visit(folder / name if relative else Path(name), depth + 1)

    def _raw(self, band: ElementTree.Element, folder: Path) -> None:
        for element in band.iter("SourceFilename"):
            name = (element.text or "").strip()
            relative = element.get("relativeToVRT", "0") == "1"
            real = os.path.realpath(folder / name if relative else name)
            if os.path.commonpath([real, os.path.realpath(folder)]) != os.path.realpath(folder):
                raise self._refusal(f"reads the bytes of {name[:80]!r}, outside its own folder")

    def _refusal(self, why: str) -> SceneError:
        return SceneError(f"{self._given}: {why}; {ALLOWING}")


def _head(file: Path) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read(_HEAD_BYTES)
    except OSError:
        return b""
