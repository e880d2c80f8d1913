"""Running a generator over batches of windows, as fast as the device allows."""

from __future__ import annotations

import copy
import os

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.precision import choose_device, choose_precision
from cloudgan_geo.networks.zoo import load_generator

_BATCH_SIZE = {"cpu": 16, "cuda": 256, "mps": 64}


class Cleaner:
    """A generator prepared for inference: batch norm folded, channels last, bf16 if faster.

    Args:
        loaded: The generator and where it came from.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.

    Attributes:
        name: Name of the model.
        sha256: Of its weights file.
        window: Height and width of the windows it was trained on, in pixels.
        device: Where it runs.
        precision: `fp32` or `bf16`, after `auto` was decided.
        suggested_batch_size: Windows a batch that keep the device busy.

    Raises:
        UsageError: If the device or the precision is not available.
    """

    window = 64

    def __init__(
        self, loaded: LoadedGenerator, *, device: str = "auto", precision: str = "auto"
    ) -> None:
        self.name = loaded.name
        self.sha256 = loaded.sha256
        self._device = choose_device(device)
        self.device = str(self._device)
        network = fold_batch_norm(loaded.network)
        network = network.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._dtype = choose_precision(precision, network, self._device)
        self.precision = "bf16" if self._dtype == torch.bfloat16 else "fp32"
        self.suggested_batch_size = _BATCH_SIZE.get(self._device.type, 16)
        self._network = network.to(self._dtype)
        self._network.output.float()

    def clean(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Removes the clouds of a batch of windows.

        A batch that does not fit the device's memory is halved until it does.

        Args:
            batch: Cloudy windows in the model domain, float32 in [0, 1], shape (windows, 3,
                height, width), height and width multiples of 16.

        Returns:
            Clear windows, float32 in [0, 1], of the same shape.
        """
        try:
            return self._forward(batch)
        except torch.OutOfMemoryError:
            if len(batch) == 1:
                raise
            torch.cuda.empty_cache()
        half = len(batch) // 2
        return np.concatenate([self.clean(batch[:half]), self.clean(batch[half:])])

    @torch.inference_mode()
    def _forward(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        windows = torch.from_numpy(batch).to(
            self._device, self._dtype, memory_format=torch.channels_last
        )
        generated: NDArray[np.float32] = self._network(windows).contiguous().cpu().numpy()
        return generated


def load_cleaner(
    model: str | os.PathLike[str], *, device: str = "auto", precision: str = "auto"
) -> Cleaner:
    """Loads a generator by name or path, ready to clean batches of windows.

    Args:
        model: Name of a bundled generator, or path of a weights file.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.

    Raises:
        WeightsError: If the weights are unknown, damaged or of another architecture.
        UsageError: If the device or the precision is not available.
    """
    return Cleaner(load_generator(model), device=device, precision=precision)


def fold_batch_norm(network: UNetGenerator) -> UNetGenerator:
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
