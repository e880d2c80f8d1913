"""What a batch would take: windows, room and time, without doing it."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np

from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.correction.cleaner import Cleaner, Model
from cloudgan_geo.correction.scene_fit import fit_scene
from cloudgan_geo.errors import CloudganError
from cloudgan_geo.raster.reading.trust import trusting_input
from cloudgan_geo.windows.grid import WINDOW
from cloudgan_geo.windows.surroundings import VIEW

# Batches that are measured; the first ones are slower.
_CALLS = 4


@dataclass(frozen=True)
class Forecast:
    """What a scene would take.

    Attributes:
        task: Of the scene.
        width: Columns.
        height: Rows.
        windows: That the generator would get at most.
        disk_bytes: Room for the output, if nothing compresses, and while it is made.
        error: Why it would fail before a window is computed, or None.
    """

    task: SceneTask
    width: int = 0
    height: int = 0
    windows: int = 0
    disk_bytes: int = 0
    error: CloudganError | None = None


def forecast(task: SceneTask, model: Model) -> Forecast:
    """Opens a scene and finds out what it would take.

    Args:
        task: Of the scene.
        model: The generator, which is not loaded.
    """
    try:
        with trusting_input(task.options.trust_input), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            paths = task.scene.paths
            scene_paths = paths[0] if len(paths) == 1 else paths
            plan = fit_scene(model, scene_paths, task.options).plan()
            windows = plan.windows_wanted()
    except CloudganError as error:
        return Forecast(task, error=error)
    room = plan.disk_bytes(task.options.cog)
    scene = plan.scene
    return Forecast(task, scene.width, scene.height, windows, room)


def seconds_a_window(cleaner: Cleaner) -> float:
    """Measures how long the generator takes for a window, here, in full batches.

    Args:
        cleaner: The generator, ready.
    """
    count, bands = cleaner.suggested_batch_size, len(cleaner.bands.reads)
    batch = np.full((count, bands, WINDOW, WINDOW), 0.5, np.float32)
    view = np.full((count, 3 * bands + 1, VIEW, VIEW), 0.5, np.float32)
    given = (batch, view) if cleaner.sees_surroundings else (batch,)
    taken = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        cleaner.clean(*given)
        taken.append(time.perf_counter() - began)
    return min(taken) / count
