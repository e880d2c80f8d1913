"""How far an image is from its truth: MAE, PSNR, SSIM, SAM and detail, chip by chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.evaluation.detail import gradient_ratio, spectrum_distance
from cloudgan_geo.evaluation.scenes import spectral_angle

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ChipScores:
    """Scores of every chip of a set, each array of shape (chips,).

    Attributes:
        mae: Mean absolute error (L1), in the model domain's 0..1.
        psnr: Peak signal-to-noise ratio in dB, peak 1; infinite without error.
        ssim: Structural similarity, Gaussian window 11, sigma 1.5, data range 1.
        sam: Mean spectral angle in degrees, over the pixels that are not black.
        gradient: Mean absolute gradient by that of the truth; below 1 is blurred.
        spectrum: Distance in dB from the truth's power of detail; see `detail`.
    """

    mae: NDArray[np.float64]
    psnr: NDArray[np.float64]
    ssim: NDArray[np.float64]
    sam: NDArray[np.float64]
    gradient: NDArray[np.float64]
    spectrum: NDArray[np.float64]

    def means(self) -> dict[str, float]:
        """Returns the mean over chips of every score; NaN without chips."""
        if not len(self.mae):
            return dict.fromkeys(vars(self), float("nan"))
        return {name: float(values.mean()) for name, values in vars(self).items()}

    def at(self, chosen: NDArray[Any]) -> ChipScores:
        """Returns the scores of some chips, by a mask or by their indices."""
        return ChipScores(**{name: values[chosen] for name, values in vars(self).items()})


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
        mae=difference.abs().mean(dim=(1, 2, 3)).cpu().numpy(),
        psnr=(-10 * mean_square.log10()).cpu().numpy(),
        ssim=np.atleast_1d(ssim.double().cpu().numpy()),
        sam=_angles(images, truth),
        gradient=gradient_ratio(images, truth),
        spectrum=spectrum_distance(images, truth),
    )


def _angles(images: Tensor, truth: Tensor) -> NDArray[np.float64]:
    """Returns the mean spectral angle of every chip; 0 for a chip that is black."""
    # The bands first, as a scene has them; chips and rows are its rows.
    chips, bands, height, width = images.shape
    x, y = (part.cpu().numpy().swapaxes(0, 1).reshape(bands, -1, width) for part in (images, truth))
    angles = spectral_angle(x, y).reshape(chips, height * width)
    coloured = np.isfinite(angles)
    return np.asarray(np.nansum(angles, axis=1) / np.maximum(coloured.sum(axis=1), 1))


def concatenate(parts: Sequence[ChipScores]) -> ChipScores:
    """Joins the scores of several batches."""
    names = [field.name for field in fields(ChipScores)]
    return ChipScores(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )
