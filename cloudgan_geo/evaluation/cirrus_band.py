"""What a generator has to beat where there is a cirrus band: subtracting it, which learns nothing.

Source: B.-C. Gao, R.-R. Li, "Removal of thin cirrus scattering effects in Landsat 8 OLI images
using the cirrus detecting channel", Remote Sensing 9, 834, 2017. Cirrus is as bright in the
cirrus band as in the others but for what vapour above it absorbs; how much that is shows in the
slope of the lower envelope of the others over the cirrus band. No clear image is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.sensors.sentinel2 import CIRRUS, SENSOR

Float32 = NDArray[np.float32]

#: Parts of equal size that the pixels are divided into by their cirrus, and the percentage of
#: each part that lies below the envelope.
_PARTS, _BELOW = 20, 2
#: Reflectance of the cirrus band under clear sky.
_CLEAR = 0.0015
#: Of cirrus there is enough if one pixel in ten exceeds the one, and the densest tenth the
#: thinnest by the other; of less the envelope is the ground's.
_DENSE, _RELIEF = 0.006, 0.002
#: Slopes that the atmosphere allows: vapour above cirrus leaves a quarter to all of the light.
_SLOPES = (1.0, 4.0)
_RED = SENSOR.visible[0]


def without_cirrus(
    bands: Mapping[str, Float32], valid: NDArray[np.bool_]
) -> dict[str, Float32] | None:
    """Subtracts the cirrus of a scene.

    Visible and near infrared bands, in which cirrus is grey, share the slope of red. In short-wave
    infrared ice absorbs: these have slopes of their own, of at most that of red.

    Args:
        bands: Reflectance, float32, each of shape (height, width), by name.
        valid: Which pixels hold data.

    Returns:
        All bands but the cirrus band, of at least 0; None if there is no cirrus band, no cirrus,
        or no slope that cirrus could have.
    """
    if CIRRUS not in bands or not valid.any():
        return None
    cirrus = bands[CIRRUS]
    thinnest, densest = np.percentile(cirrus[valid], [10, 90])
    if densest <= _DENSE or densest - thinnest <= _RELIEF:
        return None
    red = envelope_slope(bands[_RED][valid], cirrus[valid])
    if red is None or not _SLOPES[0] <= red <= _SLOPES[1]:
        return None
    excess = np.maximum(cirrus - np.float32(_CLEAR), 0)
    cleared = {}
    for name, values in bands.items():
        if name == CIRRUS:
            continue
        slope = red
        if SENSOR.band(name).group == "swir":
            own = envelope_slope(values[valid], cirrus[valid])
            slope = float(np.clip(0 if own is None else own, 0, red))
        cleared[name] = np.maximum(values - np.float32(slope) * excess, 0)
    return cleared


def envelope_slope(values: Float32, cirrus: Float32) -> float | None:
    """Returns how a band's darkest pixels brighten with the cirrus band.

    Args:
        values: Reflectance of the band, shape (pixels,).
        cirrus: That of the cirrus band, likewise.

    Returns:
        Slope of the line through the envelope; None if the cirrus band has too few values.
    """
    order = np.argsort(cirrus, kind="stable")
    parts = [part for part in np.array_split(order, _PARTS) if len(part)]
    along = np.array([cirrus[part].mean(dtype=np.float64) for part in parts])
    lowest = np.array([np.percentile(values[part], _BELOW) for part in parts])
    if len(parts) < 2 or np.ptp(along) == 0:
        return None
    return float(np.polyfit(along, lowest, 1)[0])
