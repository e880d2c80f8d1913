"""The preview of what the map shows: a part of the image, corrected and laid over it."""

from __future__ import annotations

import os
from typing import Any, Callable, NamedTuple, Optional

from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsCsException,
    QgsMapSettings,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
)

from .language import tr
from .legend import MADE_FROM
from .sources import file_of
from .style import LikeInput

#: Pixels on a side of what is computed at most, so that it takes seconds.
_LARGEST = 1024
#: Pixels around it that the network sees too.
_MARGIN = 128


class Part(NamedTuple):
    """Pixels of a raster: first column, first row, columns, rows."""

    left: int
    top: int
    width: int
    height: int

    def grown(self, by: int, columns: int, rows: int) -> Part:
        """Returns it with a margin, within the raster.

        Args:
            by: Pixels on every side.
            columns: Of the raster.
            rows: Of the raster.
        """
        left, top = max(0, self.left - by), max(0, self.top - by)
        right = min(columns, self.left + self.width + by)
        bottom = min(rows, self.top + self.height + by)
        return Part(left, top, right - left, bottom - top)


def part_on_map(layer: QgsRasterLayer, shown: QgsMapSettings) -> Optional[Part]:
    """Returns the middle of what a map shows of a layer, None if it shows nothing of it.

    Args:
        layer: Without rotation.
        shown: The map's settings.
    """
    moves = QgsCoordinateTransform(
        shown.destinationCrs(), layer.crs(), QgsProject.instance().transformContext()
    )
    try:
        box = moves.transformBoundingBox(shown.visibleExtent())
    except QgsCsException:
        return None
    whole = layer.extent()
    box = box.intersect(whole)
    if box.isEmpty():
        return None
    columns, rows = layer.width(), layer.height()
    across, down = columns / whole.width(), rows / whole.height()
    width = min(_LARGEST, max(1, round(box.width() * across)))
    height = min(_LARGEST, max(1, round(box.height() * down)))
    middle = box.center()
    left = round((middle.x() - whole.xMinimum()) * across - width / 2)
    top = round((whole.yMaximum() - middle.y()) * down - height / 2)
    return Part(min(max(left, 0), columns - width), min(max(top, 0), rows - height), width, height)


class Preview:
    """Corrects a part of a layer and adds it to the project.

    Args:
        layer: The image.
        shown: The map's settings.
        say: Told what goes wrong.

    Attributes:
        layer: The result, once there is one.
        is_over: Whether nothing more comes.
    """

    def __init__(
        self, layer: QgsRasterLayer, shown: QgsMapSettings, say: Callable[[str], None]
    ) -> None:
        self.layer: Optional[QgsRasterLayer] = None
        self.is_over = False
        self._image, self._say = layer, say
        self._look = LikeInput(layer, rgb_only=False)
        self._part = part_on_map(layer, shown)
        self._context = QgsProcessingContext()
        self._feedback = QgsProcessingFeedback()
        self._task: Any = None

    def start(self) -> None:
        """Starts to compute, beside everything else that QGIS does."""
        try:
            path = file_of(self._image)
        except QgsProcessingException as error:
            self._end(str(error))
            return
        if self._part is None:
            self._end(tr("The map shows nothing of {}.").format(self._image.name()))
            return
        self._path = path
        self._cut = self._part.grown(_MARGIN, self._image.width(), self._image.height())
        folder = os.path.dirname(QgsProcessingUtils.generateTempFilename("part.tif"))
        # Names tell the level and the bands.
        part = os.path.join(folder, f"{os.path.splitext(os.path.basename(path))[0]}.tif")
        gdal.Translate(part, path, srcWin=list(self._cut))
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("cloudgan:decloud")
        can, why = algorithm.canExecute()
        if not can:
            self._end(why)
            return
        self._result = QgsProcessingUtils.generateTempFilename("preview.tif")
        asked = {"INPUT": part, "OUTPUT": self._result}
        self._task = QgsProcessingAlgRunnerTask(algorithm, asked, self._context, self._feedback)
        self._task.executed.connect(self._take)
        QgsApplication.taskManager().addTask(self._task)

    def _take(self, successful: bool, results: dict[str, Any]) -> None:
        self._task = None
        if not successful:
            lines = [line for line in self._feedback.textLog().splitlines() if line.strip()]
            self._end(lines[-1] if lines else tr("It failed."))
            return
        part, cut = self._part, self._cut
        assert part is not None
        window = [part.left - cut.left, part.top - cut.top, part.width, part.height]
        path = QgsProcessingUtils.generateTempFilename("preview.tif")
        gdal.Translate(path, self._result, srcWin=window)
        name = tr("{}: preview").format(self._image.name())
        self.layer = QgsRasterLayer(path, name)
        self.layer.setCrs(self._image.crs())
        self._look.give(self.layer)
        self.layer.setCustomProperty(MADE_FROM, self._path)
        QgsProject.instance().addMapLayer(self.layer)
        self._end("")

    def _end(self, wrong: str) -> None:
        self.is_over = True
        if wrong:
            self._say(wrong)
