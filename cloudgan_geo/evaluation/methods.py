"""The methods that every table names, each a function from cloudy ground to cleared ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import SIZE
from cloudgan_geo.evaluation.baselines import dark_channel_prior
from cloudgan_geo.evaluation.mosaics import joined, views, windows
from cloudgan_geo.networks.inference import PreparedGenerator

Float32 = NDArray[np.float32]

UNPROCESSED = "unprocessed input"
DARK_CHANNEL = "dark-channel prior"
#: Windows that a generator gets at once.
_BATCH = 16


@dataclass(frozen=True)
class Method:
    """A way to remove cloud.

    Attributes:
        name: In the tables.
        clean: Takes an image in the model domain, float32 in [0, 1], shape (3, height, width),
            multiples of 64; returns one of 3 bands, or of 5 with opacity and error.
    """

    name: str
    clean: Callable[[Float32], Float32]


@dataclass(frozen=True)
class Contest:
    """All methods of a table.

    Attributes:
        methods: In the table's order.
        model: Name of the generator that is judged.
        article: Name of the article's generator, which may be the same.
        estimates: Whether the model estimates opacity and error.
        weights: Name, SHA-256 and precision of the model.
    """

    methods: tuple[Method, ...]
    model: str
    article: str
    estimates: bool
    weights: dict[str, str]


def contest(cleaner: PreparedGenerator, article: PreparedGenerator) -> Contest:
    """Returns unprocessed input, dark-channel prior, the article's generator and a model.

    A model that sees surroundings is also shown without them, as EuroSAT's chips come.

    Args:
        cleaner: The generator to judge.
        article: The article's.
    """
    same = cleaner.sha256 == article.sha256
    name = cleaner.name if same or cleaner.name != "article" else "article (given)"
    methods = [Method(UNPROCESSED, lambda image: image), Method(DARK_CHANNEL, dark_channel_prior)]
    if not same:
        methods.append(Method("article", lambda image: clean_windows(article, image)))
    methods.append(Method(name, lambda image: clean_windows(cleaner, image)))
    if cleaner.estimates:
        methods.append(
            Method(f"{name}, chip alone", lambda image: clean_windows(cleaner, image, alone=True))
        )
    return Contest(
        methods=tuple(methods),
        model=name,
        article=name if same else "article",
        estimates=cleaner.estimates,
        weights={"name": cleaner.name, "sha256": cleaner.sha256, "precision": cleaner.precision},
    )


def clean_windows(cleaner: PreparedGenerator, image: Float32, *, alone: bool = False) -> Float32:
    """Runs a generator over the windows of an image, which do not overlap.

    Args:
        cleaner: The generator.
        image: Model domain, float32 in [0, 1], shape (3, height, width), multiples of 64.
        alone: It sees nothing beyond the window.

    Returns:
        Shape (3, height, width); 5 bands from a generator that `estimates`. Red, green and
        blue are clipped to [0, 1].
    """
    cut = windows(image)
    seen = views(image, alone=alone) if cleaner.estimates else None
    return joined(_clean(cleaner, cut, seen), image.shape[2] // SIZE)


def clean_chips(cleaner: PreparedGenerator, chips: Float32) -> Float32:
    """Runs a generator over chips that have no surroundings.

    Args:
        cleaner: The generator.
        chips: Model domain, float32 in [0, 1], shape (chips, 3, 64, 64).

    Returns:
        Red, green and blue of the same shape, in [0, 1].
    """
    # An image one chip wide has the chips as its windows.
    seen = views(joined(chips, 1), alone=True) if cleaner.estimates else None
    return _clean(cleaner, chips, seen)[:, :3]


def _clean(cleaner: PreparedGenerator, cut: Float32, seen: Float32 | None) -> Float32:
    parts = []
    for start in range(0, len(cut), _BATCH):
        part = slice(start, start + _BATCH)
        cleaned = cleaner.clean(cut[part], None if seen is None else seen[part])
        parts.append(np.concatenate(cleaned.parts, axis=1))
    layers = np.concatenate(parts)
    np.clip(layers[:, :3], 0, 1, out=layers[:, :3])
    return layers
