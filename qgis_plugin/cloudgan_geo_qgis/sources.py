"""Rasters as the program opens them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProperty,
    QgsRasterLayer,
)

from .language import tr
from .product import is_product, red_of


class Source(NamedTuple):
    """A raster that is read.

    Attributes:
        path: What the program opens.
        layer: The layer of it; None of a product, which is none in QGIS.
        crs: Its coordinates, as the user has them: a layer may be given others than its file has.
        file_crs: The coordinates that the program reads in the file.
    """

    path: str
    layer: Optional[QgsRasterLayer]
    crs: QgsCoordinateReferenceSystem
    file_crs: QgsCoordinateReferenceSystem

    @property
    def name(self) -> str:
        """What people call it: the layer's name, or that of the product."""
        if self.layer is not None:
            return str(self.layer.name())
        path = Path(self.path)
        # The metadata of every product are called the same.
        return (path.parent if path.suffix == ".xml" else path).stem


def source_of(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
) -> Optional[Source]:
    """Returns the raster of a parameter, None if it is not given.

    Args:
        algorithm: That has the parameter.
        parameters: Of the algorithm.
        name: Of the parameter.
        context: Of the run.

    Raises:
        QgsProcessingException: If it is no raster, or one that only QGIS can open.
    """
    product = _product_of(parameters.get(name))
    if product is not None:
        red = red_of(product)
        crs = QgsRasterLayer(red, "red").crs() if red else QgsCoordinateReferenceSystem()
        return Source(os.path.abspath(product), None, crs, crs)
    if parameters.get(name) in (None, ""):
        return None
    value = parameters[name]
    if isinstance(value, str) and os.path.isdir(value):
        said = tr("{folder} is no Sentinel-2 product: there is no {metadata} in it.")
        raise QgsProcessingException(
            said.format(folder=value, metadata="MTD_MSIL1C.xml, MTD_MSIL2A.xml")
        )
    layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    if layer is None:
        raise QgsProcessingException(algorithm.invalidRasterError(parameters, name))
    return Source(file_of(layer), layer, layer.crs(), layer.dataProvider().crs())


def files_of(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
) -> list[str]:
    """Returns the files of a parameter of several rasters.

    Args:
        algorithm: That has the parameter.
        parameters: Of the algorithm.
        name: Of the parameter.
        context: Of the run.

    Raises:
        QgsProcessingException: If one is a layer that only QGIS can open.
    """
    layers = algorithm.parameterAsLayerList(parameters, name, context)
    return [file_of(layer) for layer in layers]


def warn_of_other_crs(source: Source, feedback: QgsProcessingFeedback) -> None:
    """Says so if a layer was given other coordinates than its file has.

    Args:
        source: Of the layer.
        feedback: Of the run.
    """
    if source.crs != source.file_crs:
        ours, files = (_called(crs) for crs in (source.crs, source.file_crs))
        said = tr(
            "The layer {layer} has the coordinate reference system {ours}, its file {files}: areas "
            "are taken in that of the layer, results get that of the file. Raster > Projections > "
            "Assign Projection writes another one into the file."
        )
        feedback.pushWarning(said.format(layer=source.name, ours=ours, files=files))


def _called(crs: QgsCoordinateReferenceSystem) -> str:
    return (crs.authid() or crs.description()) if crs.isValid() else tr("none")


def without_products(parameters: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Returns parameters that QGIS accepts: it refuses rasters that it cannot open itself.

    Args:
        parameters: Of an algorithm.
        names: Of those that are rasters.
    """
    products = {name: _product_of(parameters.get(name)) for name in names}
    # What is only known later passes.
    later = {name: QgsProperty.fromValue(path) for name, path in products.items() if path}
    return {**parameters, **later}


def file_of(layer: QgsMapLayer) -> str:
    """Returns what the program can open of a raster layer.

    Args:
        layer: The layer.

    Raises:
        QgsProcessingException: If only QGIS can open it.
    """
    source = layer.source().partition("|")[0]
    if layer.providerType() != "gdal" or source.startswith(("/vsimem/", "<")):
        said = tr(
            "The layer {layer} is not a file (it comes from the provider {provider}). Save it "
            "first: right click, Export, Save As..., raw data, GeoTIFF."
        )
        raise QgsProcessingException(said.format(layer=layer.name(), provider=layer.providerType()))
    return os.path.abspath(source) if os.path.exists(source) else source


def _product_of(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and is_product(value) else None
