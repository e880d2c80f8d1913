"""Doing a batch in this process, one scene after another, with one generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.batch.record import SceneRecord
from cloudgan_geo.batch.scene_run import run_scene
from cloudgan_geo.correction.cleaner import Cleaner


def run_here(tasks: Sequence[SceneTask], cleaner: Cleaner) -> Iterator[SceneRecord]:
    """Yields the record of each scene once it is over.

    Args:
        tasks: What is to be done.
        cleaner: The generator, ready.
    """
    for task in tasks:
        yield run_scene(task, cleaner)
