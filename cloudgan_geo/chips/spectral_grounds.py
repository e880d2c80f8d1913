"""Ground that 13-band chips lack: other air, other seasons, deserts and snow; level 2A."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

#: Light of clear air in reflectance: what the darkest chips still show in the visible, and at
#: other wavelengths by Rayleigh's law.
AIR = {
    "B01": 0.105,
    "B02": 0.072,
    "B03": 0.044,
    "B04": 0.0275,
    "B05": 0.018,
    "B06": 0.014,
    "B07": 0.011,
    "B08": 0.009,
    "B8A": 0.008,
    "B09": 0.003,
    "B10": 0.0,
    "B11": 0.001,
    "B12": 0.0,
}
_VISIBLE = ("B01", "B02", "B03", "B04")
_SWIR = ("B11", "B12")
#: Brightness of all bands, drawn evenly on a log scale; and more for a share of chips, clear
#: ones and others: deserts and snow.
_GAIN, _BRIGHT, _BRIGHT_SHARE = (0.55, 1.9), (1.2, 2.2), (0.08, 0.2)
#: Spread of the logarithm of the gain of the near infrared and of the SWIR beside that of the
#: visible, which seasons change most; and of single bands.
_SEASON, _TINT = 0.2, 0.04
#: Contrast about the mean.
_CONTRAST = (0.6, 1.5)
#: What is left of the air of level 1C, and taken away too much or too little at level 2A.
_AIR_AMOUNT, _AIR_LEFT = (0.6, 1.6), 0.15
#: Mean and spread of the logarithm of B09 over B8A at level 2A.
_VAPOUR_LEFT = (0.01, 0.04)
#: How much brighter the ground is once the way through the air is corrected.
_CORRECTED = (1.0, 1.2)


@dataclass(frozen=True)
class SpectralGround:
    """A change of ground: (x - air) * gain + other air, contrast changed about the mean.

    Attributes:
        removed: Light of the air that is taken away, of every band.
        gain: Of every band.
        added: Light of other air.
        contrast: Factor on the difference from a band's mean.
    """

    removed: tuple[float, ...]
    gain: tuple[float, ...]
    added: tuple[float, ...]
    contrast: float = 1.0

    def change(self, values: Float32, mean: Float32 | None = None) -> Float32:
        """Returns changed reflectance, never below 0.

        Args:
            values: Shape (bands, height, width).
            mean: About which contrast is changed, shape (bands, 1, 1); None for that of the
                values.
        """
        removed, gain, added = (
            np.array(of, np.float32)[:, None, None] for of in (self.removed, self.gain, self.added)
        )
        middle = values.mean(axis=(1, 2), keepdims=True) if mean is None else mean
        lit = np.maximum(values + np.float32(self.contrast - 1) * (values - middle) - removed, 0)
        return np.asarray(lit * gain + added, np.float32)


def draw_spectral_ground(
    rng: np.random.Generator, bands: Sequence[str], *, corrected: bool, clear: bool
) -> SpectralGround:
    """Draws a change of the ground of level-1C chips.

    Args:
        rng: Source of everything that is random.
        bands: Their names.
        corrected: Whether it is to look like level 2A: without the air's light.
        clear: Whether the sky above is clear: unusual ground is then drawn more often.
    """
    level, amount, much, share, gained = rng.random(5)
    low, high = _GAIN
    gain = np.full(len(bands), low * math.pow(high / low, level))
    if share < _BRIGHT_SHARE[clear]:
        gain *= rng.uniform(*_BRIGHT)
    near, swir = np.exp(_SEASON * rng.standard_normal(2))
    for index, name in enumerate(bands):
        gain[index] *= 1.0 if name in _VISIBLE else near * (swir if name in _SWIR else 1.0)
    gain *= np.exp(_TINT * rng.standard_normal(len(bands)))
    air = np.array([AIR[name] for name in bands])
    added = air * (_AIR_AMOUNT[0] + (_AIR_AMOUNT[1] - _AIR_AMOUNT[0]) * amount)
    if corrected:
        gain *= _CORRECTED[0] + (_CORRECTED[1] - _CORRECTED[0]) * gained
        added = air * _AIR_LEFT * amount
    contrast = _CONTRAST[0] * math.pow(_CONTRAST[1] / _CONTRAST[0], much)
    removed = air * 0.9
    return SpectralGround(_values(removed), _values(gain), _values(added), contrast)


def without_vapour(
    rng: np.random.Generator, images: Iterable[Float32], bands: Sequence[str]
) -> None:
    """Makes the vapour's band of images, in place, what level 2A makes of it: another of B8A.

    Sen2Cor finds the vapour of each pixel by the ratio of B09 and B8A and takes it away, over
    clouds too: of 23 scenes of level 2A the median of B09 is 0.93 to 1.16 times that of B8A but in
    one, of chips of level 1C 0.26 times.

    Args:
        rng: Source of what is random.
        images: Reflectance under the same sky, each of shape (bands, height, width).
        bands: Their names, B09 and B8A among them.
    """
    vapour, beside = bands.index("B09"), bands.index("B8A")
    left = np.float32(math.exp(rng.normal(*_VAPOUR_LEFT)))
    for image in images:
        image[vapour] = image[beside] * left


def _values(array: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(array.tolist())
