"""Checking what is said about arrays: which bands they hold, and how values make reflectance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.arrays.array_scene import NAME
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.band_finding import sensor_band
from cloudgan_geo.raster.reading.opening import DTYPES
from cloudgan_geo.raster.reading.profiles import LEAST_SCALE
from cloudgan_geo.sensors.sensor import Sensor

Pair: TypeAlias = tuple[float, float]
#: Scale and offset from values to reflectance, of all bands or of each.
Reflectance: TypeAlias = Pair | Sequence[Pair]


def band_names(bands: Sequence[str | None], count: int, sensor: Sensor) -> tuple[str | None, ...]:
    """Returns the sensor's names of the bands of an array.

    Args:
        bands: As given: B02, B2, blue, or the names of common catalogues; None for a band that
            is none of the sensor's.
        count: Bands in the array.
        sensor: Whose bands they are.

    Raises:
        UsageError: If these are no names, or not as many as bands.
        BandError: If one is no band of the sensor, or named twice, or red, green and blue are
            not all there.
    """
    if isinstance(bands, str) or not isinstance(bands, (Sequence, np.ndarray)):
        raise UsageError(
            Argument("bands"), f": takes a name for each band, as in {sensor.visible!r}"
        )
    if len(bands) != count:
        raise UsageError(Argument("bands"), f": names {len(bands)} bands, and {NAME} have {count}")
    names = []
    for given in bands:
        name = sensor_band(given, sensor) if isinstance(given, str) else None
        if given is not None and name is None:
            raise BandError(
                Argument("bands"),
                f": {given!r} is no band of {sensor.name}, which has {', '.join(sensor.names)}; "
                "say None for a band that is to be copied",
            )
        names.append(name)
    twice = [name for name, times in Counter(names).items() if name is not None and times > 1]
    if twice:
        raise BandError(Argument("bands"), f": names {', '.join(twice)} twice")
    lacking = [name for name in sensor.visible if name not in names]
    if lacking:
        raise BandError(
            f"{NAME}: have no {', '.join(lacking)}; red, green and blue "
            f"({', '.join(sensor.visible)}) are needed; see ",
            Argument("bands"),
        )
    return tuple(names)


def reflectance_pairs(reflectance: Reflectance, count: int) -> tuple[Pair, ...]:
    """Returns scale and offset of every band of an array.

    Args:
        reflectance: One pair for all bands, or one for each.
        count: Bands in the array.

    Raises:
        UsageError: If they are none, or make no reflectance.
    """
    try:
        pairs = np.asarray(reflectance, np.float64)
    except (TypeError, ValueError):
        pairs = np.empty(0)
    if pairs.shape == (2,):
        pairs = np.broadcast_to(pairs, (count, 2))
    if pairs.shape != (count, 2):
        raise UsageError(
            Argument("reflectance"),
            ": takes (scale, offset), of which reflectance is scale * value + offset, as in ",
            Argument("reflectance", (0.0001, 0.0)),
            f", or a list of such pairs, one for each of {count} bands",
        )
    for scale, offset in pairs.tolist():
        if not (LEAST_SCALE <= scale <= 1 and math.isfinite(offset) and abs(offset) <= 1):
            raise UsageError(
                Argument("reflectance", (scale, offset)),
                f": is no scale of reflectance, {LEAST_SCALE:g} to 1, and offset in reflectance, "
                "-1 to 1: DN of 10000 with an offset of 1000 are (0.0001, -0.1)",
            )
    return tuple((scale, offset) for scale, offset in pairs.tolist())


def check_pixels(pixels: Any) -> None:
    """Refuses what is no array of bands, rows and columns.

    Raises:
        UsageError: If it is of another kind, shape or dtype.
    """
    if not isinstance(pixels, np.ndarray):
        raise UsageError(
            Argument("pixels"),
            f": takes a numpy array of shape (bands, rows, columns), no {type(pixels).__name__}",
        )
    if pixels.ndim != 3 or not pixels.size:
        raise UsageError(
            Argument("pixels"),
            f": takes an array of shape (bands, rows, columns), and this is of {pixels.shape}",
        )
    check_dtype(pixels.dtype)


def check_dtype(dtype: np.dtype[Any]) -> None:
    """Refuses values of other dtypes than those of files.

    Raises:
        UsageError: If they are of one.
    """
    if dtype.name not in DTYPES:
        raise UsageError(Argument("pixels"), f": are {dtype.name}; {', '.join(DTYPES)} can be used")


def check_nodata(nodata: Any) -> None:
    """Refuses a nodata value that is no number.

    Raises:
        UsageError: If it is none.
    """
    if nodata is not None and not isinstance(nodata, (int, float, np.number)):
        raise UsageError(Argument("nodata", nodata), ": takes a number or None")


def known_pixels(pixels: NDArray[Any], valid: Any) -> NDArray[np.bool_]:
    """Returns where pixels are known, whatever their values are.

    Args:
        pixels: Shape (bands, rows, columns); what a masked array masks is not known.
        valid: As given: bool, of the same shape or (rows, columns); None for everywhere.

    Returns:
        Shape (bands or 1, rows, columns).

    Raises:
        UsageError: If `valid` is of another dtype or shape.
    """
    known = np.ones((1, 1, 1), np.bool_)
    if valid is not None:
        known = np.asarray(valid)
        if known.dtype != np.bool_ or known.shape not in (pixels.shape, pixels.shape[1:]):
            raise UsageError(
                Argument("valid"),
                f": takes True and False of shape {pixels.shape[1:]} or {pixels.shape}, and this "
                f"is {known.dtype} of {known.shape}",
            )
        known = known if known.ndim == 3 else known[None]
    if isinstance(pixels, np.ma.MaskedArray) and np.ma.is_masked(pixels):
        known = known & ~np.ma.getmaskarray(pixels)
    return np.broadcast_to(known, (len(known), *pixels.shape[1:]))
