"""Ground that EuroSAT lacks: without the air's own light, brighter, darker, under snow.

EuroSAT is Europe seen through the atmosphere. Level-2A scenes have the air's light taken away,
deserts and snow are far brighter; without such ground a generator takes it for cloud.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

#: Light of clear air in red, green and blue, model domain: what the darkest chips of EuroSAT
#: still show.
_AIR = (0.10, 0.16, 0.26)
#: Shares of chips with the air's light taken away, and made brighter or darker.
_AIRLESS, _OTHER_GAIN = 0.3, 0.3
_GAIN = (0.5, 3.0)
#: Spread of the logarithm of a band's gain.
_TINT = 0.08


@dataclass(frozen=True)
class Ground:
    """A change of the ground's light: (x - air) * gain, never below 0.

    Attributes:
        air: Taken away from red, green and blue, model domain.
        gain: Of red, green and blue.
    """

    air: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def change(self, values: Float32) -> Float32:
        """Returns changed values.

        Args:
            values: Shape (bands, height, width), red, green, blue as often as there are bands.
        """
        if self == Ground():
            return values
        times = len(values) // 3
        air = np.tile(np.array(self.air, np.float32), times)[:, None, None]
        gain = np.tile(np.array(self.gain, np.float32), times)[:, None, None]
        return np.asarray(np.maximum(values - air, 0) * gain)


def draw_ground(rng: np.random.Generator) -> Ground:
    """Draws a change of the ground, or none."""
    airless, other, amount, bright = rng.random(4)
    tint = np.exp(_TINT * rng.standard_normal(3))
    air, gain = np.zeros(3), np.ones(3)
    if airless < _AIRLESS:
        air = np.array(_AIR) * (0.4 + 0.7 * amount) * np.sqrt(tint)
        gain = np.array([1.05, 1.1, 1.15])
    if other < _OTHER_GAIN:
        low, high = _GAIN
        gain = gain * low * math.pow(high / low, bright) * tint
    return Ground(_three(air), _three(gain))


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = values.tolist()
    return red, green, blue
