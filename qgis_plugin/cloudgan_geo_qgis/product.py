"""Sentinel-2 products, which the program opens and QGIS may not; knows nothing of QGIS."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path
from typing import Optional

_METADATA = re.compile(r"(?:^|/)MTD_MSIL(?:1C|2A)\.xml$")
# Whose grid is that of the result.
_RED = re.compile(r"/IMG_DATA/(?:R10m/)?[^/]*_B04(?:_10m)?\.jp2$")


def is_product(path: str) -> bool:
    """Tells whether a path is a product: its metadata, its folder, or the zip of that.

    Args:
        path: Any text.
    """
    return any(_METADATA.search(name) for name, _ in _files(path))


def red_of(path: str) -> Optional[str]:
    """Returns what GDAL opens of the red band of a product, None if it has none.

    Args:
        path: Of the product.
    """
    return next((opened for name, opened in _files(path) if _RED.search(name)), None)


def _files(path: str) -> list[tuple[str, str]]:
    """Returns the names in a folder or a zip, and what GDAL opens of each."""
    if _METADATA.search(path.replace(os.sep, "/")):
        path = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        # No folder but a product's is looked through.
        if not any(Path(path).glob("MTD_MSIL*.xml")):
            return []
        return [
            (file.relative_to(path).as_posix(), str(file)) for file in sorted(Path(path).rglob("*"))
        ]
    if path.lower().endswith(".zip") and os.path.isfile(path):
        inside = f"/vsizip/{os.path.abspath(path)}"
        try:
            with zipfile.ZipFile(path) as archive:
                return [(name, f"{inside}/{name}") for name in archive.namelist()]
        except (zipfile.BadZipFile, OSError):
            pass  # The program says what is wrong with it.
    return []
