"""Starts the backend, follows it and ends it; knows nothing of QGIS.

The backend is the cloudgan-geo program, told to write its progress as lines of JSON
(docs/progress.md). It runs outside of QGIS because its libraries and those of QGIS do not
share a process: both bring a GDAL, a PROJ and a numpy of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterable
from typing import IO, Any, Callable, Optional

from .environment import clean_environment
from .leftovers import clear_after_killed
from .written import not_written, stamps

#: Seconds between two looks at whether to cancel.
_POLL = 0.1
#: Seconds that the backend has to end by itself once it is asked to; then it is killed.
_GRACE = 1.2
#: Of the protocol.
PROTOCOL = 1
#: So many of the last lines of stderr are quoted if the backend fails without a reason.
_QUOTED = 5


class BackendError(Exception):
    """The backend could not be started, or failed; the message says why in words."""


class Cancelled(Exception):
    """The backend was ended because the user wanted so."""


def run(
    command: Iterable[str],
    *,
    outputs: Iterable[str] = (),
    progress: Callable[[float], None] = lambda share: None,
    log: Callable[[str], None] = lambda line: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Runs a command of the backend to its end.

    Args:
        command: The executable, the command and its arguments; the options of the protocol
            are added.
        outputs: Files that it must write; what is half-written of them is removed if it must
            be killed.
        progress: Called with the share that is done, 0 to 1.
        log: Called with every line that it says besides.
        cancelled: Asked every tenth of a second.

    Returns:
        The facts of its result event.

    Raises:
        BackendError: If it cannot be started, fails, or has not written what it must.
        Cancelled: If it was ended because `cancelled` returned true.
    """
    said = _Said(progress, log)
    before = stamps(outputs)
    options = ["--progress", "json", "--stop-when-stdin-closes"]
    code = _listen([*command, *options], before, said.hear, cancelled)
    facts = said.result(code)
    if missing := not_written(before):
        raise BackendError(
            f"cloudgan-geo said that it is done, but has not written {', '.join(missing)}; is the "
            "folder still there, and the program of the same version as the plugin?"
        )
    return facts


def ask(command: Iterable[str], cancelled: Callable[[], bool] = lambda: False) -> str:
    """Runs a command of the backend that only says something, and returns what.

    Raises:
        BackendError: If it cannot be started or fails.
        Cancelled: If it was ended because `cancelled` returned true.
    """
    said: dict[bool, list[str]] = {True: [], False: []}
    code = _listen(
        list(command), (), lambda of_stdout, line: said[of_stdout].append(line), cancelled
    )
    if code != 0:
        raise BackendError(" ".join(said[False][-_QUOTED:]) or f"it ended with code {code}")
    return "\n".join(said[True])


def follow(
    command: Iterable[str], hear: Callable[[str], None], cancelled: Callable[[], bool]
) -> int:
    """Runs any program to its end, as clean as the backend, and returns its exit code.

    Args:
        command: The executable and its arguments.
        hear: Called with every line that it says.
        cancelled: Asked every tenth of a second.

    Raises:
        BackendError: If it cannot be started.
        Cancelled: If it was ended because `cancelled` returned true.
    """
    return _listen(list(command), (), lambda _, line: hear(line), cancelled)


def _listen(
    command: list[str],
    outputs: Iterable[str],
    hear: Callable[[bool, str], None],
    cancelled: Callable[[], bool],
) -> int:
    """Runs a program to its end, passes every line of its on, and returns its exit code."""
    process = start(command)
    lines = _lines_of(process)
    try:
        while True:
            if cancelled():
                raise Cancelled
            try:
                line = lines.get(timeout=_POLL)
            except queue.Empty:
                continue
            if line is None:
                return process.wait()
            hear(*line)
    finally:
        if process.poll() is None:
            end(process, outputs)
        _close_stdin(process)


class _Said:
    """What the backend says, line by line."""

    def __init__(self, progress: Callable[[float], None], log: Callable[[str], None]) -> None:
        self._progress = progress
        self._log = log
        self._errors: list[str] = []
        self._last: list[str] = []
        self._result: Optional[dict[str, Any]] = None

    def hear(self, of_stdout: bool, line: str) -> None:
        event = _event(line) if of_stdout else None
        if event is not None:
            self._follow(event)
            return
        if line.startswith("Error: "):
            self._errors.append(line[len("Error: ") :])
        else:
            self._last = [*self._last, line][-_QUOTED:]
            self._log(line)

    def _follow(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "start" and event.get("protocol") != PROTOCOL:
            raise BackendError(
                f"this cloudgan-geo ({event.get('version')}) speaks protocol "
                f"{event.get('protocol')}, the plugin speaks {PROTOCOL}; update the older of both"
            )
        if kind == "start":
            self._log(f"cloudgan-geo {event.get('version')}")
        if kind == "progress" and event.get("total"):
            self._progress(event.get("done", 0) / event["total"])
        if kind == "result":
            self._result = event

    def result(self, code: int) -> dict[str, Any]:
        if code == 0 and self._result is not None:
            return self._result
        if any("No such option" in error for error in self._errors):
            raise BackendError(
                f"{' '.join(self._errors)} This cloudgan-geo is older than the plugin: update it "
                "under Plugins > Cloudgan > Choose the backend..."
            )
        if self._errors:
            raise BackendError(" ".join(self._errors))
        quoted = "\n".join(self._last) or "it said nothing"
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        raise BackendError(f"cloudgan-geo {how} and gave no result; its last words: {quoted}")


def _event(line: str) -> Optional[dict[str, Any]]:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def start(command: list[str]) -> subprocess.Popen[str]:
    """Starts a program in a clean environment and a process group of its own.

    Args:
        command: The executable and its arguments. No shell sees them.

    Raises:
        BackendError: If the system cannot start it.
    """
    windows = os.name == "nt"
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=clean_environment(os.environ),
            # So that a wrapper script ends with all it started.
            start_new_session=not windows,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if windows else 0,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BackendError(f"{command[0]} cannot be started: {reason}") from error


def end(process: subprocess.Popen[str], outputs: Iterable[str] = ()) -> None:
    """Ends the backend: asks it first, so that it can remove what is half-written.

    Args:
        process: As `start` returned it.
        outputs: Files that it writes.
    """
    if os.name == "nt":
        # There is no signal that it could hear.
        _close_stdin(process)
    else:
        _signal(process, signal.SIGTERM)
    try:
        process.wait(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        if os.name == "nt":
            process.kill()
        else:
            _signal(process, signal.SIGKILL)
        process.wait()
        for output in outputs:
            with contextlib.suppress(OSError):
                clear_after_killed(output)


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _close_stdin(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()


def _lines_of(process: subprocess.Popen[str]) -> queue.Queue[Optional[tuple[bool, str]]]:
    """Returns a queue of (is of stdout, line), and None once both streams have ended."""
    lines: queue.Queue[Optional[tuple[bool, str]]] = queue.Queue()

    def read(stream: IO[str], of_stdout: bool) -> None:
        with stream:
            for line in stream:
                lines.put((of_stdout, line.rstrip()))

    def read_both() -> None:
        for reader in readers:
            reader.join()
        lines.put(None)

    assert process.stdout is not None
    assert process.stderr is not None
    readers = [
        threading.Thread(target=read, args=(process.stdout, True), daemon=True),
        threading.Thread(target=read, args=(process.stderr, False), daemon=True),
    ]
    for thread in (*readers, threading.Thread(target=read_both, daemon=True)):
        thread.start()
    return lines
