"""Clusters of dask: processes of this machine, or one that runs already."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import dask
from distributed import Client, LocalCluster

from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch.jobs import cores
from cloudgan_geo.errors import BatchError

# Seconds to reach a scheduler, and to wait for its first worker.
_CONNECT, _FIRST_WORKER = 15, 60

# What speaks of a cluster, in beginnings of names.
_LOGGERS = ("distributed", "tornado", "asyncio")


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[tuple[Any, int]]:
    """Starts a process for each worker, on this machine; yields their client and threads of each.

    Args:
        workers: How many; the cores are shared out among them.
    """
    threads = max(1, cores() // workers)
    # Instead of dask's own, whose MALLOC_TRIM_THRESHOLD_ has every tensor's memory asked of the
    # system anew: a scene then takes 1.4 times as long.
    environment = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    with (
        _quiet(),
        dask.config.set(
            {
                "distributed.nanny.pre-spawn-environ": environment,
                # Nobody is to watch it but the client.
                "distributed.scheduler.http.routes": [],
                "distributed.worker.http.routes": [],
            }
        ),
        contextlib.ExitStack() as stack,
    ):
        cluster = stack.enter_context(
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                # Whatever may open a port of this machine may otherwise run code as us.
                security=True,
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        )
        client = stack.enter_context(Client(cluster, timeout=_CONNECT))
        yield client, threads


@contextlib.contextmanager
def running_cluster(address: str) -> Iterator[Any]:
    """Connects to a scheduler; yields a client that has at least one worker.

    Args:
        address: Such as `tcp://head:8786`, or of TLS as dask is configured.

    Raises:
        BatchError: If none answers there, or it has no worker.
    """
    with _quiet(), contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address, timeout=_CONNECT))
            client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except (OSError, ValueError, TimeoutError) as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise BatchError(
                Argument("scheduler", address), f": cannot be used ({said[:200]})"
            ) from error
        yield client


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps dask from telling of what our own messages tell."""
    # Those below the first one have levels of their own.
    names = ("distributed", "tornado", *logging.root.manager.loggerDict)
    loggers = [logging.getLogger(name) for name in names if name.startswith(_LOGGERS)]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)
