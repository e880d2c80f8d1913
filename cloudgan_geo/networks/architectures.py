"""Which class builds the generator that a card names: a new architecture is an entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from torch import Tensor

from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.fine import FineGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.networks.thin_pair import ThinPairGenerator
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import VeilPairGenerator
from cloudgan_geo.networks.veil_trio import VeilTrioGenerator

Generator = (
    UNetGenerator
    | ThinGenerator
    | VeilGenerator
    | VeilPairGenerator
    | FineGenerator
    | ThinPairGenerator
    | VeilTrioGenerator
)

#: By the name in cards.
ARCHITECTURES: dict[str, type[Generator]] = {of.architecture: of for of in get_args(Generator)}

_LAST_WEIGHT = "output.weight"
#: A weight that only the generator for thin cloud has.
_VIEW_WEIGHT = "view.entry.0.weight"


def build(state: Mapping[str, Tensor], card: dict[str, Any], bands: BandSet) -> Generator:
    """Returns a generator that weights fit, without them.

    Args:
        state: The weights.
        card: Of their file; without an architecture the weights tell it, as pickles do.
        bands: That the card names.

    Raises:
        WeightsError: If they are of no architecture that is known, or of other bands.
    """
    name = card.get("architecture", "thin" if _VIEW_WEIGHT in state else "unet")
    architecture = ARCHITECTURES.get(name) if isinstance(name, str) else None
    if architecture is None:
        raise WeightsError(
            f"its card names an architecture {name!r} that is not known: {', '.join(ARCHITECTURES)}"
        )
    first = state.get(architecture.first_weight)
    if first is None or first.ndim != 4:
        raise WeightsError("weights of another network, not of a U-Net generator")
    width, channels = len(first), architecture.bands_of_first(first)
    if channels != len(bands.reads):
        raise WeightsError(
            f"its weights read {channels} bands, but {_named(card)} {len(bands.reads)}: "
            f"{', '.join(bands.reads)}"
        )
    network = architecture.from_card(card, bands, width)
    last = state.get(_LAST_WEIGHT)
    wanted = network.state_dict().get(_LAST_WEIGHT, ())
    if last is not None and last.ndim == 4 and len(last) != len(wanted):
        raise WeightsError(
            f"its weights put out {len(last)} channels, but {_named(card)} "
            f"{len(bands.corrects)} bands to correct ({', '.join(bands.corrects)}) and errors of "
            f"{', '.join(bands.groups)}: {name} takes {len(wanted)} for that"
        )
    return network


def _named(card: dict[str, Any]) -> str:
    return "its card names" if "bands" in card else "as its card names none it is taken to have"
