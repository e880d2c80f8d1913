"""Batches of 13-band chips under veils, and what a generator is told about them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from cloudgan_geo.bands import GIVEN, BandSet
from cloudgan_geo.chips.multispectral import BANDS as CHIP_BANDS
from cloudgan_geo.chips.multispectral import SpectralChips
from cloudgan_geo.chips.spectral_grounds import draw_spectral_ground, without_vapour
from cloudgan_geo.clouds.detector import CLEAR_CIRRUS, add_noise
from cloudgan_geo.clouds.spectral_drawing import draw_spectral_cloud
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import GROUPS
from cloudgan_geo.training.data import ChipBatch, Data
from cloudgan_geo.training.ranks import ALONE, Ranks
from cloudgan_geo.training.recipe import Recipe

Float32 = NDArray[np.float32]

#: The band that sees cirrus, and hardly any ground.
CIRRUS = "B10"

#: Reflectance that is 1 in the model domain: bright cloud in the visible, vegetation and sand in
#: the others, dense cirrus in its own band.
_DOMAIN = {"visible": 0.5, "nir": 0.8, "swir": 0.8}
_CIRRUS_DOMAIN = 0.12


def _band_set(names: tuple[str, ...]) -> BandSet:
    domain = tuple(
        _CIRRUS_DOMAIN if name == CIRRUS else _DOMAIN[DEFAULT.band(name).group] for name in names
    )
    corrects = tuple(name for name in names if name != CIRRUS)
    groups = {DEFAULT.band(name).group for name in corrects}
    return BandSet(
        names, corrects, domain, tuple(of for of in GROUPS if of in groups), asks_level=True
    )


#: What is trained to see and correct: sets of their own, since generators that were trained with
#: bands missing from some of the chips did worse with all of them.
BANDS = {given: _band_set(names) for given, names in GIVEN.items()}
#: What is drawn, whatever is seen of it.
VEIL = BANDS["all"]

#: Share of the chips whose level is not told.
_UNTOLD = 0.15
#: So many chips lie ready to choose from where each is used more than once.
_READY = 256


class VeiledChip(NamedTuple):
    """A chip under a veil, in the bands of `VEIL`, whatever is trained to see.

    Attributes:
        cloudy: Model domain, float32 in [0, 1], shape (13, 64, 64).
        clear: The same without veil.
        opacity: Float32 in [0, 1], shape (1, 64, 64).
        corrected: Whether it looks like level 2A.
    """

    cloudy: Float32
    clear: Float32
    opacity: Float32
    corrected: bool


@dataclass(frozen=True)
class SpectralData(Data):
    """13-band chips, which of them train and validate, and the recipe that says how.

    Without the cirrus band some of the chips look like level 2A, with it none.

    An epoch is so many steps that every training chip is drawn `recipe.repeats` times.
    """

    chips: SpectralChips
    _drawn: dict[int, VeiledChip] = field(default_factory=dict, repr=False, compare=False)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        uses = len(self.split.train) * self.recipe.repeats * self.recipe.uses
        return math.ceil(uses / self.recipe.batch_size)

    def batch(self, step: int, ranks: Ranks = ALONE) -> ChipBatch:
        """Returns the batch of a step; see `Data`."""
        size, uses = self.recipe.batch_size, self.recipe.uses
        first = step * max(1, size // uses)
        ready = _READY if uses > 1 else size
        for old in [number for number in self._drawn if number < first - ready]:
            self._drawn.pop(old, None)
        rng = np.random.default_rng((self.recipe.seed, 1, step))
        chosen = first + rng.choice(ready, size, replace=False)
        # All of it, since what chips are told depends on all of them.
        whole = self._batch([self._veiled(int(number)) for number in chosen], rng)
        return ChipBatch(*(ranks.part(part) for part in whole))

    def under_clouds(self, indices: Sequence[int], epoch: int, vary: bool = False) -> ChipBatch:
        """Lays veils over some chips.

        Args:
            indices: Which chips.
            epoch: Draws other veils for the same chips.
            vary: Change the ground; the draw does so always, because all ground is Europe's.
        """
        seed = self.recipe.seed
        drawn = [self._veil(i, np.random.default_rng((seed, 2, epoch, i))) for i in indices]
        rng = np.random.default_rng((seed, 3, epoch, *indices[:1]))
        return self._batch(drawn, rng, turn=False)

    def _veiled(self, number: int) -> VeiledChip:
        """Returns the chip of a draw; the same for a number, whenever it is asked for."""
        if number not in self._drawn:
            rng = np.random.default_rng((self.recipe.seed, 0, number))
            index = self.split.train[int(rng.integers(len(self.split.train)))]
            self._drawn[number] = self._veil(index, rng)
        return self._drawn[number]

    def _veil(self, index: int, rng: np.random.Generator) -> VeiledChip:
        sees_cirrus = CIRRUS in bands_of_recipe(self.recipe).reads
        share = 0.0 if sees_cirrus else self.recipe.corrected_share
        return veil_chip(self.chips.reflectance(index), rng, share)

    def _batch(
        self, drawn: Sequence[VeiledChip], rng: np.random.Generator, turn: bool = True
    ) -> ChipBatch:
        """Puts chips together, and turns all of them the same way."""
        bands = bands_of_recipe(self.recipe)
        told = np.stack([_telling(len(bands.reads), of.corrected, rng) for of in drawn])
        orientation = int(rng.integers(8)) if turn else 0
        cloudy, clear, opacity = (
            np.stack([_turned(part, orientation) for part in parts])
            for parts in zip(*(of[:3] for of in drawn), strict=True)
        )
        reads, corrects = (
            [VEIL.reads.index(name) for name in names] for names in (bands.reads, bands.corrects)
        )
        parts = (cloudy[:, reads], clear[:, corrects], opacity, np.empty(0, np.float32), told)
        return ChipBatch(*map(torch.from_numpy, parts))


def bands_of_recipe(recipe: Recipe) -> BandSet:
    """Returns what a recipe's generator is trained to see and correct."""
    return BANDS[recipe.bands]


