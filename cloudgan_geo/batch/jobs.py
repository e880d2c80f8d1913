"""How many processes work on a batch on this machine."""

from __future__ import annotations

import importlib.util
import os

from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import Auto
from cloudgan_geo.errors import UsageError

# To start a process and load a generator takes as long as a few small scenes.
_SCENES_A_WORKER = 4

# What a worker may take of memory with a whole tile.
_WORKER_BYTES = 3 * 2**30


def cores() -> int:
    """Returns how many cores this process may use, as SLURM and others limit them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def settle_jobs(asked: int | Auto, scenes: int, device: str) -> int:
    """Settles how many processes work on a batch on this machine.

    Args:
        asked: That number; or `auto`: one a core as far as there are scenes and memory for it,
            and this process alone for few scenes, on a GPU or without dask.
        scenes: How many there are to do.
        device: That was asked for.

    Raises:
        UsageError: If more than this one are asked for and dask is not installed.
    """
    if isinstance(asked, int):
        if asked < 1:
            raise UsageError(Argument("jobs", asked), ": takes auto or a number of at least 1")
        if asked > 1:
            check_dask(Argument("jobs", asked))
        return min(asked, scenes)
    most = min(cores(), scenes // _SCENES_A_WORKER)
    if most <= 1 or not has_dask():
        return 1
    import psutil

    from cloudgan_geo.networks.precision import choose_device

    if choose_device(device).type != "cpu":
        return 1
    return max(1, min(most, int(psutil.virtual_memory().available // _WORKER_BYTES)))


def has_dask() -> bool:
    """Tells whether dask is installed with what it takes to use more than one process."""
    return all(importlib.util.find_spec(name) for name in ("distributed", "cryptography"))


def check_dask(argument: Argument) -> None:
    """Refuses an argument where dask is not installed.

    Raises:
        UsageError: If it is not.
    """
    if not has_dask():
        raise UsageError(
            argument,
            ": needs dask, which pip install 'cloudgan-geo[dask]' adds; ",
            Argument("jobs", 1),
            " does without",
        )
