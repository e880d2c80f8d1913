"""How an output is compressed, tiled and laid out, and what a user may change of that."""

from __future__ import annotations

import contextlib
import logging
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason

#: Height and width of the blocks of an output unless its creation options say otherwise.
BLOCK = 256

_COMMON = ("BIGTIFF", "COMPRESS", "GEOTIFF_VERSION", "INTERLEAVE", "NUM_THREADS", "PREDICTOR")
_ALLOWED = {
    "GTiff": (
        *("BLOCKXSIZE", "BLOCKYSIZE", *_COMMON, "ENDIANNESS", "LZMA_PRESET", "TILED", "ZLEVEL"),
        "ZSTD_LEVEL",
    ),
    "COG": (
        *("BLOCKSIZE", *_COMMON, "LEVEL", "OVERVIEWS", "OVERVIEW_COMPRESS", "OVERVIEW_COUNT"),
        *("OVERVIEW_RESAMPLING", "RESAMPLING", "STATISTICS"),
    ),
}
# Whatever is not corrected stays as it is, bit for bit: nothing lossy.
_LOSSLESS = ("NONE", "PACKBITS", "LZW", "DEFLATE", "ZSTD", "LZMA")
# What GDAL takes without a word and understands as something else.
_VALUES = {"NUM_THREADS": r"[1-9]\d*|ALL_CPUS", "TILED": "YES|NO|TRUE|FALSE|ON|OFF"}
_WITH_PREDICTOR = ("LZW", "DEFLATE", "ZSTD")


def gtiff_options(dtype: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """Returns the creation options of a GeoTIFF.

    Args:
        dtype: Of its pixels.
        asked: Options that override ours, with upper-case names.
    """
    compression = asked.get("COMPRESS", best_compression()).upper()
    options: dict[str, Any] = {
        "TILED": True,
        "COMPRESS": compression,
        "BIGTIFF": "IF_SAFER",
    }
    if asked.get("TILED", "YES").upper() in ("YES", "TRUE", "ON"):
        options.update(BLOCKXSIZE=BLOCK, BLOCKYSIZE=BLOCK)
    if compression in _WITH_PREDICTOR:
        options["PREDICTOR"] = 3 if np.issubdtype(np.dtype(dtype), np.floating) else 2
    if compression == "ZSTD":
        options["ZSTD_LEVEL"] = 1
    return {key.lower(): value for key, value in {**options, **asked}.items()}


def cog_options(asked: Mapping[str, str]) -> dict[str, str]:
    """Returns the creation options of a cloud-optimized GeoTIFF.

    Args:
        asked: Options that override ours, with upper-case names.
    """
    compression = asked.get("COMPRESS", best_compression()).upper()
    # Cubic overviews, GDAL's choice, ring around clouds.
    options = {
        "COMPRESS": compression,
        "BIGTIFF": "IF_SAFER",
        "OVERVIEW_RESAMPLING": asked.get("RESAMPLING", "AVERAGE"),
    }
    if compression in _WITH_PREDICTOR:
        options["PREDICTOR"] = "YES"
    if compression == "ZSTD":
        options["LEVEL"] = "1"
    return {**options, **asked}


def check_creation_options(asked: Mapping[str, str], dtype: str, cog: bool) -> dict[str, str]:
    """Refuses creation options that are none, have bad values or would change pixels or grid.

    GDAL ignores bad ones with nothing but a log entry; a tiny raster in memory is written to
    hear it.

    Args:
        asked: Names and values.
        dtype: Of the pixels.
        cog: Whether they are for a cloud-optimized GeoTIFF.

    Returns:
        The options with upper-case names.

    Raises:
        UsageError: If one cannot be honoured.
    """
    driver = "COG" if cog else "GTiff"
    options = {key.upper(): value for key, value in asked.items()}
    for key, value in options.items():
        if key not in _ALLOWED[driver]:
            names = ", ".join(_ALLOWED[driver])
            raise UsageError(
                Argument("creation", {key: value}),
                f": is not one of the options of a {driver} file that can be set: {names}",
            )
        if key.endswith("COMPRESS") and value.upper() not in _LOSSLESS:
            raise UsageError(
                Argument("creation", {key: value}),
                f": is not a lossless compression: {', '.join(_LOSSLESS)}",
            )
        if not re.fullmatch(_VALUES.get(key, ".*"), value.upper()):
            raise UsageError(Argument("creation", {key: value}), f": takes {_VALUES[key]}")
    if options:
        said = _probe(options, dtype, cog)
        if said:
            raise UsageError(Argument("creation", options), f": GDAL refuses it: {'; '.join(said)}")
    return options


def _probe(options: Mapping[str, str], dtype: str, cog: bool) -> list[str]:
    """Writes a tiny raster in memory; returns what GDAL has to say against its options."""
    # Large enough for overviews, with the blocks that a COG has by default.
    size = 1024 if cog else 16
    shape = {"width": size, "height": size, "count": 3, "dtype": dtype}
    path = f"/vsimem/{uuid.uuid4()}.tif"
    with rasterio.Env(**GDAL_OPTIONS), MemoryFile() as memory, _complaints() as said:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            basic = {} if cog else gtiff_options(dtype, options)
            with memory.open(driver="GTiff", **shape, **basic) as dataset:
                dataset.write(np.zeros((3, size, size), dtype))
            if cog:
                with memory.open() as dataset:
                    rasterio.shutil.copy(dataset, path, driver="COG", **cog_options(options))
        except (*GDAL_ERRORS, ValueError) as error:
            said.append(reason(error))
        finally:
            with contextlib.suppress(*GDAL_ERRORS):
                rasterio.shutil.delete(path)
    return list(dict.fromkeys(said))


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects the warnings of GDAL that rasterio logs, and keeps them from being shown."""
    said: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage().partition(" in ")[2].rstrip("."))

    logger = logging.getLogger("rasterio._env")
    collector, level, propagate = Collector(logging.WARNING), logger.level, logger.propagate
    logger.addHandler(collector)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            yield said
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)
        logger.propagate = propagate


@cache
def best_compression() -> str:
    """Returns the fastest good lossless compression that this build of GDAL can write."""
    with MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver="GTiff", width=1, height=1, count=1, dtype="uint8", compress="zstd"
        ):
            pass
        with memory.open() as probe:
            # GDAL leaves out a compression it does not know, with nothing but a log entry.
            return "zstd" if probe.profile.get("compress") == "zstd" else "deflate"
