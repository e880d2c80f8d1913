"""What a declared nodata value means, as GDAL understands it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

# GDAL takes floats for equal that differ by less than so many times their type's precision.
_ULPS = 2


def nodata_code(dtype: str, nodata: float | None) -> float | None:
    """Returns the value of a dtype that a declared nodata value stands for, or None.

    GDAL drops what follows the point for integers, and overlooks what they cannot hold. A NaN
    stands for itself, which is never valid anyway: None.

    Args:
        dtype: Of the values.
        nodata: As declared.
    """
    if nodata is None or math.isnan(nodata):
        return None
    if np.issubdtype(np.dtype(dtype), np.integer):
        limits = np.iinfo(dtype)
        return int(nodata) if limits.min <= nodata <= limits.max else None
    if np.issubdtype(np.dtype(dtype), np.floating):
        with np.errstate(over="ignore"):
            code = float(np.dtype(dtype).type(nodata))
        return code if math.isfinite(code) or not math.isfinite(nodata) else None
    return nodata


def is_code(values: NDArray[Any], code: float) -> NDArray[np.bool_]:
    """Tells which values mean no data.

    Args:
        values: Of any shape.
        code: From `nodata_code`.
    """
    same: NDArray[np.bool_] = values == values.dtype.type(code)
    if code and math.isfinite(code) and np.issubdtype(values.dtype, np.floating):
        limit = np.finfo(values.dtype).eps * _ULPS
        with np.errstate(all="ignore"):
            same |= np.abs(values - code) < limit * np.abs(values + code)
    return same


def step_off(new: NDArray[Any], code: float, old: NDArray[Any], valid: NDArray[np.bool_]) -> None:
    """Moves valid values that have come to mean no data towards what they were, in place.

    Args:
        new: Of any shape.
        code: From `nodata_code`.
        old: What they were, of the same shape.
        valid: Which of these meant something, of the same shape.
    """
    hit = is_code(new, code) & valid
    if not hit.any():
        return
    if np.issubdtype(new.dtype, np.integer):
        step = np.where(old[hit] > new[hit], 1, -1)
        new[hit] = (new[hit].astype(np.int64) + step).astype(new.dtype)
        return
    # As far as it takes to differ for GDAL, but not beyond what it was.
    new[hit] = np.nextafter(new[hit], old[hit])
    reach = 2 * _ULPS * np.finfo(new.dtype).eps * abs(code)
    away = np.asarray(code + np.copysign(reach, old - code), new.dtype)
    still = is_code(new, code) & valid
    new[still] = np.where(np.abs(old - code) < reach, old, away)[still]
