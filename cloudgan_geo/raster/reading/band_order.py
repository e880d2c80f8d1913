"""In which order bands without names come, told by their values."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import BandError

Order = Literal["red first", "blue first"]

# Log-odds of `blue first` for what tells the blue band from the red one: red varies more over
# ground, blue is the brighter one through the air. Fitted on real Sentinel-2 images (920 chips
# and 15 scenes of level 1C, veiled ones too; 23 scenes of level 2A), all terms changing sign
# with the order. tests/raster/reading/test_band_order.py counts its errors.
_WEIGHTS = (-4.85, -4.50, 1.07, 0.48, -0.21, -0.02)
_LARGEST = 5.0

# Below this score it is a coin toss. In two folds 0 of 958 images were told wrongly above it,
# 105 refused: mostly single chips and haze over level 2A.
_SURE = 3.0

# Pixels that are enough, and fewer than which tell nothing.
_MOST, _LEAST = 40_000, 256

# DN of reflectance 1, and of 255 in 8-bit true colour: what the terms were fitted on.
_DN, _TRUE_COLOUR = 10_000.0, 3558 / 255
# Positions of the cirrus band, the darkest of all, in stacks of 13: in the sensor's order and
# in EuroSAT's, which puts B8A last.
_CIRRUS = {10: "sensor", 9: "eurosat"}


def visible_order(path: str, values: NDArray[Any]) -> Order:
    """Tells whether the first of three or four bands is red or blue.

    Args:
        path: The raster's, for messages.
        values: A sample of the first three bands, shape (3, pixels), those of pixels without
            data being 0.

    Raises:
        BandError: If the values do not tell.
    """
    score = _score(_as_dn(values))
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


def stack_order(values: NDArray[Any]) -> str | None:
    """Tells the order of 13 bands without names by the cirrus band, which is nearly black.

    Args:
        values: A sample of all, shape (13, pixels), those of pixels without data being 0.

    Returns:
        `sensor` or `eurosat`; None if another band is the darkest.
    """
    known = values[:, (values[:3] > 0).all(axis=0)]
    if known.shape[1] < _LEAST:
        return None
    return _CIRRUS.get(int(np.argmin(np.median(known, axis=1))))


def _as_dn(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype == np.uint8:
        return values * _TRUE_COLOUR
    scaled = values.astype(np.float64)
    return scaled * _DN if np.issubdtype(values.dtype, np.floating) else scaled


def _score(values: NDArray[np.float64]) -> float:
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
    return float(np.dot(_WEIGHTS, np.clip(terms, -_LARGEST, _LARGEST)))
