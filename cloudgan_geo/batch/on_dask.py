"""Doing a batch on a dask cluster: scenes are handed to workers, and records come back."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import dask
from distributed import CancelledError, KilledWorker, wait

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch import on_worker
from cloudgan_geo.batch.agreement import Agreement, weights_sha256
from cloudgan_geo.batch.outputs import SceneTask, absolute
from cloudgan_geo.batch.record import SceneRecord
from cloudgan_geo.batch.resuming import is_there
from cloudgan_geo.batch.scene_run import failed
from cloudgan_geo.choices import AUTO
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import BatchError, CloudganError
from cloudgan_geo.networks.header import bundled

# Seconds between two looks at a cluster.
_LOOK = 0.5

# Seconds that workers get to load the generator before the first scene is handed out.
_LOAD = 120

# Seconds that workers get to leave off when a batch is stopped.
_LEAVE = 8.0

# Seconds that a worker gets to hand over a record.
_FETCH = 5.0

# Scenes that a worker has waiting for it: it need not wait for the client.
_AHEAD = 2


def agree(
    client: Any,
    model: str,
    options: DecloudOptions,
    timeout: float = defaults.WORKER_TIMEOUT,
) -> Agreement:
    """Settles generator, device and number format for all workers of a cluster.

    The weights are those of this machine; device and number format are what the first worker that
    can load them has, since this machine may be no more than a head node.

    Args:
        client: Of dask.
        model: Name of a bundled generator, `auto`, or path of a weights file.
        options: Device, precision, and what asks for estimates.
        timeout: Seconds that a worker gets to answer, besides those to load the generator.

    Raises:
        UsageError: If the device or the precision is not available there.
        BatchError: If the workers lack the program, or none answers.
    """
    sha256 = weights_sha256(model)
    named = model if model in (AUTO, *bundled()) else os.path.abspath(model)
    try:
        future = client.submit(on_worker.settle_there, named, options, pure=False)
        found: Agreement = future.result(timeout=timeout + _LOAD)
    except ModuleNotFoundError as error:
        raise BatchError(
            f"the cluster's workers lack the Python package {error.name}; they need cloudgan-geo "
            "of this version"
        ) from error
    except CancelledError as error:
        raise lost() from error
    except TimeoutError as error:
        if future.status == "error":
            raise
        raise no_worker(timeout + _LOAD) from error
    return replace(found, sha256=sha256)


def lost() -> BatchError:
    """Returns what is to be said where a scheduler does not answer any more."""
    return BatchError(
        "the scheduler of the cluster is lost; scenes that are complete stay, and ",
        Argument("resume", True),
        " does the others",
    )


def no_worker(seconds: float) -> BatchError:
    """Returns what is to be said where a cluster had no worker for too long."""
    return BatchError(
        f"the cluster has had no worker for {seconds:.0f} s; scenes that are complete stay, and ",
        Argument("resume", True),
        " does the others; ",
        Argument("worker_timeout"),
        " says how long to wait",
    )


class Dispatch:
    """Hands scenes to workers and takes their records, as long as there are both.

    Args:
        client: Of dask.
        agreement: What every worker must have.
        options: Of the batch.
        threads: Of torch in each worker, or None.
        warn: Told of workers that are refused.
        timeout: Seconds to wait for a worker where there is none left.
    """

    def __init__(
        self,
        client: Any,
        agreement: Agreement,
        options: DecloudOptions,
        threads: int | None,
        warn: Callable[[CloudganError], None],
        timeout: float = defaults.WORKER_TIMEOUT,
    ) -> None:
        self._client = client
        self._agreement = agreement
        self._options = options
        self._threads = threads
        self._warn = warn
        self._name = uuid.uuid4().hex
        self._refused: set[str] = set()
        self._timeout = timeout
        self._alone_since: float | None = None
        self._waiting: list[SceneTask] = []
        self._running: dict[Any, tuple[SceneTask, tuple[str, ...], float]] = {}

    def run(self, tasks: Sequence[SceneTask]) -> Generator[SceneRecord]:
        """Yields the record of each scene once it is over.

        Raises:
            BatchError: If the scheduler is lost, or no worker is left that may be used, or none
                comes in time.
        """
        self._waiting = list(reversed(tasks))
        manners = on_worker.Manners(self._name, own=self._threads is not None)
        try:
            self._client.register_plugin(manners)
            self._try_out()
            while self._waiting or self._running:
                self._hand_out()
                yield from self._take()
        except BaseException as error:
            self._stop()
            # What dask raises then depends on what it was about to do.
            own = isinstance(error, CloudganError) or not isinstance(error, Exception)
            if not own and self._client.status != "running":
                raise lost() from error
            raise
        finally:
            if self._client.status == "running":
                with contextlib.suppress(OSError, TimeoutError, ValueError):
                    self._client.unregister_worker_plugin(manners.name)

    def _try_out(self) -> None:
        """Has all workers load the generator, and refuses those that cannot."""
        given = (self._agreement, self._options, self._threads)
        trials = {
            self._client.submit(
                on_worker.try_out, *given, pure=False, workers=[address], allow_other_workers=False
            ): address
            for address in self._workers()
        }
        # One that is lost meanwhile never answers.
        with contextlib.suppress(TimeoutError, CancelledError):
            wait(list(trials), timeout=_LOAD)
        for trial, address in trials.items():
            if trial.status == "error":
                self._refuse(address, trial.exception())

    def _refuse(self, address: str, error: BaseException) -> None:
        if address in self._refused:
            return
        self._refused.add(address)
        said = error if isinstance(error, CloudganError) else f"worker {address}: {error!r}"
        self._warn(CloudganError(f"{said}; it gets no scene of this batch"))

    def _workers(self) -> tuple[str, ...]:
        """Returns the workers that may be used.

        Raises:
            BatchError: If the scheduler does not answer, all workers are refused, or there has
                been none for too long.
        """
        if self._client.status != "running":
            raise lost()
        try:
            there = self._client.nthreads()
        except (OSError, TimeoutError) as error:
            raise lost() from error
        usable = tuple(address for address in there if address not in self._refused)
        if there and not usable:
            raise BatchError("no worker is left that may be used: all of them were refused")
        if there:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
            said = f"the cluster has no worker left; waiting {self._timeout:.0f} s for one"
            self._warn(CloudganError(said))
        elif time.monotonic() - self._alone_since > self._timeout:
            raise no_worker(self._timeout)
        return usable

    def _hand_out(self) -> None:
        workers = self._workers()
        while self._waiting and len(self._running) < _AHEAD * len(workers):
            task = self._waiting.pop()
            only = workers if self._refused else ()
            future = self._client.submit(
                on_worker.work,
                self._name,
                absolute(task),
                self._agreement,
                self._options,
                self._threads,
                not is_there(task.output),
                pure=False,
                workers=only or None,
            )
            self._running[future] = task, only, time.time()
        if workers:
            self._take_back(set(workers))

    def _take_back(self, workers: set[str]) -> None:
        """Takes back scenes that wait for workers that are gone for good."""
        for future, (task, only, _) in list(self._running.items()):
            if only and not workers & set(only):
                del self._running[future]
                future.cancel()
                self._waiting.append(task)

    def _take(self) -> Iterator[SceneRecord]:
        """Waits for a moment and yields what is over by then."""
        if not self._running:
            time.sleep(_LOOK)  # Until a worker comes.
            return
        # Those that are cancelled, with the scheduler that is lost, are told below.
        with contextlib.suppress(TimeoutError, OSError, CancelledError):
            wait(list(self._running), timeout=_LOOK, return_when="FIRST_COMPLETED")
        for future in [future for future in self._running if future.done()]:
            if future.status in ("cancelled", "lost"):
                raise lost()
            task, _, began = self._running[future]
            try:
                record = self._record(future, task, began)
            except TimeoutError:
                continue  # Lost with its worker: another one is to do the scene, if one is left.
            del self._running[future]
            if record is None:
                self._waiting.append(task)
            else:
                yield record

    def _record(self, future: Any, task: SceneTask, began: float) -> SceneRecord | None:
        """Returns the record of a scene; None if another worker is to do it.

        Raises:
            TimeoutError: If the worker that has it does not answer.
        """
        error = future.exception() if future.status == "error" else None
        if isinstance(error, on_worker.WorkerRefusedError):
            self._refuse(error.address, error)
            return None
        if isinstance(error, KilledWorker):
            lost = BatchError(
                f"{task.scene}: its worker was lost again and again; is there enough memory?"
            )
            return failed(task, lost, began, attempts=1 + _allowed_failures())
        if error is not None:
            return failed(task, error, began)
        record: SceneRecord | None = future.result(timeout=_FETCH)
        if record is None:
            return None
        return replace(record, scene=task.scene.paths, output=os.fspath(task.output))

    def _stop(self) -> None:
        """Has workers leave off and waits for that, not long."""
        if self._client.status != "running" or self._alone_since is not None:
            return
        with contextlib.suppress(Exception):  # Whatever it is, this is the end.
            self._client.run(on_worker.stop, self._name)
            # Those that wait in a worker's queue leave off too, as soon as they begin.
            wait(list(self._running), timeout=_LEAVE)


def _allowed_failures() -> int:
    return int(dask.config.get("distributed.scheduler.allowed-failures"))
