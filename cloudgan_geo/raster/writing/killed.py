"""What killed runs left beside their targets."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from cloudgan_geo.errors import OutputError
from cloudgan_geo.raster.writing.commits import clear, put_back
from cloudgan_geo.raster.writing.locks import TargetLock, lock_path


def clear_after_killed(place: Path) -> None:
    """Removes what a killed run left beside a file that stays as it is.

    What another run holds, or cannot be cleared, is left to whoever writes the file next.

    Args:
        place: The file, without symbolic links.
    """
    if not os.path.lexists(lock_path(place)):
        return
    with contextlib.suppress(OSError):
        lock = TargetLock(place, "output")
        cleared = False
        try:
            clear_left(lock)
            cleared = True
        finally:
            lock.release(keep=not cleared)


def clear_left(lock: TargetLock) -> None:
    """Removes the folder of the killed run whose lock was taken over, if one was.

    Raises:
        OutputError: If it cannot be removed, or what it keeps cannot be put back.
        OSError: If the system does not let it.
    """
    left = None if lock.stale is None else lock.folder(lock.stale)
    if left is not None and is_own_folder(left):
        put_back(left)
        if not clear(left):
            raise OutputError(f"{left}: was left by a killed run and cannot be removed")


def is_own_folder(path: Path) -> bool:
    """Tells whether a path is a folder of this user, and no link to one."""
    try:
        state = os.lstat(path)
    except OSError:
        return False
    owner = os.geteuid() if hasattr(os, "geteuid") else state.st_uid
    return stat.S_ISDIR(state.st_mode) and state.st_uid == owner
