"""What long work calls to say how far it is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

#: Told how much is done so far and how much there is.
Progress = Callable[[int, int], None]

#: Told how much more is done since the last call.
Advance = Callable[[int], None]

#: Seconds after which the last is said again: half of what is promised, since threads wake late.
PAUSE = 0.5


class _Repeater:
    """Passes progress on, and says the last again while nothing new is done."""

    def __init__(self, progress: Progress, pause: float) -> None:
        self._progress = progress
        self._pause = pause
        self._said: tuple[int, int] | None = None
        self._calls = 0
        self._closed = False
        self._error: BaseException | None = None
        # Held while `progress` runs: it is never called twice at a time.
        self._news = threading.Condition()

    def __call__(self, done: int, total: int) -> None:
        with self._news:
            self.check()
            self._said = done, total
            self._calls += 1
            self._news.notify()
            self._progress(done, total)

    def check(self) -> None:
        """Raises what `progress` raised when it was told again."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def run(self) -> None:
        """Says the last again, until it is closed."""
        with self._news:
            while not self._closed:
                calls = self._calls
                self._news.wait(self._pause)
                if self._closed or self._said is None or calls != self._calls:
                    continue
                try:
                    self._progress(*self._said)
                except BaseException as error:
                    self._error = error
                    return

    def close(self) -> None:
        """Lets `run` end."""
        with self._news:
            self._closed = True
            self._news.notify()


@contextlib.contextmanager
def at_least_every_second(progress: Progress | None) -> Iterator[Progress]:
    """Yields progress that is told at least every second from its first call on.

    While one step of the work takes longer, the last call is repeated from a thread, never
    two at a time. What a repeated call raises is raised by the next one or at the end.

    Args:
        progress: What to call; None for nobody.
    """
    if progress is None:
        yield lambda done, total: None
        return
    repeater = _Repeater(progress, PAUSE)
    thread = threading.Thread(target=repeater.run, name="progress", daemon=True)
    thread.start()
    try:
        yield repeater
    finally:
        repeater.close()
        thread.join()
    repeater.check()
