"""How true the estimates are: opacity against truth, and errors against what was expected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.correction.layers import THICK as FLAGGED
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.evaluation.methods import ClearedImage
from cloudgan_geo.evaluation.tables import TableRows
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

#: Bins of true opacity, all of the same width.
BINS = 5
#: Above which opacity is thick, and counts towards what has to be flagged.
THICK = 0.9


@dataclass
class EstimateSums:
    """Sums over pixels, from which coverage, correlation and shares follow.

    Attributes:
        errors: Absolute errors, one of each visible band a pixel, counted by bin of true opacity.
        covered: Those of them no larger than expected.
        expected: Sum of the expected errors, by bin.
        thick: Pixels of a true opacity above `THICK`.
        flagged: Those of them that `decloud` flags thick unless told otherwise.
        moments: Count and sums of x, y, xx, yy, xy, where x is the predicted and y the true
            opacity.
    """

    errors: Float64 = field(default_factory=lambda: np.zeros(BINS))
    covered: Float64 = field(default_factory=lambda: np.zeros(BINS))
    expected: Float64 = field(default_factory=lambda: np.zeros(BINS))
    thick: int = 0
    flagged: int = 0
    moments: Float64 = field(default_factory=lambda: np.zeros(6))

    def add(self, cleaned: ClearedImage, clear: Float32, opacity: Float32) -> None:
        """Adds an image.

        Args:
            cleaned: With opacity and error.
            clear: Truth, shape (3, height, width).
            opacity: Truth, shape (height, width).
        """
        assert cleaned.opacity is not None
        assert cleaned.error is not None
        predicted, expected = cleaned.opacity.ravel(), cleaned.error.ravel()
        truth = opacity.ravel()
        where = np.minimum((truth * BINS).astype(np.int64), BINS - 1)
        below = (np.abs(cleaned.image - clear) <= cleaned.error).sum(axis=0).ravel()
        self.errors += 3 * np.bincount(where, minlength=BINS)
        self.covered += np.bincount(where, below, BINS)
        self.expected += 3 * np.bincount(where, expected, BINS)
        dense = truth > THICK
        self.thick += int(dense.sum())
        reflectance = expected[dense] * np.float32(FULL_SCALE)
        nowhere = np.zeros(reflectance.shape, np.bool_)
        _, classes = KeepRule().decide(predicted[dense], reflectance, nowhere)
        self.flagged += int((classes == FLAGGED).sum())
        self.moments += moments(predicted, truth)

    def __add__(self, other: EstimateSums) -> EstimateSums:
        return EstimateSums(
            self.errors + other.errors,
            self.covered + other.covered,
            self.expected + other.expected,
            self.thick + other.thick,
            self.flagged + other.flagged,
            self.moments + other.moments,
        )

    @property
    def coverage(self) -> list[float | None]:
        """Percent of the errors that lie within what was expected, by bin."""
        return [
            100 * covered / errors if errors else None
            for covered, errors in zip(self.covered.tolist(), self.errors.tolist(), strict=True)
        ]

    @property
    def flagged_share(self) -> float | None:
        """Percent of the thick pixels that are flagged."""
        return 100 * self.flagged / self.thick if self.thick else None

    @property
    def correlation(self) -> float | None:
        """Pearson's, of predicted and true opacity; None where one of them is constant."""
        return correlation(self.moments)

    def rows(self) -> TableRows:
        """Returns the table by bin of true opacity."""
        coverage = self.coverage
        return {
            bin_name(index): {
                "pixels": int(errors) // 3,
                "errors within the 90 % interval, %": coverage[index],
                "mean half-width": expected / errors if errors else None,
            }
            for index, (errors, expected) in enumerate(
                zip(self.errors.tolist(), self.expected.tolist(), strict=True)
            )
        }


def bin_name(index: int) -> str:
    """Returns the bounds of a bin of true opacity."""
    return f"{index / BINS:.1f} to {(index + 1) / BINS:.1f}"


def moments(x: NDArray[np.floating], y: NDArray[np.floating]) -> Float64:
    """Returns count and sums of x, y, xx, yy, xy of two arrays of the same shape."""
    a, b = x.astype(np.float64).ravel(), y.astype(np.float64).ravel()
    return np.array([a.size, a.sum(), b.sum(), a @ a, b @ b, a @ b])


def correlation(sums: Float64) -> float | None:
    """Returns Pearson's correlation from `moments`, which may be added up before."""
    count, x, y, xx, yy, xy = sums.tolist()
    spread = (count * xx - x * x) * (count * yy - y * y)
    if not spread > 0:
        return None
    return float((count * xy - x * y) / np.sqrt(spread))
