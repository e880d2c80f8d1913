"""The generator for thin cloud: a correction, an opacity and an expected error."""

from __future__ import annotations

from typing import Any, NamedTuple, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.choices import Context
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.backbone import DoubleConv, UNetLevels

#: Side of the view on what surrounds a window, and the cells of the window itself in that view
#: once it is halved.
VIEW = 40
_INNER = slice(8, 12)
#: Feature maps of the view's encoder, from fine to coarse, and of what it hands over.
_VIEW_WIDTHS = (32, 64, 96)
_HANDED_OVER = 64
#: Windows that a convolution of single cells gets at least.
_ENOUGH = 16
#: An error of about this size is expected before anything has been learned.
_FIRST_ERROR = 0.05


def view_channels(bands: BandSet) -> int:
    """Returns how many channels a view has: three a band that is read, and what is known."""
    return 3 * len(bands.reads) + 1


class Estimate(NamedTuple):
    """What the generator says about a batch of windows.

    Attributes:
        correction: To add to the corrected bands of the cloudy windows, model domain, shape
            (n, bands corrected, h, w).
        opacity: 1 - transmittance in green, in [0, 1], shape (n, 1, h, w).
        error: Above which one in ten absolute errors of a group of corrected bands should lie,
            model domain, above 0, shape (n, groups, h, w).
    """

    correction: Tensor
    opacity: Tensor
    error: Tensor


class ThinGenerator(UNetLevels):
    """U-Net that predicts what to add to a window, seen within its surroundings.

    The levels are the article's. A second, small encoder reads a coarse view of the
    surroundings and joins at the lowest level. The correction is gain * x + shift with a
    gain and a shift a pixel: a veil y = t * x + A * (1 - t) is undone by a gain 1 / t - 1 and
    a shift -A * (1 - t) / t, which vary slowly, while the detail comes from the input. Pixels
    with all corrected bands saturated hold nothing to recover: their correction is 0.

    Args:
        width: Feature maps of the first level; each level below doubles them.
        context: What it sees beyond the window: the `surroundings`, their values over the
            whole `scene` (one set a view, no places), or `none`. The last two were trained
            for comparison.
        bands: What it reads and corrects.
    """

    #: As of the article's generator.
    architecture = "thin"
    estimates = True
    sees_surroundings = True
    asks_about_scenes = False
    exact = ("output", "veil")

    def __init__(
        self, width: int = 16, context: Context = "surroundings", bands: BandSet = RGB
    ) -> None:
        super().__init__(len(bands.reads), width, _HANDED_OVER)
        self.bands = bands
        self.context = context
        channels = view_channels(bands)
        #: What it takes: windows, whose size the view is cut to fit, and views.
        self.input_shapes = ((len(bands.reads), 64, 64), (channels, VIEW, VIEW))
        self.view = ViewEncoder(channels)
        # Gain and shift of every band, opacity, errors: of every pixel and, smooth, of the veil
        # that the surroundings show. Without this short way from the surroundings to the
        # result they were ignored after 64,000 chips. Zeros: at first nothing is changed.
        outputs = 2 * len(bands.corrects) + 1 + len(bands.groups)
        self.output = nn.Conv2d(width, outputs, 3, padding=1)
        self.veil = nn.Conv2d(_HANDED_OVER, outputs, 1)
        for layer in (self.output, self.veil):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> ThinGenerator:
        """Returns a generator of the shape that a card tells.

        Raises:
            WeightsError: If it names a context that is not known.
        """
        context = card.get("context", "surroundings")
        if context not in get_args(Context):
            raise WeightsError(f"its card names an unknown context {context!r}")
        return cls(width, cast(Context, context), bands)

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {"context": self.context}

    def forward(self, x: Tensor, view: Tensor) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: Cloudy windows in the model domain, float in [0, 1], shape (n, bands read, 64,
                64); of any multiple of 16 without context.
            view: Their surroundings, shape (n, 3 * bands read + 1, 40, 40): lowest, mean and
                highest values of blocks of 8 pixels, and 1 where a block is known, else all 0.
        """
        return self.estimate(self.raw(x, view), x)

    def raw(self, x: Tensor, view: Tensor) -> Tensor:
        """Returns what the estimate is made of, gains, shifts, opacity and errors.

        Args:
            x: See `forward`.
            view: See `forward`.

        Returns:
            Float32, shape (n, 2 * bands corrected + 1 + groups, h, w).
        """
        dtype = next(self.view.parameters()).dtype
        # The windows stay in float32 for the last step: the gain would amplify their rounding.
        deepest, skips = self.encode(x.to(dtype))
        surroundings = self._surroundings(view.to(dtype), deepest)
        y = self.decode(torch.cat([deepest, surroundings], dim=1), skips)
        # Last layer in float32 whatever the autocast type, as in the article's generator.
        with torch.autocast(x.device.type, enabled=False):
            veil = F.interpolate(self._veil(surroundings.float()), x.shape[2:], mode="bilinear")
            out: Tensor = self.output(y.float()) + veil
            return out

    def _veil(self, surroundings: Tensor) -> Tensor:
        # Of fewer windows one thread of oneDNN sums up in another order: the last bit of one would
        # depend on how many others are in its batch.
        count = len(surroundings)
        beside = surroundings.new_zeros(max(0, _ENOUGH - count), *surroundings.shape[1:])
        out: Tensor = self.veil(torch.cat([surroundings, beside]))
        return out[:count]

    def _surroundings(self, view: Tensor, deepest: Tensor) -> Tensor:
        if self.context == "none":
            # Not an encoder of zeros: its batch norms would divide by a variance of nothing.
            return deepest.new_zeros(len(deepest), _HANDED_OVER, *deepest.shape[2:])
        out: Tensor = self.view(seen(view, self.context))
        return out

    def estimate(self, raw: Tensor, x: Tensor) -> Estimate:
        """Returns the estimate for windows.

        Args:
            raw: See `raw`.
            x: See `forward`.
        """
        corrected = x[:, self.bands.selected]
        saturated = (corrected >= 1).all(dim=1, keepdim=True)
        bands, groups = len(self.bands.corrects), len(self.bands.groups)
        gain, shift, opacity, error = torch.split(raw, [bands, bands, 1, groups], dim=1)
        return Estimate(
            correction=(gain * corrected + shift).masked_fill(saturated, 0.0),
            opacity=torch.sigmoid(opacity),
            error=_FIRST_ERROR * torch.exp(error.clamp(-6, 4)),
        )


class ViewEncoder(nn.Module):
    """Reads the surroundings of a window, down to one vector and back up to its own cells.

    Args:
        channels: Of a view.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        fine, middle, coarse = _VIEW_WIDTHS
        self.entry = nn.Sequential(
            nn.Conv2d(channels, fine, 3, stride=2, padding=1),
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
        """Maps (n, channels, 40, 40) to (n, 64, 4, 4), a cell for every 16 pixels of the window."""
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
        view: Shape (n, channels, 40, 40).
        context: `scene` for the lowest, mean and highest values of all its known blocks, the
            same at every place; else all of it.
    """
    if context != "scene":
        return view
    bands = view.shape[1] // 3
    lows, means, highs, known = torch.split(view, [bands, bands, bands, 1], dim=1)
    count = known.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    low = (lows + (1 - known) * 9).amin(dim=(2, 3), keepdim=True)
    mean = (means * known).sum(dim=(2, 3), keepdim=True) / count
    high = highs.amax(dim=(2, 3), keepdim=True)
    share = known.mean(dim=(2, 3), keepdim=True)
    return torch.cat([low, mean, high, share], dim=1).expand_as(view)
