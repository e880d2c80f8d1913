"""Batches of cloudy and clear chips, a function of the step alone."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from cloudgan_geo.chips.eurosat import Chips, Split, model_domain
from cloudgan_geo.simulation.article_pairs import cloudy_pairs
from cloudgan_geo.training.ranks import ALONE, Ranks
from cloudgan_geo.training.recipe import Recipe
from cloudgan_geo.training.veiled import VeiledChips

#: Epoch number of the validation clouds, which no training epoch reaches.
VALIDATION_EPOCH = 2**31


class ChipBatch(NamedTuple):
    """Chips to train on.

    Attributes:
        cloudy: Model domain, float32 in [0, 1], shape (chips, 3, 64, 64).
        clear: The same without cloud.
        opacity: Of the cloud, float32 in [0, 1], shape (chips, 1, 64, 64); empty under the
            article's clouds, which have none.
        view: What surrounds each chip, shape (chips, 10, 40, 40); empty as well.
        told: What a generator is told about each chip, shape (chips, bands read + 2), see
            `VeilGenerator.forward`; empty for those that are told nothing.
    """

    cloudy: Tensor
    clear: Tensor
    opacity: Tensor
    view: Tensor
    told: Tensor


@dataclass(frozen=True)
class Data(ABC):
    """What is trained on: which chips train and validate, and the recipe that says how.

    Attributes:
        split: Indices of chips.
        recipe: The recipe.
    """

    split: Split
    recipe: Recipe

    @property
    @abstractmethod
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""

    @abstractmethod
    def batch(self, step: int, ranks: Ranks = ALONE) -> ChipBatch:
        """Returns the batch of a step, the same whenever it is asked for.

        Args:
            step: Number of the step, from 0.
            ranks: Whose part of it is returned.
        """

    @abstractmethod
    def under_clouds(self, indices: Sequence[int], epoch: int, vary: bool = False) -> ChipBatch:
        """Lays the recipe's clouds over some chips.

        Args:
            indices: Which chips.
            epoch: Draws other clouds for the same chips.
            vary: Turn the chips, and whatever else the clouds' maker varies.
        """

    def validation(self) -> Iterator[ChipBatch]:
        """Yields the validation batches, the same every time."""
        indices = self.split.validation
        for start in range(0, len(indices), self.recipe.batch_size):
            chosen = indices[start : start + self.recipe.batch_size]
            yield self.under_clouds(chosen, VALIDATION_EPOCH)


@dataclass(frozen=True)
class VisibleData(Data):
    """Chips of red, green and blue.

    Attributes:
        chips: All of them.
    """

    chips: Chips

    @property
    def steps_per_epoch(self) -> int:
        """How many batches it takes to see every training chip, the last one smaller."""
        return math.ceil(len(self.split.train) / self.recipe.batch_size)

    def batch(self, step: int, ranks: Ranks = ALONE) -> ChipBatch:
        """Returns the batch of a step; see `Data`."""
        epoch, position = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng((self.recipe.seed, epoch)).permutation(self.split.train)
        start = position * self.recipe.batch_size
        chosen = [int(i) for i in order[start : start + self.recipe.batch_size]]
        return self.under_clouds(ranks.part(chosen), epoch, vary=self.recipe.augment)

    def under_clouds(self, indices: Sequence[int], epoch: int, vary: bool = False) -> ChipBatch:
        """Lays the article's clouds, or scattering ones, over some chips; see `Data`."""
        seed = self.recipe.seed
        if self.recipe.clouds == "scattering":
            veiled = self._veiled.draw(indices, seed, epoch, vary)
            parts = (
                veiled.cloudy,
                veiled.clear,
                veiled.opacity,
                veiled.view,
                np.empty(0, np.float32),
            )
            return ChipBatch(*map(torch.from_numpy, parts))
        pairs = cloudy_pairs(self.chips, indices, seed=seed, epoch=epoch, augment=vary)
        cloudy, clear = (torch.from_numpy(model_domain(images)) for images in pairs)
        return ChipBatch(cloudy, clear, *(torch.empty(0) for _ in range(3)))

    @cached_property
    def _veiled(self) -> VeiledChips:
        return VeiledChips(self.chips, self.split.train)
