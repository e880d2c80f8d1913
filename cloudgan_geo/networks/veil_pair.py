"""Two generators for veils in one: one that leans on the cirrus band, one that never saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.thin import Estimate
from cloudgan_geo.networks.veil import VeilGenerator, mean_around, ramp, widths_of_card

#: Reflectance in the cirrus band up to which it shows nothing (clear sky has 6 to 35 DN), and
#: from which what it shows decides.
_NOTHING, _DECIDES = 0.004, 0.012
#: Mean opacity, over `REACH` pixels around, up to which the one that never saw cirrus is not
#: believed, and from which it is, where nothing else is known: without it half of the clear
#: pixels of level 1C and a fifth of those of level 2A changed.
_DOUBTED, _BELIEVED = 0.06, 0.15
#: The same beside the one that sees cirrus, which leaves clear ground as it is.
_SECOND, _FIRST = 0.1, 0.2


class VeilPairGenerator(nn.Module):
    """Two U-Nets for the same bands, of which only one sees the cirrus band.

    Whoever sees cirrus leans on it: where the band shows nothing, the generator with it takes low
    cloud for ground; where it shows cirrus, that one is the better by far, and it leaves clear
    ground as it is. So each pixel gets the estimate of the one without it where the cirrus band
    is dark and that one is sure of a cloud, else that of the other, and a mixture between.

    A scene without the cirrus band, level 2A above all, gets the one without, where that sees
    more than the faintest cloud.

    Args:
        bands: What it reads and corrects, the sensor's cirrus band among the optional ones.
        widths: Of both; see `VeilGenerator`.

    Raises:
        WeightsError: If the cirrus band is not one of those that it reads, may lack and does
            not correct.
    """

    #: Name in cards, what it gives and sees, and layers never to run in bf16.
    architecture = "veil-pair"
    estimates = True
    sees_surroundings = False
    asks_about_scenes = True
    exact = ("seeing.output", "blind.output")
    #: Height and width of an input must be multiples of this.
    multiple = VeilGenerator.multiple
    #: The weight whose shape tells width and bands.
    first_weight = "seeing.entry.0.weight"
    bands_of_first = staticmethod(VeilGenerator.bands_of_first)

    def __init__(self, bands: BandSet, widths: Sequence[int] = (24, 48, 96, 128)) -> None:
        super().__init__()
        cirrus = bands.sensor.cirrus
        if cirrus not in bands.optional or cirrus in bands.corrects:
            raise WeightsError(
                f"its card names bands among which {cirrus} is not one to read, to do without and "
                "to leave as it is: a veil-pair is for such"
            )
        self.bands = bands
        self.widths = tuple(widths)
        self.width = widths[0]
        self.seeing = VeilGenerator(replace(bands, optional=()), widths)
        self.blind = VeilGenerator(without_cirrus(bands), widths)
        self.input_shapes = self.seeing.input_shapes
        self._cirrus = bands.reads.index(cirrus)
        white = bands.domain[self._cirrus]
        self._nothing, self._decides = _NOTHING / white, _DECIDES / white

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> VeilPairGenerator:
        """Returns a generator of the shape that a card tells.

        Raises:
            WeightsError: If it tells none.
        """
        return cls(bands, widths_of_card(card, width))

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {"widths": list(self.widths)}

    def forward(self, x: Tensor, told: Tensor) -> Estimate:
        """Returns correction, opacity and expected error; see `VeilGenerator.forward`."""
        others = [index for index in range(x.shape[1]) if index != self._cirrus]
        beside = [*others, *range(x.shape[1], told.shape[1])]
        there = told[:, self._cirrus, None, None, None]
        blind: Estimate = self.blind(x[:, others], told[:, beside])
        around = mean_around(blind.opacity)
        believed = ramp(around, _DOUBTED, _BELIEVED)
        blind = Estimate(blind.correction * believed, blind.opacity * believed, blind.error)
        if not there.any():
            return blind
        seeing: Estimate = self.seeing(x, told)
        bright = ramp(x[:, self._cirrus, None], self._nothing, self._decides)
        share = torch.maximum(bright, 1 - ramp(around, _SECOND, _FIRST)) * there
        return Estimate(*(torch.lerp(a, b, share) for a, b in zip(blind, seeing, strict=True)))


def without_cirrus(bands: BandSet) -> BandSet:
    """Returns the bands of the one that never saw the sensor's cirrus band."""
    kept = [index for index, name in enumerate(bands.reads) if name != bands.sensor.cirrus]
    return replace(
        bands,
        reads=tuple(bands.reads[index] for index in kept),
        domain=tuple(bands.domain[index] for index in kept),
        optional=(),
    )


def pair_up(seeing: VeilGenerator, blind: VeilGenerator) -> VeilPairGenerator:
    """Makes a pair of two generators that were trained each by itself.

    Args:
        seeing: Reads all bands.
        blind: The same without the cirrus band.

    Raises:
        WeightsError: If they are not such, or not of one shape.
    """
    cirrus = seeing.bands.sensor.cirrus
    bands = seeing.bands
    if cirrus not in bands.reads or blind.bands != without_cirrus(bands):
        raise WeightsError(
            f"two generators make a pair if they read and correct the same bands but for {cirrus}, "
            f"which only the first reads, and have one domain: these read "
            f"{', '.join(bands.reads)} and {', '.join(blind.bands.reads)}"
        )
    if seeing.widths != blind.widths:
        raise WeightsError(
            f"two generators of {seeing.widths} and {blind.widths} feature maps make no pair"
        )
    pair = VeilPairGenerator(replace(bands, optional=(cirrus,)), seeing.widths)
    pair.seeing.load_state_dict(seeing.state_dict())
    pair.blind.load_state_dict(blind.state_dict())
    return pair.eval()
