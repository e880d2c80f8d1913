"""What a generator makes of a few chips, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.training.eurosat import Chips, cloudy_pairs, model_domain

#: Draws the clouds of the samples, apart from those of any training epoch.
_SAMPLE_EPOCH = 2**31 + 1

Image = NDArray[np.float32]


@torch.inference_mode()
def sample_rows(
    generator: UNetGenerator, chips: Chips, indices: Sequence[int], *, seed: int
) -> list[tuple[Image, Image, Image]]:
    """Returns cloudy, clear and generated image of some chips under the article's clouds.

    Args:
        generator: In evaluation mode, on any device.
        chips: Clear chips.
        indices: Which of them.
        seed: Of the clouds.

    Returns:
        Three images a chip, float32 in [0, 1], each of shape (64, 64, 3).
    """
    cloudy, clear = cloudy_pairs(chips, indices, seed=seed, epoch=_SAMPLE_EPOCH)
    device = next(generator.parameters()).device
    generated = generator(torch.from_numpy(model_domain(cloudy)).to(device)).cpu().numpy()
    scale = np.float32(1 / 255)
    return [
        (a * scale, b * scale, c)
        for a, b, c in zip(cloudy, clear, generated.transpose(0, 2, 3, 1), strict=True)
    ]
