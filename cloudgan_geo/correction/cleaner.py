"""What is asked of a generator."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Cleaner(Protocol):
    """A generator that is ready for inference."""

    @property
    def name(self) -> str:
        """Of the model."""

    @property
    def sha256(self) -> str:
        """Of the weights file, in hex."""

    @property
    def device(self) -> str:
        """Where it runs."""

    @property
    def precision(self) -> str:
        """`fp32` or `bf16`."""

    @property
    def precision_reason(self) -> str:
        """Why this one, for people."""

    @property
    def suggested_batch_size(self) -> int:
        """Windows a batch that keep the device busy."""

    @property
    def estimates(self) -> bool:
        """Whether it estimates opacity and error, from what surrounds a window."""

    def clean(
        self, batch: NDArray[np.float32], view: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Returns clear windows for cloudy ones, float32 in [0, 1], (windows, 3, 64, 64).

        If it `estimates` it also takes views, (windows, 10, 40, 40), see `windows.surroundings`,
        and returns five bands: red, green, blue, opacity in [0, 1], half-width of the 90 %
        interval.
        """
