"""What a detector adds: noise, and the little light that the cirrus band has under clear sky."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor

#: Clear sky in the cirrus band, in reflectance.
CLEAR_CIRRUS = (6e-4, 35e-4)
#: Standard deviation of a detector's noise in the dark, in reflectance, and of what it gains
#: with the root of the light.
_DARK_NOISE, _LIGHT_NOISE = (2e-4, 6e-4), (5e-4, 2e-3)


def add_noise(
    rng: np.random.Generator, values: Float32, bands: Sequence[str], sensor: Sensor = DEFAULT
) -> Float32:
    """Adds a detector's noise, one draw for each of its pixels.

    Args:
        rng: Source of the noise and its strength.
        values: Reflectance, shape (bands, height, width).
        bands: Their names.
        sensor: Whose bands they are.

    Returns:
        Float32, of the same shape.
    """
    _, height, width = values.shape
    dark, light = rng.uniform(*_DARK_NOISE), rng.uniform(*_LIGHT_NOISE)
    sigma = np.sqrt(np.float32(dark**2) + np.float32(light**2) * np.maximum(values, 0))
    noise = np.empty_like(values)
    for index, name in enumerate(bands):
        pixels = sensor.pixels(name)
        drawn = rng.standard_normal((-(-height // pixels), -(-width // pixels)), np.float32)
        noise[index] = drawn.repeat(pixels, 0).repeat(pixels, 1)[:height, :width]
        if name == sensor.cirrus:
            noise[index] *= np.float32(0.3)
    return np.asarray(values + sigma * noise, np.float32)
