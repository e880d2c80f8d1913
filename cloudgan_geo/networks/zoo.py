"""The generators that come with the package, and how any of them is loaded."""

from __future__ import annotations

import os
from typing import Any

from cloudgan_geo.networks.checkpoint import LoadedGenerator, read_generator
from cloudgan_geo.networks.header import bundled, read_card, weights_path


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
    return read_generator(weights_path(name_or_path))
