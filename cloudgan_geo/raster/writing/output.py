"""Files that appear under their name only once they are complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.gdal import reason

# What GDAL leaves beside a raster. Those of a file that is replaced would be read as the
# new one's overviews, mask and statistics.
_SIDECARS = (".aux.xml", ".msk", ".ovr")

# A full disk may have room for a few bytes yet, but not for as many as a block or two hold.
_PROBE_BYTES = 2**22

# What the making of a cloud-optimized GeoTIFF leaves if it is killed: our pixels, GDAL's
# overviews.
_LEFTOVERS = (".pixels", ".pixels.aux.xml", ".ovr.tmp", ".msk.ovr.tmp")

# What options that name a file name.
_WHAT = {
    "--output": "output",
    "--opacity": "opacity",
    "--qa": "quality band",
    "--error": "error",
    "--report": "report",
}


class AtomicOutput:
    """A file that is written beside its target as `<target>.partial`, then renamed.

    As a context manager it checks that the target can be written, and on leaving removes
    whatever was not committed.

    Args:
        path: The target.
        overwrite: Whether it may exist already.
        source: Files that the target must not be, such as the input.
        option: Of the command line, that names the target.

    Attributes:
        path: The target.
        partial: The file to write.
        pixels: For what is needed only until `partial` is complete.

    Raises:
        OutputExistsError: If the target exists and may not be overwritten.
        UsageError: If the target is the source, a folder or in a folder that does not exist.
        OutputError: If its folder cannot be written to.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        source: Iterable[str | os.PathLike[str]] = (),
        option: str = "--output",
    ) -> None:
        self.path = Path(path)
        self.partial = self.path.with_name(f"{self.path.name}.partial")
        self.pixels = Path(f"{self.partial}.pixels")
        self.option = option
        self._overwrite = overwrite
        self._source = tuple(source)
        self._is_new = False

    def __enter__(self) -> AtomicOutput:
        self._check()
        try:
            self._discard()
            self.partial.touch()
            self.partial.unlink()
        except OSError as error:
            raise output_error(self.path, error, self.option) from error
        return self

    def _check(self) -> None:
        if self.path.is_dir():
            raise UsageError(f"{self.path}: is a folder; {self.option} takes the name of a file")
        if not self.path.parent.is_dir():
            raise UsageError(f"{self.path}: there is no folder {self.path.parent}")
        if not self.path.exists():
            return
        if any(_same_file(self.path, source) for source in self._source):
            raise UsageError(
                f"{self.path}: is the input itself; name another file with {self.option}"
            )
        if not self._overwrite:
            raise OutputExistsError(f"{self.path}: exists already; --overwrite replaces it")

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
            raise output_error(self.path, error, self.option) from error

    def commit(self) -> None:
        """Puts the complete file in the target's place.

        Raises:
            OutputError: If that fails; the target is then as it was.
        """
        self.sync()
        is_new = not self.path.exists()
        try:
            os.replace(self.partial, self.path)
        except OSError as error:
            raise output_error(self.path, error, self.option) from error
        self._is_new = is_new
        for suffix in _SIDECARS:
            written = Path(f"{self.partial}{suffix}")
            stale = Path(f"{self.path}{suffix}")
            if written.exists():
                os.replace(written, stale)
            else:
                stale.unlink(missing_ok=True)

    def withdraw(self) -> None:
        """Removes the target again if it was put where there was none."""
        if self._is_new:
            for suffix in ("", *_SIDECARS):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._discard()

    def _discard(self) -> None:
        for suffix in ("", *_SIDECARS, *_LEFTOVERS):
            Path(f"{self.partial}{suffix}").unlink(missing_ok=True)


def commit_all(files: Sequence[AtomicOutput]) -> None:
    """Puts complete files in their targets' places, the last one only after all others.

    Args:
        files: All of them are on the disk before the first is put in its place.

    Raises:
        OutputError: If one of that fails; targets that were not there before then are not.
    """
    for file in files:
        file.sync()
    try:
        for file in files:
            file.commit()
    except BaseException:
        for file in files:
            file.withdraw()
        raise


def check_distinct(targets: Iterable[tuple[str, Path]]) -> None:
    """Refuses to write two files to one place.

    Args:
        targets: The option that names a file, and the file.

    Raises:
        UsageError: If two are the same.
    """
    taken: dict[Path, str] = {}
    for option, path in targets:
        place = path.resolve()
        if place in taken:
            first, second = (_WHAT.get(each, each) for each in (taken[place], option))
            raise UsageError(f"{path}: cannot be both the {first} and the {second}; see {option}")
        taken[place] = option


def output_error(path: Path, error: OSError, option: str = "--output") -> OutputError:
    """Puts an error of the operating system about an output into words.

    Args:
        path: The target.
        error: What happened to it.
        option: Of the command line, that names the target.
    """
    causes = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file became larger than the system allows",
        errno.EACCES: "its folder cannot be written to",
        errno.EPERM: "its folder cannot be written to",
        errno.EROFS: "its disk can only be read",
    }
    cause = causes.get(error.errno or 0, error.strerror or str(error))
    return OutputError(f"{path}: cannot be written, {cause}; {option} names another place")


def write_error(
    partial: Path, target: Path, error: BaseException | None, option: str = "--output"
) -> OutputError:
    """Says why GDAL could not write a file: it does not pass the system's reason on.

    Args:
        partial: The file that was written; what the system says to more of it is the reason.
        target: What it would have been called.
        error: What GDAL said, if it did.
        option: Of the command line, that names the target.
    """
    try:
        with open(partial, "ab") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as cause:
        return output_error(target, cause, option)
    if isinstance(error, OSError) and error.errno:
        return output_error(target, error, option)
    said = f" ({reason(error)})" if error else ""
    return output_error(target, OSError(errno.EIO, f"the disk did not take it{said}"), option)


def _same_file(path: Path, source: str | os.PathLike[str]) -> bool:
    try:
        return path.samefile(source)
    except OSError:
        return False
