"""How GDAL is opened, configured and quoted."""

from __future__ import annotations

import warnings
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

#: What rasterio and GDAL raise; the last one for a file's text that is no UTF-8.
GDAL_ERRORS = (RasterioError, CPLE_BaseError, UnicodeDecodeError)

#: For `rasterio.Env` wherever pixels are read or written. The cache of decoded blocks, in
#: megabytes, holds two rows of blocks of a whole tile; GDAL would take 5 % of all memory.
GDAL_OPTIONS: dict[str, int] = {"GDAL_CACHEMAX": 256, "GDAL_TIFF_INTERNAL_MASK": True}


def open_dataset(path: Any, mode: str = "r", **profile: Any) -> Any:
    """Opens a raster without a warning about missing coordinates: the caller looks itself.

    Raises:
        RasterioError: If GDAL cannot.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **profile)


def reason(error: BaseException) -> str:
    """Returns what GDAL said of an error, on one line.

    Args:
        error: One of `GDAL_ERRORS`; rasterio keeps GDAL's own words in its cause.
    """
    return " ".join(str(error.__cause__ or error).split()).rstrip(".")
