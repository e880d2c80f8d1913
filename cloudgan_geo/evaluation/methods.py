"""The methods that every table names, each a function from cloudy ground to cleared ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.chips.eurosat import SIZE
from cloudgan_geo.correction.choosing import chosen
from cloudgan_geo.correction.cleaner import Cleaner, ready
from cloudgan_geo.correction.fitting import fit_bands, fitted
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.evaluation.baselines import dark_channel_prior
from cloudgan_geo.evaluation.mosaics import joined, views, windows
from cloudgan_geo.networks.cleaned import Cleaned

Float32 = NDArray[np.float32]

UNPROCESSED = "unprocessed input"
DARK_CHANNEL = "dark-channel prior"
CIRRUS_BAND = "cirrus band"
#: Windows that a generator gets at once.
_BATCH = 16


@dataclass(frozen=True)
class ClearedImage:
    """Visible ground without cloud, and what is known about it, in the domain of EuroSAT's chips.

    Attributes:
        image: Red, green and blue, float32 in [0, 1], shape (3, height, width).
        opacity: In [0, 1], float32, shape (height, width); None if it is not estimated.
        error: Half-width of the interval that holds 90 % of the errors of red, green and blue,
            float32, shape (height, width); None likewise.
    """

    image: Float32
    opacity: Float32 | None = None
    error: Float32 | None = None


@dataclass(frozen=True)
class Method:
    """A way to remove cloud.

    Attributes:
        name: In the tables.
        clean: Takes red, green and blue, float32 in [0, 1], shape (3, height, width), multiples
            of 64.
    """

    name: str
    clean: Callable[[Float32], ClearedImage]


@dataclass(frozen=True)
class Contest:
    """All methods of a table.

    Attributes:
        methods: In the table's order.
        model: Name of the generator that is judged.
        article: Name of the article's generator, which may be the same; None without it.
        estimates: Whether the model estimates opacity and error.
        weights: Name, SHA-256 and precision of the model.
        bands: What the model reads and corrects, where there is more than red, green and blue.
    """

    methods: tuple[Method, ...]
    model: str
    article: str | None
    estimates: bool
    weights: dict[str, str]
    bands: BandSet


def contest(cleaner: Cleaner, article: Cleaner | None) -> Contest:
    """Returns unprocessed input, dark-channel prior, the article's generator and a model.

    A model that sees surroundings is also shown without them, as EuroSAT's chips come.

    Args:
        cleaner: The generator to judge, which gets red, green and blue alone.
        article: The article's; None to compare without it.

    Raises:
        BandError: If the generator cannot do without other bands.
    """
    same = article is not None and cleaner.sha256 == article.sha256
    name = cleaner.name if same or cleaner.name != "article" else "article (given)"
    methods = [
        Method(UNPROCESSED, ClearedImage),
        Method(DARK_CHANNEL, lambda image: ClearedImage(dark_channel_prior(image))),
    ]
    if article is not None and not same:
        methods.append(Method("article", lambda image: clean_windows(article, image)))
    judged = for_visible(cleaner)
    methods.append(Method(name, lambda image: clean_windows(judged, image)))
    if cleaner.estimates:
        methods.append(
            Method(f"{name}, chip alone", lambda image: clean_windows(judged, image, alone=True))
        )
    return Contest(
        methods=tuple(methods),
        model=name,
        article=name if same else None if article is None else "article",
        estimates=cleaner.estimates,
        weights=weights_of(cleaner),
        bands=cleaner.bands,
    )


def weights_of(cleaner: Cleaner) -> dict[str, str]:
    """Returns what a report says of the generator that it judges."""
    return {"name": cleaner.name, "sha256": cleaner.sha256, "precision": cleaner.precision}


def for_visible(cleaner: Cleaner) -> Cleaner:
    """Returns a generator as it is used on red, green and blue alone.

    Raises:
        BandError: If it cannot do without other bands.
    """
    found = ready(chosen(cleaner, RGB.reads), DecloudOptions())
    fit = fit_bands("EuroSAT RGB", found.name, found.bands, RGB.reads, "all")
    return fitted(found, fit, None)


def clean_windows(cleaner: Cleaner, image: Float32, *, alone: bool = False) -> ClearedImage:
    """Runs a generator over the windows of an image, which do not overlap.

    Args:
        cleaner: The generator, see `for_visible`.
        image: Red, green and blue, float32 in [0, 1], shape (3, height, width), multiples of 64.
        alone: It sees nothing beyond the window.
    """
    columns = image.shape[2] // SIZE
    own = _in_domain_of(cleaner, image)
    seen = views(own, alone=alone) if cleaner.estimates else None
    cleaned = _clean(cleaner, windows(own), seen)
    cleared = _cleared(cleaner, image, joined(cleaned.image, columns))
    if cleaned.opacity is None or cleaned.error is None:
        return ClearedImage(cleared)
    # Visible bands are one group. Of domains that differ the widest interval counts.
    error = joined(cleaned.error, columns)[0] / _factors(cleaner).min()
    return ClearedImage(cleared, joined(cleaned.opacity, columns)[0], error)


def clean_chips(cleaner: Cleaner, chips: Float32) -> Float32:
    """Runs a generator over chips that have no surroundings.

    Args:
        cleaner: The generator, see `for_visible`.
        chips: Red, green and blue, float32 in [0, 1], shape (chips, 3, 64, 64).

    Returns:
        Red, green and blue of the same shape, in [0, 1].
    """
    # An image one chip wide has the chips as its windows.
    return windows(clean_windows(cleaner, joined(chips, 1), alone=True).image)


def _factors(cleaner: Cleaner) -> Float32:
    """Returns a generator's value of the chips' 1, of each band that it reads."""
    chips = dict(zip(RGB.reads, RGB.domain, strict=True))
    factors = [
        chips[name] / domain
        for name, domain in zip(cleaner.bands.reads, cleaner.bands.domain, strict=True)
    ]
    return np.array(factors, np.float32)


def _in_domain_of(cleaner: Cleaner, image: Float32) -> Float32:
    order = [RGB.reads.index(name) for name in cleaner.bands.reads]
    own: Float32 = image[order] * _factors(cleaner)[:, None, None]
    return np.clip(own, 0, 1, out=own)


def _cleared(cleaner: Cleaner, image: Float32, own: Float32) -> Float32:
    """Returns an image with the bands in their places that a generator corrected."""
    cleared = image.copy()
    factors = _factors(cleaner)[list(cleaner.bands.corrected)]
    cleared[[RGB.reads.index(name) for name in cleaner.bands.corrects]] = (
        own / factors[:, None, None]
    )
    return np.clip(cleared, 0, 1, out=cleared)


def _clean(cleaner: Cleaner, cut: Float32, seen: Float32 | None) -> Cleaned[Float32]:
    parts = []
    for start in range(0, len(cut), _BATCH):
        part = slice(start, start + _BATCH)
        parts.append(cleaner.clean(cut[part], None if seen is None else seen[part]).parts)
    return Cleaned(*(np.concatenate(layers) for layers in zip(*parts, strict=True)))
