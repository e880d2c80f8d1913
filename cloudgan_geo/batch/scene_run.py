"""One scene of a batch, from its first attempt to its record. Nothing it meets stops the others."""

from __future__ import annotations

import dataclasses
import os
import platform
import re
import threading
import time
import warnings
from collections.abc import Callable
from datetime import datetime, timezone

from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.batch.record import SceneRecord
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.options import DecloudResult
from cloudgan_geo.correction.pipeline import decloud_scene
from cloudgan_geo.errors import CloudganError, CloudganWarning, OutputExistsError, SceneError
from cloudgan_geo.interrupts import Stopped
from cloudgan_geo.raster.reading.files import ask_again
from cloudgan_geo.raster.writing.object_store import ObjectPlace, is_object, stored

#: How often a scene is begun that cannot be read for the moment, and the seconds in between.
ATTEMPTS, PAUSE = 3, 1.0

# What reading says that may be over in a moment: of servers and of disks in a network.
_PASSING = re.compile(
    r"HTTP\D{0,20}(?:429|5\d\d)|timed?[ -]?out|reset by peer|Could ?n.t resolve|"
    r"Could not resolve|Failed to connect|Connection \w+|Stale file handle|"
    r"Input/output error|temporarily unavailable|was replaced or changed",
    re.IGNORECASE,
)

# Warnings are the process's: of two scenes at a time each would get the other's. And the cores
# and the memory of a process are meant for one.
_ONE_AT_A_TIME = threading.Lock()


def run_scene(
    task: SceneTask, cleaner: Cleaner, check: Callable[[], None] = lambda: None
) -> SceneRecord:
    """Does a scene, and again if it could not be read for the moment.

    Args:
        task: What is to be done.
        cleaner: The generator, ready.
        check: Called now and then, to leave the work by what it raises.

    Returns:
        Its record, also if it failed.

    Raises:
        Stopped: If `check` does.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", CloudganWarning)
        record = _attempts(task, cleaner, check)
    told = [each.message for each in caught if isinstance(each.message, CloudganWarning)]
    # A scene that was begun again warns again.
    distinct = {str(warning): warning for warning in told}
    return dataclasses.replace(record, warnings=tuple(distinct.values()))


def failed(task: SceneTask, error: BaseException, began: float, attempts: int = 1) -> SceneRecord:
    """Returns the record of a scene that failed.

    Args:
        task: That failed.
        error: Of whatever kind; of ours it keeps the words, of others it says the kind too.
        began: `time.time()` when work on it began.
        attempts: How often it was begun.
    """
    kind = type(error).__name__
    return dataclasses.replace(
        _blank(task, began, attempts),
        kind=kind,
        error=error if isinstance(error, CloudganError) else CloudganError(_words(error, kind)),
    )


def skipped(task: SceneTask) -> SceneRecord:
    """Returns the record of a scene whose output is there."""
    return dataclasses.replace(_blank(task, time.time(), 0), status="skipped")


def _words(error: BaseException, kind: str) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory; a smaller batch of windows takes less"
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return f"{named}{error.strerror or error}"
    said = " ".join(str(error).split())
    return f"{kind}: {said}" if said else kind


def _attempts(task: SceneTask, cleaner: Cleaner, check: Callable[[], None]) -> SceneRecord:
    began = time.time()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _done(task, _once(task, cleaner, check), began, attempt)
        except Stopped:
            raise
        except Exception as error:
            if attempt == ATTEMPTS or not is_passing(error):
                return failed(task, error, began, attempt)
        time.sleep(PAUSE * attempt)
        check()
        for path in task.scene.paths:
            ask_again(path)
    raise AssertionError("the last attempt returns")


def is_passing(error: BaseException) -> bool:
    """Tells whether what went wrong may be over in a moment; bad input is not."""
    if isinstance(error, SceneError) or type(error) is OSError:
        return bool(_PASSING.search(str(error)))
    return isinstance(error, (ConnectionError, TimeoutError))


def _once(task: SceneTask, cleaner: Cleaner, check: Callable[[], None]) -> DecloudResult:
    check()
    _check_item(task)
    paths = task.scene.paths
    result = decloud_scene(
        paths[0] if len(paths) == 1 else paths,
        task.output,
        model=cleaner,
        options=task.options,
        progress=lambda done, total: check(),
    )
    if task.item is not None:
        from cloudgan_geo.batch.item_writing import write_item

        write_item(task, result)
    return result


def _check_item(task: SceneTask) -> None:
    """Refuses to go to work where the item that comes last could not be written.

    Raises:
        OutputExistsError: If one is there that may not be replaced.
    """
    if task.item is None or task.options.overwrite:
        return
    if is_object(task.item):
        there = stored(ObjectPlace.of(task.item, "stac"), "stac") is not None
    else:
        there = os.path.lexists(task.item)
    if there:
        raise OutputExistsError(
            f"{task.item}: exists already; ", Argument("overwrite", True), " replaces it"
        )


def _blank(task: SceneTask, began: float, attempts: int) -> SceneRecord:
    return SceneRecord(
        scene=task.scene.paths,
        output=os.fspath(task.output),
        status="failed",
        started=datetime.fromtimestamp(began, timezone.utc).isoformat(timespec="milliseconds"),
        seconds=max(time.time() - began, 0.0),
        attempts=attempts,
        worker=f"{platform.node()}:{os.getpid()}",
    )


def _done(task: SceneTask, result: DecloudResult, began: float, attempt: int) -> SceneRecord:
    return dataclasses.replace(
        _blank(task, began, attempt),
        status="done",
        windows=result.windows,
        windows_skipped=result.windows_skipped,
        shares=result.qa_shares,
        timings=result.timings,
    )
