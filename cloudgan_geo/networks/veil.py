"""The generator for veils in any bands: gain and shift at half of the resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.bands import BandSet
from cloudgan_geo.choices import Level
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.backbone import DoubleConv, row_by_row
from cloudgan_geo.networks.thin import Estimate

#: Values beside the bands' flags that it is told: level 1C, level 2A; both 0 if unknown.
LEVELS: tuple[str, ...] = get_args(Level)
#: Ground that is taken for typical, in the model domain of a band, until a card tells it.
_TYPICAL = 0.3
#: Inputs are their difference from typical ground times this: of about unit variance then.
_SPREAD = 4.0
#: Pixels to each side over which detail's mean is taken.
REACH = 8
#: Of shift and of the logarithm of a band's factor; where depth and error begin: near none.
_SHIFT, _FACTOR, _FIRST_DEPTH, _FIRST_ERROR = 0.3, 0.5, -2.0, -3.0
#: Depth of a band beyond which contrast is not raised: twelve times.
_DEEPEST = 2.5


class VeilGenerator(nn.Module):
    """U-Net that predicts what to add to a window of any of its bands.

    The correction is gain * detail + shift. The detail is what the input differs from its own
    mean over `REACH` pixels around: gain and shift of the input itself can hardly be told
    apart, and generators learned to shift and left the contrast as low as the veil had made
    it. The gain of a band is exp(depth * factor) - 1, with the depth that the opacity is made
    of, as transmittance exp(-depth) takes contrast away, and a factor a band near 1.

    A veil is smooth: depth, factors and shift are predicted at half of the resolution and
    interpolated, and all levels below are interpolated too, so that no transposed convolution
    leaves a grid (A. Odena, V. Dumoulin, C. Olah, "Deconvolution and checkerboard artifacts",
    Distill, 2016). It is told which of its bands a scene has, and the processing level.

    Args:
        bands: What it reads and corrects.
        widths: Feature maps at 1/2, 1/4, 1/8 and 1/16 of the resolution.
    """

    #: Name in cards, what it gives and sees, and layers never to run in bf16.
    architecture = "veil"
    estimates = True
    sees_surroundings = False
    asks_about_scenes = True
    exact = ("output",)
    #: Height and width of an input must be multiples of this.
    multiple = 16
    #: The weight whose shape tells width and bands.
    first_weight = "entry.0.weight"

    def __init__(self, bands: BandSet, widths: Sequence[int] = (24, 48, 96, 128)) -> None:
        super().__init__()
        fine, middle, coarse, coarsest = widths
        self.bands = bands
        self.widths = tuple(widths)
        self.width = fine
        reads, corrects = len(bands.reads), len(bands.corrects)
        #: What it takes: windows, and what it is told.
        self.input_shapes = ((reads, 64, 64), (reads + len(LEVELS),))
        self.typical: Tensor
        self.register_buffer("typical", torch.full((reads,), _TYPICAL))
        self.told = nn.Linear(reads + len(LEVELS), fine)
        self.entry = nn.Sequential(
            nn.Conv2d(4 * reads, fine, 3, padding=1, bias=False), nn.BatchNorm2d(fine)
        )
        self.conv_1 = nn.Sequential(
            nn.Conv2d(fine, fine, 3, padding=1), nn.BatchNorm2d(fine), nn.ReLU(inplace=True)
        )
        self.conv_2 = DoubleConv(fine, middle)
        self.conv_3 = DoubleConv(middle, coarse)
        self.conv_4 = DoubleConv(coarse, coarsest)
        # All of a window at every place of it.
        self.overall = nn.Linear(coarsest, coarsest)
        self.conv_5 = DoubleConv(coarsest + coarse, coarse)
        self.conv_6 = DoubleConv(coarse + middle, middle)
        self.conv_7 = DoubleConv(middle + fine, fine)
        # Zeros: at first nothing is changed.
        self.output = nn.Conv2d(fine, 2 * corrects + 1 + len(bands.groups), 3, padding=1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)  # type: ignore[arg-type]

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> VeilGenerator:
        """Returns a generator of the shape that a card tells.

        Raises:
            WeightsError: If it tells none.
        """
        return cls(bands, widths_of_card(card, width))

    @staticmethod
    def bands_of_first(weight: Tensor) -> int:
        """Returns how many bands a first weight reads: each comes as four channels."""
        return weight.shape[1] // 4

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {"widths": list(self.widths)}

    def forward(self, x: Tensor, told: Tensor) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: Cloudy windows in the model domain, float in [0, 1], shape (n, bands read, h, w),
                h and w multiples of 16; bands that are missing are 0.
            told: 1 for each band that is there, else 0; then 1 for the processing level, see
                `LEVELS`; shape (n, bands read + 2).
        """
        dtype = self.told.weight.dtype
        there = told[:, : len(self.bands.reads), None, None]
        y = (x - self.typical[None, :, None, None]) * there * _SPREAD
        y = F.pixel_unshuffle(y, 2).to(dtype)
        heard = row_by_row(self.told, told.to(dtype))[..., None, None]
        first = self.conv_1(F.relu(self.entry(y) + heard))
        second = self.conv_2(F.avg_pool2d(first, 2))
        third = self.conv_3(F.avg_pool2d(second, 2))
        fourth = self.conv_4(F.avg_pool2d(third, 2))
        fourth = fourth + row_by_row(self.overall, fourth.mean(dim=(2, 3)))[..., None, None]
        y = self.conv_5(torch.cat([doubled(fourth), third], dim=1))
        y = self.conv_6(torch.cat([doubled(y), second], dim=1))
        y = self.conv_7(torch.cat([doubled(y), first], dim=1))
        # Last layer in float32 whatever the autocast type, as in the article's generator.
        with torch.autocast(x.device.type, enabled=False):
            return self._estimate(doubled(self.output(y.float())), x)

    def _estimate(self, raw: Tensor, x: Tensor) -> Estimate:
        bands, groups = len(self.bands.corrects), len(self.bands.groups)
        factor, shift, deep, error = torch.split(raw, [bands, bands, 1, groups], dim=1)
        corrected = x[:, self.bands.selected]
        saturated = (corrected[:, self._shown] >= 1).all(dim=1, keepdim=True)
        depth = F.softplus(deep + _FIRST_DEPTH)
        gain = torch.expm1((depth * torch.exp(_FACTOR * factor)).clamp(max=_DEEPEST))
        correction = gain * detail(corrected) + _SHIFT * shift
        return Estimate(
            correction=correction.masked_fill(saturated, 0.0),
            opacity=-torch.expm1(-depth),
            error=F.softplus(error + _FIRST_ERROR),
        )

    @property
    def _shown(self) -> list[int]:
        """Positions among the corrected bands of red, green and blue; of all if it lacks one."""
        visible = self.bands.sensor.visible
        if set(visible) <= set(self.bands.corrects):
            return [self.bands.corrects.index(name) for name in visible]
        return list(range(len(self.bands.corrects)))


