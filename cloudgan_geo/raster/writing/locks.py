"""Who may write a target: one run at a time, and what a killed one left behind."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import uuid
from pathlib import Path
from types import ModuleType

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import OutputError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_CONTENT = re.compile(rb"cloudgan-geo ([0-9a-f]{16}) \d+\n")
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_TRIES = 20


class TargetLock:
    """Holds a target for one run, by a file `.<target>.lock` beside it.

    The file says by which token the run's other files are called. The system gives the lock
    back when a run ends, however it ends: a file without a lock is a killed run's.

    Args:
        target: The file to be written; its folder exists.
        argument: That names it.
        shown: What messages call it, if it is another name than the target's.

    Attributes:
        path: Of the lock.
        token: Of this run at this target; nobody else has it.
        stale: Token of a killed run whose lock was taken over, or None.

    Raises:
        OutputError: If another run holds the target, or what is in the lock's place is not ours.
        OSError: If the lock cannot be made.
    """

    def __init__(self, target: Path, argument: str, shown: Path | None = None) -> None:
        self.path = lock_path(target)
        self.token = uuid.uuid4().hex[:16]
        self.stale: str | None = None
        self._target = target
        self._argument = argument
        self._shown = shown or target
        for _ in range(_TRIES):
            file = self._made() or self._taken_over()
            if file is not None:
                self._file = file
                return
        raise self._refusal("another run is writing it")

    @property
    def _content(self) -> bytes:
        return f"cloudgan-geo {self.token} {os.getpid():010d}\n".encode("ascii")

    def _made(self) -> int | None:
        """Makes a lock that is held before anybody sees it; None if there is one."""
        if os.path.lexists(self.path):
            return None
        file = self._unnamed()
        own = None if file is not None else self.path.with_name(f"{self.path.name}-{self.token}")
        if own is not None:
            file = os.open(own, _NEW, 0o644)
        assert file is not None
        try:
            os.write(file, self._content)
            _try_lock(file)
            try:
                if own is None:
                    # With a folder given, though the path needs none, Python follows the link.
                    os.link(f"/proc/self/fd/{file}", self.path, src_dir_fd=file)
                else:
                    os.link(own, self.path)
            except FileExistsError:
                os.close(file)
                return None
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                # A file system without hard links, such as exFAT.
                os.close(file)
                file = -1
                try:
                    file = os.open(self.path, _NEW, 0o644)
                except FileExistsError:
                    return None
                os.write(file, self._content)
                _try_lock(file)
        except BaseException:
            with contextlib.suppress(OSError):
                os.close(file)
            raise
        finally:
            if own is not None:
                with contextlib.suppress(OSError):
                    own.unlink()
        return file

    def _unnamed(self) -> int | None:
        """Opens a file without a name, of which nothing is left if the run is killed.

        None where the system has no such files, as only Linux and most of its file systems do.
        """
        if not hasattr(os, "O_TMPFILE"):
            return None
        try:
            file = os.open(self.path.parent, os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC, 0o644)
        except OSError:
            return None
        if not os.path.exists(f"/proc/self/fd/{file}"):
            # Nor is there a way to give it one.
            os.close(file)
            return None
        return file

    def _taken_over(self) -> int | None:
        """Takes over the lock of a killed run; None if it vanished meanwhile."""
        flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            file = os.open(self.path, flags | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refusal(f"{self.path} is in the way ({error.strerror})") from error
        try:
            state = os.fstat(file)
            found = _CONTENT.fullmatch(os.read(file, 100)) if stat.S_ISREG(state.st_mode) else None
            if found is None:
                raise self._refusal(f"{self.path} is in the way, which is not of this program")
            if hasattr(os, "geteuid") and state.st_uid != os.geteuid():
                raise self._refusal(f"{self.path} is of another user's run")
            held = _try_lock(file)
            if held is None:
                raise self._refusal(
                    "another run may be writing it, which this file system does not tell; if "
                    f"none is, remove {self.path}"
                )
            if not held:
                raise self._refusal("another run is writing it")
            if not _is_at(self.path, state):
                os.close(file)
                return None
        except BaseException:
            with contextlib.suppress(OSError):
                os.close(file)
            raise
        self.stale = found[1].decode("ascii")
        return file

    def claim(self) -> None:
        """Writes this run's token over a killed one's, whose files are cleared."""
        if self.stale is not None:
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, self._content)

    def folder(self, token: str) -> Path:
        """Returns the folder for what is not complete yet, of the run with a token."""
        return self._target.with_name(f"{self._target.name}.partial-{token}")

    def release(self, *, keep: bool = False) -> None:
        """Gives the target free.

        Args:
            keep: Leave the file, as a killed run does.
        """
        with contextlib.suppress(OSError):
            if not keep and _is_at(self.path, os.fstat(self._file)):
                if os.name == "nt":
                    os.close(self._file)
                self.path.unlink()
        with contextlib.suppress(OSError):
            if fcntl is not None:
                # Closing alone would not do while a process that was forked has it open.
                fcntl.flock(self._file, fcntl.LOCK_UN)
            os.close(self._file)

    def _refusal(self, why: str) -> OutputError:
        return OutputError(
            f"{self._shown}: cannot be written, {why}; ",
            Argument(self._argument),
            " names another place",
        )


def lock_path(target: Path) -> Path:
    """Returns where the lock of a target lies."""
    return target.with_name(f".{target.name}.lock")


def _is_at(path: Path, state: os.stat_result) -> bool:
    try:
        there = os.lstat(path)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (state.st_dev, state.st_ino)


def _try_lock(file: int) -> bool | None:
    """Returns whether a lock was got; None where the file system knows no locks."""
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            # Beyond the content, which others may then still read.
            os.lseek(file, 1000, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        return None if error.errno in _NO_LOCKS else False
    return True
