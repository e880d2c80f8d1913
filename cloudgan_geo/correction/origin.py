"""What an output was made from: a tag that tells later whether its inputs are still the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from cloudgan_geo.raster.reading.files import FileState
from cloudgan_geo.raster.reading.source import is_local

#: Name of the tag.
ORIGIN = "CLOUDGAN_ORIGIN"


def origin(given: Sequence[str], files: Iterable[FileState], area: FileState | None) -> str:
    """Returns the text of the tag.

    Files are named from the folder of the first path that was given, so that an archive may be
    moved as a whole. Of what is on a server only the name is known, without passwords and what
    a signed address ends in.

    Args:
        given: Paths of the scene.
        files: That it consists of, as they were before the first pixel was read.
        area: File of the area of interest, or None.
    """
    base = _folder(given)
    states = [*files, *([] if area is None else [area])]
    told = {
        "scene": [_name(path) for path in given],
        "files": [
            {"path": _from(base, state.path), "size": state.size, "modified": state.modified}
            for state in states
        ],
    }
    return json.dumps(told)


def has_origin(tag: str, given: Sequence[str]) -> bool:
    """Tells whether a scene is what an output was made from, by name, sizes and times.

    Args:
        tag: Of the output.
        given: Paths of the scene.
    """
    base = _folder(given)
    try:
        told = json.loads(tag)
        files = [(each["path"], each["size"], each["modified"]) for each in told["files"]]
        scene = told["scene"]
    except (ValueError, TypeError, KeyError):
        return False
    if scene != [_name(path) for path in given] or not all(isinstance(f[0], str) for f in files):
        return False
    now = (FileState.of(str(base / path)) for path, _, _ in files)
    there = [(state.size, state.modified) for state in now]
    return there == [(size, modified) for _, size, modified in files]


def _folder(given: Sequence[str]) -> Path:
    """Returns where the names of files begin."""
    first = given[0]
    return Path(os.path.realpath(first)).parent if is_local(first) else Path()


def _name(path: str) -> str:
    """Returns the name of what was given: of a server's all but its secrets."""
    if is_local(path):
        return os.path.basename(os.path.realpath(path))
    return re.sub(r"//[^/@]*@", "//", path.partition("?")[0])


def _from(base: Path, path: str) -> str:
    try:
        return os.path.relpath(os.path.realpath(path), base)
    except ValueError:  # on another disk of Windows
        return os.path.realpath(path)
