"""Removes what a killed backend left of its outputs; knows nothing of QGIS."""

from __future__ import annotations

import os
import re
import shutil
from types import ModuleType
from typing import Optional

fcntl: Optional[ModuleType]
try:
    import fcntl
except ImportError:  # Windows, where nobody removes a lock that is held
    fcntl = None


def clear_after_killed(output: str) -> None:
    """Removes what a killed backend left of an output, which the lock beside it tells.

    What it kept aside of others' files is left to the backend's next run.
    """
    folder, name = os.path.split(output)
    lock = os.path.join(folder, f".{name}.lock")
    with open(lock, "rb") as file:
        if fcntl is not None:
            # Fails if a run holds it that is not ours.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = re.fullmatch(rb"cloudgan-geo ([0-9a-f]{16}) \d+\n", file.read(100))
        left = f"{output}.partial-{found[1].decode('ascii')}" if found else ""
        if not left or os.path.exists(os.path.join(left, "journal.json")):
            return
        shutil.rmtree(left, ignore_errors=True)
        os.remove(lock)
