"""How GDAL is opened, configured and quoted."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from cloudgan_geo.errors import CloudganWarning

#: What rasterio and GDAL raise; the last one for a file's text that is no UTF-8.
GDAL_ERRORS = (RasterioError, CPLE_BaseError, UnicodeDecodeError)

#: For `rasterio.Env` wherever pixels are read or written. The cache of decoded blocks, in
#: megabytes, holds two rows of blocks of a whole tile; GDAL would take 5 % of all memory.
#: The others are GDAL's own defaults, whatever the environment says: without them damaged
#: blocks are read as zeros, blocks are not written, or nodata and masks are overlooked.
GDAL_OPTIONS: dict[str, int] = {
    "GDAL_CACHEMAX": 256,
    "GDAL_TIFF_INTERNAL_MASK": True,
    "GDAL_PAM_ENABLED": True,
    "GTIFF_DONT_WRITE_BLOCKS": False,
    "GTIFF_IGNORE_READ_ERRORS": False,
    "GTIFF_HONOUR_NEGATIVE_SCALEY": False,
    "GTIFF_POINT_GEO_IGNORE": False,
}

# Options that may be meant, but change what a scene is read as.
_TELLING = ("GDAL_DISABLE_READDIR_ON_OPEN", "GDAL_GEOREF_SOURCES", "GDAL_SKIP", "GTIFF_SRS_SOURCE")


def open_dataset(path: Any, mode: str = "r", **profile: Any) -> Any:
    """Opens a raster without a warning about missing coordinates: the caller looks itself.

    Raises:
        RasterioError: If GDAL cannot.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **profile)


def open_as(path: str, drivers: Sequence[str]) -> Any:
    """Opens a raster to read with one of some drivers, or with any if there are none.

    Raises:
        RasterioError: If GDAL cannot.
    """
    if len(drivers) <= 1:
        return open_dataset(path, driver=next(iter(drivers), None))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        # rasterio.open takes one driver only.
        return DatasetReader(path, driver=list(drivers))


def warn_of_environment() -> None:
    """Warns of variables in the environment by which GDAL reads scenes otherwise."""
    for name in _TELLING:
        if os.environ.get(name):
            warnings.warn(
                f"{name}={os.environ[name]} in the environment changes what GDAL reads of a scene",
                CloudganWarning,
                stacklevel=2,
            )


def reason(error: BaseException) -> str:
    """Returns what GDAL said of an error, on one line.

    Args:
        error: One of `GDAL_ERRORS`; rasterio keeps GDAL's own words in its cause.
    """
    return " ".join(str(error.__cause__ or error).split()).rstrip(".")
