"""Running a generator over batches of windows, as fast as the device allows."""

from __future__ import annotations

import copy
import os
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.errors import UsageError, WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.networks.precision import choose_device, choose_precision, settle_precision
from cloudgan_geo.networks.veil import LEVELS
from cloudgan_geo.networks.zoo import load_generator

_BATCH_SIZE = {"cpu": 16, "cuda": 256, "mps": 64}

# On a CPU, bf16 that torch compiled was slower than bf16 as it is.
_COMPILES = ("cuda",)


class PreparedGenerator:
    """A generator prepared for inference: batch norm folded, channels last.

    Args:
        loaded: The generator and where it came from.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        compile: Let torch compile the network, now; on CUDA only.

    Attributes:
        name: Name of the model.
        sha256: Of its weights file.
        bands: What it reads and corrects.
        window: Height and width of the windows it was trained on, in pixels.
        device: Where it runs.
        precision: `fp32` or `bf16`, after `auto` was decided.
        precision_reason: Why this one.
        suggested_batch_size: Windows a batch that keep the device busy.
        estimates: Whether it also estimates opacity and error.
        sees_surroundings: Whether it is to get views of what surrounds windows.

    Raises:
        UsageError: If the device, the precision or a compiler is not available.
    """

    window = 64

    def __init__(
        self,
        loaded: LoadedGenerator,
        *,
        device: str = defaults.DEVICE,
        precision: AskedPrecision = defaults.PRECISION,
        compile: bool = False,
    ) -> None:
        self.name = loaded.name
        self.sha256 = loaded.sha256
        self.bands = loaded.bands
        self._shapes = loaded.network.input_shapes
        self._device = choose_device(device)
        self.device = str(self._device)
        network = fold_batch_norm(loaded.network)
        network = network.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._dtype = choose_precision(precision, network, self._device)
        self.precision = "bf16" if self._dtype == torch.bfloat16 else "fp32"
        self.precision_reason = settle_precision(precision, network, self._device).reason
        self.suggested_batch_size = _BATCH_SIZE.get(self._device.type, 16)
        self._network = network.to(self._dtype)
        for layer in loaded.network.exact:
            self._network.get_submodule(layer).float()
        self.estimates = loaded.network.estimates
        self.sees_surroundings = loaded.network.sees_surroundings
        self._asks = loaded.network.asks_about_scenes
        self._told = self._telling((True,) * len(self.bands.reads), None)
        self._error_scale = _ErrorScale(loaded.card)
        if compile:
            self._compile()

    def for_scene(self, present: tuple[bool, ...], level: str | None) -> PreparedGenerator:
        """Returns the same generator, told what a scene has.

        Args:
            present: Of each band that it reads, whether the scene has it.
            level: Of the scene's processing, `1C` or `2A`; None if it is not known.
        """
        told = copy.copy(self)
        told._told = self._telling(present, level)
        return told

    def _telling(self, present: tuple[bool, ...], level: str | None) -> Tensor:
        flags = [*present, *(level == name for name in LEVELS)]
        return torch.tensor(flags, dtype=torch.float32, device=self._device)

    def clean(
        self, batch: NDArray[np.float32], view: NDArray[np.float32] | None = None
    ) -> Cleaned[NDArray[np.float32]]:
        """Removes the clouds of a batch of windows.

        A batch that does not fit the device's memory is halved until it does.

        Args:
            batch: Cloudy windows in the model domain, float32 in [0, 1], shape (windows, bands
                read, height, width), height and width multiples of 16.
            view: What surrounds them, shape (windows, 3 * bands read + 1, 40, 40), for a
                generator that `sees_surroundings`; see `windows.surroundings`.

        Returns:
            Clear windows of the bands that it corrects; from a generator that `estimates` also
            opacity and error.
        """
        count = len(batch)
        if count == 1 and self._device.type == "cpu":
            # One image alone oneDNN sums up in another order: the last bit would depend on batches.
            batch = np.repeat(batch, 2, axis=0)
            view = None if view is None else np.repeat(view, 2, axis=0)
        views = None if view is None else self._place(view)
        cleaned = self.clean_tensors(self._place(batch), views)
        return Cleaned(
            _fetch(cleaned.image[:count]),
            None if cleaned.opacity is None else _fetch(cleaned.opacity[:count]),
            None if cleaned.error is None else _fetch(cleaned.error[:count]),
        )

    def clean_tensors(self, windows: Tensor, views: Tensor | None = None) -> Cleaned[Tensor]:
        """Does what `clean` does, with windows and views that are on the device already.

        Args:
            windows: As for `clean`.
            views: As for `clean`.

        Returns:
            As from `clean`, on the device.
        """
        try:
            return self._forward(windows, views)
        except torch.OutOfMemoryError:
            if len(windows) == 1:
                raise
            torch.cuda.empty_cache()
        half = len(windows) // 2
        first, second = (None, None) if views is None else (views[:half], views[half:])
        above = self.clean_tensors(windows[:half], first)
        below = self.clean_tensors(windows[half:], second)
        return Cleaned(
            torch.cat([above.image, below.image]),
            _joined(above.opacity, below.opacity),
            _joined(above.error, below.error),
        )

    @torch.inference_mode()
    def _forward(self, windows: Tensor, views: Tensor | None) -> Cleaned[Tensor]:
        if not self.estimates:
            return Cleaned(cast(Tensor, self._network(windows.to(self._dtype))))
        beside = [views] if self.sees_surroundings else []
        if self._asks:
            beside.append(self._told.expand(len(windows), -1))
        estimate = self._network(windows, *beside)
        image = windows[:, self.bands.selected] + estimate.correction
        error = estimate.error * self._error_scale.at(estimate.opacity)
        return Cleaned(image, estimate.opacity, error)

    def _compile(self) -> None:
        """Compiles the network for batches of any size and tries it out."""
        if self._device.type not in _COMPILES:
            raise UsageError(
                Argument("compile", True),
                f": is for CUDA; on {self.device} nothing is gained, leave it out",
            )
        self._network = cast(nn.Module, torch.compile(self._network, dynamic=True))
        try:
            shapes = self._shapes[: 1 + self.sees_surroundings]
            self.clean(*(np.zeros((2, *shape), np.float32) for shape in shapes))
        except Exception as error:  # of whatever compiles it: torch, triton, a C compiler
            reason = str(error).strip().partition("\n")[0]
            raise UsageError(
                Argument("compile", True),
                f": torch cannot compile the network here ({reason}); leave it out",
            ) from error

    def _place(self, array: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(array).to(self._device, memory_format=torch.channels_last)


def _fetch(tensor: Tensor) -> NDArray[np.float32]:
    return cast(NDArray[np.float32], tensor.contiguous().cpu().numpy())


def _joined(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    return None if first is None or second is None else torch.cat([first, second])


class _ErrorScale:
    """A factor on the expected error by opacity, fitted after training; the card holds it."""

    def __init__(self, card: dict[str, Any]) -> None:
        scale = card.get("error_scale", {"opacity": [0.0, 1.0], "factor": [1.0, 1.0]})
        try:
            self._opacity = torch.tensor(scale["opacity"], dtype=torch.float32)
            self._factor = torch.tensor(scale["factor"], dtype=torch.float32)
            rises = bool((self._opacity.diff() > 0).all()) and len(self._opacity) > 1
            positive = bool(((self._factor > 0) & (self._factor < 1000)).all())
            if not (rises and positive and self._opacity.shape == self._factor.shape):
                raise ValueError("opacities that do not rise, or factors not within 0 to 1000")
        except (TypeError, KeyError, ValueError, IndexError, RuntimeError) as error:
            raise WeightsError(
                f"its card has an error_scale that makes no sense: {error}"
            ) from error

    def at(self, opacity: Tensor) -> Tensor:
        """Returns the factor, interpolated between the card's opacities."""
        knots, factors = self._opacity.to(opacity.device), self._factor.to(opacity.device)
        right = torch.searchsorted(knots, opacity.contiguous()).clamp(1, len(knots) - 1)
        left = right - 1
        share = (opacity - knots[left]) / (knots[right] - knots[left])
        return torch.lerp(factors[left], factors[right], share.clamp(0, 1))


def load_cleaner(
    model: str | os.PathLike[str],
    *,
    device: str = defaults.DEVICE,
    precision: AskedPrecision = defaults.PRECISION,
) -> PreparedGenerator:
    """Loads a generator by name or path, ready to clean batches of windows.

    Args:
        model: Name of a bundled generator, or path of a weights file.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.

    Raises:
        WeightsError: If the weights are unknown, damaged or of another architecture.
        UsageError: If the device or the precision is not available.
    """
    return PreparedGenerator(load_generator(model), device=device, precision=precision)


def fold_batch_norm(network: nn.Module) -> nn.Module:
    """Returns a copy whose convolutions contain the batch norms that follow them.

    The outputs are the same up to rounding; a third of the layers is gone.
    """
    folded = copy.deepcopy(network).eval()
    for block in list(folded.modules()):
        if not isinstance(block, nn.Sequential):
            continue
        for index in range(len(block) - 1):
            layer, norm = block[index], block[index + 1]
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                block[index] = fuse_conv_bn_eval(layer, norm)
                block[index + 1] = nn.Identity()
    return folded
