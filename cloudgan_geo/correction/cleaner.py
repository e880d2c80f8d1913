"""What is asked of a generator, and making one ready for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.correction.options import DecloudOptions

if TYPE_CHECKING:
    from cloudgan_geo.networks.checkpoint import LoadedGenerator


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


def ready_cleaner(
    model: str | os.PathLike[str] | LoadedGenerator | Cleaner, options: DecloudOptions
) -> Cleaner:
    """Makes a model ready to clean windows.

    Args:
        model: Name of a bundled generator, path of a weights file, a loaded generator, or what
            cleans already.
        options: Device, precision and whether to compile.

    Raises:
        WeightsError: If the weights are unknown, damaged or of another architecture.
        UsageError: If an option cannot be honoured.
    """
    if not isinstance(model, (str, os.PathLike)) and hasattr(model, "clean"):
        return cast(Cleaner, model)
    # Imported only now: torch takes a second or more, and mistakes should show before.
    from cloudgan_geo.networks import inference, zoo
    from cloudgan_geo.networks.checkpoint import LoadedGenerator

    loaded = model if isinstance(model, LoadedGenerator) else zoo.load_generator(model)
    return inference.PreparedGenerator(
        loaded, device=options.device, precision=options.precision, compile=options.compile
    )
