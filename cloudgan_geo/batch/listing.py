"""Which scenes a batch is of: paths, patterns, folders, lists, STAC items."""

from __future__ import annotations

import glob
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from cloudgan_geo.batch.own_outputs import is_own_output
from cloudgan_geo.errors import CloudganWarning, UsageError
from cloudgan_geo.raster.reading.source import default_output, is_local
from cloudgan_geo.sensors import recognised
from cloudgan_geo.sensors.product import Labels

#: What stands for a list of paths on stdin.
STDIN = "-"

# What folders are looked through for; a .zip only if its name is a product's.
_IMAGE = re.compile(r"\.(?:tiff?|jp2|vrt)$", re.IGNORECASE)
_PRODUCT = re.compile(r"\.SAFE(?:\.zip)?$", re.IGNORECASE)
_ITEMS = (".json", ".geojson")
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class ListedScene:
    """A scene of a batch.

    Attributes:
        paths: One path, or those of several single-band files.
        name: Of its outputs, without `_decloud.tif`.
        found: Whether it was found in a folder or by a pattern, rather than named.
        bands: Numbers of bands by their names, where a STAC item says so.
        time: When it was taken, where a STAC item says so.
        properties: Of the STAC item, that hold for its output as well.
    """

    paths: tuple[str, ...]
    name: str
    found: bool = False
    bands: Mapping[str, int] | None = None
    time: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it is sorted and told from others by: its path without links."""
        return "\0".join(os.path.realpath(p) if is_local(p) else p for p in self.paths)

    def __str__(self) -> str:
        return ", ".join(self.paths)


def list_scenes(given: Iterable[Any], stdin: TextIO | None = None) -> list[ListedScene]:
    """Finds the scenes of a batch.

    Args:
        given: Paths of rasters and products; patterns as in `2020/*.tif` or `**/*.SAFE`; folders
            of them, which are not looked through any deeper; files of STAC items, or pystac's
            items themselves; `-` for paths on stdin, one a line.
        stdin: What `-` reads; by default that of this process.

    Returns:
        Each scene once, sorted by its path: the same whatever the order of `given`. What earlier
        runs wrote counts only where it is named; a `CloudganWarning` says how much was found.

    Raises:
        UsageError: If a pattern matches nothing, a folder holds no scene, or items cannot be read.
    """
    scenes: dict[str, ListedScene] = {}
    own: set[str] = set()
    for each in given:
        for scene in _scenes_of(each, stdin):
            if scene.found and is_own_output(Path(scene.paths[0])):
                own.add(scene.key)
                continue
            known = scenes.get(scene.key)
            # What was named stays named, though a folder holds it too.
            if known is None or (known.found and not scene.found):
                scenes[scene.key] = scene
    left_out = len(own - scenes.keys())
    results = f"{left_out} result{'s of earlier runs' if left_out != 1 else ' of an earlier run'}"
    if not scenes:
        there = (
            f"only {results} found, which count where they are named" if own else "none was named"
        )
        raise UsageError(f"there is no scene: {there}")
    if left_out:
        words = f"{results} left out; a file that is named counts all the same"
        warnings.warn(CloudganWarning(words), stacklevel=2)
    return [scenes[key] for key in sorted(scenes)]


def _scenes_of(given: Any, stdin: TextIO | None) -> Iterator[ListedScene]:
    if hasattr(given, "assets") or hasattr(given, "items"):
        from cloudgan_geo.batch.items import scenes_of_items

        yield from scenes_of_items(given)
        return
    text = _text(given)
    if text == STDIN:
        for line in _lines(stdin or sys.stdin):
            yield from _scenes_of(line, None)
    elif not is_local(text):
        yield ListedScene((text,), _remote_name(text))
    elif text.lower().endswith(_ITEMS):
        from cloudgan_geo.batch.items import read_items

        yield from read_items(text)
    elif os.path.isdir(text) and not _is_product(text):
        yield from _in_folder(text)
    elif _PATTERN.search(text) and not os.path.lexists(text):
        yield from _matching(text)
    else:
        yield _single(text)


def _text(given: Any) -> str:
    text = os.fspath(given) if isinstance(given, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise UsageError(f"{given!r}: is no path of a scene")
    return text


def _lines(stdin: TextIO) -> list[str]:
    paths = [line.rstrip("\r\n") for line in stdin]
    # A list that names itself would never end.
    return [path for path in paths if path.strip() and path != STDIN]


def _single(path: str, found: bool = False) -> ListedScene:
    stem = default_output(path).stem.removesuffix("_decloud")
    return ListedScene((path,), stem, found)


def _remote_name(path: str) -> str:
    """Returns the name that what is on a server or in an archive gives its output."""
    last = re.split(r"[/!:]", path.partition("?")[0].rstrip("/"))[-1]
    return file_name(_IMAGE.sub("", last) or "scene")


def file_name(text: str) -> str:
    """Returns a text without what no name of a file may hold."""
    return re.sub(r"[^\w.+-]+", "_", text).strip(".") or "scene"


def _is_product(folder: str) -> bool:
    named = bool(_PRODUCT.search(folder.rstrip("/\\")))
    return named or any(Path(folder).glob("MTD_MSIL*.xml"))


def _is_scene(path: str) -> bool:
    """Tells whether what lies in a folder is a scene, by its name."""
    if os.path.isdir(path):
        return _is_product(path)
    if path.lower().endswith(".zip"):
        return bool(_PRODUCT.search(path)) or recognised(Labels(path)) is not None
    return bool(_IMAGE.search(path))


def _in_folder(folder: str) -> Iterator[ListedScene]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be looked through ({error.strerror})") from error
    paths = [os.path.join(folder, name) for name in names if not name.startswith(".")]
    scenes = [path for path in paths if _is_scene(path)]
    if not scenes:
        raise UsageError(
            f"{folder}: is a folder without scenes (.tif, .jp2, .vrt, .SAFE); a pattern such as "
            f"{folder.rstrip('/')}/**/*.tif looks through folders in it"
        )
    yield from (_single(path, True) for path in scenes)


def _matching(pattern: str) -> Iterator[ListedScene]:
    paths = sorted(glob.glob(pattern, recursive=True))
    scenes = [path for path in paths if not os.path.isdir(path) or _is_product(path)]
    if not scenes:
        raise UsageError(f"{pattern}: no file matches")
    yield from (_single(path, True) for path in scenes)
