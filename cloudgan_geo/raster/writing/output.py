"""Files that appear under their name only once they are complete."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.interrupts import shielded
from cloudgan_geo.raster.reading.reaches import is_any_of, reached_files
from cloudgan_geo.raster.writing.commits import (
    SIDECARS,
    Replacement,
    ReplacementError,
    clear,
    replace_all,
)
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.killed import clear_after_killed, clear_left
from cloudgan_geo.raster.writing.locks import TargetLock
from cloudgan_geo.raster.writing.object_store import check_known

_NOT_REPLACED = "the file there cannot be replaced"

#: Targets whose files were put in their places lately.
COMPLETED: deque[Path] = deque(maxlen=100)

# Those that are open, and what is held while files come to be, get their names or are removed.
_OPEN: set[AtomicOutput] = set()
_CHANGING = threading.RLock()


class AtomicOutput:
    """A file that is written in a folder of the run's own beside its target, then renamed.

    As a context manager it checks that the target can be written and holds it against other
    runs, clears what a killed run left, and on leaving removes whatever was not committed. A
    target that is a symbolic link stands for the file that it leads to.

    Args:
        path: The target.
        overwrite: Whether it may exist already.
        source: What is read; no file that it reaches may be the target.
        argument: That names the target, of whatever function was called.

    Attributes:
        path: The target.
        place: The same without symbolic links.
        partial: The file to write; known once the context is entered, as is the next.
        pixels: For what is needed only until `partial` is complete.

    Raises:
        OutputExistsError: If the target exists and may not be overwritten.
        UsageError: If the target is read, no plain file, not local or in no folder.
        OutputError: If its folder cannot be written to, or another run is writing it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        source: Iterable[str | os.PathLike[str]] = (),
        argument: str = "output",
    ) -> None:
        self.path = Path(path)
        self.place = self.partial = self.pixels = self.path
        self.argument = argument
        self._named = os.fspath(path)
        self._overwrite = overwrite
        self._source = tuple(source)
        self._sidecars = SIDECARS if self.path.suffix.lower() in (".tif", ".tiff") else ()
        self._cleared = False

    def __enter__(self) -> AtomicOutput:
        self._cleared = False
        try:
            self._check()
        except OutputExistsError:
            clear_after_killed(self.place)
            raise
        with _CHANGING:
            try:
                self._lock = TargetLock(self.place, self.argument, self.path)
            except OutputError:
                raise
            except OSError as error:
                raise output_error(self.path, error, self.argument) from error
            self._folder = self._lock.folder(self._lock.token)
            _OPEN.add(self)
        try:
            with _CHANGING:
                clear_left(self._lock)
                self._lock.claim()
                self._cleared = True
            # Once more: what was there may have been put back, or another run have ended.
            self._check()
            with _CHANGING:
                self._folder.mkdir(0o700)
        except BaseException as error:
            self._leave()
            if isinstance(error, OSError) and not isinstance(error, OutputError):
                raise output_error(self.path, error, self.argument) from error
            raise
        self.partial = self._folder / self.place.name
        self.pixels = self._folder / f"pixels-{self.place.name}"
        return self

    def _check(self) -> None:
        check_known(self._named, self.argument)
        try:
            self.place = self.path.resolve() if self.path.is_symlink() else self.path
        except (OSError, RuntimeError) as error:
            raise UsageError(f"{self.path}: is a link that leads nowhere") from error
        if self.path.is_symlink() and not self.place.exists():
            raise UsageError(
                f"{self.path}: is a link to {self.place}, which is not there; ",
                Argument(self.argument),
                " takes the name of a file",
            )
        if self.place.is_dir():
            raise UsageError(
                f"{self.path}: is a folder; ", Argument(self.argument), " takes the name of a file"
            )
        if not self.place.parent.is_dir():
            raise UsageError(f"{self.path}: there is no folder {self.path.parent}")
        beside = [Path(f"{self.place}{suffix}") for suffix in self._sidecars]
        touched = [each for each in (self.place, *beside) if os.path.lexists(each)]
        if not touched:
            return
        reached = reached_files(self._source)
        for each in touched:
            if is_any_of(each, reached):
                given = any(_is_same(each, source) for source in self._source)
                what = "the input itself" if given else "a part of the input"
                named = self.path if each == self.place else each
                raise UsageError(
                    f"{named}: is {what}; name another file with ", Argument(self.argument)
                )
        if not os.path.lexists(self.place):
            if not self._cleared:
                # A killed run may keep what they belong to, and have come no further.
                return
            raise OutputExistsError(
                f"{touched[0]}: lies there without {self.path.name}, of which it would be taken "
                "for a part; move it away"
            )
        if not self._overwrite:
            raise OutputExistsError(
                f"{self.path}: exists already; ", Argument("overwrite", True), " replaces it"
            )
        if not stat.S_ISREG(self.place.stat().st_mode):
            raise UsageError(
                f"{self.path}: is no plain file; ", Argument(self.argument), " takes another name"
            )

    @property
    def replacement(self) -> Replacement:
        """What is to be done on committing."""
        return Replacement(self.partial, self.place, self._sidecars, self._overwrite)

    def sync(self) -> None:
        """Waits until the complete file is on the disk.

        Raises:
            OutputError: If it does not get there.
        """
        try:
            with open(self.partial, "rb+") as file:
                # Some file systems report a full disk only now.
                os.fsync(file.fileno())
        except OSError as error:
            raise output_error(self.path, error, self.argument) from error

    def commit(self) -> None:
        """Puts the complete file in the target's place.

        Raises:
            OutputError: If that fails; the target is then as it was.
        """
        commit_all([self])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shielded(self._leave)

    def _leave(self) -> None:
        with _CHANGING:
            if self in _OPEN:
                _OPEN.discard(self)
                # What a killed run left is told by its lock, until it is cleared.
                left = self._lock.stale is not None and not self._cleared
                self._lock.release(keep=left or not clear(self._folder))

    def abandon(self) -> None:
        """Removes what is not complete, though another thread may still be writing it."""
        for _ in range(3):
            if not self._folder.exists():
                break
            shutil.rmtree(self._folder, ignore_errors=True)
        self._leave()


def commit_all(files: Sequence[AtomicOutput], check: Callable[[], None] = lambda: None) -> None:
    """Puts complete files in their targets' places, the last one only after all others.

    Signals are held off meanwhile.

    Args:
        files: All of them are on the disk before the first is put in its place.
        check: Called before that, to leave it.

    Raises:
        OutputError: If one of that fails; all targets are then as they were before.
    """
    for file in files:
        file.sync()

    def replace() -> None:
        with _CHANGING:
            check()
            replace_all([file.replacement for file in files])
            COMPLETED.extend(file.path for file in files)

    try:
        shielded(replace)
    except FileExistsError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputExistsError(
            f"{error}; ", Argument("overwrite", True), " replaces it"
        ) from error
    except ReplacementError as error:
        (file,) = (file for file in files if file.replacement == error.replacement)
        raise output_error(file.path, error.cause, file.argument, _NOT_REPLACED) from error


def give_up_all() -> None:
    """Removes what every open output has not completed, for a process that is ending at once.

    Waits while files are put in their places. Other threads open and complete none from then on.
    """
    # Never given back: this is the end.
    _CHANGING.acquire()
    for file in list(_OPEN):
        file.abandon()


def _is_same(path: Path, source: str | os.PathLike[str]) -> bool:
    try:
        return path.samefile(source)
    except (OSError, ValueError):
        return False
