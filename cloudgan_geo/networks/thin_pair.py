"""`thin` and a generator at full resolution in one: the first checks the second."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.backbone import UNetLevels
from cloudgan_geo.networks.fine import FineGenerator, smoothed
from cloudgan_geo.networks.thin import Estimate, ThinGenerator
from cloudgan_geo.networks.veil import mean_around, ramp

#: What the one that checks corrects, by what the other one would, up to which that one is not
#: believed, and from which it is: means of the absolute correction over `veil.REACH` pixels
#: around. Bright bare ground looks like a veil to both, and `thin` corrects far less of it.
_DOUBTED, _BELIEVED = 0.1, 0.3
#: A correction that counts as none.
_NONE = 1e-6


class ThinPairGenerator(nn.Module):
    """Two U-Nets for red, green and blue that learned different clouds.

    `thin` sees what surrounds a window, and learned airlight that knows no ground; the other one
    learned the law of a veil, at full resolution, and sees the window alone. The mean of both,
    each weighed by how much it corrects there, gained more on real pairs than either. But to the
    second one bright bare ground is a veil more often, so it has its share only where the first
    one corrects something too.

    Args:
        bands: Red, green and blue, in the domain of the second one.
        width: Feature maps of the second one's first level.
        thin_width: Of the first one's.

    Raises:
        WeightsError: If the bands are others.
    """

    #: Name in cards, what it gives and sees, and layers never to run in bf16.
    architecture = "thin-pair"
    estimates = True
    sees_surroundings = True
    asks_about_scenes = False
    exact = ("thin.output", "thin.veil", "fine.output")
    #: Height and width of an input must be multiples of this.
    multiple = UNetLevels.multiple
    #: The weight whose shape tells width and bands.
    first_weight = f"fine.{FineGenerator.first_weight}"
    bands_of_first = staticmethod(FineGenerator.bands_of_first)

    def __init__(self, bands: BandSet, width: int = 12, thin_width: int = 16) -> None:
        super().__init__()
        if bands.reads != RGB.reads or bands.corrects != RGB.corrects:
            raise WeightsError(
                f"its card names other bands than {', '.join(RGB.reads)}, which are those of thin: "
                "a thin-pair is for these"
            )
        self.bands = bands
        self.width = width
        self.thin = ThinGenerator(thin_width)
        self.fine = FineGenerator(bands, width)
        #: What it takes: windows, and views of what surrounds them.
        self.input_shapes = self.thin.input_shapes
        ones = zip(bands.domain, RGB.domain, strict=True)
        self._scale = [mine / of_thin for mine, of_thin in ones]

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> ThinPairGenerator:
        """Returns a generator of the shape that a card tells.

        Raises:
            WeightsError: If it tells none.
        """
        thin_width = card.get("thin_width")
        if not isinstance(thin_width, int) or not 0 < thin_width <= 1024:
            raise WeightsError(f"its card names a thin_width that makes no sense: {thin_width!r}")
        return cls(bands, width, thin_width)

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {"thin_width": self.thin.width}

    def forward(self, x: Tensor, view: Tensor) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: See `FineGenerator.forward`.
            view: Surroundings in the same domain; see `ThinGenerator.forward`.
        """
        fine: Estimate = self.fine(x)
        thin = self._thin(x, view)
        share = checked_share(thin.correction, fine.correction)
        return mixed(thin, fine, share)

    def _thin(self, x: Tensor, view: Tensor) -> Estimate:
        """Returns the estimate of `thin`, smoothed, in the domain of the input, not its own."""
        scale = x.new_tensor(self._scale)[:, None, None]
        *values, known = torch.split(view, [len(self.bands.reads)] * 3 + [1], dim=1)
        own_view = torch.cat([*((of * scale).clamp(max=1) for of in values), known], dim=1)
        own_x = (x * scale).clamp(max=1)
        own = self.thin.estimate(smoothed(self.thin.raw(own_x, own_view)), own_x)
        return Estimate(own.correction / scale, own.opacity, own.error / scale.mean())


def checked_share(checking: Tensor, checked: Tensor) -> Tensor:
    """Returns what one of two corrections counts in their mean, where the other agrees.

    Each is weighed by how much it corrects around, and the second not at all where the first
    corrects next to nothing.

    Args:
        checking: The first one's, shape (n, bands, height, width).
        checked: The second one's, of the same bands and domain.

    Returns:
        The second one's share, in [0, 1], shape (n, 1, height, width).
    """
    seen, claimed = (mean_around(of.abs().mean(dim=1, keepdim=True)) for of in (checking, checked))
    agreed = ramp(seen / (claimed + _NONE), _DOUBTED, _BELIEVED)
    return claimed / (seen + claimed + _NONE) * agreed


def mixed(first: Estimate, second: Estimate, share: Tensor) -> Estimate:
    """Returns the mean of two estimates of the same bands, of one group, in one domain.

    Where the two differ at least one is wrong, whatever errors they expect: the expected error
    grows by the distance.

    Args:
        first: One.
        second: The other.
        share: Of the second one, in [0, 1], shape (n, 1, height, width).
    """
    both = Estimate(*(torch.lerp(a, b, share) for a, b in zip(first, second, strict=True)))
    apart = (second.correction - first.correction).abs().mean(dim=1, keepdim=True)
    return both._replace(error=both.error + apart * share)


def pair_with(thin: ThinGenerator, fine: FineGenerator) -> ThinPairGenerator:
    """Makes one generator of two that were trained each by itself.

    Args:
        thin: The one that checks the other.
        fine: For red, green and blue too.

    Raises:
        WeightsError: If they are not of red, green and blue, or `thin` sees no surroundings.
    """
    if thin.bands != RGB or thin.context != "surroundings":
        raise WeightsError(
            "what checks another generator reads red, green and blue as EuroSAT's 8-bit chips "
            "hold them, and sees what surrounds a window"
        )
    both = ThinPairGenerator(fine.bands, fine.width, thin.width)
    both.thin.load_state_dict(thin.state_dict())
    both.fine.load_state_dict(fine.state_dict())
    return both.eval()
