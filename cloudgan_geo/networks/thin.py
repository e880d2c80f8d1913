"""The generator for thin cloud: a correction, an opacity and an expected error."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.networks.generator import DoubleConv

Context = Literal["surroundings", "scene", "none"]

#: Channels and side of the view on what surrounds a window, and the cells of the window
#: itself in that view once it is halved.
VIEW_CHANNELS, VIEW = 10, 40
_INNER = slice(8, 12)
#: Feature maps of the view's encoder, from fine to coarse, and of what it hands over.
_VIEW_WIDTHS = (32, 64, 96)
_HANDED_OVER = 64
#: An error of about this size is expected before anything has been learned.
_FIRST_ERROR = 0.05


class Estimate(NamedTuple):
    """What the generator says about a batch of windows.

    Attributes:
        correction: To add to the cloudy windows, model domain, shape (n, 3, h, w).
        opacity: 1 - transmittance in green, in [0, 1], shape (n, 1, h, w).
        error: Above which one in ten absolute errors of the corrected bands should lie, model
            domain, above 0, shape (n, 1, h, w).
    """

    correction: Tensor
    opacity: Tensor
    error: Tensor


class ThinGenerator(nn.Module):
    """U-Net that predicts what to add to a window, seen within its surroundings.

    The levels are the article's. A second, small encoder reads a coarse view of the
    surroundings and joins at the lowest level. The correction is gain * x + shift with a
    gain and a shift a pixel: a veil y = t * x + A * (1 - t) is undone by a gain 1 / t - 1 and
    a shift -A * (1 - t) / t, which vary slowly, while the detail comes from the input. Pixels
    with all bands saturated hold nothing to recover: their correction is 0.

    Args:
        width: Feature maps of the first level; each level below doubles them.
        context: What it sees beyond the window: the `surroundings`, their values over the
            whole `scene` (one set a view, no places), or `none`. The last two were trained
            for comparison.
    """

    #: What it takes: windows, whose size the view is cut to fit, and views.
    input_shapes = ((3, 64, 64), (VIEW_CHANNELS, VIEW, VIEW))

    def __init__(self, width: int = 16, context: Context = "surroundings") -> None:
        super().__init__()
        self.channels = 3
        self.width = width
        self.context = context
        w = width
        self.conv_1 = DoubleConv(3, w)
        self.conv_2 = DoubleConv(w, 2 * w)
        self.conv_3 = DoubleConv(2 * w, 4 * w)
        self.conv_4 = DoubleConv(4 * w, 8 * w)
        self.conv_5 = DoubleConv(8 * w + _HANDED_OVER, 16 * w)
        self.pool = nn.MaxPool2d(2)
        self.upconv_1 = nn.ConvTranspose2d(16 * w, 8 * w, 2, stride=2)
        self.conv_6 = DoubleConv(16 * w, 8 * w)
        self.upconv_2 = nn.ConvTranspose2d(8 * w, 4 * w, 2, stride=2)
        self.conv_7 = DoubleConv(8 * w, 4 * w)
        self.upconv_3 = nn.ConvTranspose2d(4 * w, 2 * w, 2, stride=2)
        self.conv_8 = DoubleConv(4 * w, 2 * w)
        self.upconv_4 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.conv_9 = DoubleConv(2 * w, w)
        self.view = ViewEncoder()
        # Gain and shift of three bands, opacity, error: of every pixel and, smooth, of the veil
        # that the surroundings show. Without this short way from the surroundings to the
        # result they were ignored after 64,000 chips. Zeros: at first nothing is changed.
        self.output = nn.Conv2d(w, 8, 3, padding=1)
        self.veil = nn.Conv2d(_HANDED_OVER, 8, 1)
        for layer in (self.output, self.veil):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, view: Tensor) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: Cloudy windows in the model domain, float in [0, 1], shape (n, 3, 64, 64); of any
                multiple of 16 without context.
            view: Their surroundings, shape (n, 10, 40, 40): lowest, mean and highest values
                of blocks of 8 pixels, and 1 where a block is known, else all 0.
        """
        dtype = next(self.view.parameters()).dtype
        # The windows stay in float32 for the last step: the gain would amplify their rounding.
        skip_1 = self.conv_1(x.to(dtype))
        skip_2 = self.conv_2(self.pool(skip_1))
        skip_3 = self.conv_3(self.pool(skip_2))
        skip_4 = self.conv_4(self.pool(skip_3))
        deepest = self.pool(skip_4)
        surroundings = self._surroundings(view.to(dtype), deepest)
        y = self.conv_5(torch.cat([deepest, surroundings], dim=1))
        y = self.conv_6(torch.cat([self.upconv_1(y), skip_4], dim=1))
        y = self.conv_7(torch.cat([self.upconv_2(y), skip_3], dim=1))
        y = self.conv_8(torch.cat([self.upconv_3(y), skip_2], dim=1))
        y = self.conv_9(torch.cat([self.upconv_4(y), skip_1], dim=1))
        # Last layer in float32 whatever the autocast type, as in the article's generator.
        with torch.autocast(x.device.type, enabled=False):
            veil = F.interpolate(self.veil(surroundings.float()), x.shape[2:], mode="bilinear")
            return _estimate(self.output(y.float()) + veil, x)

    def _surroundings(self, view: Tensor, deepest: Tensor) -> Tensor:
        if self.context == "none":
            # Not an encoder of zeros: its batch norms would divide by a variance of nothing.
            return deepest.new_zeros(len(deepest), _HANDED_OVER, *deepest.shape[2:])
        out: Tensor = self.view(seen(view, self.context))
        return out


