"""Which pixels keep their values, which are corrected, and which cannot be recovered."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import BandSet
from cloudgan_geo.choices import Thick
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.windows.mosaic import Correction

#: Classes of the quality band, and what they are called.
NODATA, CLEAR, CORRECTED, THICK = range(4)
CLASSES = ("nodata", "clear", "corrected", "thick")

# At so many times the opacity that is kept the correction has its full effect: at 2 more of thin
# veils stays (gain on validation mosaics 8.67 dB against 8.76).
_FULL_EFFECT = 1.5

# Over so much opacity below that of thick cloud the correction fades out.
_FADE = 0.1

# A ramp narrower than this is a step.
_LEAST_RAMP = 1e-6

# Share of the reflectance at the upper end of the model domain that rounding leaves of it.
_FULL = 1 - 1e-6

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class KeepRule:
    """What opacity decides about a pixel.

    Attributes:
        keep_below: Up to this opacity pixels are clear and keep their values; the correction
            then fades in, up to full effect at one and a half times this opacity.
        thick_above: Above this opacity a pixel cannot be recovered from one image.
        thick: What becomes of it: `keep` its values, with the correction fading out over the
            0.1 below, `fill` in the correction all the same, or `nodata`.
        thick_error: Above this expected error, in reflectance, a corrected pixel is thick as
            well: too little of the ground comes through to be trusted. It is corrected all the
            same, unless thick pixels become `nodata`.

    Raises:
        UsageError: If these make no sense.
    """

    keep_below: float = 0.05
    thick_above: float = 0.9
    thick: Thick = "keep"
    thick_error: float = 0.035

    def __post_init__(self) -> None:
        if self.thick not in get_args(Thick):
            raise UsageError(f"--thick {self.thick}: takes {', '.join(get_args(Thick))}")
        if not 0 <= self.keep_below < self.thick_above <= 1:
            raise UsageError(
                f"--keep-below {self.keep_below:g} --thick-above {self.thick_above:g}: they take "
                "opacities from 0 to 1, the first less than the second"
            )
        if not self.thick_error > 0:
            raise UsageError(f"--thick-error {self.thick_error:g}: takes a reflectance above 0")

    def changed(self) -> list[str]:
        """Returns the options that are not at their defaults, as on the command line."""
        return [
            f"--{field.name.replace('_', '-')} {getattr(self, field.name)}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        ]

    def check(self, scene: Scene) -> None:
        """Refuses to set pixels to nodata in a scene that has no value for it.

        Raises:
            UsageError: If that is asked for and the scene has none, or not the same for red,
                green and blue, or none that its dtype can hold.
        """
        if self.thick != "nodata":
            return
        codes = {repr(band.nodata) for band in scene.used_bands}
        code = scene.used_bands[0].nodata
        if code is not None and not scene.is_float:
            limits = np.iinfo(scene.dtype)
            code = code if limits.min <= code <= limits.max and code == int(code) else None
        if code is None or len(codes) > 1:
            raise UsageError(
                f"--thick nodata: {scene.path} has no nodata value for red, green and blue of "
                f"{scene.dtype}; choose --thick keep or fill"
            )

    def decide(
        self, opacity: Float32, error: Float32, saturated: NDArray[np.bool_]
    ) -> tuple[Float32, NDArray[np.uint8]]:
        """Decides how much of its correction every pixel gets, and its quality class.

        Args:
            opacity: Shape (rows, width).
            error: Half-width of the 90 % interval, in reflectance, of the same shape.
            saturated: Where nothing is left to correct, of the same shape; see `saturated`.

        Returns:
            Weights, float32 in [0, 1], exactly 0 where a pixel is to keep its values, and
            classes, uint8, both of the same shape. Saturated pixels keep their values, and are
            clear unless they are thick.
        """
        weights = _ramp(opacity, self.keep_below, _FULL_EFFECT * self.keep_below)
        classes = np.where((weights == 0) | saturated, np.uint8(CLEAR), np.uint8(CORRECTED))
        thick = opacity > np.float32(self.thick_above)
        classes[thick | ((weights > 0) & (error > np.float32(self.thick_error)))] = THICK
        start = max(self.thick_above - _FADE, self.keep_below)
        # Most rows have no thick cloud and take a quarter of the time.
        if self.thick == "keep" and opacity.max(initial=0) > start:
            weights *= 1 - _ramp(opacity, start, self.thick_above)
            weights[thick] = 0
        # Who fills in thick cloud wants none to be left, its saturated core least of all.
        weights[saturated & ~thick if self.thick == "fill" else saturated] = 0
        return weights, classes

    def blank(
        self,
        values: NDArray[Any],
        wanted: NDArray[np.bool_],
        quality: NDArray[np.uint8],
        nodata: Sequence[float | None],
    ) -> None:
        """Sets thick pixels to nodata, in place, if that is asked for.

        Args:
            values: Shape (bands, rows, width).
            wanted: Which of them may change, of the same shape.
            quality: Shape (rows, width).
            nodata: Of each band.
        """
        if self.thick != "nodata":
            return
        for band, inside, code in zip(values, wanted, nodata, strict=True):
            band[inside & (quality == THICK)] = code


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
    # A pixel is only as good as the worst of its groups.
    worst = reflectance[0] if len(reflectance) == 1 else reflectance.max(axis=0)
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


def _ramp(opacity: Float32, start: float, stop: float) -> Float32:
    """Rises from exactly 0 at `start` to exactly 1 at `stop`, without a bend at either."""
    low, high = np.float32(start), np.float32(stop)
    if high - low < _LEAST_RAMP:
        return (opacity > low).astype(np.float32)
    share = np.clip((opacity - low) / (high - low), 0, 1)
    ramp: Float32 = share * share * (3 - 2 * share)
    return ramp


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
