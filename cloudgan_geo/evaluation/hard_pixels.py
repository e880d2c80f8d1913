"""Whether the expected error holds where it is needed most: where there is much to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import ALL
from cloudgan_geo.evaluation.reflectance import Reflectance
from cloudgan_geo.evaluation.tables import Cell
from cloudgan_geo.sensors.sentinel2 import CIRRUS, SENSOR

#: A pixel is hard if cloud adds so much reflectance to red, green and blue, in the mean, or if
#: the cirrus band is as bright as dense cirrus makes it.
ADDED, DENSE_CIRRUS = 0.08, 0.06


def hard_pixels(cloudy: Reflectance, clear: Reflectance) -> NDArray[np.bool_]:
    """Returns which pixels of a pair are hard, shape (height, width)."""
    added = (cloudy.of(SENSOR.visible) - clear.of(SENSOR.visible)).mean(axis=0)
    hard: NDArray[np.bool_] = added > ADDED
    if CIRRUS in cloudy.bands:
        hard |= cloudy.bands[CIRRUS] > DENSE_CIRRUS
    return hard & cloudy.valid & clear.valid


def hard_coverage(
    image: Reflectance,
    clear: Reflectance,
    error: Mapping[str, NDArray[np.float32]],
    names: Sequence[str],
    hard: NDArray[np.bool_],
) -> dict[str, Cell]:
    """Returns how many of the errors of hard pixels lie within the 90 % interval.

    Args:
        image: Without cloud.
        clear: Truth.
        error: What is expected, in the units of the image's file, by group of bands, each of
            shape (height, width); NaN where nothing is.
        names: The bands that were corrected.
        hard: Which pixels, see `hard_pixels`.

    Returns:
        Hard pixels, and the percentage; None without any.
    """
    within = total = 0
    for name in names:
        group = ALL if ALL in error else SENSOR.band(name).group
        expected = error[group] * np.float32(image.scales[name])
        known = hard & np.isfinite(expected)
        off = np.abs(image.bands[name] - clear.bands[name])
        within += int((off <= expected)[known].sum())
        total += int(known.sum())
    return {
        "pixels": int(hard.sum()),
        "errors within the 90 % interval, %": 100 * within / total if total else None,
    }
