"""A pair for veils in all bands and one for red, green and blue that sees surroundings, in one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.thin import VIEW, Estimate, view_channels
from cloudgan_geo.networks.thin_pair import ThinPairGenerator, checked_share, mixed
from cloudgan_geo.networks.veil_pair import VeilPairGenerator

_VISIBLE = "visible"


class VeilTrioGenerator(nn.Module):
    """Two generators, of which a scene without the cirrus band gets both.

    A scene with that band gets what the pair for all bands says. Without it red, green and blue
    get the mean of both, each weighed by how much it corrects there, unless the pair for all bands
    corrects next to nothing: on real pairs that gained more than either. All other bands get what
    the pair for all bands says.

    Args:
        bands: Of the pair for all bands; red, green and blue among them, each of one domain with
            that of the other.
        widths: See `VeilPairGenerator`.
        visible_width: See `ThinPairGenerator`, and so is the next.
        thin_width: Feature maps of the first level of `thin`.

    Raises:
        WeightsError: If the bands are no such.
    """

    #: Name in cards, what it gives and sees, and layers never to run in bf16.
    architecture = "veil-trio"
    estimates = True
    sees_surroundings = True
    asks_about_scenes = True
    exact = (
        *(f"veil.{layer}" for layer in VeilPairGenerator.exact),
        *(f"visible.{layer}" for layer in ThinPairGenerator.exact),
    )
    #: Height and width of an input must be multiples of this.
    multiple = 16
    #: The weight whose shape tells width and bands.
    first_weight = f"veil.{VeilPairGenerator.first_weight}"
    bands_of_first = staticmethod(VeilPairGenerator.bands_of_first)

    def __init__(
        self,
        bands: BandSet,
        widths: tuple[int, ...] = (24, 48, 96, 128),
        visible_width: int = 12,
        thin_width: int = 16,
    ) -> None:
        super().__init__()
        if not set(RGB.reads) <= set(bands.corrects) or _VISIBLE not in bands.groups:
            raise WeightsError(
                "its card names bands without red, green and blue, or no error of the visible: "
                "a veil-trio is for all bands"
            )
        self.bands = bands
        self.veil = VeilPairGenerator(bands, widths)
        domain = tuple(bands.domain[bands.reads.index(name)] for name in RGB.reads)
        self.visible = ThinPairGenerator(replace(RGB, domain=domain), visible_width, thin_width)
        self.width = self.veil.width
        reads = len(bands.reads)
        #: What it takes: windows, views of what surrounds them, and what it is told.
        self.input_shapes = (
            self.veil.input_shapes[0],
            (view_channels(bands), VIEW, VIEW),
            self.veil.input_shapes[1],
        )
        self._seen = [bands.reads.index(name) for name in RGB.reads]
        self._view = [k * reads + index for k in range(3) for index in self._seen] + [3 * reads]
        self._corrected = [bands.corrects.index(name) for name in RGB.corrects]
        self._group = bands.groups.index(_VISIBLE)
        assert bands.sensor.cirrus is not None
        self._cirrus = bands.reads.index(bands.sensor.cirrus)

    @classmethod
    def from_card(cls, card: dict[str, Any], bands: BandSet, width: int) -> VeilTrioGenerator:
        """Returns a generator of the shape that a card tells.

        Raises:
            WeightsError: If it tells none.
        """
        widths = VeilPairGenerator.from_card(card, bands, width).widths
        told = [card.get(key) for key in ("visible_width", "thin_width")]
        if not all(isinstance(of, int) and 0 < of <= 1024 for of in told):
            raise WeightsError(
                f"its card names a visible_width and a thin_width that make no sense: {told}"
            )
        return cls(bands, widths, *told)  # type: ignore[arg-type]

    def traits(self) -> dict[str, Any]:
        """Returns what a card holds about its shape beside bands and width."""
        return {
            **self.veil.traits(),
            "visible_width": self.visible.width,
            **self.visible.traits(),
        }

    def forward(self, x: Tensor, view: Tensor, told: Tensor) -> Estimate:
        """Returns correction, opacity and expected error.

        Args:
            x: See `VeilGenerator.forward`.
            view: Surroundings of all bands; see `ThinGenerator.forward`.
            told: See `VeilGenerator.forward`.
        """
        veil: Estimate = self.veil(x, told)
        missing = 1 - told[:, self._cirrus, None, None, None]
        if not missing.any():
            return veil
        visible: Estimate = self.visible(x[:, self._seen], view[:, self._view])
        group = slice(self._group, self._group + 1)
        own = Estimate(veil.correction[:, self._corrected], veil.opacity, veil.error[:, group])
        share = checked_share(own.correction, visible.correction) * missing
        both = mixed(own, visible, share)
        correction, error = veil.correction.clone(), veil.error.clone()
        correction[:, self._corrected], error[:, group] = both.correction, both.error
        return Estimate(correction, both.opacity, error)


def join(veil: VeilPairGenerator, visible: ThinPairGenerator) -> VeilTrioGenerator:
    """Makes one generator of a pair for all bands and one for red, green and blue.

    Args:
        veil: The pair for all bands.
        visible: The one for red, green and blue, in the same domain.

    Raises:
        WeightsError: If they are not such.
    """
    trio = VeilTrioGenerator(veil.bands, veil.widths, visible.width, visible.thin.width)
    if trio.visible.bands.domain != visible.bands.domain:
        raise WeightsError(
            "the two generators take other reflectances for 1 in red, green and blue: "
            f"{trio.visible.bands.domain} and {visible.bands.domain}"
        )
    trio.veil.load_state_dict(veil.state_dict())
    trio.visible.load_state_dict(visible.state_dict())
    return trio.eval()
