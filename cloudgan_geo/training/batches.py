"""Batches of cloudy and clear chips, a function of the step alone."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from cloudgan_geo.clouds.article import UInt8
from cloudgan_geo.training.eurosat import Chips, Split, cloudy_pairs, model_domain
from cloudgan_geo.training.recipe import Recipe

#: Epoch number of the validation clouds, which no training epoch reaches.
VALIDATION_EPOCH = 2**31


@dataclass(frozen=True)
class Data:
    """Chips, which of them train and validate, and the recipe that says how."""

    chips: Chips
    split: Split
    recipe: Recipe

    @property
    def steps_per_epoch(self) -> int:
        """How many batches it takes to see every training chip, the last one smaller."""
        return math.ceil(len(self.split.train) / self.recipe.batch_size)

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Returns the cloudy and clear batch of a step, the same whenever it is asked for."""
        epoch, position = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng((self.recipe.seed, epoch)).permutation(self.split.train)
        start = position * self.recipe.batch_size
        chosen = [int(i) for i in order[start : start + self.recipe.batch_size]]
        cloudy, clear = cloudy_pairs(
            self.chips, chosen, seed=self.recipe.seed, epoch=epoch, augment=self.recipe.augment
        )
        return _tensor(cloudy), _tensor(clear)

    def batches(self, first: int, last: int, workers: int = 1) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields the batches of steps `first` to `last` - 1, made ahead in threads."""
        steps = iter(range(first, last))
        with ThreadPoolExecutor(workers) as pool:
            ahead = deque(pool.submit(self.batch, step) for step in islice(steps, 2 * workers))
            while ahead:
                ready = ahead.popleft().result()
                ahead.extend(pool.submit(self.batch, step) for step in islice(steps, 1))
                yield ready

    def validation(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields the validation batches, the same every time."""
        indices = self.split.validation
        for start in range(0, len(indices), self.recipe.batch_size):
            chosen = indices[start : start + self.recipe.batch_size]
            cloudy, clear = cloudy_pairs(
                self.chips, chosen, seed=self.recipe.seed, epoch=VALIDATION_EPOCH
            )
            yield _tensor(cloudy), _tensor(clear)


def _tensor(images: UInt8) -> Tensor:
    return torch.from_numpy(model_domain(images))
