"""Installs the program into a virtual environment of its own; knows nothing of QGIS.

QGIS's own Python, which may make the environment, gets nothing installed into it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from . import runner

#: The oldest Python that the program runs in, and those that are looked for, newest first.
_OLDEST = (3, 10)
_MINORS = range(14, _OLDEST[1] - 1, -1)
_PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
#: Where there are builds of torch without CUDA, a tenth of the size.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
#: Of the progress: the environment is made; each line of pip's brings it nearer to the end.
_MADE, _NEARER = 0.1, 0.02


class Wanted(NamedTuple):
    """What is to be installed, and from where.

    Attributes:
        requirement: As pip is told of it.
        wheel: A file instead, or the folder that it is in; empty for an index.
        index_url: Address of a package index; empty for that which pip is set up for.
        cpu_only: Whether torch is to be the build without CUDA.
    """

    requirement: str
    wheel: str = ""
    index_url: str = ""
    cpu_only: bool = False


class Followed(NamedTuple):
    """Who is told of an installation, and who may end it."""

    progress: Callable[[float], None]
    log: Callable[[str], None]
    cancelled: Callable[[], bool]


def install(wanted: Wanted, folder: Path, follow: Followed) -> str:
    """Makes a new environment in a folder and installs the program into it.

    What was there before stays until the new one is complete, and then goes. If this one does not
    become complete, nothing of it is left.

    Args:
        wanted: What to install.
        folder: Of the environments, in the user's profile.
        follow: Who is told, and may end it.

    Returns:
        The executable of the program.

    Raises:
        runner.BackendError: If there is no Python for it, or it cannot be installed.
        runner.Cancelled: If it was ended.
    """
    what = _what(wanted)
    python = find_python(follow.cancelled)
    follow.log(f"{python}: makes the environment")
    folder.mkdir(parents=True, exist_ok=True)
    place = _free_place(folder)
    complete = False
    try:
        _run([python, "-m", "venv", str(place)], follow)
        follow.progress(_MADE)
        _run(pip_command(_inside(place, "python"), what, wanted), follow, _Nearer(follow.progress))
        executable = _inside(place, "cloudgan-geo")
        if not os.path.isfile(executable):
            raise runner.BackendError(f"{what} holds no program cloudgan-geo")
        complete = True
    finally:
        if not complete:
            shutil.rmtree(place, ignore_errors=True)
    for other in folder.iterdir():
        if other != place:
            # One that is at work on Windows stays until the next time.
            shutil.rmtree(other, ignore_errors=True)
    follow.progress(1)
    return executable


def pip_command(python: str, what: str, wanted: Wanted) -> list[str]:
    """Returns the command that installs the program.

    Args:
        python: Of the environment.
        what: A wheel or a requirement.
        wanted: Where it comes from.
    """
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off"]
    if wanted.index_url:
        command += ["--index-url", wanted.index_url]
    if wanted.cpu_only:
        command += ["--extra-index-url", CPU_INDEX]
    return [*command, what]


def find_python(
    cancelled: Callable[[], bool] = lambda: False, candidates: Optional[Iterable[str]] = None
) -> str:
    """Returns a Python that can make an environment for the program.

    Args:
        cancelled: Whether to stop looking.
        candidates: To be asked in turn; by default those of the PATH and of QGIS.

    Raises:
        runner.BackendError: If there is none.
    """
    for candidate in _candidates() if candidates is None else candidates:
        try:
            said = runner.ask([candidate, "-c", _PROBE], cancelled)
            version = tuple(map(int, said.split()))
        except (runner.BackendError, ValueError):
            continue
        if version >= _OLDEST:
            return candidate
    oldest = ".".join(map(str, _OLDEST))
    raise runner.BackendError(
        f"There is no Python {oldest} or later with the modules venv and ensurepip on this "
        "computer. Install one: from python.org on Windows and macOS, the package python3-venv on "
        "Debian and Ubuntu."
    )


def _candidates() -> Iterator[str]:
    names = [f"python3.{minor}" for minor in _MINORS]
    folders = [folder.strip('"') for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    if os.name == "nt":
        names = ["python.exe"]
        # Where python.org's installers put it for one user.
        own = Path(os.environ.get("LOCALAPPDATA", "")) / "Programs" / "Python"
        folders = [*(str(own / f"Python3{minor}") for minor in _MINORS), *folders]
    # That of QGIS, whose sys.executable may be QGIS itself.
    folders += [sys.prefix, sys.base_prefix, os.path.join(sys.base_prefix, "bin")]
    for name in [*names, "python3"]:
        for folder in folders:
            path = os.path.join(folder, name)
            # The current folder may hold anything.
            if os.path.isabs(folder) and os.path.isfile(path):
                yield path


def _what(wanted: Wanted) -> str:
    """Returns what pip is given: the wheel that is named, or the requirement."""
    if not wanted.wheel:
        return wanted.requirement
    path = Path(os.path.expanduser(wanted.wheel.strip().strip("\"'")))
    named = re.fullmatch(r"([\w-]+)(\[[\w,]+\])?==(.+)", wanted.requirement)
    assert named is not None
    start = f"{named[1].replace('-', '_')}-{named[3]}-"
    found = sorted(path.glob(f"{start}*.whl")) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise runner.BackendError(f"{path}: there is no {start}*.whl")
    if not found[0].name.startswith(start) or found[0].suffix != ".whl":
        raise runner.BackendError(
            f"{found[0]}: is not the wheel of this plugin, whose name begins with {start}"
        )
    return f"{found[0]}{named[2] or ''}"


def _free_place(folder: Path) -> Path:
    number = 1
    while (folder / f"environment-{number}").exists():
        number += 1
    return folder / f"environment-{number}"


def _inside(place: Path, program: str) -> str:
    if os.name == "nt":
        return str(place / "Scripts" / f"{program}.exe")
    return str(place / "bin" / program)


class _Nearer:
    """Progress of what does not say how much there is: every line brings it nearer to the end."""

    def __init__(self, progress: Callable[[float], None]) -> None:
        self._progress, self._left = progress, 1 - _MADE

    def __call__(self) -> None:
        self._left *= 1 - _NEARER
        self._progress(1 - self._left)


def _run(command: list[str], follow: Followed, heard: Callable[[], None] = lambda: None) -> None:
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        follow.log(line)
        heard()

    code = runner.follow(command, hear, follow.cancelled)
    if code:
        errors = [line for line in lines if line.startswith("ERROR:")] or lines[-3:]
        raise runner.BackendError(" ".join(errors) or f"{command[0]} ended with code {code}")
