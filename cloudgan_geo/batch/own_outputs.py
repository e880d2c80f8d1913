"""Which rasters this program wrote, by the tags that it gives its outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cloudgan_geo.correction.origin import ORIGIN
from cloudgan_geo.raster.gdal import GDAL_ERRORS
from cloudgan_geo.raster.reading.files import open_written

#: Tag of an output that names the weights it was made by.
WEIGHTS = "CLOUDGAN_WEIGHTS_SHA256"

_GEOTIFF = re.compile(r"\.tiff?$", re.IGNORECASE)


def tags_of(path: Path) -> dict[str, str] | None:
    """Returns the metadata of a GeoTIFF, or None if it cannot be opened."""
    try:
        with open_written(path) as dataset:
            return dict(dataset.tags())
    except GDAL_ERRORS:
        return None


def are_own(tags: Mapping[str, str]) -> bool:
    """Tells whether metadata are those of an output, or of a layer."""
    return ORIGIN in tags or WEIGHTS in tags


def is_own_output(path: Path) -> bool:
    """Tells whether a file is a GeoTIFF that `decloud` or `batch` wrote, a layer too."""
    if not _GEOTIFF.search(path.name) or not path.is_file():
        return False
    return are_own(tags_of(path) or {})
