"""The plugin: the provider and the entries in the menu."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import QgsApplication

from . import help_page
from .language import silence, speak, tr
from .provider import CloudganProvider

_MENU = "Cloudgan"


class CloudganPlugin:
    """What QGIS loads and unloads.

    Args:
        iface: The window of QGIS; None in qgis_process.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._translator = speak()
        self._actions: list[Any] = []
        self._tool: Any = None
        self._preview: Any = None
        self.provider: Optional[CloudganProvider] = None

    def initProcessing(self) -> None:
        """Adds the provider; qgis_process calls nothing else."""
        self.provider = CloudganProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Adds the provider and the entries in the menu."""
        self.initProcessing()
        if self._iface is None:
            return
        self._add(tr("Preview on the map"), self.preview)
        self._add(tr("Compare with the input"), self.compare)
        self._add(tr("Choose the backend..."), self.choose_backend)
        self._add(tr("Help"), self.show_help)

    def _add(self, text: str, do: Callable[[], None]) -> None:
        from qgis.PyQt.QtGui import QIcon
        from qgis.PyQt.QtWidgets import QAction

        from .provider import ICON

        action = QAction(QIcon(ICON), text, self._iface.mainWindow())
        action.triggered.connect(lambda: do())
        self._iface.addPluginToMenu(_MENU, action)
        self._actions.append(action)

    def preview(self) -> None:
        """Corrects what the map shows of the active layer."""
        from qgis.core import QgsRasterLayer

        from .preview import Preview

        layer = self._iface.activeLayer()
        if not isinstance(layer, QgsRasterLayer):
            self._say(tr("Choose the layer of an image first."))
            return
        self._preview = Preview(layer, self._iface.mapCanvas().mapSettings(), self._say)
        self._preview.start()

    def compare(self) -> None:
        """Shows what the active layer was made from on the left of a line; ends it if it does."""
        from qgis.core import QgsProject

        from .compare_tool import CompareTool, partner_of

        canvas = self._iface.mapCanvas()
        if self._tool is not None and canvas.mapTool() == self._tool:
            canvas.unsetMapTool(self._tool)
            return
        partner = partner_of(self._iface.activeLayer(), QgsProject.instance())
        if partner is None:
            self._say(tr("Choose a result whose input is in the project, or lies under it."))
            return
        self._tool = CompareTool(canvas, partner)
        canvas.setMapTool(self._tool)

    def _say(self, text: str) -> None:
        self._iface.messageBar().pushWarning(_MENU, text)

    def choose_backend(self) -> None:
        """Shows the dialog that names, tests and installs the program."""
        from .dialog import BackendDialog

        BackendDialog(self._iface.mainWindow()).exec()

    def show_help(self) -> None:
        """Opens the help in the browser."""
        from qgis.PyQt.QtCore import QUrl
        from qgis.PyQt.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl(help_page.address()))

    def unload(self) -> None:
        """Removes what was added."""
        if self._tool is not None:
            self._iface.mapCanvas().unsetMapTool(self._tool)
            self._tool = None
        while self._actions:
            self._iface.removePluginMenu(_MENU, self._actions.pop())
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        silence(self._translator)
        self._translator = None
