"""Work that no signal cuts in two: it is told to stop, and stops where it can."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Seconds between two looks whether the work is done, should its telling be missed.
_LOOK = 0.1


class Stopped(BaseException):
    """Raised in work that was asked to stop, to unwind it."""


class StopRequest:
    """What work looks at, at places where it can stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Asks the work to stop."""
        self._asked.set()

    def check(self) -> None:
        """Leaves the work if it was asked to stop.

        Raises:
            Stopped: If it was.
        """
        if self._asked.is_set():
            raise Stopped


def shielded(work: Callable[[], T], stop: StopRequest | None = None) -> T:
    """Runs work in a thread of its own and waits for it.

    Python raises what a signal means, such as `KeyboardInterrupt`, in the main thread, between
    any two instructions. There is then only the waiting, and no file is closed under a thread
    that still writes it. Where this is not the main thread, the work is done right here.

    Args:
        work: Called once.
        stop: Asked for by the first such exception, which is raised once the work has ended;
            a second one is raised at once, and the work goes on to where it can stop. Without
            it the work is always waited for.

    Raises:
        BaseException: Of the work, or of a signal.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    done, begun = threading.Lock(), threading.Lock()
    done.acquire()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        if not begun.acquire(blocking=False):
            return
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        done.release()

    interrupt: BaseException | None = None
    while not results and not errors:
        try:
            # Not a `Thread`, whose start can be interrupted half-way; a second one does nothing.
            if not begun.locked():
                _thread.start_new_thread(run, ())
            while not results and not errors:
                done.acquire(timeout=_LOOK)
        except BaseException as error:
            if interrupt is not None and stop is not None:
                raise
            interrupt = interrupt or error
            if stop is not None:
                stop.ask()
    if interrupt is not None:
        raise interrupt
    if errors:
        raise errors[0]
    return results[0]
