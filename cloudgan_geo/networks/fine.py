"""The generator for veils at full resolution: gain and shift of the input, both free."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.bands import BandSet
from cloudgan_geo.networks.backbone import DoubleConv
from cloudgan_geo.networks.thin import Estimate
from cloudgan_geo.networks.veil import doubled

#: Inputs are their difference from this, times this: of about unit variance then.
_TYPICAL, _SPREAD = 0.3, 4.0
#: Of shift and of the logarithm of the error; where opacity and error begin: near none.
_SHIFT, _FIRST_OPACITY, _FIRST_ERROR = 0.3, -2.0, -3.0


class FineGenerator(nn.Module):
    """U-Net that predicts what to add to a window, a gain and a shift a pixel.

    The correction is gain * x + shift, as of `ThinGenerator`, but all levels are interpolated
    upwards instead of by transposed convolutions, which leave a grid (A. Odena, V. Dumoulin,
    C. Olah, "Deconvolution and checkerboard artifacts", Distill, 2016); what is left of one is
    smoothed away. It sees no surroundings and is told nothing about the scene.

    Args:
        bands: What it reads and corrects; all of them are needed.
        width: Feature maps of the first level; each level below doubles them, up to 128.
    """

    #: Name in cards, what it gives and sees, and layers never to run in bf16.
    architecture = "fine"
    estimates = True
    sees_surroundings = False
    asks_about_scenes = False
    exact = ("output",)
    #: Height and width of an input must be multiples of this.
    multiple = 16
    #: The weight whose shape tells width and bands.
    first_weight = "conv_1.double_conv.0.weight"

    def __init__(self, bands: BandSet, width: int = 12) -> None:
        super().__init__()
        self.bands = bands
        self.width = width
        reads, corrects = len(bands.reads), len(bands.corrects)
        #: What it takes: windows.
        self.input_shapes = ((reads, 64, 64),)
        maps = [min(width * 2**level, _MOST) for level in range(5)]
        self.conv_1 = DoubleConv(reads, maps[0])
        self.conv_2 = DoubleConv(maps[0], maps[1])
        self.conv_3 = DoubleConv(maps[1], maps[2])
        self.conv_4 = DoubleConv(maps[2], maps[3])
        self.conv_5 = DoubleConv(maps[3], maps[4])
        self.conv_6 = DoubleConv(maps[4] + maps[3], maps[3])
        self.conv_7 = DoubleConv(maps[3] + maps[2], maps[2])
        self.conv_8 = DoubleConv(maps[2] + maps[1], maps[1])
        self.conv_9 = DoubleConv(maps[1] + maps[0], maps[0])
        # Zeros: at first nothing is changed.
        self.output = nn.Conv2d(maps[0], 2 * corrects + 1 + len(bands.groups), 3, padding=1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)  # type: ignore[arg-type]

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> FineGenerator:
        """Returns a generator of the shape that a card tells."""
        return cls(bands, width)

    @staticmethod
    def bands_of_first(weight: Tensor) -> int:
        """Returns how many bands a first weight reads."""
        return weight.shape[1]

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width: nothing."""
        return {}

    def forward(self, x: Tensor, beside: Tensor | None = None) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: Cloudy windows in the model domain, float in [0, 1], shape (n, bands read, h, w),
                h and w multiples of 16.
            beside: What other generators see around a window; not looked at.
        """
        y = (x - _TYPICAL) * _SPREAD
        first = self.conv_1(y.to(next(self.conv_1.parameters()).dtype))
        second = self.conv_2(F.max_pool2d(first, 2))
        third = self.conv_3(F.max_pool2d(second, 2))
        fourth = self.conv_4(F.max_pool2d(third, 2))
        y = self.conv_5(F.max_pool2d(fourth, 2))
        y = self.conv_6(torch.cat([doubled(y), fourth], dim=1))
        y = self.conv_7(torch.cat([doubled(y), third], dim=1))
        y = self.conv_8(torch.cat([doubled(y), second], dim=1))
        y = self.conv_9(torch.cat([doubled(y), first], dim=1))
        # Last layer in float32 whatever the autocast type, as in the article's generator.
        with torch.autocast(x.device.type, enabled=False):
            return self._estimate(smoothed(self.output(y.float())), x)

    def _estimate(self, raw: Tensor, x: Tensor) -> Estimate:
        corrected = x[:, self.bands.selected]
        saturated = (corrected >= 1).all(dim=1, keepdim=True)
        bands, groups = len(self.bands.corrects), len(self.bands.groups)
        gain, shift, opacity, error = torch.split(raw, [bands, bands, 1, groups], dim=1)
        correction = gain * corrected + _SHIFT * shift
        return Estimate(
            correction=correction.masked_fill(saturated, 0.0),
            opacity=torch.sigmoid(opacity + _FIRST_OPACITY),
            error=F.softplus(error + _FIRST_ERROR),
        )


def smoothed(maps: Tensor) -> Tensor:
    """Returns what a generator predicts for a veil, without periods of 2 and 4 pixels.

    A veil is smooth, and the levels of a U-Net leave these periods in what it predicts. The mean
    of 4 x 4 pixels, and of 2 x 2 of those, has none of either and stays where it is.

    Args:
        maps: Shape (n, maps, height, width).
    """
    around = F.pad(maps, (2, 2, 2, 2), mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(around, 4, stride=1), 2, stride=1)


#: Feature maps that no level exceeds.
_MOST = 128
