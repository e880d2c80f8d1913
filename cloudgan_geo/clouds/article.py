"""The article's degradations: its Perlin clouds and overlay, pixel mask, Gaussian noise.

Source: A. Rozanov, "Erasing Clouds from Satellite Imagery Using GANs", Towards Data
Science, 2024. The recipe is kept exactly, defects included, because it is the reference
that everyone can reproduce: one cloud field that is only zoomed, one opacity a chip, grey.
`scattering` holds the clouds that teach something about real ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.perlin import Float32, pnoise2_grid_sum

UInt8 = NDArray[np.uint8]

OCTAVES = 12
#: Lattice period of every octave, in cells.
REPEAT = 64
#: Range of the uniform draw of `base_scale`, in pixels a lattice cell of octave 1.
BASE_SCALE = (5.0, 120.0)


def article_cloud(base_scale: float, size: int = 64) -> Float32:
    """Returns the article's cloud field at one zoom.

    Octave o = 1..12 is Perlin noise at (row, column) / (base_scale / o) with amplitude
    0.5**o; their sum is stretched from its minimum and maximum to 0..1.

    Args:
        base_scale: Pixels a lattice cell of the first octave, above 0.
        size: Height and width in pixels.

    Returns:
        Float32 in [0, 1], shape (size, size).

    Raises:
        ValueError: If `base_scale` is not positive.
    """
    if not base_scale > 0:
        raise ValueError(f"base_scale must be above 0, not {base_scale}")
    octave = np.arange(1, OCTAVES + 1)
    coordinate = (np.arange(size) / (base_scale / octave)[:, None]).astype(np.float32)
    amplitudes = (0.5**octave).astype(np.float32)
    field = pnoise2_grid_sum(coordinate, coordinate, amplitudes, REPEAT)
    stretched: Float32 = (field - field.min()) / (field.max() - field.min())
    return stretched


def overlay(image: UInt8, cloud: NDArray[np.floating], opacity: float) -> UInt8:
    """Lays a grey cloud over an image as the article does.

    blended = image * (1 - opacity) + cloud * opacity in 0..1, times 255, truncated.

    Args:
        image: Clear chip, uint8, shape (height, width, bands).
        cloud: Field in [0, 1], shape (height, width), the same in every band.
        opacity: The article's alpha, in [0, 1].

    Returns:
        Cloudy chip, uint8, of the image's shape.
    """
    blended = image / 255.0 * (1 - opacity) + np.asarray(cloud, np.float64)[..., None] * opacity
    return (blended * 255).astype(np.uint8)


def draw_cloudy(image: UInt8, rng: np.random.Generator) -> UInt8:
    """Lays a cloud with the article's random zoom and opacity over a chip.

    Args:
        image: Clear chip, uint8, shape (size, size, bands).
        rng: Source of the two numbers: base_scale ~ U(5, 120), opacity ~ U(0, 1).

    Returns:
        Cloudy chip, uint8, of the image's shape, before JPEG compression.
    """
    base_scale, opacity = rng.uniform(*BASE_SCALE), rng.uniform()
    return overlay(image, article_cloud(base_scale, len(image)), opacity)


def mask_pixels(image: UInt8, fraction: float, rng: np.random.Generator) -> UInt8:
    """Blackens a random share of the pixels, in all bands.

    Args:
        image: Chip, uint8, shape (height, width, bands).
        fraction: Share of pixels to blacken, in [0, 1]; the count is exact.
        rng: Chooses the pixels.

    Returns:
        A masked copy, uint8.

    Raises:
        ValueError: If `fraction` lies outside [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must lie in 0..1, not {fraction}")
    pixels = image.shape[0] * image.shape[1]
    hidden = rng.choice(pixels, round(fraction * pixels), replace=False)
    masked = image.copy()
    masked.reshape(pixels, -1)[hidden] = 0
    return masked


def add_gaussian_noise(image: UInt8, sigma: float, rng: np.random.Generator) -> UInt8:
    """Adds independent Gaussian noise to every sample.

    Args:
        image: Chip, uint8, shape (height, width, bands).
        sigma: Standard deviation in the image's 0..1 scale, 0 or more.
        rng: Source of the noise.

    Returns:
        A noisy copy, uint8, rounded and clipped to 0..255.

    Raises:
        ValueError: If `sigma` is negative.
    """
    if sigma < 0:
        raise ValueError(f"sigma must be 0 or more, not {sigma}")
    noisy = image + rng.normal(0.0, sigma * 255, image.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
