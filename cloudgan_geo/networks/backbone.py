"""The U-Net levels that all generators share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Skips = tuple[Tensor, Tensor, Tensor, Tensor]


class DoubleConv(nn.Module):
    """Twice 3x3 convolution, batch norm and ReLU, at constant height and width."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, in_channels, height, width) to (batch, out_channels, height, width)."""
        out: Tensor = self.double_conv(x)
        return out


def row_by_row(layer: nn.Linear, rows: Tensor) -> Tensor:
    """Returns what a linear layer makes of rows, each summed by itself.

    The order in which a product of matrices sums depends on the number of rows, and with two
    threads on the place of a row: the last bit of a window would depend on its batch.

    Args:
        layer: The layer.
        rows: Shape (n, features).
    """
    return (rows[:, None] * layer.weight).sum(dim=2) + layer.bias


class UNetLevels(nn.Module):
    """The five levels of the article's U-Net, without its last layer.

    The architecture of Rozanov (2024), with the names of its state dict.

    Args:
        channels: Bands of the input.
        width: Feature maps of the first level; each level below doubles them.
        joining: Feature maps that join at the lowest level.
    """

    #: Height and width of an input must be multiples of this (four times max-pool 2).
    multiple = 16
    #: The weight whose shape tells width and bands.
    first_weight = "conv_1.double_conv.0.weight"

    def __init__(self, channels: int, width: int, joining: int = 0) -> None:
        super().__init__()
        self.width = width
        w = width
        self.conv_1 = DoubleConv(channels, w)
        self.conv_2 = DoubleConv(w, 2 * w)
        self.conv_3 = DoubleConv(2 * w, 4 * w)
        self.conv_4 = DoubleConv(4 * w, 8 * w)
        self.conv_5 = DoubleConv(8 * w + joining, 16 * w)
        self.pool = nn.MaxPool2d(2)
        self.upconv_1 = nn.ConvTranspose2d(16 * w, 8 * w, 2, stride=2)
        self.conv_6 = DoubleConv(16 * w, 8 * w)
        self.upconv_2 = nn.ConvTranspose2d(8 * w, 4 * w, 2, stride=2)
        self.conv_7 = DoubleConv(8 * w, 4 * w)
        self.upconv_3 = nn.ConvTranspose2d(4 * w, 2 * w, 2, stride=2)
        self.conv_8 = DoubleConv(4 * w, 2 * w)
        self.upconv_4 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.conv_9 = DoubleConv(2 * w, w)

    @staticmethod
    def bands_of_first(weight: Tensor) -> int:
        """Returns how many bands a first weight reads."""
        return weight.shape[1]

    def encode(self, x: Tensor) -> tuple[Tensor, Skips]:
        """Goes down to the lowest level.

        Args:
            x: Shape (batch, channels, height, width).

        Returns:
            Shape (batch, 8 * width, height / 16, width / 16), and what the levels above keep.
        """
        skip_1 = self.conv_1(x)
        skip_2 = self.conv_2(self.pool(skip_1))
        skip_3 = self.conv_3(self.pool(skip_2))
        skip_4 = self.conv_4(self.pool(skip_3))
        return self.pool(skip_4), (skip_1, skip_2, skip_3, skip_4)

    def decode(self, deepest: Tensor, skips: Skips) -> Tensor:
        """Goes through the lowest level and up again.

        Args:
            deepest: From `encode`, with the feature maps that join.
            skips: From `encode`.

        Returns:
            Shape (batch, width, height, width).
        """
        skip_1, skip_2, skip_3, skip_4 = skips
        y = self.conv_5(deepest)
        y = self.conv_6(torch.cat([self.upconv_1(y), skip_4], dim=1))
        y = self.conv_7(torch.cat([self.upconv_2(y), skip_3], dim=1))
        y = self.conv_8(torch.cat([self.upconv_3(y), skip_2], dim=1))
        y = self.conv_9(torch.cat([self.upconv_4(y), skip_1], dim=1))
        return y  # type: ignore[no-any-return]
