"""How a command tells people or programs how far it is: a bar, or lines of JSON.

docs/progress.md describes the lines; the QGIS plugin is one of their readers.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from cloudgan_geo import __version__
from cloudgan_geo.cli.terminal import progress_bar

#: Number of the protocol; a change that an old reader would misunderstand counts it up.
PROTOCOL = 1
#: Seconds between two progress lines: a reader polls hardly more often.
_INTERVAL = 0.1


def tell(event: str, **facts: Any) -> None:
    """Writes an event as one line of JSON to stdout, at once.

    Args:
        event: Its kind.
        facts: In types that JSON has, or paths. All else than ASCII is escaped, so that the
            encoding of stdout does not matter.
    """
    click.echo(json.dumps({"event": event, **facts}, default=os.fspath))


@contextlib.contextmanager
def telling(
    form: str, command: str, *, quiet: bool, unit: str
) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that shows how much is done.

    Args:
        form: `json` for lines on stdout; `auto` for a bar where stderr is a terminal; `none`.
        command: That is run.
        quiet: Show no bar.
        unit: What is counted.

    Yields:
        A function that takes what is done so far and all there is.
    """
    if form == "json":
        tell("start", protocol=PROTOCOL, version=__version__, command=command)
        yield _ProgressLines(unit)
    else:
        with progress_bar(quiet or form == "none", unit) as show:
            yield show


def tell_result(form: str, facts: Mapping[str, Any], said: str, *, quiet: bool) -> None:
    """Says what was done: to a program all of it, to people a sentence.

    Args:
        form: As for `telling`.
        facts: Of the result event.
        said: The sentence.
        quiet: Not to people.
    """
    if form == "json":
        tell("result", **facts)
    elif not quiet:
        click.echo(said)


class _ProgressLines:
    """Tells how much is done, but not too often."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._last = -_INTERVAL

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - self._last < _INTERVAL:
            return
        self._last = now
        tell("progress", done=done, total=total, unit=self._unit)


def stop_when_stdin_closes() -> None:
    """Ends this process as SIGTERM does once its stdin is closed.

    A program that started us and was killed closes it without a chance to say so.
    """
    threading.Thread(target=_wait_for_end_of_stdin, daemon=True).start()


def _wait_for_end_of_stdin() -> None:
    # Not `sys.stdin.read`: its lock, held by this thread, would abort Python when it ends.
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    # Not `os.kill`, which ends a process on Windows before it can remove what is half written.
    _thread.interrupt_main(signal.SIGTERM)
