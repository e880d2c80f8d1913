"""Outputs that are objects of a store: made here, then stored whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.reading.files import gdal_name
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.killed import is_own_folder
from cloudgan_geo.raster.writing.object_store import (
    ObjectPlace,
    Upload,
    check_known,
    is_object,
    remove,
    stored,
)
from cloudgan_geo.raster.writing.output import COMPLETED, AtomicOutput, commit_all

# Seconds that a store gets to forget an upload when the process ends.
_FORGET = 1.0


def output_at(path: str | os.PathLike[str], **settings: Any) -> AtomicOutput:
    """Returns an output for a path: a file, or an object of a store.

    Args:
        path: The target.
        settings: Those of `AtomicOutput`.

    Raises:
        UsageError: If it is neither.
    """
    if is_object(path):
        return UploadedOutput(path, **settings)
    check_known(os.fspath(path), settings.get("argument", "output"), objects=True)
    return AtomicOutput(path, **settings)


def complete_all(files: Sequence[AtomicOutput], check: Callable[[], None] = lambda: None) -> None:
    """Puts complete files in their places, the last one only after all others.

    Files on disks are all new or all old. Of objects each is: where one cannot be stored, those
    stored before it are removed unless they replaced something.

    Args:
        files: All on disks, or all objects.
        check: Called now and then before the last is in its place, to leave it.

    Raises:
        OutputError: If that fails.
    """
    objects = [file for file in files if isinstance(file, UploadedOutput)]
    if not objects:
        commit_all(files, check)
        return
    done: list[tuple[Path, list[ObjectPlace]]] = []
    try:
        for file in objects:
            done.append((file.path, file.store(check)))
            COMPLETED.append(file.path)
    except BaseException:
        for path, new in done:
            with contextlib.suppress(OutputError):
                _remove_all(new)
                if new:
                    COMPLETED.remove(path)
        raise


def check_together(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Refuses outputs of a run some of which are objects and some files.

    Raises:
        UsageError: If they are.
    """
    named = [os.fspath(path) for path in paths]
    objects = [name for name in named if is_object(name)]
    files = [name for name in named if not is_object(name)]
    if objects and files:
        raise UsageError(
            f"{files[0]}: is a file and {objects[0]} an object of a store; the outputs of a run "
            "are all of one kind"
        )


class UploadedOutput(AtomicOutput):
    """A file that is written to a folder for temporary files, then stored as an object.

    That folder's lock admits one run of this machine and user at a time to an object, and tells
    the next what a killed one left.

    Args:
        path: `/vsis3/BUCKET/KEY`.
        settings: Those of `AtomicOutput`.

    Raises:
        OutputExistsError: If there is an object that may not be replaced.
        UsageError: If it is read, or names none.
        OutputError: If the store or the folder for temporary files cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str], **settings: Any) -> None:
        super().__init__(path, **settings)
        self._uploads: list[Upload] = []

    def _check(self) -> None:
        self._object = ObjectPlace.of(self.path, self.argument)
        for source in self._source:
            if self._object.name in gdal_name(os.fspath(source)):
                raise UsageError(
                    f"{self.path}: is the input itself; name another one with ",
                    Argument(self.argument),
                )
        self._replaces = stored(self._object, self.argument) is not None
        if self._replaces and not self._overwrite:
            raise OutputExistsError(
                f"{self.path}: exists already; ", Argument("overwrite", True), " replaces it"
            )
        self.place = _folder(self.path, self.argument) / _local_name(self._object)

    def store(self, check: Callable[[], None]) -> list[ObjectPlace]:
        """Stores the complete file, after what belongs beside it.

        Args:
            check: Called now and then, to leave it by what it raises.

        Returns:
            The objects that were not there before.

        Raises:
            OutputError: If that fails; what was there is then as it was.
        """
        new: list[ObjectPlace] = []
        old: list[ObjectPlace] = []
        try:
            for suffix in (*self._sidecars, ""):
                file, place = Path(f"{self.partial}{suffix}"), self._object.beside(suffix)
                if file.exists():
                    self._uploads.append(Upload(file, place, self._overwrite, self.argument))
                    self._uploads[-1].run(check)
                    new += [] if self._overwrite else [place]
                elif self._replaces and stored(place) is not None:
                    old.append(place)
            # Of the object that is replaced.
            _remove_all(old)
        except BaseException:
            with contextlib.suppress(OutputError):
                _remove_all(new)
            raise
        return new

    def commit(self) -> None:
        """Stores the complete file.

        Raises:
            OutputError: If that fails; what was there is then as it was.
        """
        complete_all([self])

    def abandon(self) -> None:
        """Removes what is not complete, and has the store forget what it got of it."""
        forgetting = threading.Thread(target=self._forget, daemon=True)
        forgetting.start()
        super().abandon()
        forgetting.join(_FORGET)

    def _forget(self) -> None:
        for upload in self._uploads:
            upload.give_up()


def _remove_all(places: Iterable[ObjectPlace]) -> None:
    for place in places:
        remove(place)


def _folder(path: Path, argument: str) -> Path:
    """Returns the folder for what is on its way to a store, which only this user can enter."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    folder = Path(tempfile.gettempdir()) / f"cloudgan-geo-{user}"
    try:
        folder.mkdir(0o700, exist_ok=True)
    except OSError as error:
        raise output_error(path, error, argument) from error
    if not is_own_folder(folder):
        raise OutputError(
            f"{path}: cannot be written, {folder} is in the way, which is of another user; "
            "TMPDIR names another folder for temporary files"
        )
    return folder


def _local_name(place: ObjectPlace) -> str:
    """Returns a name for a file that no other object's has, and that ends like its own."""
    told = hashlib.sha256(place.name.encode()).hexdigest()[:16]
    return f"{told}{Path(place.key).suffix}"
