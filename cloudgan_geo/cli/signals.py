"""What ends a command: Ctrl-C, SIGTERM, SIGHUP. One line, nothing half-written, at once."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import click

# Seconds from a signal until the process ends with whatever it is doing.
_PATIENCE = 0.3

# What a command that takes its time says about its end itself.
_TAKES_ITS_TIME = ("train", "batch")

# Asked only if it is there: without it nothing was written.
_OUTPUT = "cloudgan_geo.raster.writing.output"

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interruption(KeyboardInterrupt):
    """A signal that ends the program.

    Attributes:
        number: Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Ending:
    """How a command ends that gets a signal: only once, though two threads may be at it.

    Args:
        ctx: Of the program.
    """

    def __init__(self, ctx: click.Context) -> None:
        self._ctx = ctx
        self._timer: threading.Timer | None = None
        self._ended = threading.Lock()
        if (output := sys.modules.get(_OUTPUT)) is not None:
            # Of an earlier command in this process.
            output.COMPLETED.clear()

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """Has the signals that end a program raise an exception in the main thread.

        Signals that are ignored, as by `nohup`, stay so.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {}
        for number in _handled():
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> NoReturn:
        # A second signal must not interrupt what removes the partial files.
        for each in _handled():
            signal.signal(each, signal.SIG_IGN)
        if self._ctx.invoked_subcommand in _TAKES_ITS_TIME:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            sys.exit(128 + number)
        self._timer = threading.Timer(_PATIENCE, self._end_now, (number,))
        self._timer.daemon = True
        self._timer.start()
        raise Interruption(number)

    def _end_now(self, number: int) -> None:
        """Ends the process under the threads that do not stop.

        No file is closed under a thread that writes it: all of them end at the same moment.
        """
        if self._ended.acquire(blocking=False):
            output = sys.modules.get(_OUTPUT)
            if output is not None:
                output.give_up_all()
            self._say(number)
            os._exit(128 + number)

    def end(self, error: KeyboardInterrupt) -> int:
        """Says that the command has ended, and what is written.

        Args:
            error: By which it ended.

        Returns:
            The exit code.
        """
        if not self._ended.acquire(blocking=False):
            # The timer was quicker: it says so, and ends the process.
            threading.Event().wait()
        if self._timer is not None:
            self._timer.cancel()
        number = error.number if isinstance(error, Interruption) else int(signal.SIGINT)
        self._say(number)
        # Nothing is left to be done, and Python would take its time to take libraries down.
        atexit.register(os._exit, 128 + number)
        return 128 + number

    def _say(self, number: int) -> None:
        output = sys.modules.get(_OUTPUT)
        done = [str(path) for path in output.COMPLETED] if output else []
        said = "Interrupted" if number == signal.SIGINT else "Terminated"
        if done:
            said += f"; complete already: {', '.join(done)}"
        elif self._ctx.invoked_subcommand == "decloud":
            said += "; nothing was written"
        # Whoever closed the terminal does not hear it any more.
        with contextlib.suppress(OSError, ValueError):
            click.echo(f"{said}.", err=True)


def _handled() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
