"""The generators that come with the package, and how any of them is loaded."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator, read_card, read_generator

_WEIGHTS = Path(str(files("cloudgan_geo.networks") / "weights"))


def bundled() -> dict[str, Path]:
    """Returns the weights file of every generator in the package, by name."""
    return {path.stem: path for path in sorted(_WEIGHTS.glob("*.safetensors"))}


def cards() -> list[dict[str, Any]]:
    """Returns the card of every generator in the package, sorted by name."""
    return [read_card(path) for path in bundled().values()]


def load_generator(name_or_path: str | os.PathLike[str]) -> LoadedGenerator:
    """Loads a generator by its name in the package or from a file.

    Args:
        name_or_path: `thin`, `article`, or the path of a .safetensors file of ours, or of a pickled
            state dict such as the `generator.pth` of the article's notebook.

    Returns:
        The network in evaluation mode with its card.

    Raises:
        WeightsError: If there is no such name or file, or the file is damaged or holds
            another architecture.
    """
    known = bundled()
    path = known.get(str(name_or_path))
    if path is None:
        path = Path(name_or_path)
        if not path.is_file():
            names = ", ".join(known) or "none"
            raise WeightsError(
                f"{name_or_path}: neither a bundled model ({names}) nor a weights file; see --model"
            )
    return read_generator(path)