class ViewEncoder(nn.Module):
    """Reads the surroundings of a window, down to one vector and back up to its own cells."""

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse = _VIEW_WIDTHS
        self.entry = nn.Sequential(
            nn.Conv2d(VIEW_CHANNELS, fine, 3, stride=2, padding=1),
            nn.BatchNorm2d(fine),
            nn.ReLU(inplace=True),
        )
        self.conv_1 = DoubleConv(fine, fine)
        self.conv_2 = DoubleConv(fine, middle)
        self.conv_3 = DoubleConv(middle, coarse)
        self.pool = nn.MaxPool2d(2)
        self.conv_4 = DoubleConv(coarse + middle, middle)
        self.conv_5 = DoubleConv(middle + fine, middle)
        self.exit = nn.Sequential(
            nn.Conv2d(middle + coarse, _HANDED_OVER, 1),
            nn.BatchNorm2d(_HANDED_OVER),
            nn.ReLU(inplace=True),
        )

    def forward(self, view: Tensor) -> Tensor:
        """Maps (n, 10, 40, 40) to (n, 64, 4, 4), a cell for every 16 pixels of the window."""
        fine = self.conv_1(self.entry(view))
        middle = self.conv_2(self.pool(fine))
        coarse = self.conv_3(self.pool(middle))
        overall = coarse.mean(dim=(2, 3), keepdim=True)
        y = self.conv_4(torch.cat([F.interpolate(coarse, scale_factor=2.0), middle], dim=1))
        y = self.conv_5(torch.cat([F.interpolate(y, scale_factor=2.0), fine], dim=1))
        y = y[:, :, _INNER, _INNER]
        out: Tensor = self.exit(torch.cat([y, overall.expand(-1, -1, *y.shape[2:])], dim=1))
        return out


def seen(view: Tensor, context: Context) -> Tensor:
    """Returns what a generator may see of a view.

    Args:
        view: Shape (n, 10, 40, 40).
        context: `scene` for the lowest, mean and highest values of all its known blocks, the
            same at every place; else all of it.
    """
    if context != "scene":
        return view
    known = view[:, 9:]
    count = known.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    low = (view[:, :3] + (1 - known) * 9).amin(dim=(2, 3), keepdim=True)
    mean = (view[:, 3:6] * known).sum(dim=(2, 3), keepdim=True) / count
    high = view[:, 6:9].amax(dim=(2, 3), keepdim=True)
    share = known.mean(dim=(2, 3), keepdim=True)
    return torch.cat([low, mean, high, share], dim=1).expand_as(view)


def _estimate(raw: Tensor, x: Tensor) -> Estimate:
    saturated = (x >= 1).all(dim=1, keepdim=True)
    return Estimate(
        correction=(raw[:, :3] * x + raw[:, 3:6]).masked_fill(saturated, 0.0),
        opacity=torch.sigmoid(raw[:, 6:7]),
        error=_FIRST_ERROR * torch.exp(raw[:, 7:8].clamp(-6, 4)),
    )
