"""Generator weights on disk: safetensors with a card, and the article's own pickle."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.thin import Context, ThinGenerator

_FIRST_WEIGHT = "conv_1.double_conv.0.weight"
#: A weight that only the generator for thin cloud has.
_VIEW_WEIGHT = "view.entry.0.weight"

Generator = UNetGenerator | ThinGenerator


@dataclass(frozen=True)
class LoadedGenerator:
    """A generator ready for inference and where it came from.

    Attributes:
        network: In evaluation mode, float32, on the CPU.
        name: The card's name, or the file's stem.
        sha256: Of the weights file, in hex.
        card: What the file says about itself: architecture, domain, data, recipe, scores,
            licence; empty for a bare pickle.
    """

    network: Generator
    name: str
    sha256: str
    card: dict[str, Any] = field(default_factory=dict)


def save_generator(
    network: nn.Module, path: str | Path, card: dict[str, Any], *, half: bool = False
) -> None:
    """Writes a generator as safetensors with its card as JSON in the metadata.

    Args:
        network: The generator to save.
        path: File to write.
        card: JSON-ready description; architecture and shape are added.
        half: Store kernels as float16, which halves the file; reading widens them again.
    """
    shape = _shape(network)
    tensors = {
        name: tensor.detach().to("cpu", _stored_type(tensor, half)).contiguous()
        for name, tensor in network.state_dict().items()
    }
    # Not safetensors' own way to write files: nobody but the owner could read them.
    Path(path).write_bytes(save(tensors, {"card": json.dumps({**card, **shape})}))


def read_generator(path: str | Path) -> LoadedGenerator:
    """Reads a generator from a .safetensors file or from a pickled state dict.

    A `generator.pth` saved by the article's notebook loads as it is: the names of the state
    dict are the same. Pickles are only opened with `weights_only=True`.

    Args:
        path: File of weights.

    Returns:
        The generator with its card.

    Raises:
        WeightsError: If the file is missing, damaged or holds another architecture.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights file; see --model")
    content = path.read_bytes()
    # Eight bytes of length, then JSON: the length may begin like a pickle.
    is_safetensors = content[8:9] == b"{"
    if not is_safetensors and (content[:2] == b"PK" or content[:1] == b"\x80"):
        card: dict[str, Any] = {}
        state = _unpickle(path, content)
    else:
        card, state = _read_safetensors(path)
    return LoadedGenerator(
        network=_build(path, state, card),
        name=str(card.get("name", path.stem)),
        sha256=hashlib.sha256(content).hexdigest(),
        card=card,
    )


def read_card(path: str | Path) -> dict[str, Any]:
    """Returns the card of a safetensors file without reading its tensors.

    Raises:
        WeightsError: If the file is damaged or its card is not JSON.
    """
    try:
        with safe_open(str(path), "pt") as file:
            return _card(file.metadata())
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path}: not readable as safetensors ({error})") from error


def _stored_type(tensor: Tensor, half: bool) -> torch.dtype:
    # Vectors stay as they are: a running variance beyond 65504 would become infinite, and all
    # of them together are a thousandth of the file.
    return torch.float16 if half and tensor.ndim > 1 else tensor.dtype


def _card(metadata: dict[str, str] | None) -> dict[str, Any]:
    card = json.loads((metadata or {}).get("card", "{}"))
    return card if isinstance(card, dict) else {}


def _read_safetensors(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(str(path), "pt") as file:
            return _card(file.metadata()), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path}: not readable as safetensors ({error})") from error


def _unpickle(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"{path}: not a plain state dict ({reason}); save it with "
            "torch.save(generator.state_dict(), path)"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsError(f"{path}: holds no state dict of tensors")
    return state


def _shape(network: nn.Module) -> dict[str, Any]:
    if isinstance(network, ThinGenerator):
        return {
            "architecture": "thin",
            "channels": network.channels,
            "width": network.width,
            "context": network.context,
        }
    assert isinstance(network, UNetGenerator)
    return {"architecture": "unet", "channels": network.channels, "width": network.width}


def _build(path: Path, state: dict[str, Tensor], card: dict[str, Any]) -> Generator:
    first = state.get(_FIRST_WEIGHT)
    if first is None or first.ndim != 4:
        raise WeightsError(f"{path}: weights of another network, not of a U-Net generator")
    width, channels = first.shape[:2]
    network: Generator
    if _VIEW_WEIGHT in state:
        network = ThinGenerator(width, _context(path, card))
    else:
        network = UNetGenerator(channels=channels, width=width)
    try:
        network.load_state_dict({name: _widen(tensor) for name, tensor in state.items()})
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(f"{path}: does not fit the generator: {reason}") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in network.state_dict().values()):
        raise WeightsError(f"{path}: holds weights that are not finite numbers")
    return network.eval()


def _context(path: Path, card: dict[str, Any]) -> Context:
    context = card.get("context", "surroundings")
    if context not in get_args(Context):
        raise WeightsError(f"{path}: its card names an unknown context {context!r}")
    return cast(Context, context)


def _widen(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
