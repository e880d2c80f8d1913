"""What is known about pixels besides their values: opacity, error, quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import BandSet
from cloudgan_geo.correction.layers import CLASSES, CORRECTED, NODATA
from cloudgan_geo.correction.quality import Float32, KeepRule
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE, Radiometry
from cloudgan_geo.windows.mosaic import Correction

# Share of the reflectance at the upper end of the model domain that rounding leaves of it.
_FULL = 1 - 1e-6


@dataclass(frozen=True)
class Estimates:
    """What is known about the pixels of some rows besides their values.

    Attributes:
        opacity: Float32 in [0, 1], NaN where nothing was to be done, shape (rows, width).
        error: Half the width of the interval that holds 90 % of the errors, in the scene's
            units, of every group of bands, float32, NaN as in `opacity`, shape (groups, rows,
            width).
        quality: One of `CLASSES`, uint8, shape (rows, width).
    """

    opacity: Float32
    error: Float32
    quality: NDArray[np.uint8]

    @classmethod
    def joined(cls, parts: Sequence[Estimates]) -> Estimates:
        """Puts estimates of neighbouring rows together, from top to bottom."""
        return cls(
            np.concatenate([part.opacity for part in parts]),
            np.concatenate([part.error for part in parts], axis=1),
            np.concatenate([part.quality for part in parts]),
        )


def judge(
    rule: KeepRule,
    correction: Correction,
    values: NDArray[Any],
    wanted: NDArray[np.bool_],
    radiometry: Radiometry,
    bands: BandSet,
) -> tuple[Float32, Estimates]:
    """Weakens a correction to what a rule allows.

    Args:
        rule: The rule.
        correction: With opacity and error.
        values: Bands that are read, shape (bands, rows, width).
        wanted: Which of them are to be corrected, of the same shape.
        radiometry: How they relate to reflectance.
        bands: Which are read and corrected.

    Returns:
        The weakened correction, shape (bands corrected, rows, width), and the estimates.
    """
    assert correction.opacity is not None
    assert correction.error is not None
    if not wanted.any():
        unknown = np.full_like(correction.error, np.nan)
        nodata = np.full(wanted.shape[1:], NODATA, np.uint8)
        return np.zeros_like(correction.image), Estimates(unknown[0].copy(), unknown, nodata)
    opacity = np.clip(correction.opacity, 0, 1)
    reflectance = correction.error * _per_group(bands, bands.corrected_domain, max)
    full = saturated(values[bands.selected], radiometry.of(bands.corrected))
    # A pixel is only as good as the worst of its groups, each measured by its own white: an error
    # that hides a dark visible ground is small beside what vegetation sends back in the near
    # infrared.
    worst = correction.error.max(axis=0) * np.float32(FULL_SCALE)
    weights, quality = rule.decide(opacity, worst, full)
    # Where bands of a group differ in scale the largest of their errors is given.
    scale = [radiometry.scale[position] for position in bands.corrected]
    error = reflectance / _per_group(bands, scale, min)
    if not wanted.all():
        outside = ~wanted.any(axis=0)
        opacity[outside] = error[:, outside] = np.nan
        quality[outside] = NODATA
    return correction.image * weights, Estimates(opacity, error, quality)


def _per_group(
    bands: BandSet, values: Sequence[float], choose: Callable[[Iterable[float]], float]
) -> Float32:
    """Chooses one value of those of the corrected bands of every group: (groups, 1, 1)."""
    chosen = [choose(values[position] for position in of) for of in bands.grouped]
    return np.array(chosen, np.float32)[:, None, None]


def saturated(values: NDArray[Any], radiometry: Radiometry) -> NDArray[np.bool_]:
    """Tells where all bands are at the upper end of the model domain or beyond.

    The generator cannot tell such pixels apart: it would paint over bright rock and snow.

    Args:
        values: Bands that are corrected, shape (bands, rows, width).
        radiometry: How they relate to reflectance.

    Returns:
        Shape (rows, width).
    """
    full = np.ones(values.shape[1:], np.bool_)
    integer = np.issubdtype(values.dtype, np.integer)
    of_bands = zip(values, radiometry.scale, radiometry.offset, radiometry.domain, strict=True)
    for band, scale, offset, top in of_bands:
        limit = (top * _FULL - offset) / scale
        # Compared in their own type: a quarter of the time it takes in the model domain.
        full &= band >= (math.ceil(limit) if integer else limit)
    return full


class QualityCounts:
    """How many pixels there are of each quality class."""

    def __init__(self) -> None:
        self._counts = np.zeros(len(CLASSES), np.int64)

    def add(self, quality: NDArray[np.uint8]) -> None:
        """Counts pixels."""
        self._counts += np.bincount(quality.ravel(), minlength=len(CLASSES))

    @property
    def pixels(self) -> dict[str, int]:
        """By the names of the classes."""
        return {name: int(count) for name, count in zip(CLASSES, self._counts, strict=True)}

    @property
    def shares(self) -> dict[str, float]:
        """Of each class but nodata among all pixels but those; 0 if there are no others."""
        known = self._counts[1:]
        shares = known / max(int(known.sum()), 1)
        return {name: float(share) for name, share in zip(CLASSES[1:], shares, strict=True)}


class ErrorSums:
    """The mean expected error of the pixels that are corrected, of every group of bands.

    Args:
        groups: Their names.
    """

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = tuple(groups)
        self._sums = np.zeros(len(self._groups))
        self._count = 0

    def add(self, estimates: Estimates) -> None:
        """Adds rows."""
        changed = estimates.quality >= CORRECTED
        self._sums += estimates.error[:, changed].sum(axis=1, dtype=np.float64)
        self._count += int(changed.sum())

    @property
    def means(self) -> dict[str, float | None]:
        """By the groups' names, in the scene's units; None if no pixel is corrected."""
        return {
            name: float(total / self._count) if self._count else None
            for name, total in zip(self._groups, self._sums, strict=True)
        }
