"""The widget of an image in a dialog: a layer or a file, and the folder of a product too."""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import WidgetWrapper, dialogTypes
from processing.tools.dataobjects import createContext
from qgis.core import QgsRasterLayer, QgsSettings
from qgis.gui import QgsGui, QgsProcessingGui, QgsProcessingMapLayerComboBox
from qgis.PyQt.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QWidget
from qgis.utils import iface

from .language import tr

#: Where QGIS remembers the folder of inputs.
_LAST = "/Processing/LastInputPath"


class ImageWidget(WidgetWrapper):
    """QGIS's own widget of a raster, and a button for folders, which that does not let one choose.

    In batches and models it is QGIS's own alone: there paths are typed.
    """

    def __new__(cls, parameter: Any, dialog: Any, row: int = 0, col: int = 0, **_: Any) -> Any:
        """Returns QGIS's own wrapper but for the dialog of an algorithm."""
        registry = QgsGui.processingGuiRegistry()
        kind = dialog.__class__.__name__
        if kind == "ModelerParametersDialog":
            made = registry.createModelerParameterWidget(
                dialog.model, dialog.childId, parameter, dialog.context
            )
        elif dialogTypes.get(kind, QgsProcessingGui.Standard) == QgsProcessingGui.Standard:
            return super().__new__(cls)
        else:
            made = registry.createParameterWidgetWrapper(parameter, dialogTypes[kind])
        made.setDialog(dialog)
        return made

    def createWidget(self, **_: Any) -> QWidget:
        """Returns the widget."""
        self.combo = QgsProcessingMapLayerComboBox(self.parameterDefinition())
        layer = iface.activeLayer() if iface is not None else None
        if isinstance(layer, QgsRasterLayer):
            self.combo.setLayer(layer)
        self.combo.valueChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        button = QToolButton()
        button.setText(tr("Product folder..."))
        button.setToolTip(tr("Choose the .SAFE folder of a Sentinel-2 product"))
        button.clicked.connect(self.choose_folder)
        widget = QWidget()
        layout = QHBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo, 1)
        layout.addWidget(button)
        return widget

    def setWidgetContext(self, context: Any) -> None:
        """Passes on what the combo box needs to let people browse."""
        super().setWidgetContext(context)
        self.combo.setWidgetContext(context)

    def choose_folder(self) -> None:
        """Asks for the folder of a product."""
        settings = QgsSettings()
        folder = QFileDialog.getExistingDirectory(
            self.widget, tr("Folder of a Sentinel-2 product"), settings.value(_LAST, "")
        )
        if folder:
            settings.setValue(_LAST, folder)
            self.setValue(folder)

    def setValue(self, value: Any) -> None:
        """Shows a layer or a path."""
        self._context = createContext()
        self.combo.setValue(value, self._context)

    def value(self) -> Any:
        """Returns the layer's id or the path."""
        return self.combo.value()
