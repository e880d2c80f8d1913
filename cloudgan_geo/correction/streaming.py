"""Reading ahead of the computation, computing in threads, and writing behind it."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

#: Items that wait between two threads. One being used, one ready and one in the making are
#: enough to keep both sides busy; more only costs memory.
DEPTH = 1


class ReadAhead(Generic[T]):
    """Iterates over items that a thread of its own makes ahead of time.

    An error of the thread is raised where the item would have come. Leaving the context
    stops the thread and waits for it.

    Args:
        items: Consumed in the thread, to its end or until the context is left; a generator
            is closed there as well, so what it opened is closed by the thread that opened it.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._queue: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(DEPTH)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)

    def _run(self) -> None:
        error: BaseException | None = None
        iterator = iter(self._items)
        try:
            try:
                for item in iterator:
                    self._queue.put((item, None))
                    if self._stop.is_set():
                        break
            finally:
                if hasattr(iterator, "close"):
                    iterator.close()
        except BaseException as raised:
            error = raised
        self._queue.put((None, error or StopIteration()))

    def __enter__(self) -> ReadAhead[T]:
        self._thread.start()
        return self

    def __iter__(self) -> Iterator[T]:
        while True:
            item, error = self._queue.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]  # without an error there is an item

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        while self._thread.is_alive():
            # The thread may be waiting for room to put what nobody will take.
            try:
                self._queue.get(timeout=0.02)
            except queue.Empty:
                continue
        self._thread.join()


def compute_ahead(
    function: Callable[[T], U],
    items: Iterable[T],
    workers: int = 1,
    begin: Callable[[], None] | None = None,
) -> Generator[tuple[T, U]]:
    """Yields items with what a function makes of them, computed ahead of time, in their order.

    An error of the function is raised where its result would have come. Closing the iterator
    drops what is not begun and waits for what is.

    Args:
        function: Called with each item in a thread of its own.
        items: Consumed in the caller's thread, a few ahead of what is yielded.
        workers: Threads that compute.
        begin: Called first in each of them.
    """
    waiting: deque[tuple[T, Future[U]]] = deque()
    with ThreadPoolExecutor(workers, "compute-ahead", begin) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(function, item)))
                # One in work and one ready for each thread, so that none waits for the caller.
                if len(waiting) > 2 * workers:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class InOrder(Generic[T]):
    """Hands items of several threads to a function, one at a time, in the order of their numbers.

    The thread that puts the item whose turn it is hands over all that waited for it. Whoever
    knows that all items up to one have been put therefore knows that they were handed over.

    Args:
        take: Called with each item; what it raises is raised by the `put` that it was called in.
    """

    def __init__(self, take: Callable[[T], None]) -> None:
        self._take = take
        self._lock = threading.Lock()
        self._waiting: dict[int, T] = {}
        self._next = 0

    def put(self, number: int, item: T) -> None:
        """Takes an item, numbered from 0 on."""
        with self._lock:
            self._waiting[number] = item
            while self._next in self._waiting:
                self._take(self._waiting.pop(self._next))
                self._next += 1


class WriteBehind(Generic[T]):
    """Hands items to a function that runs in a thread of its own, in order.

    An error of the function is raised by the next `put`, or on leaving the context; items
    after it are dropped. Leaving the context because of an error drops what still waits.

    Args:
        write: Called with each item.
    """

    def __init__(self, write: Callable[[T], None]) -> None:
        self._write = write
        self._queue: queue.Queue[T | None] = queue.Queue(DEPTH)
        self._error: BaseException | None = None
        self._drop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="write-behind", daemon=True)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._drop.is_set():
                continue
            try:
                self._write(item)
            except BaseException as raised:
                self._error = raised
                self._drop.set()

    def put(self, item: T) -> None:
        """Queues an item, waiting while too many wait already."""
        if self._error is not None:
            raise self._error
        self._queue.put(item)

    def __enter__(self) -> WriteBehind[T]:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._drop.set()
        self._queue.put(None)
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error
