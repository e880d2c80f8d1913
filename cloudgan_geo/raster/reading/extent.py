"""How large a raster may be: what a small file claims must not cost gigabytes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import SceneError
from cloudgan_geo.raster.reading.trust import input_is_trusted

# A Sentinel-2 tile is 10,980 pixels wide; memory grows with the width, some 300 bytes a pixel
# for each of 80 rows and more, lists of windows with the height.
_MOST_COLUMNS = 2**18
_MOST_ROWS = 2**23
_MOST_BANDS = 1000

# What is decoded at once.
_MOST_BLOCK_BYTES = 2**30

# Nothing that holds an image is compressed more than so many times; rasters of fewer bytes
# than these may claim what they like.
_MOST_COMPRESSED = 50_000
_FEW_BYTES = 2**30


def check_extent(name: str, dataset: Any, files: Iterable[str]) -> None:
    """Refuses a raster whose size no image has, before any of it is read.

    Args:
        name: How to call it.
        dataset: Opened with rasterio.
        files: Local files that it consists of, as far as they are known.

    Raises:
        SceneError: If it is one.
    """
    width, height, count = dataset.width, dataset.height, dataset.count
    size = f"{width:,} x {height:,} pixels and {count:,} bands"
    if width > _MOST_COLUMNS or height > _MOST_ROWS or count > _MOST_BANDS:
        raise SceneError(
            f"{name}: claims {width} x {height} pixels, {count} bands; more than "
            f"{_MOST_COLUMNS:,} columns, {_MOST_ROWS:,} rows or {_MOST_BANDS:,} bands take too "
            "much memory: cut it in pieces (gdal_translate -srcwin)"
        )
    if not count:
        return
    bytes_each = max(_bytes(dtype) for dtype in dataset.dtypes)
    together = count if interleave_of(dataset) == "pixel" else 1
    rows, columns = dataset.block_shapes[0]
    if rows * columns * bytes_each * together > _MOST_BLOCK_BYTES:
        raise SceneError(
            f"{name}: is stored in blocks of {columns:,} x {rows:,} pixels, too large to decode; "
            "store it in tiles (gdal_translate -co TILED=YES)"
        )
    held = {*files, *dataset.files}
    stored = sum(os.path.getsize(file) for file in held if os.path.isfile(file))
    claimed = width * height * count * bytes_each
    hollow = stored and claimed > max(_FEW_BYTES, stored * _MOST_COMPRESSED)
    if hollow and not input_is_trusted():
        raise SceneError(
            f"{name}: claims {size} in {stored:,} bytes: it is damaged or holds nothing; ",
            Argument("trust_input", True),
            " takes it as it is",
        )


def interleave_of(dataset: Any) -> str:
    """Returns how the bands of a raster lie in its file: `pixel` or `band`.

    Of a JPEG 2000 nobody asks GDAL: it looks for that in the code stream, in a damaged one
    without end.
    """
    if dataset.driver.startswith("JP2"):
        return "pixel"
    return dataset.interleaving.name if dataset.interleaving is not None else "band"


def _bytes(dtype: str) -> int:
    try:
        return np.dtype(dtype).itemsize
    except TypeError:
        return 16
