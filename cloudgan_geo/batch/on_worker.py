"""What a process of a dask cluster does: it keeps its generator and can be stopped."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import replace
from typing import Any

from distributed import Status, WorkerPlugin, get_worker

from cloudgan_geo.batch.agreement import Agreement, honoured, settle
from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.batch.record import SceneRecord
from cloudgan_geo.batch.resuming import after_lost_worker
from cloudgan_geo.batch.scene_run import run_scene, skipped
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import BatchError
from cloudgan_geo.interrupts import Stopped
from cloudgan_geo.raster.writing.output import give_up_all

# One generator is kept: the last batch's.
_KEPT: dict[Agreement, Cleaner] = {}
_LOADING = threading.Lock()

# Batches that are to stop, by their names.
_STOPPED: set[str] = set()


class WorkerRefusedError(BatchError):
    """A worker that cannot keep to what the client settled.

    Attributes:
        address: Of the worker.
    """

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"worker {address}: {why}")
        self.address = address
        self._why = why

    def __reduce__(self) -> tuple[type[WorkerRefusedError], tuple[str, str]]:
        return type(self), (self.address, self._why)


def keep(agreement: Agreement, options: DecloudOptions, threads: int | None) -> Cleaner:
    """Returns the generator of a batch, which is loaded only once.

    Args:
        agreement: What the client settled.
        options: Whether it is to be compiled.
        threads: For torch; None for as many as the worker runs tasks at a time, which is what
            its cluster gave it of the machine.

    Raises:
        WorkerRefusedError: If it cannot be had here.
    """
    worker = get_worker()
    with _LOADING:
        if agreement not in _KEPT:
            try:
                cleaner = honoured(agreement, options)
            except BatchError as error:
                raise WorkerRefusedError(worker.address, str(error)) from error
            _KEPT.clear()
            _KEPT[agreement] = cleaner
        from cloudgan_geo.networks.cores import use_threads

        use_threads(threads or worker.state.nthreads)
        return _KEPT[agreement]


def settle_there(model: str, options: DecloudOptions) -> Agreement:
    """Settles device and number format as this worker has them; see `agreement.settle`."""
    return settle(model, options)[0]


def try_out(agreement: Agreement, options: DecloudOptions, threads: int | None) -> None:
    """Loads the generator before the first scene comes.

    Raises:
        WorkerRefusedError: If it cannot be had here.
    """
    keep(agreement, options, threads)


def work(
    batch: str,
    task: SceneTask,
    agreement: Agreement,
    options: DecloudOptions,
    threads: int | None,
    fresh: bool,
) -> SceneRecord | None:
    """Does a scene on a worker.

    Args:
        batch: Name of the batch, by which it is stopped.
        task: What is to be done.
        agreement: What the client settled.
        options: Whether the generator is to be compiled.
        threads: As for `keep`.
        fresh: Whether its output was not there when it was handed out. If it is now, a worker
            that was lost may have completed it.

    Returns:
        The scene's record; None if the batch was stopped.

    Raises:
        WorkerRefusedError: If this worker may not.
    """
    cleaner = keep(agreement, options, threads)

    def check() -> None:
        if batch in _STOPPED:
            raise Stopped

    left = after_lost_worker(task, agreement.model) if fresh else task
    if left is None:
        return replace(skipped(task), status="done")
    try:
        return run_scene(left, cleaner, check)
    except Stopped:
        return None


def stop(batch: str) -> None:
    """Has the scenes of a batch leave off, in all threads of this process."""
    _STOPPED.add(batch)


class Manners(WorkerPlugin):  # type: ignore[misc]
    """How a worker behaves as long as a batch lasts; also one that comes later.

    Args:
        batch: Name of the batch.
        own: Whether the cluster is the client's own. Its processes then leave Ctrl-C, which a
            terminal sends to all of them, to the client.
    """

    def __init__(self, batch: str, own: bool) -> None:
        self.name = f"cloudgan-geo-{batch}"
        self._own = own

    def setup(self, worker: Any) -> None:
        """Called in the worker's main thread, which alone may say what signals do."""
        if not self._own:
            return
        for name in ("SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                with contextlib.suppress(ValueError):
                    signal.signal(getattr(signal, name), signal.SIG_IGN)

    def teardown(self, worker: Any) -> None:
        """Removes what is half-written if the worker ends, as where it lost its scheduler."""
        if worker.status != Status.running:
            give_up_all()
