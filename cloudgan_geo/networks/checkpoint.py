"""Generator weights on disk: safetensors with a card, and the article's own pickle."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError, WeightsNotFoundError
from cloudgan_geo.networks.architectures import Generator, build
from cloudgan_geo.networks.header import card_bands, is_pickle, read_card
from cloudgan_geo.networks.limits import check_archive, check_shapes, check_size, check_tensors
from cloudgan_geo.networks.parts import prefixes_of, tensors_beside


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

    @property
    def bands(self) -> BandSet:
        """What it reads and corrects."""
        return self.network.bands


def save_generator(
    network: nn.Module, path: str | Path, card: dict[str, Any], *, half: bool = False
) -> None:
    """Writes a generator as safetensors with its card as JSON in the metadata.

    Args:
        network: The generator to save.
        path: File to write.
        card: JSON-ready description; architecture, bands and shape are added. Parts that it names
            are not stored; see `networks.parts`.
        half: Store kernels as float16, which halves the file; reading widens them again.
    """
    assert isinstance(network, Generator)
    told = {key: value for key, value in card.items() if key != "bands"} | _shape(network)
    tensors = {
        name: tensor.detach().to("cpu", _stored_type(tensor, half)).contiguous()
        for name, tensor in network.state_dict().items()
        if not name.startswith(prefixes_of(card))
    }
    # Not safetensors' own way to write files: nobody but the owner could read them.
    Path(path).write_bytes(save(tensors, {"card": json.dumps(told)}))


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
        raise WeightsNotFoundError(f"{path}: no such weights file; see ", Argument("model"))
    check_size(path)
    content = path.read_bytes()
    if is_pickle(content[:9]):
        card: dict[str, Any] = {}
        check_archive(path, content)
        state = _unpickle(path, content)
    else:
        card, state = _read_safetensors(path)
    check_tensors(path, state)
    return LoadedGenerator(
        network=_build(path, state, card),
        name=str(card.get("name", path.stem)),
        sha256=hashlib.sha256(content).hexdigest(),
        card=card,
    )


def _stored_type(tensor: Tensor, half: bool) -> torch.dtype:
    # Vectors stay as they are: a running variance beyond 65504 would become infinite, and all
    # of them together are a thousandth of the file.
    return torch.float16 if half and tensor.ndim > 1 else tensor.dtype


def _read_safetensors(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    card = read_card(path)
    try:
        with safe_open(str(path), "pt") as file:
            return card, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise WeightsError(f"{path}: not readable as safetensors ({error})") from error


def _unpickle(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # A damaged pickle may raise anything.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise WeightsError(
            f"{path}: not a plain state dict ({reason}); save it with "
            "torch.save(generator.state_dict(), path)"
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(f"{path}: holds no state dict of tensors")
    return state


def _shape(network: Generator) -> dict[str, Any]:
    return {
        "architecture": network.architecture,
        **network.bands.to_card(),
        "channels": len(network.bands.reads),
        "width": network.width,
        **network.traits(),
    }


def _build(path: Path, state: dict[str, Tensor], card: dict[str, Any]) -> Generator:
    bands = card_bands(path, card)
    try:
        state = {**state, **tensors_beside(card)}
        build_it = partial(build, state, card, bands)
        check_shapes(path, build_it, state)
        network = build_it()
    except WeightsError as error:
        named = str(error).startswith(f"{path}: ")
        raise WeightsError(str(error) if named else f"{path}: {error}") from error
    try:
        network.load_state_dict({name: _widen(tensor) for name, tensor in state.items()})
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(f"{path}: does not fit the generator: {reason}") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in network.state_dict().values()):
        raise WeightsError(f"{path}: holds weights that are not finite numbers")
    return network.eval()


def _widen(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
