"""What a generator makes of a few chips, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cloudgan_geo.networks.architectures import Generator
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.training.data import ChipBatch, Data
from cloudgan_geo.training.objectives import objective_of

#: Draws the clouds of the samples, apart from those of any training epoch.
_SAMPLE_EPOCH = 2**31 + 1

Image = NDArray[np.float32]


@torch.inference_mode()
def sample_rows(
    generator: Generator, data: Data, indices: Sequence[int]
) -> list[tuple[Image, Image, Image]]:
    """Returns cloudy, clear and generated image of some chips under the recipe's clouds.

    Args:
        generator: Of the data's recipe, in evaluation mode, on any device.
        data: Chips and recipe.
        indices: Which chips.

    Returns:
        Three images a chip, float32 in [0, 1], each of shape (64, 64, 3).
    """
    device = next(generator.parameters()).device
    batch = ChipBatch(*(part.to(device) for part in data.under_clouds(indices, _SAMPLE_EPOCH)))
    objective = objective_of(data.recipe)
    generated = objective.image(objective.predict(generator, batch), batch).clamp(0, 1)
    bands = generator.bands
    images = (
        _pictures(part, of)
        for part, of in (
            (batch.cloudy, bands.reads),
            (batch.clear, bands.corrects),
            (generated, bands.corrects),
        )
    )
    return list(zip(*images, strict=True))


def _pictures(images: Tensor, bands: tuple[str, ...]) -> list[Image]:
    shown = images[:, [bands.index(name) for name in DEFAULT.visible]]
    return list(shown.cpu().numpy().transpose(0, 2, 3, 1))
