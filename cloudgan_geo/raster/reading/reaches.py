"""Which local files a source reaches: its own, and what these refer to.

Nothing of it is opened by GDAL, and what a name merely mentions counts as reached: the answer
only keeps files from being written over.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

# What lies beside a file and is read with it, by what is appended to its name or to its stem.
_BESIDE = (".aux.xml", ".msk", ".ovr", ".msk.ovr", ".xml", "-wal", "-shm", "-journal")
_OF_STEM = (".aux", ".dbf", ".prj", ".cpg", ".shx", ".qix", ".tfw", ".wld", ".imd", ".rpb", ".hdr")

# What separates file names from all else in names that GDAL understands.
_BREAKS = re.compile(r"[\"'{}!?&|<>,=]|\w{2,}:(?!\\)|:(?=/)|\s(?=/)")

# Larger files, or more of them, are no virtual rasters that anybody wrote.
_TEXT_BYTES = 2**24
_MOST_FILES = 20_000


def reached_files(sources: Iterable[str | os.PathLike[str]]) -> set[tuple[int, int]]:
    """Finds the files that sources reach.

    Args:
        sources: Paths of files or folders, names that GDAL understands (`/vsizip/...`,
            `zip://a.zip!b.tif`, `NETCDF:"a.nc":x`), or virtual rasters as XML.

    Returns:
        The disk and the number of each file, by which names of the same file are the same.
    """
    found: set[tuple[int, int]] = set()
    waiting: list[tuple[str, Path]] = []
    given: list[Path] = []
    for source in sources:
        waiting.append((os.fspath(source), Path()))
        given.extend(_in_product(Path(source)))
    while (given or waiting) and len(found) < _MOST_FILES:
        paths: Iterable[Path] = [given.pop()] if given else _files_of(*waiting.pop())
        for path in paths:
            key = _key(path)
            if key is None or key in found:
                continue
            found.add(key)
            found.update(key for beside in _beside(path) if (key := _key(beside)) is not None)
            waiting.extend((text, path.parent) for text in _mentioned(path))
    return found


def is_any_of(path: str | os.PathLike[str], files: set[tuple[int, int]]) -> bool:
    """Tells whether a path leads to one of the files that `reached_files` found."""
    return _key(Path(path)) in files


def _key(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return state.st_dev, state.st_ino


def _in_product(path: Path) -> list[Path]:
    """Returns the files of a folder, or of the one whose metadata are given."""
    try:
        folder = path.parent if path.name.startswith("MTD_MSIL") else path
        return [each for each in folder.rglob("*") if each.is_file()] if folder.is_dir() else []
    except (OSError, ValueError):
        return []


def _files_of(name: str, folder: Path) -> Iterator[Path]:
    """Yields the files that a name mentions, those of a folder and of the working one."""
    if name.lstrip().startswith("<"):
        for text in _texts(name):
            yield from _files_of(text, folder)
        return
    for part in dict.fromkeys((name, *_BREAKS.split(name))):
        # Whether the slash belongs to /vsizip/ or to what comes after, names do not tell.
        part = re.sub(r"^(?:/vsi\w+(?:\?[^/]*)?/)+", "", part)
        if not part or "\0" in part:
            continue
        for base in dict.fromkeys((folder, Path(), Path("/"))):
            path = _longest_file(base / part)
            if path is not None:
                yield path


def _longest_file(name: Path) -> Path | None:
    """Returns the file that a name leads to, or goes on inside of."""
    with contextlib.suppress(OSError, ValueError):
        for path in (name, *name.parents):
            if path.is_file():
                return path
    return None


def _beside(path: Path) -> Iterator[Path]:
    for suffix in _BESIDE:
        yield Path(f"{path}{suffix}")
    for suffix in _OF_STEM:
        yield path.with_suffix(suffix)
        yield path.with_suffix(suffix.upper())


def _mentioned(path: Path) -> Iterator[str]:
    """Yields what may be names of files in a file that is a virtual raster or the like."""
    try:
        with open(path, "rb") as file:
            if not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{")):
                return
            file.seek(0)
            content = file.read(_TEXT_BYTES).decode("utf-8", "replace")
    except OSError:
        return
    yield from _texts(content)


def _texts(content: str) -> Iterator[str]:
    """Yields the texts of elements and attributes of XML, and the strings of JSON."""
    for entity, character in (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">")):
        content = content.replace(entity, character)
    content = content.replace("&amp;", "&")
    for text in dict.fromkeys(re.findall(r"[^<>\"\n]{1,4096}", content)):
        stripped = text.strip()
        if "." in stripped or "/" in stripped:
            yield stripped
