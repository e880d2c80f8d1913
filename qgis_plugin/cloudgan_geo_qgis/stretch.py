"""Two stretches of a result, as styles of its layer: that of the input, and its own."""

from __future__ import annotations

from typing import Any, Callable

from qgis.core import (
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsSingleBandGrayRenderer,
)

#: Names of the styles, in the menu Styles of the layer.
AS_INPUT, OWN = "as the input", "its own stretch"
#: Share of a band's pixels that is black, and as much is white: QGIS's own 0.02 hides ground
#: between clouds, the darkest there is.
_CUT = 0.005
#: Pixels that are looked at to find these.
_SAMPLE = 250_000


def add_own_stretch(layer: QgsRasterLayer) -> None:
    """Names the style of a layer that of the input, and adds one with a stretch of its own.

    That one is shown if the style stretches; else nothing is clipped, and it stays. Layers that
    are neither grey nor of three bands have no stretch, and no second style.

    Args:
        layer: That has the style of the input.
    """
    channels = _channels(layer.renderer())
    if not channels:
        return
    stretches = any(_stretches(enhancement) for _, enhancement, _ in channels)
    extent = layer.renderer().minMaxOrigin().extent()
    _never_again(layer)
    styles = layer.styleManager()
    styles.renameStyle(styles.currentStyle(), AS_INPUT)
    styles.addStyleFromLayer(OWN)
    styles.setCurrentStyle(OWN)
    stretch(layer, extent)
    if not stretches:
        styles.setCurrentStyle(AS_INPUT)


def _channels(renderer: Any) -> list[tuple[int, Any, Callable[[Any], None]]]:
    """Returns band, contrast enhancement and what sets that, for every channel."""
    if isinstance(renderer, QgsSingleBandGrayRenderer):
        channels = [
            (renderer.grayBand(), renderer.contrastEnhancement(), renderer.setContrastEnhancement)
        ]
    elif isinstance(renderer, QgsMultiBandColorRenderer):
        red, green, blue = (
            renderer.redContrastEnhancement(),
            renderer.greenContrastEnhancement(),
            renderer.blueContrastEnhancement(),
        )
        channels = [
            (renderer.redBand(), red, renderer.setRedContrastEnhancement),
            (renderer.greenBand(), green, renderer.setGreenContrastEnhancement),
            (renderer.blueBand(), blue, renderer.setBlueContrastEnhancement),
        ]
    else:
        channels = []
    # A channel may have no band.
    return [channel for channel in channels if channel[0] > 0]


def _stretches(enhancement: Any) -> bool:
    nothing = QgsContrastEnhancement.ContrastEnhancementAlgorithm.NoEnhancement
    return enhancement is not None and enhancement.contrastEnhancementAlgorithm() != nothing


def _never_again(layer: QgsRasterLayer) -> None:
    """Keeps the numbers of the input: QGIS would compute them anew for what is on the canvas."""
    origin = layer.renderer().minMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.None_)
    layer.renderer().setMinMaxOrigin(origin)


def stretch(layer: QgsRasterLayer, extent: Any) -> None:
    """Spreads black to white over nearly all values, now and whenever QGIS computes it anew.

    Args:
        layer: Grey or of three bands.
        extent: Of what QGIS computes it anew: a QgsRasterMinMaxOrigin.Extent.
    """
    provider = layer.dataProvider()
    for band, _, enhance in _channels(layer.renderer()):
        low, high = provider.cumulativeCut(band, _CUT, 1 - _CUT, layer.extent(), _SAMPLE)
        enhancement = QgsContrastEnhancement(provider.dataType(band))
        enhancement.setMinimumValue(low)
        enhancement.setMaximumValue(high if high > low else low + 1)
        kind = QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        enhancement.setContrastEnhancementAlgorithm(kind)
        enhance(enhancement)
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    origin.setExtent(extent)
    origin.setCumulativeCutLower(_CUT)
    origin.setCumulativeCutUpper(1 - _CUT)
    layer.renderer().setMinMaxOrigin(origin)
