"""In which order bands without names come, told by their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import BandError
from cloudgan_geo.sensors.sensor import StackOrder

Order = Literal["red first", "blue first"]

# Log-odds of `blue first` for what tells the blue band from the red one: red varies more over
# ground, blue is the brighter one through the air. How much each counts a sensor says; all of
# them change sign with the order.
_LARGEST = 5.0

# Below this score it is a coin toss. In two folds 0 of 958 images were told wrongly above it,
# 105 refused: mostly single chips and haze over level 2A.
_SURE = 3.0

# Pixels that are enough, and fewer than which tell nothing.
_MOST, _LEAST = 40_000, 256

# DN of reflectance 1, and of 255 in 8-bit true colour: what the terms were fitted on.
_DN, _TRUE_COLOUR = 10_000.0, 3558 / 255


def visible_order(path: str, values: NDArray[Any], weights: Sequence[float]) -> Order:
    """Tells whether the first of three or four bands is red or blue.

    Args:
        path: The raster's, for messages.
        values: A sample of the first three bands, shape (3, pixels), those of pixels without
            data being 0.
        weights: Of the six terms, the sensor's `blue_or_red`.

    Raises:
        BandError: If the values do not tell.
    """
    score = _score(_as_dn(values), weights)
    if abs(score) < _SURE:
        raise BandError(
            f"{path}: its bands have no names, and their values do not tell whether red or blue "
            "comes first; state ",
            Argument("bands", (1, 2, 3)),
            " if red does, ",
            Argument("bands", (3, 2, 1)),
            " if blue does",
        )
    return "blue first" if score > 0 else "red first"


def stack_order(
    values: NDArray[Any], orders: Sequence[StackOrder], cirrus: str | None
) -> StackOrder | None:
    """Tells the order of bands without names by the cirrus band, which is nearly black.

    Args:
        values: A sample of all, shape (bands, pixels), those of pixels without data being 0.
        orders: Of as many bands.
        cirrus: The cirrus band.

    Returns:
        One of the orders; None if another band than the cirrus band of any is the darkest.
    """
    known = values[:, (values[:3] > 0).all(axis=0)]
    if known.shape[1] < _LEAST:
        return None
    darkest = int(np.argmin(np.median(known, axis=1)))
    return next((order for order in orders if order.names[darkest] == cirrus), None)


def _as_dn(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype == np.uint8:
        return values * _TRUE_COLOUR
    scaled = values.astype(np.float64)
    return scaled * _DN if np.issubdtype(values.dtype, np.floating) else scaled


def _score(values: NDArray[np.float64], weights: Sequence[float]) -> float:
    """Returns the log-odds that the first band is blue and the third red; 0 if unknown."""
    known = values[:, (values > 0).all(axis=0)]
    if known.shape[1] < _LEAST:
        return 0.0
    known = known[:, :: known.shape[1] // _MOST + 1]
    low, middle, high = (np.percentile(known, share, axis=1) for share in (2, 50, 98))
    spread: NDArray[np.float64] = high - low
    size = np.sqrt(np.mean(spread**2)) + 1e-6
    deviation = known.std(axis=1) + 1e-6
    alike = np.asarray(np.corrcoef(known)) if (deviation > 1e-3).all() else np.ones((3, 3))
    terms = (
        np.log(deviation[0] / deviation[2]),
        np.log((spread[0] + 1) / (spread[2] + 1)),
        *((quantile[0] - quantile[2]) / size for quantile in (low, middle, high)),
        alike[0, 1] - alike[1, 2],
    )
    return float(np.dot(weights, np.clip(terms, -_LARGEST, _LARGEST)))
