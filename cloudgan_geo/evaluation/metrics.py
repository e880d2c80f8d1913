"""How far an image is from its truth: L1, PSNR, SSIM, chip by chip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ChipScores:
    """Scores of every chip of a set, each array of shape (chips,).

    Attributes:
        l1: Mean absolute error, in the model domain's 0..1.
        psnr: Peak signal-to-noise ratio in dB, peak 1.
        ssim: Structural similarity, Gaussian window 11, sigma 1.5, data range 1.
    """

    l1: NDArray[np.float64]
    psnr: NDArray[np.float64]
    ssim: NDArray[np.float64]

    def means(self) -> dict[str, float]:
        """Returns the mean over chips of every score."""
        return {name: float(values.mean()) for name, values in vars(self).items()}


def score_chips(images: Tensor, truth: Tensor) -> ChipScores:
    """Scores a batch of images against their truth.

    Args:
        images: Float in [0, 1], shape (chips, bands, height, width), 11 pixels or more a side.
        truth: The same for the clear images.

    Returns:
        One score a chip. A perfect chip has an infinite PSNR.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    difference = (images - truth).double()
    mean_square = difference.square().mean(dim=(1, 2, 3))
    # Without `return_full_image` it is one tensor, which its annotation does not say.
    ssim = cast(
        "Tensor",
        structural_similarity_index_measure(
            images, truth, data_range=1.0, kernel_size=11, sigma=1.5, reduction="none"
        ),
    )
    return ChipScores(
        l1=difference.abs().mean(dim=(1, 2, 3)).cpu().numpy(),
        psnr=(-10 * mean_square.log10()).cpu().numpy(),
        ssim=np.atleast_1d(ssim.double().cpu().numpy()),
    )


def concatenate(parts: list[ChipScores]) -> ChipScores:
    """Joins the scores of several batches."""
    return ChipScores(
        l1=np.concatenate([part.l1 for part in parts]),
        psnr=np.concatenate([part.psnr for part in parts]),
        ssim=np.concatenate([part.ssim for part in parts]),
    )
