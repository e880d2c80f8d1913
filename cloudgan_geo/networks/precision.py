"""Device and number format of a network, chosen by asking and by timing."""

from __future__ import annotations

import time

import torch
from torch import nn

from cloudgan_geo.errors import UsageError

PRECISIONS = ("auto", "fp32", "bf16")
_TIMED_BATCH = 16


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
        raise UsageError(f"--device {device}: not available here ({reason})") from error
    return chosen


def choose_precision(precision: str, network: nn.Module, device: torch.device) -> torch.dtype:
    """Returns the number format to run convolutions in.

    bf16 runs the article's U-Net about three times as fast as fp32 on a CPU with
    AVX512-BF16 and several times slower on one without, so `auto` times both.

    Args:
        precision: `auto`, `fp32` or `bf16`.
        network: Already on the device; its `input_shapes` say what it takes, without them
            windows of three bands.
        device: Where it runs.

    Returns:
        `torch.bfloat16` or `torch.float32`.

    Raises:
        UsageError: If `precision` is none of the three.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"--precision {precision}: takes one of {', '.join(PRECISIONS)}")
    if precision == "fp32":
        return torch.float32
    if precision == "bf16" or device.type == "cuda":
        return torch.bfloat16
    if device.type != "cpu":
        return torch.float32
    single = _seconds(network, device, torch.float32)
    return torch.bfloat16 if _seconds(network, device, torch.bfloat16) < single else torch.float32


def _seconds(network: nn.Module, device: torch.device, dtype: torch.dtype) -> float:
    shapes = getattr(network, "input_shapes", ((3, 64, 64),))
    batch = [
        torch.zeros(_TIMED_BATCH, *shape, device=device).to(memory_format=torch.channels_last)
        for shape in shapes
    ]
    was_training = network.training
    network.eval()
    best = float("inf")
    with torch.inference_mode(), autocast(device, dtype):
        # The first pass prepares the kernels, so it does not count.
        for timed in (False, True, True):
            start = time.perf_counter()
            network(*batch)
            if timed:
                best = min(best, time.perf_counter() - start)
    network.train(was_training)
    return best


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Returns the context that runs convolutions in `dtype`."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)
