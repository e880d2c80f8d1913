"""Fitting the expected error after training, so that 90 % of the errors lie within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Advance
from cloudgan_geo.chips.eurosat import Chips, split
from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.errors import DatasetError, UsageError
from cloudgan_geo.evaluation.coverage import BINS, bin_name
from cloudgan_geo.evaluation.methods import clean_windows, for_visible
from cloudgan_geo.evaluation.mosaics import arrange
from cloudgan_geo.evaluation.tables import Table, TableRows
from cloudgan_geo.evaluation.thin_suites import seen_veils
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.inference import PreparedGenerator

Float64 = NDArray[np.float64]

#: Share of the errors that is to lie within the interval.
COVERAGE = 0.9
#: Predicted opacities at which the factor is known; between them it is interpolated.
KNOTS = (0.0, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: Of the clouds: neither training's nor the suites'.
_SEED = 20250101
#: How often the chips are put into other mosaics under other clouds.
_ROUNDS = 40
#: One pixel in so many is looked at: neighbours have much the same error.
_EVERY = 32
#: The search ends when no bin is further from the coverage, in percent, or after so many steps.
_CLOSE, _STEPS = 0.1, 50
#: Bounds of the factor. Where the estimated opacity cannot tell the bins of the true one apart
#: it would run away, to 20 with one generator, and every interval be too wide to be of use.
_RANGE = (0.4, 2.5)
#: What a bend between knots costs against errors of the coverage.
_SMOOTHNESS = 1e-4
#: Added to ratios, whose logarithm is taken.
_TINY = 1e-6


@dataclass(frozen=True)
class Errors:
    """Errors of pixels and what was expected of them.

    Attributes:
        opacity: Predicted, in [0, 1], shape (pixels,).
        where: Bin of the true opacity, 0 to 4, shape (pixels,).
        ratio: Logarithm of absolute by expected error, shape (pixels, 3).
    """

    opacity: Float64
    where: NDArray[np.int64]
    ratio: Float64

    def coverage(self, factor: Float64) -> list[float | None]:
        """Returns, for factors at `KNOTS`, the percentage within the interval by bin."""
        covered = (self.ratio <= self._scale(np.log(factor))[:, None]).mean(axis=1)
        pixels = np.bincount(self.where, minlength=BINS)
        sums = np.bincount(self.where, covered, BINS)
        return [
            100 * total / count if count else None
            for total, count in zip(sums.tolist(), pixels.tolist(), strict=True)
        ]

    def fit(self) -> Float64:
        """Returns factors at `KNOTS` that give every bin of true opacity the same coverage.

        The factor is a function of the predicted opacity, the bins are of the true one. Newton's
        method seeks the factors' logarithms that give each bin what it lacks and, of the many
        that do, change smoothly from knot to knot.
        """
        spread = self._spread()
        bend = np.diff(np.eye(len(KNOTS)), n=2, axis=0)
        stiffness = _SMOOTHNESS * bend.T @ bend
        inverse = np.linalg.pinv(spread.T @ spread + stiffness)
        logarithm = np.zeros(len(KNOTS))
        best, least = logarithm, self._apart(logarithm)
        for _ in range(_STEPS):
            change = inverse @ (spread.T @ self._lack(logarithm) - stiffness @ logarithm)
            logarithm = np.clip(logarithm + change, *np.log(_RANGE))
            apart = self._apart(logarithm)
            if apart < least:
                best, least = logarithm, apart
            if apart < _CLOSE:
                break
        return np.asarray(np.exp(best))

    def _lack(self, logarithm: Float64) -> Float64:
        """Returns by how much the interval is too small in every bin, as a logarithm."""
        left = self.ratio - self._scale(logarithm)[:, None]
        bins = (left[self.where == k] for k in range(BINS))
        return np.array([np.quantile(of, COVERAGE) if of.size else 0.0 for of in bins])

    def _apart(self, logarithm: Float64) -> float:
        """Returns how far the worst bin is from the coverage, in percent."""
        found = self.coverage(np.exp(logarithm))
        return max(abs(value - 100 * COVERAGE) for value in found if value is not None)

    def _scale(self, logarithm: Float64) -> Float64:
        # Between knots the factor is interpolated, not its logarithm, as the generator does.
        return np.asarray(np.log(np.interp(self.opacity, KNOTS, np.exp(logarithm))))

    def _spread(self) -> Float64:
        """Returns how the pixels of every bin are spread over the knots: (bins, knots)."""
        right = np.clip(np.searchsorted(KNOTS, self.opacity), 1, len(KNOTS) - 1)
        knots = np.array(KNOTS)
        after = (self.opacity - knots[right - 1]) / (knots[right] - knots[right - 1])
        mass = np.zeros(BINS * len(KNOTS))
        for knot, weight in ((right - 1, 1 - after), (right, after)):
            mass += np.bincount(self.where * len(KNOTS) + knot, weight, len(mass))
        by_bin = mass.reshape(BINS, len(KNOTS))
        return np.asarray(by_bin / np.maximum(by_bin.sum(axis=1, keepdims=True), 1))


@dataclass(frozen=True)
class Calibration:
    """A fitted factor on the expected error.

    Attributes:
        factor: At `KNOTS`.
        before: Percent of the errors within the interval without it, by bin of true opacity.
        after: The same with it.
        chips: How many were looked at.
    """

    factor: tuple[float, ...]
    before: list[float | None]
    after: list[float | None]
    chips: int

    def card(self) -> dict[str, Any]:
        """Returns what a generator's card holds about it."""
        return {"opacity": list(KNOTS), "factor": [round(value, 4) for value in self.factor]}

    def to_markdown(self) -> str:
        """Returns the coverage by bin of true opacity, before and after."""
        rows: TableRows = {
            bin_name(k): {"before": self.before[k], "after": self.after[k]} for k in range(BINS)
        }
        title = f"Percent of the errors within the 90 % interval, {self.chips:,} validation chips"
        return Table(title, "opacity", rows).to_markdown()


