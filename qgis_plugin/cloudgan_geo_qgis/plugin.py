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
        while self._actions:
            self._iface.removePluginMenu(_MENU, self._actions.pop())
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        silence(self._translator)
        self._translator = None
