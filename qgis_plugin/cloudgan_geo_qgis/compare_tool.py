"""Compare: the input of a result on the left of a line that follows the mouse."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem, QgsMapTool
from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPen

from .legend import MADE_FROM


def partner_of(layer: Any, project: QgsProject) -> Optional[QgsRasterLayer]:
    """Returns what a layer is compared with: what it was made from, else the raster under it.

    Args:
        layer: A result; any layer.
        project: That holds both.
    """
    if not isinstance(layer, QgsRasterLayer):
        return None
    rasters = [
        found for found in project.layerTreeRoot().layerOrder() if isinstance(found, QgsRasterLayer)
    ]
    made_from = layer.customProperty(MADE_FROM)
    for other in rasters:
        if made_from and other != layer and other.source().partition("|")[0] == made_from:
            return other
    under = rasters[rasters.index(layer) + 1 :] if layer in rasters else []
    return under[0] if under else None


class Curtain(QgsMapCanvasItem):
    """A picture of a layer over the left part of the map.

    Args:
        canvas: The map.
        layer: In the picture.
    """

    def __init__(self, canvas: QgsMapCanvas, layer: QgsRasterLayer) -> None:
        super().__init__(canvas)
        self._canvas, self._layer = canvas, layer
        self._job: Any = None
        self._picture: Any = None
        #: Where the line is, in pixels of the canvas.
        self.line = canvas.width() // 2
        canvas.mapCanvasRefreshed.connect(self.draw)
        self.setZValue(10)
        self.draw()

    def draw(self) -> None:
        """Draws the layer as the map is now."""
        self._stop()
        settings = QgsMapSettings(self._canvas.mapSettings())
        settings.setLayers([self._layer])
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._take)
        self._job.start()

    def _take(self) -> None:
        if self._job is not None:
            self._picture = self._job.renderedImage()
            self._job = None
            self.update()

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def move(self, line: int) -> None:
        """Moves the line.

        Args:
            line: In pixels of the canvas.
        """
        self.line = line
        self.update()

    def boundingRect(self) -> QRectF:
        """Returns the whole canvas."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def paint(self, painter: Any, *_: Any) -> None:
        """Paints the picture up to the line, and the line."""
        if self._picture is None:
            return
        painter.save()
        height = self._canvas.height()
        painter.setClipRect(QRectF(0, 0, self.line, height))
        painter.drawImage(0, 0, self._picture)
        painter.restore()
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawLine(self.line, 0, self.line, height)

    def remove(self) -> None:
        """Takes it off the map."""
        self._stop()
        self._canvas.mapCanvasRefreshed.disconnect(self.draw)
        self._canvas.scene().removeItem(self)
        self._canvas.refresh()


class CompareTool(QgsMapTool):
    """Lets the mouse move the line.

    Args:
        canvas: The map.
        partner: On the left of the line.
    """

    def __init__(self, canvas: QgsMapCanvas, partner: QgsRasterLayer) -> None:
        super().__init__(canvas)
        self._partner = partner
        self.curtain: Optional[Curtain] = None
        self.setCursor(Qt.CursorShape.SplitHCursor)
        # A layer that is removed cannot be drawn any more.
        partner.willBeDeleted.connect(lambda: canvas.unsetMapTool(self))

    def activate(self) -> None:
        """Shows the picture."""
        super().activate()
        self.curtain = Curtain(self.canvas(), self._partner)

    def canvasMoveEvent(self, event: Any) -> None:
        """Moves the line to the mouse."""
        if self.curtain is not None:
            self.curtain.move(event.pos().x())

    def deactivate(self) -> None:
        """Takes the picture away."""
        if self.curtain is not None:
            self.curtain.remove()
            self.curtain = None
        super().deactivate()
