"""What every algorithm of the plugin says of itself."""

from __future__ import annotations

import html
import os

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterDefinition
from qgis.PyQt.QtGui import QIcon

from . import help_page
from .language import tr


class NamedAlgorithm(QgsProcessingAlgorithm):
    """An algorithm with a name, a help and an icon."""

    #: The id.
    NAME = ""
    #: What the toolbox says, and its tooltip.
    TITLE = TOOLTIP = ""
    #: Words to find it by, besides those of all.
    TAGS: tuple[str, ...] = ()
    #: What the help panel says first; HTML.
    SUMMARY = ""

    def createInstance(self) -> NamedAlgorithm:
        """Returns a new one of its kind."""
        return type(self)()

    def name(self) -> str:
        """Returns the id."""
        return self.NAME

    def displayName(self) -> str:
        """Returns the name in the toolbox."""
        return tr(self.TITLE)

    def shortDescription(self) -> str:
        """Returns the tooltip in the toolbox."""
        return tr(self.TOOLTIP)

    def tags(self) -> list[str]:
        """Returns words to find it by."""
        return ["cloud", "thin", "Sentinel-2", *self.TAGS]

    def group(self) -> str:
        """Returns the group in the toolbox."""
        return tr("Thin clouds")

    def groupId(self) -> str:
        """Returns the id of the group."""
        return "thinclouds"

    def helpUrl(self) -> str:
        """Returns the address of the help, which its button opens."""
        return help_page.address()

    def icon(self) -> QIcon:
        """Returns the icon of the provider."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Returns the path of the icon."""
        return os.path.join(os.path.dirname(__file__), "icon.svg")

    def shortHelpString(self) -> str:
        """Returns what the help panel shows: the summary, then every parameter and output."""
        documented = [
            f"<h3>{html.escape(parameter.description())}</h3><p>{html.escape(parameter.help())}</p>"
            for parameter in self.parameterDefinitions()
        ]
        return f"<p>{tr(self.SUMMARY)}</p>{''.join(documented)}"

    def add(self, parameter: QgsProcessingParameterDefinition, help_text: str) -> None:
        """Adds a parameter with its help.

        Args:
            parameter: The parameter.
            help_text: Plain text for the help panel and the tooltip.
        """
        parameter.setHelp(help_text)
        self.addParameter(parameter)
