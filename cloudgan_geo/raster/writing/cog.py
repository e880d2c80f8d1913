"""Turning a finished GeoTIFF into a cloud-optimized one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import rasterio
import rasterio.shutil

from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS
from cloudgan_geo.raster.writing.creation import cog_options
from cloudgan_geo.raster.writing.failures import write_error
from cloudgan_geo.raster.writing.writer import is_complete


def write_cog(pixels: Path, partial: Path, target: Path, creation: Mapping[str, str]) -> None:
    """Copies a GeoTIFF to a cloud-optimized one with overviews.

    GDAL writes the overviews to a temporary file beside it first. On the disk there are then
    at once: the GeoTIFF, a third of it, and the result, which is a third larger than it.
    GDAL copies everything but metadata in domains of the user's own.

    Args:
        pixels: The GeoTIFF.
        partial: The file to write.
        target: What it will be called, for messages.
        creation: Creation options that override ours, with upper-case names.

    Raises:
        OutputError: If it cannot be written.
    """
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            rasterio.shutil.copy(pixels, partial, driver="COG", **cog_options(creation))
            complete = is_complete(partial)
        except (*GDAL_ERRORS, OSError) as error:
            raise write_error(partial, target, error) from error
    if not complete:
        raise write_error(partial, target, None)
