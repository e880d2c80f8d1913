"""Thin cloud as light scattered into the view: y = t * x + A * (1 - t).

Source of the image model: Koschmieder's law as used for haze in He, Sun, Tang, "Single image
haze removal using dark channel prior", CVPR 2009, equation 1; x is the ground, y what the
sensor sees, t the transmittance and A the airlight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floating = NDArray[np.floating]


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


def soften(ground: Floating, share: Floating) -> Floating:
    """Blurs the ground where it is seen through cloud.

    Light that scatters forward reaches the sensor from beside the pixel it left: a share of
    what comes through is a blurred image. The kernel is the binomial 1 4 6 4 1 along rows
    and columns, close to a Gaussian of one pixel.

    Args:
        ground: Shape (bands, height, width).
        share: Of the light that is blurred, in [0, 1], shape (height, width).

    Returns:
        ground + share * (blurred - ground); where the share is 0, the ground bit for bit.
    """
    height, width = ground.shape[-2:]
    padded = np.pad(ground, ((0, 0), (2, 2), (2, 2)), mode="edge")
    weights = np.array([1, 4, 6, 4, 1], ground.dtype) / ground.dtype.type(16)
    down = sum(w * padded[:, i : i + height] for i, w in enumerate(weights))
    blurred = sum(w * down[:, :, i : i + width] for i, w in enumerate(weights))
    softened: Floating = ground + share * (blurred - ground)
    return softened
