"""Which generator a scene gets, where it is to get the one that sees most of its bands."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.bands import BandSet
from cloudgan_geo.choices import AUTO, Write
from cloudgan_geo.correction.cleaner import Cleaner, Model, bands_of, ready
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.raster.reading.band_finding import AskedBands
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.reading.source import ScenePaths

#: Bundled generators that `auto` chooses from, those that see most first; the last needs no more
#: than red, green and blue.
BUNDLED = ("veil", "visible")


@dataclass(frozen=True)
class Assortment:
    """Generators that are ready, of which every scene gets the one that sees most of its bands.

    To who asks nothing about a scene it is the first of them.

    Attributes:
        cleaners: Those that see most first.
    """

    cleaners: tuple[Cleaner, ...]
    name = AUTO

    @property
    def sha256(self) -> str:
        """Of the weights of all of them, in hex."""
        return joint_sha256(cleaner.sha256 for cleaner in self.cleaners)

    @property
    def bands(self) -> BandSet:
        """What the first reads and corrects."""
        return self.cleaners[0].bands

    @property
    def device(self) -> str:
        """Where they run."""
        return self.cleaners[0].device

    @property
    def precision(self) -> str:
        """The first's."""
        return self.cleaners[0].precision

    @property
    def precision_reason(self) -> str:
        """Why the first has this one."""
        return self.cleaners[0].precision_reason

    @property
    def suggested_batch_size(self) -> int:
        """Windows a batch that keep the device busy."""
        return self.cleaners[0].suggested_batch_size

    @property
    def estimates(self) -> bool:
        """Whether all of them estimate opacity and error."""
        return all(cleaner.estimates for cleaner in self.cleaners)

    @property
    def sees_surroundings(self) -> bool:
        """Whether the first is to get views of what surrounds windows."""
        return self.cleaners[0].sees_surroundings

    def clean(
        self, batch: NDArray[np.float32], view: NDArray[np.float32] | None = None
    ) -> Cleaned[NDArray[np.float32]]:
        """Returns what the first makes of windows of all bands that it reads."""
        return self.cleaners[0].clean(batch, view)


def members(model: Model) -> tuple[Model, ...]:
    """Returns the generators that a model stands for, those that see most first."""
    if isinstance(model, Assortment):
        return model.cleaners
    return BUNDLED if model == AUTO else (model,)


def widest(model: Model) -> Model:
    """Returns the one of them that sees most: its bands are those to look for."""
    return members(model)[0]


def chosen(model: Model, there: Collection[str]) -> Model:
    """Returns the generator for a scene.

    Args:
        model: Name of a bundled generator, `auto`, an `Assortment`, or any other.
        there: Names of the bands that the scene has.

    Returns:
        The first of its members that needs no other bands; the last, which will say what it
        lacks, if there is none.
    """
    *wide, last = members(model)
    return next((each for each in wide if set(bands_of(each).needs) <= set(there)), last)


def open_for(
    model: Model,
    scene: ScenePaths,
    *,
    bands: AskedBands | None,
    rgb_only: bool,
    write: Write,
) -> tuple[Scene, Model]:
    """Opens a scene and chooses the generator for it.

    Args:
        model: As for `chosen`.
        scene: As for `open_scene`, and so are the next two.
        bands: Where they are.
        rgb_only: Leave out all but red, green and blue.
        write: Which bands of a product are written.

    Raises:
        SceneError: If it cannot be worked on.
        BandError: If its bands cannot be told.
        WeightsError: If there is no such generator.
    """

    def opened_for(member: Model) -> Scene:
        wanted = bands_of(member)
        also = wanted.sensor.names if write == "all" else wanted.reads
        return open_scene(scene, bands=bands, rgb_only=rgb_only, also=also, sensor=wanted.sensor)

    first = members(model)[0]
    opened = opened_for(first)
    found = chosen(model, opened.named.indexes)
    if found is not first and opened.resampled:
        # Of a product it needs fewer files.
        opened = opened_for(found)
    return opened, found


def all_ready(model: Model, options: DecloudOptions) -> Cleaner:
    """Returns all that a model stands for, ready for inference.

    Args:
        model: As for `chosen`; what is ready already is returned as it is.
        options: Device and precision.

    Raises:
        WeightsError: If the weights are unknown, damaged or of another architecture.
        UsageError: If the device or the precision is not available.
    """
    if model != AUTO:
        return ready(model, options)
    return Assortment(tuple(ready(name, options) for name in BUNDLED))


def joint_sha256(hashes: Iterable[str]) -> str:
    """Returns one SHA-256, in hex, for those of several files."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
