"""What a generator has to beat: haze removal by the dark-channel prior, which learns nothing."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import max_pool2d

Float32 = NDArray[np.float32]

#: Settings of the paper: share of the haze that is removed, side of the patch, least
#: transmittance, share of the pixels that the airlight is looked for in.
OMEGA, PATCH, LEAST_TRANSMITTANCE, AIRLIGHT_SHARE = 0.95, 15, 0.1, 0.001
#: Of the guided filter: radius of its windows in pixels, and what smooths flat areas.
RADIUS, EPSILON = 60, 1e-3


def dark_channel_prior(image: Float32) -> Float32:
    """Removes haze from an image.

    Source: K. He, J. Sun, X. Tang, "Single image haze removal using dark channel prior", CVPR
    2009, equations 12, 16 and 22 with the paper's settings. The transmittance is refined by
    the same authors' "Guided image filtering", ECCV 2010, instead of soft matting.

    Args:
        image: Model domain, float32 in [0, 1], shape (3, height, width).

    Returns:
        Float32 in [0, 1], of the same shape.
    """
    y = torch.from_numpy(image)
    dark = _lowest(y.amin(dim=0))
    airlight = _airlight(y, dark)[:, None, None]
    transmittance = 1 - OMEGA * _lowest((y / airlight).amin(dim=0))
    refined = guided_filter(y.mean(dim=0), transmittance).clamp(LEAST_TRANSMITTANCE, 1)
    clear: Float32 = ((y - airlight) / refined + airlight).clamp(0, 1).numpy()
    return clear


def guided_filter(guide: Tensor, values: Tensor) -> Tensor:
    """Smooths values but keeps the edges that a guide has.

    Source: "Guided image filtering", algorithm 1, with a grey guide.

    Args:
        guide: Shape (height, width).
        values: The same.
    """
    mean_guide, mean_values = _mean(guide), _mean(values)
    covariance = _mean(guide * values) - mean_guide * mean_values
    variance = _mean(guide * guide) - mean_guide.square()
    slope = covariance / (variance + EPSILON)
    return _mean(slope) * guide + _mean(mean_values - slope * mean_guide)


def _airlight(image: Tensor, dark: Tensor) -> Tensor:
    """Returns the brightest of the pixels whose dark channel is highest, shape (3,)."""
    count = max(1, round(AIRLIGHT_SHARE * dark.numel()))
    candidates = image.flatten(1)[:, dark.flatten().topk(count).indices]
    brightest = candidates[:, candidates.sum(dim=0).argmax()]
    # A black image has no airlight to divide by.
    return brightest.clamp(min=0.05)


def _lowest(values: Tensor) -> Tensor:
    return -max_pool2d(-values[None], PATCH, stride=1, padding=PATCH // 2)[0]


def _mean(values: Tensor) -> Tensor:
    """Returns the mean over windows of 121 x 121 pixels, smaller at the border."""
    mean = values.double()
    for axis in (0, 1):
        # Differences of running sums: the cost does not grow with the window.
        total = torch.cat([torch.zeros_like(mean.narrow(axis, 0, 1)), mean.cumsum(axis)], dim=axis)
        size = mean.shape[axis]
        first = (torch.arange(size) - RADIUS).clamp(min=0)
        last = (torch.arange(size) + RADIUS + 1).clamp(max=size)
        count = (last - first).double()
        mean = total.index_select(axis, last) - total.index_select(axis, first)
        mean /= count[:, None] if axis == 0 else count
    return mean.to(values.dtype)
