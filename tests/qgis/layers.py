"""Runs an algorithm as the dialog does, and looks at the layers that it loads."""

import processing
from qgis.core import (
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProject,
)
from qgis.PyQt.QtCore import QSize


def loaded(name, parameters):
    """Runs an algorithm and loads its outputs; returns the layers by their files' names."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    before = set(QgsProject.instance().mapLayers())
    processing.runAndLoadResults(name, parameters, context=context)
    layers = QgsProject.instance().mapLayers()
    found = [layers[key] for key in set(layers) - before]
    return {layer.source().rpartition("/")[2]: layer for layer in found}


def draw(layer):
    """Draws a layer as the canvas does, which may stretch it anew; returns the picture."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(200, 200))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()
