"""Sharing the cores of a CPU between batches that are computed at the same time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import torch

from cloudgan_geo.networks.inference import PreparedGenerator

# Two halves of the cores with a batch each lose less to the threads that read and write than
# all of them with one batch: a core that is late keeps only its half waiting.
_WORKERS = 2


@contextlib.contextmanager
def shared_cores(cleaner: object) -> Iterator[tuple[int, Callable[[], None] | None]]:
    """Settles how many threads may call a cleaner at a time, as long as the context lasts.

    Args:
        cleaner: If it is none of ours or does not run on the CPU, one thread may.

    Yields:
        How many threads, and what each of them is to call first, or None.
    """
    if not isinstance(cleaner, PreparedGenerator) or cleaner.device != "cpu":
        yield 1, None
        return
    cores = torch.get_num_threads()
    workers = min(_WORKERS, cores)
    try:
        yield workers, lambda: torch.set_num_threads(cores // workers)
    finally:
        # What one thread sets becomes the default of those that are started later.
        torch.set_num_threads(cores)


def use_threads(count: int) -> None:
    """Has torch compute with so many threads, from now on, in this thread and in later ones."""
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
