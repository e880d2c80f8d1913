"""How the bands of a generator meet those of a scene."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import ALL, BandSet
from cloudgan_geo.choices import Correct, Level
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.networks.cleaned import Cleaned

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """What of a generator a scene can use.

    Attributes:
        full: What the generator reads and corrects.
        used: What of that the scene has, and what of it is to be corrected.
    """

    full: BandSet
    used: BandSet

    @property
    def missing(self) -> tuple[str, ...]:
        """Bands that the generator would read and the scene lacks."""
        return tuple(name for name in self.full.reads if name not in self.used.reads)

    @property
    def is_whole(self) -> bool:
        """Whether the scene has all that the generator reads, and all of it is corrected."""
        return (self.full.reads, self.full.corrects) == (self.used.reads, self.used.corrects)

    @cached_property
    def read(self) -> list[int]:
        """Positions, among what the generator reads, of what the scene has."""
        return [self.full.reads.index(name) for name in self.used.reads]

    @cached_property
    def corrected(self) -> list[int]:
        """Positions, among what the generator corrects, of what is corrected."""
        return [self.full.corrects.index(name) for name in self.used.corrects]

    @cached_property
    def groups(self) -> list[int]:
        """Positions, among the groups of its errors, of those that have a corrected band."""
        return [self.full.groups.index(name) for name in self.used.groups]


def fit_bands(
    path: str,
    model: str | os.PathLike[str],
    bands: BandSet,
    there: Collection[str],
    correct: Correct,
) -> Fit:
    """Settles which bands of a scene a generator reads and corrects.

    Args:
        path: The scene's, for messages.
        model: The generator's name or file, for messages.
        bands: What it reads and corrects.
        there: Names of the bands that the scene has.
        correct: `rgb`, `10m` (those of the sensor's smallest pixels), or `all`.

    Raises:
        UsageError: If there is no such choice, or nothing is left to correct.
        BandError: If the scene lacks a band that the generator cannot do without.
    """
    if correct not in get_args(Correct):
        raise UsageError(
            Argument("correct", correct), f": takes one of {', '.join(get_args(Correct))}"
        )
    lacking = [name for name in bands.needs if name not in there]
    if lacking:
        raise BandError(
            f"{path}: has no band {', '.join(lacking)}, which the generator {model} needs; name it "
            "with ",
            Argument("bands"),
            " if it is there under another name, or take another ",
            Argument("model"),
        )
    chosen = {
        "rgb": set(bands.sensor.visible),
        "10m": set(bands.sensor.finest),
        "all": set(bands.corrects),
    }[correct]
    reads = tuple(name for name in bands.reads if name in there)
    corrects = tuple(name for name in bands.corrects if name in there and name in chosen)
    if not corrects:
        raise UsageError(
            Argument("correct", correct),
            f": of these bands the generator {model} corrects none that {path} has",
        )
    domain = tuple(bands.domain[bands.reads.index(name)] for name in reads)
    optional = tuple(name for name in bands.optional if name in reads)
    groups = bands.groups
    if groups != (ALL,):
        touched = {bands.sensor.band(name).group for name in corrects}
        groups = tuple(name for name in groups if name in touched)
    used = replace(
        bands, reads=reads, corrects=corrects, domain=domain, groups=groups, optional=optional
    )
    return Fit(bands, used)


@runtime_checkable
class AsksAboutScenes(Protocol):
    """A generator that is told which bands a scene has, and its level."""

    def for_scene(self, present: tuple[bool, ...], level: Level | None) -> Cleaner:
        """Returns the generator for a scene.

        Args:
            present: Of each band that it reads, whether the scene has it.
            level: Of the scene's processing; None if it is not known.
        """


def fitted(cleaner: Cleaner, fit: Fit, level: Level | None) -> Cleaner:
    """Returns a generator as it is used on a scene: of the bands that this has.

    Args:
        cleaner: The generator.
        fit: How it fits the scene.
        level: Of the scene's processing; None if it is not known.
    """
    if isinstance(cleaner, AsksAboutScenes):
        present = tuple(name in fit.used.reads for name in fit.full.reads)
        cleaner = cleaner.for_scene(present, level)
    return cleaner if fit.is_whole else _Fitted(cleaner, fit)


class _Fitted:
    """A generator whose missing bands are 0 and of which only some output is used."""

    def __init__(self, cleaner: Cleaner, fit: Fit) -> None:
        self._cleaner = cleaner
        self._fit = fit
        self.bands = fit.used
        self.name = cleaner.name
        self.sha256 = cleaner.sha256
        self.device = cleaner.device
        self.precision = cleaner.precision
        self.precision_reason = cleaner.precision_reason
        self.suggested_batch_size = cleaner.suggested_batch_size
        self.estimates = cleaner.estimates
        self.sees_surroundings = cleaner.sees_surroundings

    def clean(self, batch: Float32, view: Float32 | None = None) -> Cleaned[Float32]:
        """Cleans windows of the bands that there are; see `Cleaner.clean`."""
        full = self._spread(batch, 1)
        if view is None:
            cleaned = self._cleaner.clean(full)
        else:
            # Lowest, mean and highest of every band, and which blocks are known.
            spread = self._spread(view[:, :-1], 3)
            cleaned = self._cleaner.clean(full, np.concatenate([spread, view[:, -1:]], axis=1))
        error = cleaned.error
        return Cleaned(
            cleaned.image[:, self._fit.corrected],
            cleaned.opacity,
            None if error is None else error[:, self._fit.groups],
        )

    def _spread(self, there: Float32, times: int) -> Float32:
        count, _, *size = there.shape
        if not self._fit.missing:
            return there
        full = np.zeros((count, times, len(self._fit.full.reads), *size), np.float32)
        full[:, :, self._fit.read] = there.reshape(count, times, -1, *size)
        return full.reshape(count, -1, *size)
