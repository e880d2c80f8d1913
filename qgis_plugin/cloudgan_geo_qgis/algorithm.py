"""What the algorithms share: documented parameters, and running the backend."""

from __future__ import annotations

import html
import os
import shlex
from collections.abc import Iterable
from typing import Any, Optional

from qgis.core import (
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QIcon

from . import runner
from .backend import find_backend

#: Values of the radiometry parameter, as the backend names them.
RADIOMETRIES = ["auto", "dn", "dn-offset", "tci", "tci-offset", "eurosat", "reflectance"]
RADIOMETRY_HELP = (
    "How pixel values relate to reflectance. auto: what the file declares, else by its type and "
    "values; the log says what was chosen and why. dn: reflectance * 10000. dn-offset: the same "
    "plus 1000, as ESA delivers since January 2022. tci: 8-bit true colour. tci-offset: the same "
    "with that offset left in. eurosat: 8-bit EuroSAT. reflectance: floating point."
)


class BackendAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that a command of the backend carries out."""

    #: What the help panel says first; HTML.
    SUMMARY = ""

    def createInstance(self) -> BackendAlgorithm:
        """Returns a new one of its kind."""
        return type(self)()

    def group(self) -> str:
        """Returns the group in the toolbox."""
        return "Thin clouds"

    def groupId(self) -> str:
        """Returns the id of the group."""
        return "thinclouds"

    def icon(self) -> QIcon:
        """Returns the icon of the provider."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Returns the path of the icon."""
        return os.path.join(os.path.dirname(__file__), "icon.svg")

    def canExecute(self) -> tuple[bool, str]:
        """Tells whether the backend is there, and if not, how to get it."""
        try:
            find_backend()
        except runner.BackendError as error:
            return False, str(error)
        return True, ""

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Tells whether the parameters make sense: every raster must be a file."""
        fine, why = super().checkParameterValues(parameters, context)
        if not fine:
            return fine, why
        for parameter in self.parameterDefinitions():
            if parameter.type() == "raster":
                layer = self.parameterAsRasterLayer(parameters, parameter.name(), context)
                try:
                    if layer is not None:
                        file_of(layer)
                except QgsProcessingException as error:
                    return False, str(error)
        return True, ""

    def shortHelpString(self) -> str:
        """Returns what the help panel shows: the summary, then every parameter and output."""
        documented = [
            f"<h3>{html.escape(parameter.description())}</h3><p>{html.escape(parameter.help())}</p>"
            for parameter in self.parameterDefinitions()
        ]
        return f"<p>{self.SUMMARY}</p>{''.join(documented)}"

    def add(
        self, parameter: QgsProcessingParameterDefinition, help_text: str, advanced: bool = False
    ) -> None:
        """Adds a parameter.

        Args:
            parameter: The parameter.
            help_text: Plain text for the help panel and the tooltip.
            advanced: Fold it away.
        """
        parameter.setHelp(help_text)
        if advanced:
            flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
            parameter.setFlags(parameter.flags() | flag)
        self.addParameter(parameter)

    def run_backend(
        self, arguments: Iterable[str], outputs: Iterable[str], feedback: QgsProcessingFeedback
    ) -> Optional[dict[str, Any]]:
        """Runs a command of the backend, passing on what it says.

        Args:
            arguments: The command and its arguments; paths are absolute.
            outputs: Files that it writes.
            feedback: Of the algorithm.

        Returns:
            The facts of its result event; None if the user cancelled it.

        Raises:
            QgsProcessingException: If it is not there or fails, in its own words.
        """
        try:
            command = [find_backend().executable, *arguments]
            feedback.pushCommandInfo(shlex.join(command))
            return runner.run(
                command,
                outputs=outputs,
                progress=lambda share: feedback.setProgress(100 * share),
                log=lambda line: _log(feedback, line),
                cancelled=feedback.isCanceled,
            )
        except runner.Cancelled:
            feedback.pushInfo("Cancelled; nothing was written.")
            return None
        except runner.BackendError as error:
            raise QgsProcessingException(str(error)) from error

    def raster_of(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> QgsRasterLayer:
        """Returns the raster layer of a parameter.

        Raises:
            QgsProcessingException: If there is none.
        """
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        return layer


def file_of(layer: QgsMapLayer) -> str:
    """Returns what the backend can open of a raster layer.

    Args:
        layer: The layer.

    Raises:
        QgsProcessingException: If only QGIS can open it.
    """
    source = layer.source().partition("|")[0]
    if layer.providerType() != "gdal" or source.startswith(("/vsimem/", "<")):
        raise QgsProcessingException(
            f"The layer {layer.name()} is not a file (it comes from the provider "
            f"{layer.providerType()}). Save it first: right click, Export, Save As..., raw data, "
            "GeoTIFF."
        )
    return os.path.abspath(source) if os.path.exists(source) else source


def _log(feedback: QgsProcessingFeedback, line: str) -> None:
    if line.startswith("Warning: "):
        feedback.pushWarning(line[len("Warning: ") :])
    elif line:
        feedback.pushInfo(line)
