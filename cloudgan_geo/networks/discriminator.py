"""The article's ResNet discriminator."""

from __future__ import annotations

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2016, basic block)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )
        self.conv2 = nn.Sequential(
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
        )
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride),
                nn.BatchNorm2d(out_channels),
            )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, in_channels, h, w) to (batch, out_channels, h / stride, w / stride)."""
        out: Tensor = self.relu(self.conv2(self.conv1(x)) + self.downsample(x))
        return out


class ResNetDiscriminator(nn.Module):
    """ResNet [3, 4, 6, 3] with 16-16-32-128-256 channels that tells real from generated.

    The architecture of Rozanov (2024), exactly 5,035,489 parameters for three channels,
    with two repairs: it returns logits (the article's sigmoid before a BCE-with-logits put
    a floor of .503 under its loss) and pools whatever is left of the image, so that it
    takes any image of 32 pixels or more a side.

    Args:
        channels: Bands of the image.
    """

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
        )
        self.maxpool = nn.MaxPool2d(2)
        self.layer0 = _layer(16, 16, blocks=3, stride=1)
        self.layer1 = _layer(16, 32, blocks=4, stride=2)
        self.layer2 = _layer(32, 128, blocks=6, stride=2)
        self.layer3 = _layer(128, 256, blocks=3, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(256, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns one logit an image: above 0 says real.

        Args:
            x: Float image in [0, 1], shape (batch, channels, height, width), 32 pixels or
                more a side.

        Returns:
            Float32 logits, shape (batch,).
        """
        x = self.maxpool(self.conv1(x))
        x = self.layer3(self.layer2(self.layer1(self.layer0(x))))
        logits: Tensor = self.fc(self.avgpool(x).flatten(1))
        return logits.squeeze(1).float()


def _layer(in_channels: int, out_channels: int, *, blocks: int, stride: int) -> nn.Sequential:
    first = ResidualBlock(in_channels, out_channels, stride)
    rest = [ResidualBlock(out_channels, out_channels, 1) for _ in range(blocks - 1)]
    return nn.Sequential(first, *rest)
