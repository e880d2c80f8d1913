"""Turning pixel values into the model domain and corrections back into pixel values.

The model domain is float32 in [0, 1]: top-of-atmosphere reflectance divided by 0.275, as in
EuroSAT, whose chips map the DN 0 to 2750 to 0 to 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.raster.reading.declared import step_off
from cloudgan_geo.raster.reading.rows import everywhere

#: Reflectance of a 1 in the model domain.
FULL_SCALE = 0.275

# Values that are computed at once: they stay in the cache.
_AT_ONCE = 2**16


@dataclass(frozen=True)
class Radiometry:
    """How the values of bands of a raster relate to reflectance.

    Attributes:
        profile: One of its sensor's, or `declared` for the file's own scales and offsets.
        reason: Why this profile, in words.
        scale: Reflectance per unit of value, of each band.
        offset: Reflectance at value 0, of each band.
        domain: Reflectance that is 1 in the model domain, of each band.
    """

    profile: str
    reason: str
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    domain: tuple[float, ...] = (FULL_SCALE,) * 3

    @property
    def asked(self) -> AskedRadiometry:
        """What to ask for to have the same again: `auto` for what the file declares."""
        return "auto" if self.profile == "declared" else cast(AskedRadiometry, self.profile)

    def of(self, positions: Sequence[int]) -> Radiometry:
        """Returns the radiometry of some of the bands, counted from 0."""
        scale, offset, domain = (
            tuple(values[position] for position in positions)
            for values in (self.scale, self.offset, self.domain)
        )
        return replace(self, scale=scale, offset=offset, domain=domain)

    @cached_property
    def _to_model(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """What values are multiplied by, and what is added; None if that is 0 in every band."""
        addend = _per_band(np.divide(self.offset, self.domain))
        return _per_band(np.divide(self.scale, self.domain)), addend if addend.any() else None

    @cached_property
    def _from_model(self) -> NDArray[np.float32]:
        """What corrections are multiplied by."""
        return _per_band(np.divide(self.domain, self.scale))

    def to_model(
        self, values: NDArray[Any], out: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Returns values in the model domain.

        Args:
            values: Any real dtype, shape (..., bands, height, width).
            out: Where to put them, of the same shape; None for a new array.

        Returns:
            Float32 in [0, 1], or NaN where a value is; of the same shape.
        """
        model = np.empty(values.shape, np.float32) if out is None else out
        factor, addend = self._to_model
        step = max(1, _AT_ONCE // (values.shape[-1] * len(factor)))
        for top in range(0, values.shape[-2], step):
            part = model[..., top : top + step, :]
            part[...] = values[..., top : top + step, :]
            part *= factor
            if addend is not None:
                part += addend
            np.clip(part, 0.0, 1.0, out=part)
        return model

    def corrected(
        self,
        values: NDArray[Any],
        correction: NDArray[np.float32],
        valid: NDArray[np.bool_],
        nodata: Sequence[float | None],
        out: NDArray[Any] | None = None,
    ) -> NDArray[Any]:
        """Adds corrections to values, in their own units and dtype.

        Where a correction is zero or a pixel invalid the value stays as it is, bit for bit.
        Elsewhere it is rounded, kept in the range of its dtype, and moved by one step
        towards the original if it would mean nodata.

        Args:
            values: Any real dtype of up to 32-bit integers, shape (bands, height, width).
            correction: Model domain, float32, of the same shape.
            valid: Of the same shape.
            nodata: Of each band, from `nodata_code`, or None.
            out: Where to put them, of the dtype and shape of `values`, or `values` itself; None
                for a new array.
        """
        all_valid = everywhere(valid)
        new = np.empty_like(values) if out is None else out
        if not all_valid and not valid.any():
            if new is not values:
                new[...] = values
            return new
        if new is values and not (all_valid and all(code is None for code in nodata)):
            new[...] = self.corrected(values, correction, valid, nodata)
            return new
        change = correction * self._from_model
        _move(values, change, new)
        if not all_valid:
            np.copyto(new, values, where=~valid)
        for band, code in enumerate(nodata):
            if code is not None:
                step_off(new[band], code, values[band], valid[band])
        return new


def _move(values: NDArray[Any], change: NDArray[np.float32], out: NDArray[Any]) -> None:
    """Adds a change in their own units, which is used up, to values; 0 changes no bit."""
    if not np.issubdtype(values.dtype, np.integer):
        np.copyto(out, values + change.astype(values.dtype), where=change != 0)
        np.copyto(out, values, where=change == 0)
        return
    limits = np.iinfo(values.dtype)
    np.rint(change, out=change)
    if values.dtype.itemsize > 2:
        moved = values + change.astype(np.int64)
        out[...] = np.clip(moved, limits.min, limits.max)
        return
    # Whole numbers of 16 bits are exact in float32, and so are their sums as far as they fit.
    change += values
    np.clip(change, limits.min, limits.max, out=change)
    np.copyto(out, change, casting="unsafe")


def _per_band(factors: NDArray[np.float64]) -> NDArray[np.float32]:
    return factors.astype(np.float32)[:, None, None]
