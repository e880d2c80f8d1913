"""How results look once QGIS has loaded them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import (
    QgsColorRampShader,
    QgsMapLayerStyle,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from .stretch import add_own_stretch, stretch

_STYLES = Path(__file__).with_name("styles")

#: Of the expected error, from none to the largest.
_ERROR_COLOURS = ("#fff5eb", "#fdbe85", "#fd8d3c", "#d94701", "#7f2704")
#: Pixels that are looked at to find the largest error.
_SAMPLE = 250_000


class Look:
    """What a layer is to look like; `give` is called in the main thread."""

    def give(self, layer: QgsRasterLayer) -> None:
        """Changes the style of a layer."""
        raise NotImplementedError


class Style(Look):
    """A style file of the plugin.

    Args:
        name: Of the QML file.
    """

    def __init__(self, name: str) -> None:
        self.path = str(_STYLES / name)

    def give(self, layer: QgsRasterLayer) -> None:
        """Loads the file."""
        layer.loadNamedStyle(self.path)


class LikeInput(Look):
    """The style of the input layer, and where that stretches, the same with a stretch of its own.

    A stretch made for cloud begins above the ground that appears under it, which would be black:
    the result's own is shown first, that of the input is the other of the layer's styles.

    Args:
        layer: The input.
        rgb_only: Whether the result holds red, green and blue only, as its bands 1 to 3.
    """

    def __init__(self, layer: QgsRasterLayer, rgb_only: bool) -> None:
        self._style = QgsMapLayerStyle()
        self._style.readFromLayer(layer)
        self._rgb_only = rgb_only

    def give(self, layer: QgsRasterLayer) -> None:
        """Copies the style, and adds the other one."""
        name = layer.name()
        self._style.writeToLayer(layer)
        layer.setName(name)
        if self._rgb_only:
            _show_first_three(layer)
        add_own_stretch(layer)


class TrueColour(Look):
    """Red, green and blue, each stretched by itself.

    Args:
        bands: Which they are, counted from 1.
    """

    def __init__(self, bands: Sequence[int]) -> None:
        self._bands = tuple(bands)

    def give(self, layer: QgsRasterLayer) -> None:
        """Shows the bands."""
        layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), *self._bands))
        stretch(layer, QgsRasterMinMaxOrigin.Extent.WholeRaster)


def _show_first_three(layer: QgsRasterLayer) -> None:
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        renderer.setRedBand(1)
        renderer.setGreenBand(2)
        renderer.setBlueBand(3)
    else:
        layer.setDefaultContrastEnhancement()


class Ramp(Look):
    """Light to dark, from 0 to the largest value."""

    def give(self, layer: QgsRasterLayer) -> None:
        """Looks for the largest value and spreads the colours up to it."""
        provider = layer.dataProvider()
        # Without naming a statistic, for which QGIS before and since 3.40 take different types.
        found = provider.bandStatistics(1, extent=layer.extent(), sampleSize=_SAMPLE).maximumValue
        largest = found if found > 0 else 1.0
        steps = len(_ERROR_COLOURS) - 1
        items = [
            QgsColorRampShader.ColorRampItem(
                largest * step / steps, QColor(colour), f"{largest * step / steps:.3g}"
            )
            for step, colour in enumerate(_ERROR_COLOURS)
        ]
        ramp = QgsColorRampShader(0.0, largest)
        ramp.setColorRampItemList(items)
        shader = QgsRasterShader()
        shader.setRasterShaderFunction(ramp)
        renderer = QgsSingleBandPseudoColorRenderer(provider, 1, shader)
        renderer.setClassificationMin(0.0)
        renderer.setClassificationMax(largest)
        layer.setRenderer(renderer)


def look_of(style: str) -> Look:
    """Returns what an output looks like.

    Args:
        style: Name of a style file of the plugin, or `ramp`.
    """
    return Ramp() if style == "ramp" else Style(style)
