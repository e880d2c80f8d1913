"""Where the cloudgan-geo program is, and what to do if it is nowhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple, Optional

from processing.core.ProcessingConfig import ProcessingConfig

from .runner import BackendError

#: Environment variable that names the program; it goes before the setting.
VARIABLE = "CLOUDGAN_GEO_EXECUTABLE"
#: Name of the setting, under Settings > Options > Processing > Providers > Cloudgan.
SETTING = "CLOUDGAN_GEO_EXECUTABLE"

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
    found = shutil.which("cloudgan-geo") or _installed_for_user()
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
    path = shutil.which(executable)
    if path is not None:
        return os.path.abspath(path)
    wrong = "cannot be run" if os.path.isfile(executable) else "is not there"
    raise BackendError(f"The program {executable}, which {by} names, {wrong}. {HOW_TO_MEND}")


def _installed_for_user() -> Optional[str]:
    """Looks where pipx and pip --user install: QGIS on macOS and Windows has a short PATH."""
    name = "cloudgan-geo.exe" if os.name == "nt" else "cloudgan-geo"
    return shutil.which(str(Path.home() / ".local" / "bin" / name))
