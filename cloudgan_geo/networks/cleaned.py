"""What a generator returns for a batch of windows; knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A")


@dataclass(frozen=True)
class Cleaned(Generic[A]):
    """Windows without cloud and what is known about them, as arrays of numpy or of torch.

    Attributes:
        image: Bands that the generator corrects, model domain, not clipped, float32, shape
            (windows, corrected bands, height, width).
        opacity: In [0, 1], float32, shape (windows, 1, height, width); None from a generator
            that estimates nothing.
        error: Half-width of the interval that holds 90 % of the errors, model domain, of every
            group of bands, float32, shape (windows, groups, height, width); None likewise.
    """

    image: A
    opacity: A | None = None
    error: A | None = None

    @property
    def parts(self) -> tuple[A, ...]:
        """Those that there are, in this order."""
        return tuple(part for part in (self.image, self.opacity, self.error) if part is not None)
