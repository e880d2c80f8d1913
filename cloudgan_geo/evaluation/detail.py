"""How much of the ground's fine detail an image has, whether or not it is in its place.

Errors reward smooth guesses; what a GAN is trained for shows in the statistics of gradients and
of the spectrum instead.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Float64 = NDArray[np.float64]

#: Added to means of gradients and to powers: a hundredth of a DN in 275, of a chip all alike.
_TINY = 1e-6
#: Power of waves below a cycle in so many pixels is light and colour, not detail.
_DETAIL = 16


def gradient_ratio(images: Tensor, truth: Tensor) -> Float64:
    """Returns the mean absolute gradient by that of the truth: below 1 is blurred.

    Args:
        images: Float in [0, 1], shape (chips, bands, height, width).
        truth: The same for the clear images.

    Returns:
        Ratio of every chip, shape (chips,).
    """
    steep, wanted = _steepness(images), _steepness(truth)
    return np.asarray(((steep + _TINY) / (wanted + _TINY)).cpu().numpy())


def spectrum_distance(images: Tensor, truth: Tensor) -> Float64:
    """Returns how far the power of detail is from that of the truth, in dB.

    The log-spectral distance of A. Gray, J. Markel, "Distance measures for speech processing",
    IEEE Trans. ASSP 24, 1976, equation 4, of spectra averaged over rings of frequency and over
    bands, waves longer than 16 pixels left out.

    Args:
        images: Float in [0, 1], shape (chips, bands, size, size).
        truth: The same for the clear images.

    Returns:
        Root mean square over rings of 10 log10 of the ratio of powers, shape (chips,).
    """
    decibels = [10 * np.log10(_power(of) + _TINY) for of in (images, truth)]
    return np.asarray(np.sqrt(np.mean(np.square(decibels[0] - decibels[1]), axis=1)))


def _steepness(images: Tensor) -> Tensor:
    down = images.diff(dim=2).double().abs().mean(dim=(1, 2, 3))
    return down + images.diff(dim=3).double().abs().mean(dim=(1, 2, 3))


def _power(images: Tensor) -> Float64:
    """Returns the mean power on rings of frequency, shape (chips, rings)."""
    import torch

    # A window, or the jump from edge to edge of a chip would count as detail.
    size = images.shape[-1]
    window = torch.hann_window(size, periodic=True, dtype=torch.float64)
    centred = images.double() - images.double().mean(dim=(2, 3), keepdim=True)
    spectrum = torch.fft.fft2(centred * window[:, None] * window)
    power = spectrum.abs().square().mean(dim=1).flatten(1).cpu().numpy() / size**2
    rings, count = _rings(size)
    return np.stack([np.bincount(rings, chip)[1:] for chip in power]) / count


@cache
def _rings(size: int) -> tuple[NDArray[np.int64], Float64]:
    """Returns the ring of every frequency, 0 for none, and how many lie on rings 1, 2, ..."""
    cycles = np.fft.fftfreq(size, 1 / size)
    radius = np.rint(np.hypot(cycles[:, None], cycles)).astype(np.int64).ravel()
    first, last = max(1, size // _DETAIL), size // 2
    rings = np.where((radius >= first) & (radius <= last), radius - first + 1, 0)
    return rings, np.bincount(rings)[1:].astype(np.float64)
