"""The article's U-Net generator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.networks.backbone import UNetLevels


class UNetGenerator(UNetLevels):
    """U-Net of five levels that paints a cloud-free image from a cloudy one.

    The architecture of Rozanov (2024), with the names of its state dict: at width 32 and
    three bands it has exactly 7,766,819 parameters.

    Args:
        bands: What it reads and corrects.
        width: Feature maps of the first level; each level below doubles them.
    """

    #: Name in cards, whether it estimates opacity and error, whether it sees what surrounds a
    #: window, and layers never to run in bf16.
    architecture = "unet"
    estimates = False
    sees_surroundings = False
    asks_about_scenes = False
    exact = ("output",)

    def __init__(self, bands: BandSet = RGB, width: int = 32) -> None:
        super().__init__(len(bands.reads), width)
        self.bands = bands
        #: What it takes.
        self.input_shapes = ((len(bands.reads), 64, 64),)
        self.output = nn.Conv2d(width, len(bands.corrects), 3, padding=1)

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> UNetGenerator:
        """Returns a generator of the shape that a card tells."""
        return cls(bands, width)

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {}

    def forward(self, x: Tensor) -> Tensor:
        """Returns the cleaned image.

        Args:
            x: Cloudy image in the model domain, float in [0, 1], shape (batch, bands read,
                height, width), height and width multiples of 16.

        Returns:
            Float in (0, 1), shape (batch, bands corrected, height, width).
        """
        y = self.decode(*self.encode(x))
        # Last layer in float32 whatever the autocast type: bf16 here costs 8.6 DN of mean
        # error on a 16-bit scene against 2.1.
        with torch.autocast(x.device.type, enabled=False):
            return torch.sigmoid(self.output(y.float()))
