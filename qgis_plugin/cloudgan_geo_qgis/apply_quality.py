"""Apply quality: pixels of chosen classes of a quality band become nodata."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
)

from .language import tr
from .legend import Entry, arrange_later
from .named import NamedAlgorithm
from .rasters import are_of_one_grid, opened, strips, written
from .sources import source_of
from .style import LikeInput

#: The classes of a quality band, by their numbers.
_CLASSES = ("no data, or outside the area", "clear", "corrected", "thick: not to be trusted")
_THICK = 3


class ApplyQuality(NamedAlgorithm):
    """Takes pixels out of a raster by a quality band."""

    NAME = "applyquality"
    TITLE = "Apply quality"
    TOOLTIP = "Sets pixels of chosen classes of a quality band to nodata"
    TAGS = ("mask", "nodata", "quality", "buffer")
    SUMMARY = (
        "Sets pixels to nodata that lie in chosen classes of a quality band, or near them, in any "
        "raster of the same grid: the result, an index computed of it, another date's. All other "
        "pixels stay as they are."
    )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares the parameters."""
        self.add(
            QgsProcessingParameterRasterLayer("INPUT", tr("Image")),
            tr("Any raster whose pixels lie on those of the quality band."),
        )
        self.add(
            QgsProcessingParameterRasterLayer("QA", tr("Quality band")),
            tr("What Remove thin clouds wrote as quality band."),
        )
        self.add(
            QgsProcessingParameterEnum(
                "CLASSES",
                tr("Classes to take out"),
                [f"{number} {tr(name)}" for number, name in enumerate(_CLASSES)],
                allowMultiple=True,
                defaultValue=[_THICK],
            ),
            tr("Pixels of these classes become nodata."),
        )
        buffer = QgsProcessingParameterNumber("BUFFER", tr("Buffer (pixels)"), defaultValue=0)
        buffer.setMinimum(0)
        self.add(buffer, tr("Pixels that are no further from them become nodata too."))
        self.add(
            QgsProcessingParameterNumber(
                "NODATA",
                tr("Nodata value"),
                QgsProcessingParameterNumber.Type.Double,
                optional=True,
            ),
            tr("Only for an image that states none."),
        )
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", tr("Image without these pixels")),
            tr("GeoTIFF with the bands, type and values of the image."),
        )

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads the layers, which belong to the main thread."""
        self._image = source_of(self, parameters, "INPUT", context)
        self._quality = source_of(self, parameters, "QA", context)
        layer = None if self._image is None else self._image.layer
        if layer is None or self._quality is None or self._quality.layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        self._look = LikeInput(layer, rgb_only=False)
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Writes the image without the pixels."""
        assert self._image is not None
        assert self._quality is not None
        image, quality = opened(self._image.path), opened(self._quality.path)
        if not are_of_one_grid(image, quality):
            raise QgsProcessingException(
                tr("{image} and {quality} are not of the same grid").format(
                    image=self._image.name, quality=self._quality.name
                )
            )
        nodata = self._nodata(image, parameters, context)
        classes = self.parameterAsEnums(parameters, "CLASSES", context)
        buffer = self.parameterAsInt(parameters, "BUFFER", context)
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        taken = _taken(quality, classes, buffer, feedback)
        with written(path, image, image.RasterCount) as made:
            for number in range(1, image.RasterCount + 1):
                made.GetRasterBand(number).SetNoDataValue(nodata)
            for top, rows in strips(image, feedback):
                out = sum(found.GetRasterBand(1).ReadAsArray(0, top, None, rows) for found in taken)
                for number in range(1, image.RasterCount + 1):
                    pixels = image.GetRasterBand(number).ReadAsArray(0, top, None, rows)
                    made.GetRasterBand(number).WriteArray(np.where(out > 0, nodata, pixels), 0, top)
            del made
        entry = Entry(path, tr("Image without these pixels"), self._look, True)
        arrange_later(context, [entry], self._image.name, self._image.path)
        return {"OUTPUT": path}

    def _nodata(
        self, image: Any, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> float:
        stated = image.GetRasterBand(1).GetNoDataValue()
        if stated is not None:
            return float(stated)
        if parameters.get("NODATA") is None:
            raise QgsProcessingException(
                tr("The image states no nodata value: give one under {}").format(
                    f'"{tr("Nodata value")}"'
                )
            )
        return float(self.parameterAsDouble(parameters, "NODATA", context))


def _taken(
    quality: Any, classes: list[int], buffer: int, feedback: QgsProcessingFeedback
) -> list[Any]:
    """Returns datasets of which the one is 1 in the classes, the other near them, 0 elsewhere."""
    driver = gdal.GetDriverByName("GTiff")
    options = ["COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"]

    def new() -> Any:
        path = QgsProcessingUtils.generateTempFilename("classes.tif")
        return driver.Create(
            path, quality.RasterXSize, quality.RasterYSize, 1, gdal.GDT_Byte, options
        )

    chosen = new()
    for top, rows in strips(quality, feedback):
        found = np.isin(quality.GetRasterBand(1).ReadAsArray(0, top, None, rows), classes)
        chosen.GetRasterBand(1).WriteArray(found.astype("uint8"), 0, top)
    if not buffer:
        return [chosen]
    near = new()
    gdal.ComputeProximity(
        chosen.GetRasterBand(1),
        near.GetRasterBand(1),
        ["VALUES=1", f"MAXDIST={buffer}", "DISTUNITS=PIXEL", "FIXED_BUF_VAL=1", "NODATA=0"],
    )
    return [chosen, near]