def calibrate(
    loaded: LoadedGenerator,
    chips: Chips,
    *,
    validation: int,
    device: str = defaults.DEVICE,
    precision: AskedPrecision = defaults.PRECISION,
    rounds: int = _ROUNDS,
    progress: Advance | None = None,
) -> Calibration:
    """Fits the factor on validation chips, which neither training nor the suites use.

    Args:
        loaded: A generator that estimates opacity and error; a factor in its card is left aside.
        chips: EuroSAT RGB.
        validation: How many training chips its training held out.
        device: As for `PreparedGenerator`.
        precision: As for `PreparedGenerator`.
        rounds: How often every chip is looked at.
        progress: Called with the number of chips just done.

    Raises:
        UsageError: If the generator estimates nothing.
        DatasetError: If there are no validation chips.
    """
    card = {key: value for key, value in loaded.card.items() if key != "error_scale"}
    cleaner = PreparedGenerator(replace(loaded, card=card), device=device, precision=precision)
    if not cleaner.estimates:
        raise UsageError(
            Argument("model", loaded.name), ": estimates no error that could be calibrated"
        )
    indices = split(chips, validation).validation
    if not indices:
        raise DatasetError(
            "too few chips to hold some out; ", Argument("data"), " names the EuroSAT chips"
        )
    parts = list(_errors(for_visible(cleaner), chips, indices, rounds, progress))
    errors = Errors(
        np.concatenate([part.opacity for part in parts]),
        np.concatenate([part.where for part in parts]),
        np.concatenate([part.ratio for part in parts]),
    )
    factor = errors.fit()
    return Calibration(
        factor=tuple(factor.tolist()),
        before=errors.coverage(np.ones(len(KNOTS))),
        after=errors.coverage(factor),
        chips=len(indices) * rounds,
    )


def _errors(
    cleaner: Cleaner,
    chips: Chips,
    indices: tuple[int, ...],
    rounds: int,
    progress: Advance | None,
) -> Iterator[Errors]:
    """Yields the errors of one pixel in `_EVERY` under clouds of training's families."""
    for number in range(rounds):
        arranged = arrange(chips, indices, _SEED + number)
        rng = np.random.default_rng((_SEED, number))
        for veiled in seen_veils(chips, arranged, _SEED + number):
            cleaned = clean_windows(cleaner, veiled.cloudy)
            assert cleaned.opacity is not None
            assert cleaned.error is not None
            pixels = veiled.opacity.size
            chosen = rng.integers(pixels, size=pixels // _EVERY)
            truth = veiled.opacity.ravel()[chosen]
            off = np.abs(cleaned.image - veiled.clear).reshape(len(cleaned.image), pixels)
            ratio = off[:, chosen].astype(np.float64) / cleaned.error.ravel()[chosen] + _TINY
            yield Errors(
                opacity=cleaned.opacity.ravel()[chosen].astype(np.float64),
                where=np.minimum((truth * BINS).astype(np.int64), BINS - 1),
                ratio=np.log(ratio).T,
            )
            if progress:
                progress(len(arranged[0]))
