"""The plugin: the provider and an entry in the menu."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsApplication

from .provider import CloudganProvider

_MENU = "Cloudgan"


class CloudganPlugin:
    """What QGIS loads and unloads.

    Args:
        iface: The window of QGIS; None in qgis_process.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._action: Any = None
        self.provider: Optional[CloudganProvider] = None

    def initProcessing(self) -> None:
        """Adds the provider; qgis_process calls nothing else."""
        self.provider = CloudganProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Adds the provider and the entry in the menu."""
        self.initProcessing()
        if self._iface is None:
            return
        from qgis.PyQt.QtGui import QIcon
        from qgis.PyQt.QtWidgets import QAction

        from .provider import ICON

        window = self._iface.mainWindow()
        self._action = QAction(QIcon(ICON), "Choose the backend...", window)
        self._action.triggered.connect(self.choose_backend)
        self._iface.addPluginToMenu(_MENU, self._action)

    def choose_backend(self) -> None:
        """Shows the dialog that names and tests the executable."""
        from .dialog import BackendDialog

        BackendDialog(self._iface.mainWindow()).exec()

    def unload(self) -> None:
        """Removes what was added."""
        if self._action is not None:
            self._iface.removePluginMenu(_MENU, self._action)
            self._action = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
