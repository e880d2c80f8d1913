"""Running a plan: reading, computing and writing at the same time."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

import numpy as np

from cloudgan_geo.callbacks import Progress
from cloudgan_geo.correction.batches import Piece
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.passes import SceneCorrection
from cloudgan_geo.correction.plan import Plan
from cloudgan_geo.correction.streaming import ReadAhead, WriteBehind
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.windows.mosaic import RemoteMosaic
from cloudgan_geo.windows.surroundings import nearest_blocks


def correct_scene(
    plan: Plan,
    cleaner: Cleaner,
    engine: Cleaner,
    options: DecloudOptions,
    write: Callable[[Rows, Estimates | None], None],
    progress: Progress,
) -> SceneCorrection:
    """Reads, corrects and writes all of a scene, at the same time.

    Args:
        plan: What is to be done.
        cleaner: The generator as it is used on the scene.
        engine: The same as it runs.
        options: Batches, strips and what opacity decides.
        write: Takes rows from top to bottom, and what is known about them.
        progress: Called after every batch.
    """
    batch_size = options.batch_size
    if not isinstance(batch_size, int):
        batch_size = cleaner.suggested_batch_size
    run = SceneCorrection(
        plan.scene,
        plan.radiometry,
        plan.grid,
        cleaner,
        batch_size,
        progress,
        plan.area,
        options.keep_rule if cleaner.estimates else None,
        _remote_mosaic(cleaner, plan),
    )
    strips = list(plan.grid.strips(plan.strip_rows(options.strip_rows)))

    def finish(piece: Piece) -> None:
        write(*run.corrected(piece))

    # The reader is joined before the writer closes its file: GDAL can crash when a JPEG 2000
    # is read in one thread while a GeoTIFF is closed in another.
    with (
        _sharing_cores(engine) as (workers, begin),
        ReadAhead(run.read(strips)) as reader,
        WriteBehind(finish) as sink,
        contextlib.closing(run.blended(reader, workers, begin)) as pieces,
    ):
        for piece in pieces:
            sink.put(piece)
    return run


def _sharing_cores(
    cleaner: Cleaner,
) -> contextlib.AbstractContextManager[tuple[int, Callable[[], None] | None]]:
    """Settles in how many threads batches are cleaned, and what each does before its first."""
    if "torch" not in sys.modules:
        return contextlib.nullcontext((1, None))
    from cloudgan_geo.networks.cores import shared_cores

    return shared_cores(cleaner)


def _remote_mosaic(cleaner: Cleaner, plan: Plan) -> RemoteMosaic | None:
    """Settles whether windows are cut and blended on the device of the generator."""
    if "torch" not in sys.modules:
        return None
    from cloudgan_geo.networks.blending import device_mosaic

    scale = np.divide(plan.radiometry.scale, plan.radiometry.domain).tolist()
    offset = np.divide(plan.radiometry.offset, plan.radiometry.domain).tolist()
    return device_mosaic(cleaner, plan.grid, nearest_blocks, scale, offset)
