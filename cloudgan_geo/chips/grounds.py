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
#: Shares of chips with the air's light taken away, and made brighter or darker: under cloud and
#: where it is clear. Twice as many bright ones under cloud taught that bright is clear, and
#: bright cloud over dark ground stayed; clear sky over ground unlike Europe's is to be left alone.
_AIRLESS, _OTHER_GAIN = (0.25, 0.3), (0.16, 0.3)
_GAIN = (0.6, 2.8)
#: Spread of the logarithm of a band's gain.
_TINT = 0.06
#: Logarithm of how much redder than green, and green than blue, other ground is at most: bare
#: soil and sand of deserts, which Europe lacks, are brighter the longer the wavelength.
_WARMTH = 0.35


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


def draw_ground(rng: np.random.Generator, *, clear: bool) -> Ground:
    """Draws a change of the ground, or none.

    Args:
        rng: Source of everything that is random.
        clear: Whether the sky above is clear: unusual ground is then drawn more often.
    """
    airless, other, amount, bright = rng.random(4)
    tint = np.exp(_TINT * rng.standard_normal(3))
    air, gain = np.zeros(3), np.ones(3)
    if airless < _AIRLESS[clear]:
        air = np.array(_AIR) * (0.4 + 0.7 * amount) * np.sqrt(tint)
        gain = np.array([1.05, 1.1, 1.15])
    share = _OTHER_GAIN[clear]
    if other < share:
        low, high = _GAIN
        warmth = np.exp(_WARMTH * other / share * np.array([1.0, 0.0, -1.0]))
        gain = gain * low * math.pow(high / low, bright) * tint * warmth
    return Ground(_three(air), _three(gain))


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = values.tolist()
    return red, green, blue
