"""Device and number format of a network, chosen by what is there and never by timing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import torch
from torch import nn

from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.errors import UsageError
from cloudgan_geo.networks.devices import bf16_support
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.networks.thin_pair import ThinPairGenerator
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import VeilPairGenerator
from cloudgan_geo.networks.veil_trio import VeilTrioGenerator

#: How far bf16 may lie off fp32 to be chosen by `auto`: DN of a 16-bit scene (reflectance *
#: 10000), 99.9th percentile of all corrected values.
BF16_TOLERANCE = 2.0

#: How far it lies off, in the same unit, by architecture: with the bundled weights, the worse
#: of two scenes of some 300 x 300 pixels. One that is not listed was not measured.
#: tests/networks/test_precision.py measures again.
BF16_OFF_FP32: dict[type[nn.Module], float] = {
    UNetGenerator: 6.0,
    ThinGenerator: 71.0,
    VeilGenerator: 6.0,
    VeilPairGenerator: 6.0,
    ThinPairGenerator: 39.0,
    # Without the cirrus band, so of all that it holds; with it 6.
    VeilTrioGenerator: 9.0,
}


@dataclass(frozen=True)
class Precision:
    """A number format to compute in.

    Attributes:
        name: `fp32` or `bf16`.
        reason: Why this one, for people.
    """

    name: str
    reason: str

    @property
    def dtype(self) -> torch.dtype:
        """As torch names it."""
        return torch.bfloat16 if self.name == "bf16" else torch.float32


def choose_device(device: str) -> torch.device:
    """Turns `auto`, `cpu`, `cuda`, `cuda:1` or `mps` into a device that is there.

    Args:
        device: What the user asked for; `auto` takes CUDA, then MPS, then the CPU.

    Raises:
        UsageError: If the device is unknown to torch or absent from this machine.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(Argument("device", device), f": not available here ({reason})") from error
    return chosen


def choose_precision(
    precision: AskedPrecision, network: nn.Module, device: torch.device
) -> torch.dtype:
    """Returns the number format that `settle_precision` settles on, as torch names it.

    Raises:
        UsageError: If `precision` is none of the three.
    """
    return settle_precision(precision, network, device).dtype


def settle_precision(
    precision: AskedPrecision, network: nn.Module, device: torch.device
) -> Precision:
    """Settles the number format to run a trained generator in.

    `auto` takes bf16 where the device computes in it natively and the generator's results stay
    within `BF16_TOLERANCE` of those in fp32. It depends on nothing else, so that a scene has
    one answer on a machine.

    Args:
        precision: `auto`, `fp32` or `bf16`.
        network: The generator; its architecture tells how far bf16 lies off.
        device: Where it runs.

    Raises:
        UsageError: If `precision` is none of the three.
    """
    chosen = _asked_for(precision)
    if chosen is not None:
        return chosen
    off = BF16_OFF_FP32.get(type(network))
    if off is None:
        return Precision("fp32", "bf16 was not measured with this architecture")
    if off > BF16_TOLERANCE:
        return Precision(
            "fp32",
            f"bf16 is up to {off:g} DN off with this architecture, {BF16_TOLERANCE:g} are allowed",
        )
    return _by_device(device)


def choose_training_precision(precision: AskedPrecision, device: torch.device) -> torch.dtype:
    """Returns the number format to train in.

    `auto` takes bf16 where the device computes in it natively: a network in training has no
    results yet from which bf16 could lie off.

    Args:
        precision: `auto`, `fp32` or `bf16`.
        device: Where the training runs.

    Raises:
        UsageError: If `precision` is none of the three.
    """
    return (_asked_for(precision) or _by_device(device)).dtype


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Returns the context that runs convolutions in `dtype`."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)


def _asked_for(precision: AskedPrecision) -> Precision | None:
    if precision not in get_args(AskedPrecision):
        raise UsageError(
            Argument("precision", precision),
            f": takes one of {', '.join(get_args(AskedPrecision))}",
        )
    return None if precision == "auto" else Precision(precision, "asked for")


def _by_device(device: torch.device) -> Precision:
    support = bf16_support(device)
    return Precision("bf16" if support.native else "fp32", support.reason)
