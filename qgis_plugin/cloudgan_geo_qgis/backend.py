"""Where the cloudgan-geo program is, and what to do if it is nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Optional

from processing.core.ProcessingConfig import ProcessingConfig

from .language import tr
from .runner import BackendError

#: Environment variable that names the program; it goes before the setting.
VARIABLE = "CLOUDGAN_GEO_EXECUTABLE"
#: Name of the setting, under Settings > Options > Processing > Providers > Cloudgan.
SETTING = "CLOUDGAN_GEO_EXECUTABLE"

_WINDOWS = os.name == "nt"

#: Where the program is in an environment of Python, and that itself.
_INSIDE = ("", "bin", "Scripts")
_NAME = "cloudgan-geo"


def how_to_mend() -> str:
    """Returns what to do where there is no program."""
    return tr(
        "Plugins > Cloudgan > Choose the backend... installs it, into an environment of its own, "
        "or is told where it is; so is Settings > Options > Processing > Providers > Cloudgan."
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
        (os.environ.get(VARIABLE), tr("the environment variable {}").format(VARIABLE)),
        (ProcessingConfig.getSetting(SETTING), tr("the setting of the provider")),
    ):
        if named:
            return Backend(checked(str(named), by), by)
    found = _on_path(_NAME) or _installed_for_user()
    if found is None:
        raise BackendError(f"{tr('The program cloudgan-geo is not installed.')} {how_to_mend()}")
    return Backend(found, tr("its name"))


def checked(named: str, by: str) -> str:
    """Returns the path of the program that somebody names.

    Args:
        named: Its path, or its name if it is on the PATH, or a folder that it is in: also of the
            environment. As people type and paste it: in quotes, with `~` and variables.
        by: What named it, for the message.

    Raises:
        BackendError: If there is no such program.
    """
    path = os.path.expandvars(os.path.expanduser(_unquoted(named)))
    if os.path.isdir(path):
        found = next(
            filter(
                None,
                (
                    _program(os.path.join(path, *filter(None, [inside]), _NAME))
                    for inside in _INSIDE
                ),
            ),
            None,
        )
        wrong = tr("is a folder without cloudgan-geo in it")
    else:
        found = _program(path) if os.path.dirname(path) else _on_path(path)
        wrong = tr("cannot be run") if os.path.isfile(path) else tr("is not there")
    if found is not None:
        return os.path.abspath(found)
    said = tr("The program {named}, which {by} names, {wrong}.")
    raise BackendError(f"{said.format(named=named, by=by, wrong=wrong)} {how_to_mend()}")


def _unquoted(text: str) -> str:
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


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
    return _program(str(Path.home() / ".local" / "bin" / _NAME))
