"""Vegetation index (NDVI) of the corrected bands."""

from __future__ import annotations

import re
from typing import Any, Optional

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from .language import tr
from .legend import Entry, arrange_later
from .named import NamedAlgorithm
from .rasters import opened, strips, written
from .sources import source_of
from .style import look_of

#: How descriptions name the bands.
_RED = re.compile(r"(?:^|[^A-Za-z0-9])(?:B0?4|red)(?:[^A-Za-z0-9]|$)", re.IGNORECASE)
_NIR = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:B0?8|nir|near.?infra.?red)(?:[^A-Za-z0-9]|$)", re.IGNORECASE
)
_NODATA = -9999.0
#: Of the tag with which the program says that the offset of 1000 is in the values.
_TAG, _OFFSETS = "CLOUDGAN_RADIOMETRY", {"dn-offset": -1000.0, "tci-offset": -71.7}


class VegetationIndex(NamedAlgorithm):
    """Computes the NDVI of an image."""

    NAME = "ndvi"
    TITLE = "Vegetation index (NDVI)"
    TOOLTIP = "Computes (B08 - B04) / (B08 + B04) of the corrected bands, as reflectance"
    TAGS = ("NDVI", "vegetation", "index")
    SUMMARY = (
        "Computes the normalized difference of near infrared and red as reflectance: scale and "
        "offset of the bands count, and so does the offset of 1000 that the result's tags state. "
        "Only a model that corrects near infrared (veil) gives an index free of cloud: others "
        "copy that band."
    )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares the parameters."""
        self.add(
            QgsProcessingParameterRasterLayer("INPUT", tr("Image")),
            tr("An image with red and near infrared, such as a result of Remove thin clouds."),
        )
        for name, label, band in (("RED", tr("Red"), "B04"), ("NIR", tr("Near infrared"), "B08")):
            self.add(
                QgsProcessingParameterBand(name, label, None, "INPUT", optional=True),
                tr("If not given, the band that its description calls {}.").format(band),
            )
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", tr("Vegetation index")),
            tr("GeoTIFF of 32-bit floats, -1 to 1."),
        )

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads the layer, which belongs to the main thread."""
        self._image = source_of(self, parameters, "INPUT", context)
        if self._image is None or self._image.layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Writes the index."""
        assert self._image is not None
        image = opened(self._image.path)
        red, infrared = (
            image.GetRasterBand(self._band(image, parameters, name, pattern, context))
            for name, pattern in (("RED", _RED), ("NIR", _NIR))
        )
        feedback.pushInfo(
            tr("Red is band {red}, near infrared band {infrared}").format(
                red=red.GetBand(), infrared=infrared.GetBand()
            )
        )
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        with written(path, image, 1, gdal.GDT_Float32) as made:
            made.GetRasterBand(1).SetNoDataValue(_NODATA)
            made.GetRasterBand(1).SetDescription("NDVI")
            for top, rows in strips(image, feedback):
                made.GetRasterBand(1).WriteArray(_index(image, red, infrared, top, rows), 0, top)
            del made
        entry = Entry(path, tr("Vegetation index"), look_of("ndvi.qml"), True)
        arrange_later(context, [entry], self._image.name, self._image.path)
        return {"OUTPUT": path}

    def _band(
        self,
        image: Any,
        parameters: dict[str, Any],
        name: str,
        pattern: re.Pattern[str],
        context: QgsProcessingContext,
    ) -> int:
        if parameters.get(name) is not None:
            return int(self.parameterAsInt(parameters, name, context))
        numbers = range(1, image.RasterCount + 1)
        found = [
            number
            for number in numbers
            if pattern.search(image.GetRasterBand(number).GetDescription())
        ]
        if len(found) != 1:
            label = self.parameterDefinition(name).description()
            raise QgsProcessingException(
                tr("The descriptions of the bands do not tell which is {band}: choose it").format(
                    band=f'"{label}"'
                )
            )
        return found[0]


def _index(image: Any, red: Any, infrared: Any, top: int, rows: int) -> Any:
    """Returns the index of some rows, of shape (rows, width), float32."""
    bands = [_reflectance(image, band, top, rows) for band in (red, infrared)]
    total = bands[0] + bands[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        index = (bands[1] - bands[0]) / total
    # Dark water below zero would give any number.
    return np.where(np.isfinite(index) & (total > 0), index.clip(-1, 1), _NODATA)


def _reflectance(image: Any, band: Any, top: int, rows: int) -> Any:
    """Returns values in proportion to reflectance, NaN where there are none."""
    pixels = band.ReadAsArray(0, top, None, rows).astype("float32")
    nodata = band.GetNoDataValue()
    known = np.isfinite(pixels) if nodata is None else pixels != nodata
    scale, offset = band.GetScale(), band.GetOffset()
    if offset:
        pixels = pixels * (scale or 1) + offset
    else:
        pixels = pixels + _OFFSETS.get(image.GetMetadataItem(_TAG) or "", 0.0)
    return np.where(known, pixels, np.float32("nan"))
