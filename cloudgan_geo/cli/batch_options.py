"""Options about many scenes: which of them, who does them, what is written of them."""

from __future__ import annotations

from pathlib import Path

import click

from cloudgan_geo import defaults
from cloudgan_geo.cli.shared import F, auto_or_count


def where(command: F) -> F:
    """Adds `--out-dir`, `--log` and `--stac`."""
    folder = click.option(
        "--out-dir",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Folder for outputs; it is made if it is not there. Or of objects, /vsis3/BUCKET/..., "
        "which needs the extra s3.",
    )
    log = click.option(
        "--log",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Append a line of JSON for every scene: status, times, windows, shares of clear, "
        "corrected and thick pixels, error.",
    )
    stac = click.option(
        "--stac",
        is_flag=True,
        help="Write a STAC item beside every output, NAME_decloud.json; needs the extra stac.",
    )
    return folder(log(stac(command)))


def how(command: F) -> F:
    """Adds `--jobs`, `--scheduler`, `--worker-timeout`, `--shard`, `--resume` and `--dry-run`."""
    jobs = click.option(
        "--jobs",
        metavar="auto|N",
        callback=auto_or_count,
        default=defaults.JOBS,
        show_default=True,
        help="Processes on this machine, which share its cores; more than 1 need the extra dask. "
        "auto: one a core, as far as there are scenes and memory for it.",
    )
    scheduler = click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Use the workers of a dask cluster that runs already, as in tcp://head:8786; they "
        "must see the scenes and DIR under the same paths.",
    )
    timeout = click.option(
        "--worker-timeout",
        metavar="SECONDS",
        type=click.FloatRange(0),
        default=defaults.WORKER_TIMEOUT,
        show_default=True,
        help="How long to wait for a worker where the cluster has none left; what is complete "
        "then stays, and the exit code is 1.",
    )
    shard = click.option(
        "--shard",
        metavar="I/N",
        help="Do only part I of N, counted from 1; by default that of the array job of SLURM or "
        "AWS Batch which this is, where /N states a count that is not known.",
    )
    resume = click.option(
        "--resume",
        is_flag=True,
        help="Skip scenes whose outputs are complete and as they would be made now: by size and "
        "time of the input, weights and options. Others are made again.",
    )
    dry_run = click.option(
        "--dry-run",
        is_flag=True,
        help="Only say what would be done: scenes, windows, room and time.",
    )
    return jobs(scheduler(timeout(shard(resume(dry_run(command))))))


def report(command: F) -> F:
    """Adds `--report`, which here names no file."""
    return click.option(
        "--report",
        is_flag=True,
        help="Write options, results and timings beside every output, to NAME_decloud_report.json.",
    )(command)
