"""A batch from its list of scenes to the record of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, fields, replace
from typing import Any, TextIO, TypeVar

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.batch.agreement import settle, weights_sha256
from cloudgan_geo.batch.in_process import run_here
from cloudgan_geo.batch.jobs import check_dask, settle_jobs
from cloudgan_geo.batch.listing import list_scenes
from cloudgan_geo.batch.outputs import Beside, SceneTask, make_folder, make_tasks
from cloudgan_geo.batch.record import SceneRecord
from cloudgan_geo.batch.resuming import as_resumed, is_done
from cloudgan_geo.batch.scene_run import skipped
from cloudgan_geo.batch.sharding import Shard, settle_shard
from cloudgan_geo.choices import Auto
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import CloudganError, UsageError
from cloudgan_geo.raster.writing.killed import clear_after_killed
from cloudgan_geo.raster.writing.object_store import is_object

T = TypeVar("T")

# Outputs that are looked at at a time in a store.
_LOOKS = 16


@dataclass(frozen=True)
class Batch:
    """What is to be done, after nothing was found wrong with it.

    Attributes:
        model: Name of a bundled generator, `auto`, or path of a weights file.
        options: Of every scene.
        folder: For outputs.
        tasks: Scenes to do.
        done: Those that are done already.
        shard: Which part of all scenes this is.
        listed: How many scenes there are in all parts.
    """

    model: str
    options: DecloudOptions
    folder: str
    tasks: tuple[SceneTask, ...]
    done: tuple[SceneTask, ...]
    shard: Shard
    listed: int


def make_batch(
    given: Iterable[Any],
    folder: str | os.PathLike[str],
    *,
    model: str | os.PathLike[str] = defaults.MODEL,
    options: DecloudOptions | None = None,
    beside: Beside | None = None,
    shard: str | None = None,
    resume: bool = False,
    environment: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
) -> Batch:
    """Lists scenes, names their outputs, takes this job's part and leaves out what is done.

    Nothing is written, and of scenes no more read than the tags of those in folders.

    Args:
        given: See `listing.list_scenes`.
        folder: For outputs.
        model: Name of a bundled generator, `auto`, or path of a weights file.
        options: Of every scene.
        beside: What is written beside every output.
        shard: See `sharding.settle_shard`.
        resume: Leave out scenes whose outputs are as they would be made now.
        environment: Variables of an array job; by default those of this process.
        stdin: What `-` reads; by default that of this process.

    Raises:
        UsageError: If an option cannot be honoured, or outputs would lie over something.
        WeightsError: If there is no such generator.
    """
    asked, named = options or DecloudOptions(), os.fspath(model)
    weights_sha256(named)  # Refuses what is none.
    if asked.aoi is not None and not isinstance(asked.aoi, (str, os.PathLike)):
        raise UsageError(
            Argument("aoi"), ": of a batch it is a file; a geometry lies in one scene's coordinates"
        )
    if asked.aoi is not None and not os.path.exists(asked.aoi):
        raise UsageError(Argument("aoi", os.fspath(asked.aoi)), ": there is no such file")
    part = settle_shard(shard, os.environ if environment is None else environment)
    every = make_tasks(list_scenes(given, stdin), folder, asked, beside or Beside(), named)
    own = part.of(every)
    over = _each(lambda task: is_done(task, named), own if resume else ())
    done = [task for task, is_over in zip(own, over, strict=False) if is_over]
    left = {id(task) for task in done}
    todo = [task for task in own if id(task) not in left]
    todo = _each(as_resumed, todo) if resume else todo
    return Batch(
        model=named,
        options=asked,
        folder=os.fspath(folder),
        tasks=tuple(todo),
        done=tuple(done),
        shard=part,
        listed=len(every),
    )


def _each(look: Callable[[SceneTask], T], tasks: Sequence[SceneTask]) -> list[T]:
    """Looks at the outputs of tasks; at several at a time where a store is to answer."""
    if not tasks or not is_object(tasks[0].output):
        return list(map(look, tasks))
    with ThreadPoolExecutor(_LOOKS) as pool:
        return list(pool.map(look, tasks))


def run_batch(
    batch: Batch,
    *,
    jobs: int | Auto = defaults.JOBS,
    scheduler: str | None = None,
    worker_timeout: float = defaults.WORKER_TIMEOUT,
    warn: Callable[[CloudganError], None] = lambda error: None,
) -> Generator[SceneRecord]:
    """Does a batch.

    Args:
        batch: Of `make_batch`.
        jobs: Processes on this machine; 1 is this one, which needs no dask.
        scheduler: Address of a dask cluster that runs already, to use instead.
        worker_timeout: Seconds to wait for a worker where the cluster has none left.
        warn: Told of workers that may not be used.

    Yields:
        The record of every scene as soon as it is over; of those that were done already first.

    Raises:
        UsageError: If dask is needed and not installed, or the generator cannot do what is asked.
        BatchError: If the cluster is lost, or has no worker that may be used, or none for too long.
    """
    for task in batch.done:
        if not is_object(task.output):
            for path in task.targets:
                clear_after_killed(path.resolve())
        yield skipped(task)
    if not batch.tasks:
        return
    make_folder(batch.folder)
    if scheduler is not None:
        check_dask(Argument("scheduler", scheduler))
        from cloudgan_geo.batch.clusters import running_cluster

        with running_cluster(scheduler) as client:
            yield from _on(client, batch, None, warn, worker_timeout)
        return
    workers = settle_jobs(jobs, len(batch.tasks), batch.options.device)
    if workers == 1:
        cleaner = settle(batch.model, batch.tasks[0].options)[1]
        yield from run_here(batch.tasks, cleaner)
        return
    from cloudgan_geo.batch.clusters import local_cluster

    with local_cluster(workers) as (client, threads):
        yield from _on(client, batch, threads, warn, worker_timeout)


def decloud_all(
    scenes: Iterable[Any],
    folder: str | os.PathLike[str],
    *,
    model: str | os.PathLike[str] = defaults.MODEL,
    layers: Iterable[str] = (),
    report: bool = False,
    stac: bool = False,
    jobs: int | Auto = defaults.JOBS,
    scheduler: str | None = None,
    worker_timeout: float = defaults.WORKER_TIMEOUT,
    shard: str | None = None,
    resume: bool = False,
    **options: Any,
) -> list[SceneRecord]:
    """Removes the thin clouds of many scenes.

    One scene that fails does not stop the others; its record says why. With more than one job a
    script must have its calls under `if __name__ == "__main__":`.

    Args:
        scenes: Paths, patterns, folders, products, files of STAC items, or pystac's items.
        folder: For outputs, `<name of the scene>_decloud.tif`.
        model: Name of a bundled generator, `auto`, or path of a weights file.
        layers: What to write beside every output: `opacity`, `qa`, `error`,
            `preview`, `html`.
        report: Write a report in JSON beside every output.
        stac: Write a STAC item beside every output.
        jobs: Processes on this machine; 1 is this one, which needs no dask.
        scheduler: Address of a dask cluster that runs already, to use instead.
        worker_timeout: Seconds to wait for a worker where the cluster has none left.
        shard: The part of all scenes to do, such as `2/8`; by default that of the array job of
            SLURM or AWS Batch which this is, or all.
        resume: Leave out scenes whose outputs are as they would be made now.
        options: All others as for `decloud`.

    Returns:
        A record of every scene, those that were left out too.

    Raises:
        UsageError: If an option cannot be honoured, or outputs would lie over something.
        WeightsError: If there is no such generator.
        BatchError: If the cluster is lost, or has no worker that may be used, or none for too long.
    """
    batch = make_batch(
        scenes,
        folder,
        model=model,
        options=options_of(options),
        beside=Beside(tuple(layers), report, stac),
        shard=shard,
        resume=resume,
    )
    return list(run_batch(batch, jobs=jobs, scheduler=scheduler, worker_timeout=worker_timeout))


def options_of(asked: Mapping[str, Any]) -> DecloudOptions:
    """Returns the options of a scene, of those that `decloud` takes.

    Raises:
        UsageError: If there is no option of such a name, or it names a file for one scene only.
    """
    known = {field.name for field in fields(DecloudOptions)} - {*BY_ARGUMENT, *PAGES, "report"}
    for name in asked:
        if name not in known:
            raise UsageError(Argument(name), ": is no option for all scenes of a batch")
    options = DecloudOptions(**asked)
    creation = options.creation or {}
    bounds = None if options.bounds is None else tuple(options.bounds)
    return replace(options, creation=dict(creation), bounds=bounds)


def _on(
    client: Any,
    batch: Batch,
    threads: int | None,
    warn: Callable[[CloudganError], None],
    timeout: float,
) -> Generator[SceneRecord]:
    from cloudgan_geo.batch.on_dask import Dispatch, agree

    agreement = agree(client, batch.model, batch.tasks[0].options, timeout)
    dispatch = Dispatch(client, agreement, batch.options, threads, warn, timeout)
    with closing(dispatch.run(batch.tasks)) as records:
        yield from records
