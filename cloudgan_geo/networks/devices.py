"""Which devices torch finds on this machine."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Device:
    """Somewhere to compute.

    Attributes:
        name: What `--device` takes.
        description: For people.
    """

    name: str
    description: str


def available_devices() -> tuple[Device, ...]:
    """Returns all devices that generators can run on, the CPU first."""
    threads = torch.get_num_threads()
    cpu = f"{platform.machine()}, {threads} thread{'s' if threads != 1 else ''}"
    found = [Device("cpu", cpu)]
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(index)
            size = f"{properties.total_memory / 2**30:.0f} GiB"
            found.append(Device(f"cuda:{index}", f"{properties.name}, {size}"))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU"))
    return tuple(found)


def torch_version() -> str:
    """Returns the version of torch, with what it was built for."""
    return str(torch.__version__)
