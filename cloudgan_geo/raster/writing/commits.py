"""Putting a set of complete files in their places: all of them, or none."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cloudgan_geo.errors import OutputError

#: What GDAL leaves beside a raster. Those of a file that is replaced would be read as the new
#: one's overviews, mask and statistics.
SIDECARS = (".aux.xml", ".msk", ".ovr", ".msk.ovr")

_JOURNAL = "journal.json"
_OLD = "old"


@dataclass(frozen=True)
class Replacement:
    """A complete file and where it belongs.

    Attributes:
        complete: The file, in a folder of this run's own that lies beside its place.
        place: Where it belongs.
        sidecars: Suffixes of what lies beside it and belongs to it.
        overwrite: Whether what is there may be replaced.
    """

    complete: Path
    place: Path
    sidecars: tuple[str, ...]
    overwrite: bool

    @property
    def folder(self) -> Path:
        """The run's own folder."""
        return self.complete.parent

    def aside(self, path: Path) -> Path:
        """Returns where a file that is there is kept until all is done."""
        return self.folder / _OLD / path.name

    def there(self) -> list[Path]:
        """Returns what lies in its place, and beside that."""
        paths = (Path(f"{self.place}{suffix}") for suffix in ("", *self.sidecars))
        return [path for path in paths if os.path.lexists(path)]

    def news(self) -> list[tuple[Path, Path]]:
        """Returns its files and their places, the one in the place itself last."""
        pairs = (
            (Path(f"{self.complete}{suffix}"), Path(f"{self.place}{suffix}"))
            for suffix in (*self.sidecars, "")
        )
        return [(new, place) for new, place in pairs if new.exists()]


class ReplacementError(Exception):
    """A file could not be put in its place; what was there before is there again.

    Attributes:
        replacement: Of the file.
        cause: What the system says.
    """

    def __init__(self, replacement: Replacement, cause: OSError) -> None:
        super().__init__(str(cause))
        self.replacement = replacement
        self.cause = cause


def replace_all(files: Sequence[Replacement]) -> None:
    """Puts files in their places, in their order.

    What was there is kept aside until the last one is in its place. Of several, the last one's
    place is empty meanwhile: it never stands among files that are not of its own run.

    Args:
        files: Complete ones.

    Raises:
        ReplacementError: If that fails; all is then as it was.
        OutputError: If it fails and a file cannot be put back; the message says where it lies.
        FileExistsError: If a file came to be where none may be replaced; all is as it was.
    """
    for file in files:
        if file.overwrite and file.place.exists():
            _take_after(file.place, file.complete)
    if len(files) == 1 and len(files[0].news()) == 1 and len(files[0].there()) <= 1:
        (file,) = files
        try:
            _put(file.complete, file.place, file.overwrite)
        except FileExistsError:
            raise
        except OSError as error:
            raise ReplacementError(file, error) from error
        _persist(files)
        return
    journal = _journal(files)
    undo: list[tuple[Path, Path]] = []
    file = files[0]
    try:
        for file in files:
            file.folder.joinpath(_JOURNAL).write_text(journal, encoding="utf-8")
            file.folder.joinpath(_OLD).mkdir()
        # The last one goes first: it must not stand beside what is not its own.
        for file in reversed(files):
            for path in file.there() if file.overwrite else ():
                os.rename(path, file.aside(path))
                undo.append((file.aside(path), path))
        for file in files:
            for new, place in file.news():
                _put(new, place, overwrite=False)
                undo.append((place, new))
    except BaseException as error:
        _undo(undo, error)
        _close([each.folder for each in files])
        if isinstance(error, OSError) and not isinstance(error, FileExistsError):
            raise ReplacementError(file, error) from error
        raise
    _persist(files)


def put_back(folder: Path) -> None:
    """Puts back what a run kept aside that was killed before all its files were in place.

    Args:
        folder: The run's own; may be gone.

    Raises:
        OutputError: If something else has come to where a file was; the message says where the
            file lies.
        OSError: If the system does not let it.
    """
    try:
        journal = json.loads(folder.joinpath(_JOURNAL).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        # Without a whole journal nothing was moved.
        return
    news = {path: state for path, *state in journal["news"]}
    last = journal["news"][-1][0]
    folders = [Path(each) for each in journal["folders"]]
    if _state(Path(last)) == news[last]:
        _close(folders)
        return
    for path, state in news.items():
        if _state(Path(path)) == state:
            os.unlink(path)
    for aside, path in journal["asides"]:
        if not os.path.lexists(aside):
            continue
        if os.path.lexists(path):
            raise OutputError(
                f"{path}: cannot be written, a killed run kept what was there before as {aside}, "
                "and something else is there now; move one of them away"
            )
        os.rename(aside, path)
    _close(folders)


def clear(folder: Path) -> bool:
    """Removes a run's own folder, unless it still holds what was somebody's before.

    Returns:
        Whether it is gone.
    """
    if folder.joinpath(_JOURNAL).exists() and not _is_done(folder):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _is_done(folder: Path) -> bool:
    """Tells whether all files of a journal are in their places, or none was kept aside."""
    try:
        journal = json.loads(folder.joinpath(_JOURNAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    path, *state = journal["news"][-1]
    if _state(Path(path)) == state:
        return True
    return not any(os.path.lexists(aside) for aside, _ in journal["asides"])


def _journal(files: Sequence[Replacement]) -> str:
    news = [
        [os.path.abspath(place), *(_state(new) or ())]
        for file in files
        for new, place in file.news()
    ]
    asides = [
        [os.path.abspath(file.aside(path)), os.path.abspath(path)]
        for file in files
        if file.overwrite
        for path in file.there()
    ]
    folders = [os.path.abspath(file.folder) for file in files]
    return json.dumps({"news": news, "asides": asides, "folders": folders})


def _close(folders: Sequence[Path]) -> None:
    """Removes journals: nothing is to be put back any more."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.joinpath(_JOURNAL).unlink()


def _state(path: Path) -> list[int] | None:
    try:
        state = os.lstat(path)
    except OSError:
        return None
    return [state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns]


def _put(new: Path, place: Path, overwrite: bool) -> None:
    """Gives a file its name; unless it may overwrite, only where there is none."""
    if not overwrite:
        try:
            os.link(new, place)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links; a moment is then left for somebody else.
            if os.path.lexists(place):
                raise FileExistsError(f"{place}: exists already") from None
        else:
            os.unlink(new)
            return
    os.replace(new, place)


def _undo(done: Sequence[tuple[Path, Path]], error: BaseException) -> None:
    stuck = []
    for now, before in reversed(done):
        try:
            os.rename(now, before)
        except OSError:
            stuck.append((now, before))
    if stuck:
        where = "; ".join(f"{before} lies at {now}" for now, before in stuck)
        raise OutputError(f"{stuck[0][1]}: could not be put back ({error}): {where}") from error


def _take_after(old: Path, new: Path) -> None:
    """Gives a file the owner, the mode and the attributes of the one it replaces, if allowed."""
    state = old.stat()
    if hasattr(os, "chown"):
        for owner, group in ((-1, state.st_gid), (state.st_uid, -1)):
            with contextlib.suppress(OSError):
                os.chown(new, owner, group)
    with contextlib.suppress(OSError):
        os.chmod(new, state.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(old):
                with contextlib.suppress(OSError):
                    os.setxattr(new, name, os.getxattr(old, name))


def _persist(files: Sequence[Replacement]) -> None:
    """Brings the new names to the disk, where the system can."""
    for folder in {file.place.parent for file in files}:
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
