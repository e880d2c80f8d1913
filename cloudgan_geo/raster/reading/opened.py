"""Inputs that somebody has open with rasterio: they are read by their names, and left alone."""

from __future__ import annotations

from typing import TypeGuard

from rasterio.io import DatasetReader, DatasetWriter, MemoryFile
from rasterio.vrt import WarpedVRT

from cloudgan_geo.errors import UsageError

# Options by which a dataset shows something else than its file.
_CHANGING = ("OVERVIEW_LEVEL",)


def is_opened(scene: object) -> TypeGuard[DatasetReader | MemoryFile]:
    """Tells whether an input is one of rasterio's objects rather than a path."""
    return isinstance(scene, (DatasetReader, DatasetWriter, MemoryFile, WarpedVRT))


def name_of(scene: DatasetReader | MemoryFile) -> str:
    """Returns the name by which GDAL opens what is open already, in any thread.

    Of a file its path; of a file in memory a path in `/vsimem`, as long as that is open.

    Raises:
        UsageError: If there is no such name, or what it names may be something else.
    """
    name = str(scene.name)
    if isinstance(scene, WarpedVRT):
        raise UsageError(f"{name}: what it shows is in no file; write it to one and give its path")
    if scene.closed:
        raise UsageError(f"{name}: is closed; give it while it is open, or the path of its file")
    if isinstance(scene, MemoryFile):
        return name
    if not isinstance(scene, DatasetReader):
        raise UsageError(
            f"{name}: is open to be written, its file may not hold all of it; close it and give "
            "the path"
        )
    options = {str(option).upper() for option in scene.options}
    if options.intersection(_CHANGING):
        raise UsageError(
            f"{name}: is open as one of its overviews; open it without an overview_level"
        )
    return name
