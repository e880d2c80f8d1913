"""`cloudgan-geo batch`: remove the thin clouds of many scenes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudgan_geo.choices import Auto
from cloudgan_geo.cli import batch_options, completion, keeping
from cloudgan_geo.cli.batch_telling import Telling, tell_forecasts
from cloudgan_geo.cli.grouping import GroupedCommand
from cloudgan_geo.cli.scene_options import of_a_scene
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.errors import BatchError, UsageError

if TYPE_CHECKING:
    from cloudgan_geo.batch.run import Batch

#: Exit code where some scenes failed and the others did not.
SOME_FAILED = 3

#: Under the options; "\b" keeps the lines apart.
_EXAMPLES = "\b\nExamples:\n" + "\n".join(
    f"  cloudgan-geo batch {arguments}"
    for arguments in (
        "scenes --out-dir clear --qa --log batch.jsonl",
        "'archive/2020*/**/*.SAFE' --out-dir clear --jobs 4 --resume",
        "items.json --out-dir clear --scheduler tcp://head:8786 --stac",
        "- --out-dir clear --shard 2/8 < scenes.txt",
    )
)


@click.command(cls=GroupedCommand, epilog=_EXAMPLES)
@click.argument("scenes", nargs=-1, required=True, shell_complete=completion.files)
@batch_options.where
@batch_options.how
@of_a_scene
@keeping.layer_flags
@batch_options.report
def batch(
    scenes: tuple[str, ...],
    out_dir: Path,
    jobs: int | Auto,
    scheduler: str | None,
    worker_timeout: float,
    shard: str | None,
    resume: bool,
    dry_run: bool,
    log: Path | None,
    stac: bool,
    report: bool,
    form: str,
    quiet: bool,
    verbose: bool,
    **settings: Any,
) -> None:
    """Remove the thin clouds of SCENES, which are many.

    SCENES are rasters and Sentinel-2 products, patterns in quotes, folders, JSON files of STAC
    items, or - for paths on stdin, one a line. Each is written to DIR as NAME_decloud.tif.

    A scene that fails does not stop the others: the exit code is then 3, and a table says
    what failed. Where output is no terminal, stdout gets a line of JSON for every scene.
    """
    ctx = click.get_current_context()
    if scheduler is not None and jobs != "auto":
        raise UsageError("--jobs is for this machine, --scheduler for a cluster; choose one")
    if "-" in scenes and _stops_with_stdin(ctx):
        raise UsageError("- reads scenes from stdin, which --stop-when-stdin-closes watches")
    with own_words_only(verbose):
        # Imported only now, so that --help is quick.
        from cloudgan_geo.batch.outputs import Beside
        from cloudgan_geo.batch.run import make_batch, options_of

        layers = tuple(name for name in (*BY_ARGUMENT, *PAGES) if settings.pop(name))
        made = make_batch(
            scenes,
            out_dir,
            model=settings.pop("model"),
            options=options_of(settings),
            beside=Beside(layers, report, stac),
            shard=shard,
            resume=resume,
        )
        if dry_run:
            failed = tell_forecasts(made, 1 if scheduler else jobs, ctx.command, form)
        else:
            where = {"jobs": jobs, "scheduler": scheduler, "worker_timeout": worker_timeout}
            failed = _run(made, where, log, Telling(form, quiet, len(made.tasks), ctx.command))
    if failed:
        ctx.exit(SOME_FAILED)


def _stops_with_stdin(ctx: click.Context) -> bool:
    return any(
        param.name == "stop_when_stdin_closes"
        and ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE
        for param in ctx.command.params
    )


def _run(made: Batch, where: Mapping[str, Any], log: Path | None, telling: Telling) -> int:
    """Does a batch and tells of it; returns how many scenes failed."""
    from cloudgan_geo.batch.log import written_to
    from cloudgan_geo.batch.run import run_batch

    with (
        written_to(log, made) as write,
        telling.shown(),
        _ends_in_words(telling),
        contextlib.closing(run_batch(made, warn=telling.warn, **where)) as records,
    ):
        for record in records:
            write(record.facts(telling.say))
            telling.tell(record)
    telling.sum_up(made)
    return telling.counts["failed"]


@contextlib.contextmanager
def _ends_in_words(telling: Telling) -> Iterator[None]:
    """Says what is complete where a batch ends before its end."""
    try:
        yield
    except KeyboardInterrupt:
        telling.interrupted("Interrupted")
        raise click.exceptions.Exit(130) from None
    except SystemExit:
        telling.interrupted("Terminated")
        raise
    except BatchError:
        telling.interrupted("Given up")
        raise
