"""Which pixels keep their values, which are corrected, and which cannot be recovered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import Thick
from cloudgan_geo.correction.layers import CLEAR, CORRECTED, THICK
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.scene import Scene

# At so many times the opacity that is kept the correction has its full effect: at 2 more of thin
# veils stays (gain on validation mosaics 8.67 dB against 8.76).
_FULL_EFFECT = 1.5

# Over so much opacity below that of thick cloud the correction fades out.
_FADE = 0.1

# A ramp narrower than this is a step.
_LEAST_RAMP = 1e-6


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
            same, unless thick pixels become `nodata`. Bands whose white is not .275, where the
            model domain of red, green and blue alone ends, are held to it in proportion.

    Raises:
        UsageError: If these make no sense.
    """

    keep_below: float = defaults.KEEP_BELOW
    thick_above: float = defaults.THICK_ABOVE
    thick: Thick = defaults.THICK
    thick_error: float = defaults.THICK_ERROR

    def __post_init__(self) -> None:
        if self.thick not in get_args(Thick):
            raise UsageError(Argument("thick", self.thick), f": takes {', '.join(get_args(Thick))}")
        if not 0 <= self.keep_below < self.thick_above <= 1:
            raise UsageError(
                Argument("keep_below", self.keep_below),
                " ",
                Argument("thick_above", self.thick_above),
                ": they take opacities from 0 to 1, the first less than the second",
            )
        if not self.thick_error > 0:
            raise UsageError(
                Argument("thick_error", self.thick_error), ": takes a reflectance above 0"
            )

    def changed(self) -> list[Argument]:
        """Returns the options that are not at their defaults."""
        return [
            Argument(field.name, getattr(self, field.name))
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
                Argument("thick", "nodata"),
                f": {scene.path} has no nodata value for red, green and blue of "
                f"{scene.dtype}; choose ",
                Argument("thick", "keep", "fill"),
            )

    def decide(
        self, opacity: Float32, error: Float32, saturated: NDArray[np.bool_]
    ) -> tuple[Float32, NDArray[np.uint8]]:
        """Decides how much of its correction every pixel gets, and its quality class.

        Args:
            opacity: Shape (rows, width).
            error: Half-width of the 90 % interval, in reflectance where .275 is white, of the
                same shape.
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


def _ramp(opacity: Float32, start: float, stop: float) -> Float32:
    """Rises from exactly 0 at `start` to exactly 1 at `stop`, without a bend at either."""
    low, high = np.float32(start), np.float32(stop)
    if high - low < _LEAST_RAMP:
        return (opacity > low).astype(np.float32)
    share = np.clip((opacity - low) / (high - low), 0, 1)
    ramp: Float32 = share * share * (3 - 2 * share)
    return ramp
