"""Which outputs a run is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProperty,
)

from .options import Option, Output, RasterOutput


def is_left_empty(value: Any) -> bool:
    """Tells whether nothing is named to write to.

    The dialog of batches wraps what is empty in a definition that is not, of which QGIS would
    make an output without a name, and complain that it cannot load it.

    Args:
        value: Of the parameter of an output.
    """
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        is_static = value.propertyType() == QgsProperty.Type.StaticProperty
        value = value.staticValue() if is_static else value
    return value is None or (isinstance(value, str) and not value.strip())


def asked_for(
    algorithm: QgsProcessingAlgorithm,
    options: Iterable[Option],
    parameters: dict[str, Any],
    context: QgsProcessingContext,
) -> dict[Output, str]:
    """Returns the paths of those outputs that are asked for.

    Args:
        algorithm: That has the parameters.
        options: Of the algorithm.
        parameters: Their values.
        context: Of the run; rasters that are to be loaded are noted in it.
    """
    found = {}
    for option in options:
        if not isinstance(option, Output):
            continue
        # What is not mentioned may have a default.
        if option.name in parameters and is_left_empty(parameters[option.name]):
            continue
        raster = isinstance(option, RasterOutput)
        read = algorithm.parameterAsOutputLayer if raster else algorithm.parameterAsFileOutput
        path = read(parameters, option.name, context)
        if path:
            found[option] = path
    return found
