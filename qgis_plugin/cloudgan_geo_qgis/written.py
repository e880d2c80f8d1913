"""Whether files have been written; knows nothing of QGIS."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Optional

#: What changes when a file is written: a new one takes its place, or it gets another time.
Stamp = tuple[int, int, int]


def stamps(paths: Iterable[str]) -> dict[str, Optional[Stamp]]:
    """Returns what files are like; None of those that are not there.

    Args:
        paths: Of the files.
    """
    return {path: _stamp(path) for path in paths}


def not_written(before: Mapping[str, Optional[Stamp]]) -> list[str]:
    """Returns those files that are not there, or that nobody has written since.

    Args:
        before: As `stamps` returned it.
    """
    return [path for path, stamp in before.items() if _stamp(path) in (None, stamp)]


def _stamp(path: str) -> Optional[Stamp]:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
