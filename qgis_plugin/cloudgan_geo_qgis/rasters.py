"""Rasters that are read and written a few rows at a time, with what QGIS has: GDAL and numpy."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any, Optional

from osgeo import gdal, osr
from qgis.core import QgsProcessingException, QgsProcessingFeedback

from .language import tr

#: Rows that are held at a time.
_ROWS = 256
_CREATION = ("TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER")


def opened(path: str) -> Any:
    """Opens a raster.

    Args:
        path: Of its file.

    Raises:
        QgsProcessingException: If GDAL cannot.
    """
    dataset = gdal.Open(path)
    if dataset is None:
        raise QgsProcessingException(tr("{} cannot be opened").format(path))
    return dataset


def are_of_one_grid(one: Any, other: Any) -> bool:
    """Tells whether the pixels of two datasets lie on each other.

    Args:
        one: A dataset.
        other: Another one.
    """
    if (one.RasterXSize, one.RasterYSize) != (other.RasterXSize, other.RasterYSize):
        return False
    grids = (one.GetGeoTransform(), other.GetGeoTransform())
    # A thousandth of a pixel is rounding.
    near = abs(grids[0][1]) / 1000
    if any(abs(mine - theirs) > near for mine, theirs in zip(*grids)):
        return False
    systems = (one.GetSpatialRef(), other.GetSpatialRef())
    return None in systems or bool(systems[0].IsSame(systems[1]))


@contextlib.contextmanager
def written(path: str, like: Any, count: int, kind: Optional[int] = None) -> Iterator[Any]:
    """Yields a new raster of the same grid, which gets its name once it is complete.

    Args:
        path: To write to.
        like: A dataset that has the grid.
        count: Of the bands.
        kind: Data type of GDAL; None for that of `like`, whose bands it resembles then.

    Raises:
        QgsProcessingException: If it cannot be made.
    """
    partial = f"{path}.partial.tif"
    made = gdal.GetDriverByName("GTiff").Create(
        partial,
        like.RasterXSize,
        like.RasterYSize,
        count,
        like.GetRasterBand(1).DataType if kind is None else kind,
        list(_CREATION),
    )
    if made is None:
        raise QgsProcessingException(tr("{} cannot be written").format(path))
    try:
        made.SetGeoTransform(like.GetGeoTransform())
        made.SetSpatialRef(like.GetSpatialRef() or osr.SpatialReference())
        if kind is None:
            _resemble(made, like)
        yield made
        made.FlushCache()
        del made
        os.replace(partial, path)
    finally:
        with contextlib.suppress(OSError):
            os.remove(partial)


def _resemble(made: Any, like: Any) -> None:
    metadata = like.GetMetadata()
    metadata.pop("AREA_OR_POINT", None)
    made.SetMetadata(metadata)
    for number in range(1, made.RasterCount + 1):
        band, model = made.GetRasterBand(number), like.GetRasterBand(number)
        band.SetDescription(model.GetDescription())
        band.SetMetadata(model.GetMetadata())
        band.SetColorInterpretation(model.GetColorInterpretation())
        if model.GetScale() is not None:
            band.SetScale(model.GetScale())
        if model.GetOffset() is not None:
            band.SetOffset(model.GetOffset())


def strips(dataset: Any, feedback: QgsProcessingFeedback) -> Iterator[tuple[int, int]]:
    """Yields first row and number of rows, from top to bottom.

    Args:
        dataset: A raster.
        feedback: Is told how far it is, and may end it.

    Raises:
        QgsProcessingException: If the user ends it.
    """
    height = dataset.RasterYSize
    for top in range(0, height, _ROWS):
        if feedback.isCanceled():
            raise QgsProcessingException(tr("Cancelled; nothing was written."))
        yield top, min(_ROWS, height - top)
        feedback.setProgress(100 * min(top + _ROWS, height) / height)
