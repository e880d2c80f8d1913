"""The area of interest as a file that the backend reads."""

from __future__ import annotations

from typing import Any, NamedTuple

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from .language import tr
from .sources import Source

# A GeoPackage, which QGIS prefers, only if it has no other layer: the backend takes no name of one.
_FORMATS = ["geojson", "json", "shp"]
#: Parts into which what is reprojected is cut at least, so that its edges bend as they have to.
_PARTS = 100


class Area(NamedTuple):
    """A parameter of polygons that has a value.

    Attributes:
        algorithm: That has the parameter.
        parameters: Of the algorithm.
        name: Of the parameter.
        context: Of the run.
        feedback: Of the run.
    """

    algorithm: QgsProcessingAlgorithm
    parameters: dict[str, Any]
    name: str
    context: QgsProcessingContext
    feedback: QgsProcessingFeedback


def polygon_file(area: Area, scene: Source) -> str:
    """Returns the file of a polygon layer, or of a copy if the backend could not read that.

    A layer that is no file, is filtered or of which only selected features are wanted is
    copied to a temporary GeoPackage. So is what has other coordinates in QGIS than in its file, or
    none, and what is laid over an image of which that is true: the backend knows of files only.

    Args:
        area: The parameter.
        scene: On which it lies.

    Raises:
        QgsProcessingException: If it cannot be reprojected or copied.
    """
    layer = area.algorithm.parameterAsVectorLayer(area.parameters, area.name, area.context)
    polygons = area.algorithm.parameterAsSource(area.parameters, area.name, area.context)
    if not polygons.sourceCrs().isValid():
        area.feedback.pushWarning(
            tr(
                "{layer} has no coordinate reference system: its polygons are taken to be in the "
                "coordinates of the image."
            ).format(layer=polygons.sourceName())
        )
    elif scene.crs == scene.file_crs and _is_as_its_file(layer):
        return _its_file_or_copy(area, layer)
    return _copy_on_grid(area, polygons, scene)


def _is_as_its_file(layer: Any) -> bool:
    return layer is None or bool(layer.crs() == layer.dataProvider().crs())


def _its_file_or_copy(area: Area, layer: Any) -> str:
    formats = list(_FORMATS)
    if layer is not None and layer.providerType() == "ogr":
        path = layer.source().partition("|")[0]
        if path.lower().endswith(".gpkg") and _layers(path) == 1:
            formats.append("gpkg")
    found: str = area.algorithm.parameterAsCompatibleSourceLayerPath(
        area.parameters, area.name, area.context, formats, "gpkg", area.feedback
    )
    return found.partition("|")[0]


def _layers(path: str) -> int:
    return len(QgsProviderRegistry.instance().querySublayers(path))


def _copy_on_grid(area: Area, polygons: QgsProcessingFeatureSource, scene: Source) -> str:
    """Writes polygons in the numbers of the scene's grid, under the name that its file has."""
    moves = QgsCoordinateTransform()
    if polygons.sourceCrs().isValid() and scene.crs.isValid():
        moves = QgsCoordinateTransform(
            polygons.sourceCrs(), scene.crs, area.context.transformContext()
        )
    path = str(QgsProcessingUtils.generateTempFilename("area.gpkg"))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    writer = QgsVectorFileWriter.create(
        path,
        QgsFields(),
        QgsWkbTypes.Type.MultiPolygon,
        scene.file_crs,
        area.context.transformContext(),
        options,
    )
    for feature in polygons.getFeatures():
        copy = QgsFeature()
        copy.setGeometry(_moved(feature.geometry(), moves))
        writer.addFeature(copy, QgsFeatureSink.Flag.FastInsert)
    wrong = writer.errorMessage()
    # Written only once it is gone.
    del writer
    if wrong:
        raise QgsProcessingException(
            tr("{layer} cannot be copied: {why}").format(layer=polygons.sourceName(), why=wrong)
        )
    return path


def _moved(geometry: QgsGeometry, moves: QgsCoordinateTransform) -> QgsGeometry:
    """Returns a geometry in other coordinates, as polygons of two dimensions."""
    geometry = QgsGeometry(geometry)
    if moves.isValid() and not moves.isShortCircuited() and not geometry.isEmpty():
        box = geometry.boundingBox()
        geometry = geometry.densifyByDistance(max(box.width(), box.height()) / _PARTS)
        try:
            geometry.transform(moves)
        except QgsCsException as error:
            raise QgsProcessingException(
                tr("The area cannot be reprojected: {}").format(error)
            ) from error
    geometry.convertToMultiType()
    return geometry
