"""How the values of products relate to reflectance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Profile:
    """Reflectance = value x scale + offset.

    Attributes:
        name: As `radiometry` takes it.
        scale: Reflectance per unit of value.
        offset: Reflectance at value 0.
        eight_bit: Whether it is meant for 8-bit values, and for no others.
        also_declared: Other pairs of scale and offset by which bands declare the same.
    """

    name: str
    scale: float
    offset: float
    eight_bit: bool = False
    also_declared: tuple[tuple[float, float], ...] = ()

    @property
    def is_reflectance(self) -> bool:
        """Whether values are reflectance themselves."""
        return (self.scale, self.offset) == (1.0, 0.0)

    def settled(self, reason: str) -> Settled:
        """Returns it as what holds for a raster.

        Args:
            reason: Why, in words.
        """
        return Settled(self.name, reason, self.scale, self.offset)


@dataclass(frozen=True)
class Settled:
    """How the values of a raster relate to reflectance, and why.

    Attributes:
        profile: Name of a profile, or `declared`.
        reason: Why this one, in words.
        scale: Reflectance per unit of value.
        offset: Reflectance at value 0.
    """

    profile: str
    reason: str
    scale: float
    offset: float


class Values(Protocol):
    """The red, green and blue values of a raster, to be looked at."""

    @property
    def path(self) -> str:
        """Of the raster, for messages."""

    @property
    def dtype(self) -> str:
        """Of the values."""

    @property
    def is_float(self) -> bool:
        """Whether they are floating point."""

    @property
    def pixels(self) -> int:
        """How many there are, of each band."""

    def tally(
        self,
        test: Callable[[NDArray[Any]], NDArray[np.bool_]],
        enough: Callable[[NDArray[np.int64], NDArray[np.int64]], bool],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Counts, per band, the valid values that pass a test, and all valid values.

        Looks at pieces from all over the raster until the counts are `enough`, or at all of it.
        """