def veil_chip(
    reflectance: Float32, rng: np.random.Generator, corrected_share: float = 0.0
) -> VeiledChip:
    """Draws a veil over a chip.

    Args:
        reflectance: Shape (13, 64, 64), the bands as the chips hold them.
        rng: Source of everything that is random.
        corrected_share: How likely it looks like level 2A.
    """
    corrected = bool(rng.random() < corrected_share)
    cloud = draw_spectral_cloud(rng, VEIL.reads)
    ground = draw_spectral_ground(rng, VEIL.reads, corrected=corrected, clear=not cloud.layers)
    clear = ground.change(_turned(reflectance[_ORDER], int(rng.integers(8))))
    low, high = np.log(CLEAR_CIRRUS)
    clear[VEIL.reads.index(CIRRUS)] = math.exp(rng.uniform(low, high))
    cloudy, opacity = cloud.apply(clear)
    if corrected:
        without_vapour(rng, (clear, cloudy), VEIL.reads)
    cloudy = add_noise(rng, cloudy, VEIL.reads)
    return VeiledChip(_model(cloudy), _model(clear), opacity[None], corrected)


_ORDER = [CHIP_BANDS.index(name) for name in VEIL.reads]
_ONES = np.array(VEIL.domain, np.float32)[:, None, None]


def _model(reflectance: Float32) -> Float32:
    return np.asarray(np.clip(reflectance / _ONES, 0, 1), np.float32)


def _turned(image: NDArray[np.float32], orientation: int) -> Float32:
    turned = np.rot90(image, orientation % 4, (1, 2))
    return np.ascontiguousarray(turned[:, :, ::-1] if orientation >= 4 else turned)


def _telling(bands: int, corrected: bool, rng: np.random.Generator) -> Float32:
    """Draws whether the level is told; all bands are there, see `VeilGenerator.forward`."""
    known = rng.random() >= _UNTOLD
    return np.array([1] * bands + [known and not corrected, known and corrected], np.float32)
