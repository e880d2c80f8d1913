"""What QGIS itself does for screenshots.py: it runs this when it has started."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import processing
from qgis.core import (
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QRect, QSize, Qt, QTimer
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter
from qgis.PyQt.QtWidgets import QDockWidget, QTreeView, QWidget
from qgis.utils import iface, plugins

FOLDER = Path(os.environ["SHOTS_FOLDER"])
SCENES = Path(os.environ["SHOTS_SCENES"])
MODEL = os.environ["SHOTS_MODEL"]
#: Milliseconds that QGIS has to draw.
_WHILE = 1500
_SIDE = 360


def save(widget: QWidget, name: str) -> None:
    """Saves a picture of a window."""
    if not widget.grab().save(str(FOLDER / f"qgis-{name}.png")):
        raise OSError(f"{FOLDER}: cannot be written to")


def added(path: Path, name: str) -> QgsRasterLayer:
    """Adds a scene to the project as the menu does, in the style that QGIS gives it."""
    return iface.addRasterLayer(str(path), name)


def decloud(layer: QgsRasterLayer) -> dict[str, QgsRasterLayer]:
    """Runs the algorithm as the dialog does; returns the layers that it loads, by name."""
    outputs = {"OUTPUT": "TEMPORARY_OUTPUT"}
    if MODEL != "article":
        outputs |= dict.fromkeys(("QA", "OPACITY", "ERROR"), "TEMPORARY_OUTPUT")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    known = set(QgsProject.instance().mapLayers())
    processing.runAndLoadResults(
        "cloudgan:decloud", {"INPUT": layer, "MODEL": MODEL, **outputs}, context=context
    )
    layers = QgsProject.instance().mapLayers()
    return {layers[key].name(): layers[key] for key in set(layers) - known}


def side_by_side(layers: list[tuple[str, QgsRasterLayer]], name: str) -> None:
    """Saves maps of several layers beside each other, each under its title."""
    title = 30
    picture = QImage(len(layers) * _SIDE, _SIDE + title, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.setFont(QFont("DejaVu Sans", 11))
    for index, (text, layer) in enumerate(layers):
        settings = QgsMapSettings()
        settings.setLayers([layer])
        settings.setExtent(layer.extent())
        settings.setDestinationCrs(layer.crs())
        settings.setOutputSize(QSize(_SIDE - 6, _SIDE - 6))
        job = QgsMapRendererParallelJob(settings)
        job.start()
        job.waitForFinished()
        left = index * _SIDE
        painter.drawText(QRect(left, 0, _SIDE, title), Qt.AlignmentFlag.AlignCenter, text)
        painter.drawImage(left + 3, title, job.renderedImage())
    painter.end()
    picture.save(str(FOLDER / f"qgis-{name}.png"))


def show_toolbox(window: QWidget) -> None:
    """Opens the toolbox at the plugin's algorithms, in place of the browser."""
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() in ("Browser", "Browser2"):
            dock.hide()
        if dock.objectName() == "ProcessingToolbox":
            dock.show()
            tree = dock.findChildren(QTreeView)[0]
            model = tree.model()
            for row in range(model.rowCount()):
                index = model.index(row, 0)
                if model.data(index) == "Cloudgan":
                    tree.expandRecursively(index)
                    tree.scrollTo(index, QTreeView.ScrollHint.PositionAtTop)


def only(shown: QgsRasterLayer) -> None:
    """Shows one layer on the map."""
    root = QgsProject.instance().layerTreeRoot()
    for node in root.findLayers():
        node.setItemVisibilityChecked(node.layer() == shown)
        node.setExpanded(node.layer() == shown)


def pictures() -> Iterator[int]:
    """Takes the pictures one after the other; yields milliseconds to wait in between."""
    window = iface.mainWindow()
    window.resize(1280, 760)
    scene = added(SCENES / "scene.tif", "scene")
    iface.mapCanvas().setExtent(scene.extent())
    show_toolbox(window)
    yield _WHILE
    beside = {} if MODEL == "article" else {"QA": "TEMPORARY_OUTPUT"}
    dialog = processing.createAlgorithmDialog(
        "cloudgan:decloud", {"INPUT": scene, "MODEL": MODEL, **beside}
    )
    dialog.resize(900, 640)
    dialog.show()
    yield _WHILE
    save(dialog, "dialog")
    dialog.close()
    yield from _backend(window)
    results = decloud(scene)
    result = results["scene: Image without thin clouds"]
    yield _WHILE
    only(result)
    iface.mapCanvas().setExtent(scene.extent())
    yield 2 * _WHILE
    save(window, "window")
    clear = added(SCENES / "scene_clear.tif", "clear")
    side_by_side(
        [("cloudy (simulated)", scene), (f"result ({MODEL})", result), ("truth", clear)],
        "before-after",
    )
    QgsProject.instance().removeMapLayer(clear)
    yield from _compare(window, result)
    if quality := results.get("scene: Quality band"):
        only(quality)
        yield 2 * _WHILE
        save(window, "quality")


def _compare(window: QWidget, result: QgsRasterLayer) -> Iterator[int]:
    only(result)
    iface.setActiveLayer(result)
    plugin = plugins["cloudgan_geo_qgis"]
    plugin.compare()
    yield 2 * _WHILE
    # Where there is some of the cloud on both sides.
    plugin._tool.curtain.move(round(0.68 * iface.mapCanvas().width()))
    yield _WHILE
    save(iface.mapCanvas(), "compare")
    plugin.compare()


def _backend(window: QWidget) -> Iterator[int]:
    from cloudgan_geo_qgis.dialog import BackendDialog

    dialog = BackendDialog(window)
    dialog.show()
    dialog.test()
    while not dialog.test_button.isEnabled():
        yield 200
    save(dialog, "backend")
    dialog.close()
    from cloudgan_geo_qgis.install_dialog import InstallDialog

    install = InstallDialog(window)
    install.show()
    yield _WHILE
    save(install, "install")
    install.close()


def advance(steps: Iterator[int]) -> None:
    """Takes the next step, and the one after it later; ends QGIS after the last."""
    try:
        QTimer.singleShot(next(steps), lambda: advance(steps))
    except StopIteration:
        # Not `exit`, which would ask whether to save the project.
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


_STEPS: Any = pictures()
QTimer.singleShot(_WHILE, lambda: advance(_STEPS))