def widths_of_card(card: dict[str, Any], width: int) -> list[int]:
    """Returns the feature maps that a card tells, the first of which are `width`.

    Raises:
        WeightsError: If it tells none, or none that make sense.
    """
    widths = card.get("widths")
    fits = isinstance(widths, list) and len(widths) == 4 and widths[0] == width
    if not fits or not all(isinstance(of, int) and 0 < of <= 1024 for of in widths or ()):
        raise WeightsError(f"its card names widths that make no sense: {widths!r}")
    return list(widths or ())


def detail(x: Tensor) -> Tensor:
    """Returns what an image differs from its mean over the pixels around; see `mean_around`."""
    return x - mean_around(x)


def mean_around(x: Tensor) -> Tensor:
    """Returns the mean of an image over `REACH` pixels around each, of the same shape.

    Args:
        x: Shape (n, bands, height, width), mirrored beyond its edges; height and width more
            than `REACH` + 1.
    """
    side = 2 * REACH + 1
    # By running sums: the time does not depend on the reach.
    sums = F.pad(x, (REACH + 1, REACH, REACH + 1, REACH), mode="reflect").cumsum(dim=3)
    sums = (sums[..., side:] - sums[..., :-side]).cumsum(dim=2)
    return (sums[..., side:, :] - sums[..., :-side, :]) / side**2


def ramp(values: Tensor, low: float, high: float) -> Tensor:
    """Returns 0 up to a value, 1 from another on, and a straight line between."""
    return ((values - low) / (high - low)).clamp(0, 1)


def doubled(y: Tensor) -> Tensor:
    """Returns feature maps at twice the resolution, interpolated."""
    return F.interpolate(y, scale_factor=2.0, mode="bilinear")
