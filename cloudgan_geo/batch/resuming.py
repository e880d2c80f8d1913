"""Which scenes of a batch are done already, by what their outputs say of themselves."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rasterio

from cloudgan_geo.batch.agreement import weights_sha256
from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.batch.own_outputs import WEIGHTS, are_own, tags_of
from cloudgan_geo.choices import AUTO
from cloudgan_geo.correction.cleaner import model_name
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.origin import ORIGIN, has_origin
from cloudgan_geo.correction.report import options_asked
from cloudgan_geo.correction.scene_fit import fit_scene
from cloudgan_geo.errors import CloudganError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS
from cloudgan_geo.raster.writing.object_store import ObjectPlace, is_object, stored
from cloudgan_geo.raster.writing.writer import is_complete

# What changes neither values nor form of an output.
_IMMATERIAL = ("batch_size", "trust_input")

_TIFF = (b"II*\0", b"II+\0", b"MM\0*", b"MM\0+")


def is_done(task: SceneTask, model: str) -> bool:
    """Tells whether all files of a scene are there as they would be made now.

    Args:
        task: What is to be done.
        model: Name of a bundled generator, `auto`, or path of a weights file.

    Returns:
        Whether they are complete, and made from files of the same sizes and times, by the same
        weights, with the same options.
    """
    if not all(map(_is_file, task.targets)):
        return False
    weights = []
    for path in (task.output, *task.options.layer_files.values()):
        tags = tags_of(path)
        if tags is None or not _is_made_so(tags, task) or not _is_whole(path):
            return False
        weights.append(tags.get(WEIGHTS))
    return set(weights) == {_sha256_for(task, model)}


def as_resumed(task: SceneTask) -> SceneTask:
    """Returns a task that may replace the files there, if an earlier run wrote them.

    A file that is none of ours stays protected, unless whatever is there may be replaced anyway.
    """
    there = [path for path in task.targets if is_there(path)]
    if is_object(task.output):
        # What is not ours is seen by the store's own note of it, texts too.
        objects = [stored(ObjectPlace.of(path)) for path in there]
        ours = all(each is None or each.is_ours for each in objects)
        return _replacing(task) if there and ours else task
    rasters = [path for path in there if path.suffix == ".tif"]
    if not there or not all(map(_is_ours, rasters)):
        return task
    if task.output not in rasters and not rasters:
        # Texts alone, that say nothing of where they come from.
        return task
    return _replacing(task)


def after_lost_worker(task: SceneTask, model: str) -> SceneTask | None:
    """Returns what is left of a scene whose worker may have been lost after it was complete.

    Args:
        task: Whose output was not there when it was handed out.
        model: As for `is_done`.

    Returns:
        The task, which may replace what is there if that is the same; None if nothing is left.
    """
    if not is_done(dataclasses.replace(task, item=None), model):
        return task
    return None if is_done(task, model) else _replacing(task)


def is_there(path: Path) -> bool:
    """Tells whether something is in the place of an output."""
    if is_object(path):
        return stored(ObjectPlace.of(path)) is not None
    return os.path.lexists(path)


def _replacing(task: SceneTask) -> SceneTask:
    return dataclasses.replace(task, options=dataclasses.replace(task.options, overwrite=True))


def _sha256_for(task: SceneTask, model: str) -> str | None:
    """Returns the SHA-256 of the weights that the scene gets, None if none can be told."""
    if model != AUTO:
        return weights_sha256(model)
    paths = task.scene.paths
    try:
        found = fit_scene(model, paths[0] if len(paths) == 1 else paths, task.options).model
    except CloudganError:
        # What is wrong is said when it is done.
        return None
    return weights_sha256(model_name(found))


def _is_file(path: Path) -> bool:
    return is_there(path) and (is_object(path) or os.path.isfile(path))


def _is_made_so(tags: Mapping[str, str], task: SceneTask) -> bool:
    same = _same_options(tags.get("CLOUDGAN_OPTIONS", ""), task.options)
    return same and has_origin(tags.get(ORIGIN, ""), task.scene.paths)


def _same_options(tag: str, options: DecloudOptions) -> bool:
    try:
        before = json.loads(tag)
    except ValueError:
        return False
    return isinstance(before, dict) and _material(before) == _material(
        json.loads(options_asked(options))
    )


def _material(options: dict[str, Any]) -> dict[str, Any]:
    material = {key: value for key, value in options.items() if key not in _IMMATERIAL}
    if isinstance(material.get("aoi"), str):
        material["aoi"] = os.path.realpath(material["aoi"])
    return material


def _is_whole(path: Path) -> bool:
    if is_object(path):
        return True  # A store shows no other ones.
    try:
        with rasterio.Env(**GDAL_OPTIONS):
            return is_complete(path)
    except (*GDAL_ERRORS, OSError):
        return False


def _is_ours(path: Path) -> bool:
    """Tells whether a file is an output of ours, or the damaged rest of a GeoTIFF."""
    tags = tags_of(path)
    if tags is not None:
        return are_own(tags)
    try:
        with open(path, "rb") as file:
            return file.read(4) in _TIFF
    except OSError:
        return False
