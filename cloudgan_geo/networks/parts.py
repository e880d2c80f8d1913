"""Parts of a generator that its file does not hold, because a bundled generator is that part."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.header import bundled, read_card

#: Key in cards: by submodule, `model` and `sha256` of the bundled generator that it is.
PARTS = "parts"


def prefixes_of(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns how the names of tensors begin that a file with this card does not hold."""
    return tuple(f"{part}." for part in card.get(PARTS, {}))


def tensors_beside(card: Mapping[str, Any]) -> dict[str, Tensor]:
    """Returns the tensors of all parts that a card names, under their names in the whole.

    Only bundled generators are opened, never a file that a card names.

    Raises:
        WeightsError: If the card cannot be understood, or there is no such generator.
    """
    told = card.get(PARTS, {})
    if not isinstance(told, Mapping):
        raise WeightsError("its card names its parts in a form that is not understood")
    return {
        f"{part}.{name}": tensor
        for part, of in told.items()
        for name, tensor in _tensors(str(part), of).items()
    }


def bundled_part(sha256: str) -> dict[str, str] | None:
    """Returns what a card says of a part that is the bundled generator with these weights.

    Args:
        sha256: Of its file, in hex.

    Returns:
        None if there is no such generator.
    """
    for model, path in bundled().items():
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            return {"model": model, "sha256": sha256}
    return None


def _tensors(part: str, of: Any) -> dict[str, Tensor]:
    told = of if isinstance(of, Mapping) else {}
    model, sha256 = told.get("model"), told.get("sha256")
    path = bundled().get(model) if isinstance(model, str) else None
    if path is None:
        raise WeightsError(f"its card says that {part[:100]} is a bundled model, which it is not")
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(
            f"was made with another {model} than this version has (SHA-256 {sha256}): take the "
            "version that it was made with"
        )
    try:
        # What is a part may have parts itself.
        return {**load(content), **tensors_beside(read_card(path))}
    except (SafetensorError, ValueError) as error:
        raise WeightsError(f"its part {path} is not readable as safetensors ({error})") from error
