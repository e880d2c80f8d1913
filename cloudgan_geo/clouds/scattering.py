"""Thin cloud as light scattered into the view: y = t * x + A * (1 - t).

Source of the image model: Koschmieder's law as used for haze in He, Sun, Tang, "Single image
haze removal using dark channel prior", CVPR 2009, equation 1; x is the ground, y what the
sensor sees, t the transmittance and A the airlight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloudgan_geo.clouds.perlin import Float32, pnoise2

Floating = NDArray[np.floating]


@dataclass(frozen=True)
class FractalField:
    """Shape of a fractal cloud field: where and how Perlin noise is sampled.

    Attributes:
        scale: Pixels a lattice cell of the first octave, above 0.
        octaves: Layers, each of twice the frequency of the one before.
        persistence: Amplitude of a layer relative to the one before it.
        rotation: Of the field, in radians.
        anisotropy: How many times longer than wide its structures are.
        origin: Coordinates of the first pixel, in lattice cells.
    """

    scale: float
    octaves: int = 5
    persistence: float = 0.5
    rotation: float = 0.0
    anisotropy: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def sample(self, height: int, width: int) -> Float32:
        """Returns the field over a grid.

        Args:
            height: Rows.
            width: Columns.

        Returns:
            Float32 noise around 0, about -0.7 to 0.7, shape (height, width).
        """
        row = np.arange(height)[:, None] / self.scale
        column = np.arange(width)[None, :] / self.scale
        cosine, sine = np.cos(self.rotation), np.sin(self.rotation)
        along = (cosine * column + sine * row) / self.anisotropy + self.origin[1]
        across = cosine * row - sine * column + self.origin[0]
        return pnoise2(across, along, self.octaves, self.persistence)


def transmittance(optical_depth: Floating, attenuation: ArrayLike = (1.0,)) -> Floating:
    """Returns the share of ground light that a cloud lets through, band by band.

    Args:
        optical_depth: 0 where clear, shape (height, width).
        attenuation: Factor on the optical depth of every band, shape (bands,); shorter
            wavelengths are attenuated a little more.

    Returns:
        exp(-attenuation * optical_depth) in (0, 1], shape (bands, height, width), of the
        optical depth's dtype.
    """
    factor = np.asarray(attenuation, optical_depth.dtype)[:, None, None]
    through: Floating = np.exp(-factor * optical_depth)
    return through


def scatter(ground: ArrayLike, transmittance: Floating, airlight: ArrayLike) -> Floating:
    """Lays a cloud over the ground.

    Args:
        ground: Reflectance in any unit, shape (bands, height, width).
        transmittance: In [0, 1], broadcast to the ground's shape.
        airlight: What an opaque cloud would show, in the ground's unit, shape (bands,).

    Returns:
        t * x + A * (1 - t) in the ground's unit, not clipped, of the transmittance's dtype.
    """
    dtype = transmittance.dtype
    light = np.asarray(airlight, dtype)[:, None, None]
    return np.asarray(ground, dtype) * transmittance + light * (1 - transmittance)
