"""The log of a batch: a line of JSON for every scene, appended."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch.run import Batch
from cloudgan_geo.errors import OutputError, UsageError
from cloudgan_geo.raster.reading.reaches import is_any_of, reached_files


@contextlib.contextmanager
def written_to(path: Path | None, batch: Batch) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Yields a function that appends a line of JSON to a file, at once.

    Args:
        path: The log; None for none.
        batch: None of whose files it may be.

    Raises:
        UsageError: If it is a file of the batch, or holds something else than such lines.
        OutputError: If it cannot be written.
    """
    if path is None:
        yield lambda facts: None
        return
    _check(path, batch)
    try:
        # One `write` of a line: other processes may append to the same file.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError as error:
        raise _error(path, error) from error

    def write(facts: Mapping[str, Any]) -> None:
        try:
            os.write(file, f"{json.dumps(facts)}\n".encode())
        except OSError as error:
            raise _error(path, error) from error

    try:
        yield write
    finally:
        os.close(file)


def _check(path: Path, batch: Batch) -> None:
    targets = {os.path.realpath(target) for task in batch.tasks for target in task.targets}
    inputs = [given for task in batch.tasks for given in task.scene.paths]
    if os.path.realpath(path) in targets or is_any_of(path, reached_files(inputs)):
        raise UsageError(f"{path}: is a file of this batch; ", Argument("log"), " takes another")
    try:
        with open(path, "rb") as file:
            start = file.read(1)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _error(path, error) from error
    if start not in (b"", b"{"):
        raise UsageError(
            f"{path}: exists and holds no lines of JSON; ", Argument("log"), " takes another name"
        )


def _error(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written, {error.strerror}; ", Argument("log"), " names another place"
    )
