"""Where the cloudgan-geo program is, and what to do if it is nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Optional

from processing.core.ProcessingConfig import ProcessingConfig

from .runner import BackendError

#: Environment variable that names the program; it goes before the setting.
VARIABLE = "CLOUDGAN_GEO_EXECUTABLE"
#: Name of the setting, under Settings > Options > Processing > Providers > Cloudgan.
SETTING = "CLOUDGAN_GEO_EXECUTABLE"

_WINDOWS = os.name == "nt"

INSTALL = "python3 -m pip install 'cloudgan-geo[train]'"
HOW_TO_MEND = (
    f"Install it into a Python environment of its own, not that of QGIS: {INSTALL} (or, in the "
    "folder of its source, python3 -m pip install '.[train]'). Then name its executable under "
    "Plugins > Cloudgan > Choose the backend, or in Settings > Options > Processing > Providers > "
    "Cloudgan."
)


class Backend(NamedTuple):
    """The program, and what it was found by."""

    executable: str
    found_by: str


def find_backend() -> Backend:
    """Finds the program: by the environment variable, the setting, then by its name.

    Raises:
        BackendError: If it is nowhere, or not where it is said to be.
    """
    for named, by in (
        (os.environ.get(VARIABLE), f"the environment variable {VARIABLE}"),
        (ProcessingConfig.getSetting(SETTING), "the setting of the provider"),
    ):
        if named:
            return Backend(checked(str(named), by), by)
    found = _on_path("cloudgan-geo") or _installed_for_user()
    if found is None:
        raise BackendError(f"The program cloudgan-geo is not installed. {HOW_TO_MEND}")
    return Backend(found, "its name")


def checked(executable: str, by: str) -> str:
    """Returns the path of a program.

    Args:
        executable: Its path, or its name if it is on the PATH.
        by: What named it, for the message.

    Raises:
        BackendError: If there is no such program.
    """
    path = _program(executable) if os.path.dirname(executable) else _on_path(executable)
    if path is not None:
        return os.path.abspath(path)
    wrong = "cannot be run" if os.path.isfile(executable) else "is not there"
    raise BackendError(f"The program {executable}, which {by} names, {wrong}. {HOW_TO_MEND}")


def _on_path(name: str) -> Optional[str]:
    """Looks for a program in the folders of the PATH alone.

    `shutil.which` looks in the current folder first on Windows, where a program may lie that came
    with somebody's data.
    """
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        # Windows bears quotes. What is not absolute is the current folder again.
        folder = folder.strip('"')
        if os.path.isabs(folder):
            found = _program(os.path.join(folder, name))
            if found is not None:
                return found
    return None


def _program(path: str) -> Optional[str]:
    """Returns the path of a program, with its suffix on Windows; None if there is none."""
    suffixes = [""]
    if _WINDOWS:
        suffixes += [found for found in os.environ.get("PATHEXT", ".EXE").split(";") if found]
        # There every file passes for one that can be run, so that the suffix has to tell.
        if not path.lower().endswith(tuple(found.lower() for found in suffixes[1:])):
            del suffixes[0]
    for suffix in suffixes:
        if os.path.isfile(path + suffix) and os.access(path + suffix, os.X_OK):
            return path + suffix
    return None


def _installed_for_user() -> Optional[str]:
    """Looks where pipx and pip --user install: QGIS on macOS and Windows has a short PATH."""
    return _program(str(Path.home() / ".local" / "bin" / "cloudgan-geo"))
