"""Making batches ahead of the steps that take them, and measuring how long those wait."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from types import TracebackType

import torch

from cloudgan_geo.choices import Auto
from cloudgan_geo.errors import RunError
from cloudgan_geo.training.data import ChipBatch, Data
from cloudgan_geo.training.ranks import ALONE, Ranks

# Batches that lie ready for each that is being made.
_AHEAD = 2

# Processes beyond these would only wait for the device.
_MOST = 8

# Seconds between two looks of a process whether the run that it draws for is alive.
_LOOK = 1.0

# Seconds that a process is kept busy at its start.
_START = 0.2

# What a process draws from; inherited where processes are forked, so that chips lie in memory once.
_GIVEN: list[tuple[Data, Ranks]] = []


def settle_workers(asked: int | Auto, device: str) -> int:
    """Settles how many processes draw clouds for one that trains; 0 for a thread of its own.

    Args:
        asked: That number; or `auto`: 0 on a CPU, which draws thirty times as fast as it trains,
            else as many as the machine has cores for, up to eight.
        device: That was asked for to train on.
    """
    if asked != "auto":
        return asked
    if device == "cpu" or (device == "auto" and not torch.cuda.is_available()):
        return 0
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(_MOST, (cores or 1) // processes - 1))


class Feed:
    """Makes batches ahead.

    As a context manager it starts its processes. It must be entered before CUDA is used, which
    forked processes could not go on with.

    Args:
        data: That batches are made from.
        ranks: Whose part of each batch is made.
        workers: Processes; 0 for a thread.

    Attributes:
        data: The same.
        waited: Seconds that the steps have waited for batches.
    """

    def __init__(self, data: Data, ranks: Ranks = ALONE, workers: int = 0) -> None:
        self.data = data
        self._given = data, ranks
        self._workers = workers
        self._pool: Executor | None = None
        self.waited = 0.0

    def __enter__(self) -> Feed:
        if self._workers == 0:
            self._pool = ThreadPoolExecutor(1)
            return self
        forks = "fork" in multiprocessing.get_all_start_methods()
        self._pool = ProcessPoolExecutor(
            self._workers,
            multiprocessing.get_context("fork" if forks else "spawn"),
            _begin,
            (self._given, os.getpid()),
        )
        try:
            # Long enough for each to get one: Python 3.10 starts them as they are needed.
            list(self._pool.map(time.sleep, [_START] * self._workers))
        except BrokenProcessPool as error:
            raise RunError("processes that draw clouds cannot be started") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._pool is not None
        self._pool.shutdown(cancel_futures=True)

    def batches(self, first: int, last: int) -> Iterator[ChipBatch]:
        """Yields the batches of steps `first` to `last` - 1.

        Raises:
            RunError: If a process that makes them is lost.
        """
        assert self._pool is not None
        pool = self._pool
        data, ranks = self._given
        make = _batch if self._workers else partial(data.batch, ranks=ranks)
        steps = iter(range(first, last))
        ahead = deque(
            pool.submit(make, step) for step in islice(steps, _AHEAD * max(1, self._workers))
        )
        while ahead:
            began = time.perf_counter()
            try:
                ready = ahead.popleft().result()
                ahead.extend(pool.submit(make, step) for step in islice(steps, 1))
            except BrokenProcessPool as error:
                raise RunError(
                    "a process that draws clouds is lost; is there enough memory?"
                ) from error
            self.waited += time.perf_counter() - began
            yield ready


def _batch(step: int) -> ChipBatch:
    data, ranks = _GIVEN[0]
    return data.batch(step, ranks)


def _begin(given: tuple[Data, Ranks], parent: int) -> None:
    """Called in a process that draws, as its first."""
    _GIVEN[:] = [given]
    # A forked process lacks the threads that the other's torch has, and would wait for them.
    torch.set_num_threads(1)
    # Signals are for the process that trains; it ends its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ends this process when the one that trains is gone, however that came about."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
