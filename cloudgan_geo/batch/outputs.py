"""Where the outputs of a batch go, and that none of them is in another one's place."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch.listing import ListedScene
from cloudgan_geo.correction.cleaner import Model
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import OutputError, UsageError
from cloudgan_geo.raster.reading.files import gdal_name
from cloudgan_geo.raster.reading.geometries import is_path
from cloudgan_geo.raster.reading.reaches import is_any_of, reached_files
from cloudgan_geo.raster.reading.source import is_local
from cloudgan_geo.raster.writing.object_store import (
    ObjectPlace,
    check_folder,
    check_known,
    is_object,
)


@dataclass(frozen=True)
class Beside:
    """What is written for every scene beside its output.

    Attributes:
        layers: Arguments of the layers and pages: `opacity`, `qa`, `error`, `preview`, `html`.
        report: Whether a report in JSON is.
        stac: Whether a STAC item is.
    """

    layers: tuple[str, ...] = ()
    report: bool = False
    stac: bool = False

    def __post_init__(self) -> None:
        for name in self.layers:
            if name not in BY_ARGUMENT and name not in PAGES:
                raise UsageError(f"{name!r}: is no layer; {', '.join([*BY_ARGUMENT, *PAGES])} are")


@dataclass(frozen=True)
class SceneTask:
    """What is to be done with one scene.

    Attributes:
        scene: The scene.
        output: File to write.
        options: All options, with the names of the files beside it.
        item: STAC item to write, or None.
    """

    scene: ListedScene
    output: Path
    options: DecloudOptions
    item: Path | None = None

    @property
    def targets(self) -> list[Path]:
        """All files to write, the output first."""
        report = [] if self.options.report is None else [Path(self.options.report)]
        item = [] if self.item is None else [self.item]
        beside = {**self.options.layer_files, **self.options.page_files}
        return [self.output, *beside.values(), *report, *item]


def absolute(task: SceneTask) -> SceneTask:
    """Returns a task for a process that may have another working folder."""

    def whole(path: Any) -> Any:
        return None if path is None else os.path.abspath(path)

    paths = (whole(path) if is_local(path) else path for path in task.scene.paths)
    named = ("aoi", "report", *BY_ARGUMENT, *PAGES)
    return replace(
        task,
        scene=replace(task.scene, paths=tuple(paths)),
        output=Path(whole(task.output)),
        options=replace(
            task.options, **{name: whole(getattr(task.options, name)) for name in named}
        ),
        item=None if task.item is None else Path(whole(task.item)),
    )


def make_tasks(
    scenes: Sequence[ListedScene],
    folder: str | os.PathLike[str],
    options: DecloudOptions,
    beside: Beside,
    model: Model,
) -> list[SceneTask]:
    """Names the outputs of scenes, and refuses what would write over something.

    Args:
        scenes: All of a batch, whatever part of it is to be done here.
        folder: For outputs.
        options: Of every scene.
        beside: What is written beside every output.
        model: The generator; its file, if it is one, is no output either.

    Raises:
        UsageError: If two outputs are to be one file, or an output is an input.
    """
    if beside.stac:
        # Missed now rather than after the first scene.
        importlib.import_module("pystac")
        importlib.import_module("jsonschema")
    check_known(os.fspath(folder), "out_dir", objects=True)
    if is_object(folder):
        ObjectPlace.of(Path(folder, "any"), "out_dir")
    made = [_task(scene, Path(folder), options, beside) for scene in scenes]
    tasks = _without_outputs(made)
    _check_distinct(tasks)
    _check_inputs(tasks, model)
    return tasks


def make_folder(folder: str | os.PathLike[str]) -> None:
    """Makes the folder for outputs, and those that it is in; of objects, looks for their bucket.

    Raises:
        OutputError: If that fails.
    """
    if is_object(folder):
        check_folder(folder, "out_dir")
        return
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{os.fspath(folder)}: cannot be made a folder ({error.strerror}); ",
            Argument("out_dir"),
            " names another one",
        ) from error


def _task(scene: ListedScene, folder: Path, options: DecloudOptions, beside: Beside) -> SceneTask:
    stem = f"{scene.name}_decloud"
    suffixes = {name: page.suffix for name, page in PAGES.items()}
    files = {name: folder / f"{stem}_{name}{suffixes.get(name, '.tif')}" for name in beside.layers}
    report = {"report": folder / f"{stem}_report.json"} if beside.report else {}
    bands = {"bands": scene.bands} if scene.bands and options.bands is None else {}
    own = replace(options, **files, **report, **bands)  # type: ignore[arg-type]
    item = folder / f"{stem}.json" if beside.stac else None
    return SceneTask(scene, folder / f"{stem}.tif", own, item)


def _without_outputs(tasks: list[SceneTask]) -> list[SceneTask]:
    """Leaves out what was found where the outputs of others go: of an earlier run."""
    written = {_place(target) for task in tasks for target in task.targets}
    return [
        task
        for task in tasks
        if not (task.scene.found and _place(Path(task.scene.paths[0])) in written)
    ]


def _place(path: Path) -> str:
    return os.path.realpath(path)


def _check_distinct(tasks: Iterable[SceneTask]) -> None:
    taken: dict[str, ListedScene] = {}
    for task in tasks:
        for target in task.targets:
            other = taken.setdefault(_place(target), task.scene)
            if other is not task.scene:
                raise UsageError(
                    f"{task.scene} and {other}: both would write {target}; rename one, or do "
                    "them in batches of their own with another ",
                    Argument("out_dir"),
                )


def _check_inputs(tasks: Sequence[SceneTask], model: Model) -> None:
    """Refuses outputs that lie where something is that is read.

    Raises:
        UsageError: If one does; it names it.
    """
    read = {
        _place(Path(path)) if is_local(path) else gdal_name(path): "a scene of this batch"
        for task in tasks
        for path in task.scene.paths
    }
    if isinstance(model, (str, os.PathLike)) and os.path.isfile(model):
        read[_place(Path(model))] = "the weights"
    for task in tasks:
        area = task.options.aoi
        if is_path(area):
            read[_place(Path(area))] = "the area of interest"
        for target in task.targets:
            place = Path(_place(target))
            for each in (place, *place.parents):
                if str(each) in read:
                    _refuse(target, read[str(each)] if each == place else f"inside of {each}")
    _check_reached(tasks)


def _check_reached(tasks: Sequence[SceneTask]) -> None:
    """Looks at outputs that exist: no scene may reach one, as a virtual raster reaches files."""
    there = [target for task in tasks for target in task.targets if os.path.lexists(target)]
    if not there:
        return
    reached: set[tuple[int, int]] = set()
    for task in tasks:
        reached |= reached_files(task.scene.paths)
    for target in there:
        if is_any_of(target, reached):
            _refuse(target, "a part of a scene of this batch")


def _refuse(target: Path, what: str) -> None:
    raise UsageError(
        f"{target}: would be an output and is {what}; name another folder with ",
        Argument("out_dir"),
    )
