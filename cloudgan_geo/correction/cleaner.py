"""What is asked of a generator, and how one comes to be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union, cast

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import BandSet
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import UsageError
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.networks.header import read_bands, weights_path

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
    def bands(self) -> BandSet:
        """What it reads and corrects."""

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
        """Whether it estimates opacity and error."""

    @property
    def sees_surroundings(self) -> bool:
        """Whether it is to get views of what surrounds windows."""

    def clean(
        self, batch: NDArray[np.float32], view: NDArray[np.float32] | None = None
    ) -> Cleaned[NDArray[np.float32]]:
        """Returns clear windows for cloudy ones.

        Args:
            batch: Of the bands that it reads, model domain, float32 in [0, 1], shape (windows,
                bands read, 64, 64).
            view: What surrounds them, shape (windows, 3 * bands read + 1, 40, 40), see
                `windows.surroundings`; only if it `sees_surroundings`.

        Returns:
            The bands that it corrects, and opacity and error if it `estimates`.
        """


#: Name of a bundled generator, path of a weights file, a loaded generator, or one that is ready.
Model: TypeAlias = Union[str, os.PathLike[str], "LoadedGenerator", Cleaner]


def bands_of(model: Model) -> BandSet:
    """Returns what a generator reads and corrects, without loading it.

    Raises:
        WeightsError: If there is no such generator, or its file or its card is damaged.
    """
    if isinstance(model, (str, os.PathLike)):
        return read_bands(weights_path(model))
    return model.bands


def model_name(model: Model) -> str:
    """Returns how to call a generator in messages."""
    return os.fspath(model) if isinstance(model, (str, os.PathLike)) else model.name


def ready(model: Model, options: DecloudOptions) -> Cleaner:
    """Returns a generator that is ready for inference.

    Args:
        model: Which; one that is ready already is returned as it is.
        options: Device and precision.

    Raises:
        WeightsError: If the weights are unknown, damaged or of another architecture.
        UsageError: If the device or the precision is not available.
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


def check_estimates(cleaner: Cleaner, options: DecloudOptions) -> None:
    """Refuses what needs an estimate of the opacity from a generator that makes none.

    Raises:
        UsageError: If any such option is given.
    """
    if not cleaner.estimates and options.for_estimates:
        raise UsageError(
            options.for_estimates[0],
            f": the generator {cleaner.name} estimates no opacity; ",
            Argument("model", "thin"),
            " does",
        )
