"""The area of interest as a file that the backend reads."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProviderRegistry,
)

# A GeoPackage, which QGIS prefers, only if it has no other layer: the backend takes no name of one.
_FORMATS = ["geojson", "json", "shp"]


def polygon_file(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> str:
    """Returns the file of a polygon layer, or of a copy if the backend could not read that.

    A layer that is no file, is filtered or of which only selected features are wanted is
    copied to a temporary GeoPackage.

    Args:
        algorithm: That has the parameter.
        parameters: Of the algorithm.
        name: Of the parameter.
        context: Of the run.
        feedback: Of the run.
    """
    layer = algorithm.parameterAsVectorLayer(parameters, name, context)
    formats = list(_FORMATS)
    if layer is not None and layer.providerType() == "ogr":
        path = layer.source().partition("|")[0]
        if path.lower().endswith(".gpkg") and _layers(path) == 1:
            formats.append("gpkg")
    found: str = algorithm.parameterAsCompatibleSourceLayerPath(
        parameters, name, context, formats, "gpkg", feedback
    )
    return found.partition("|")[0]


def _layers(path: str) -> int:
    return len(QgsProviderRegistry.instance().querySublayers(path))
