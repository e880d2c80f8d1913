"""What the files of a virtual raster are called, where it names no bands itself."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree


def described(dataset: Any) -> list[str | None]:
    """Returns the description of each band; of a virtual raster's that has none, its file's name.

    Programs that stack single-band files (`gdalbuildvrt -separate`, QGIS) leave descriptions out,
    and the order of bands is that of the files. Several files of one band are a mosaic, whose
    first is as good as any; a file of more than one band tells none of them.

    Args:
        dataset: A raster opened by rasterio.
    """
    told = list(dataset.descriptions)
    if dataset.driver != "VRT" or all(told):
        return told
    files = [_files(dataset.tags(band, ns="vrt_sources")) for band in dataset.indexes]
    for index, own in enumerate(files):
        others = set().union(*files[:index], *files[index + 1 :])
        if not told[index] and own and not own & others:
            told[index] = min(own)
    return told


def _files(sources: dict[str, str]) -> set[str]:
    """Returns the names of the files behind a band, without folders and endings."""
    found = set()
    for source in sources.values():
        try:
            name = ElementTree.fromstring(source).findtext("SourceFilename")
        except ElementTree.ParseError:
            name = None
        if name:
            # Also as Windows writes it.
            found.add(PurePath(name.replace("\\", "/")).stem)
    return found
