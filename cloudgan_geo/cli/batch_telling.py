"""What a batch shows: a bar of scenes on a terminal, lines of JSON otherwise, what failed."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudgan_geo.choices import Auto
from cloudgan_geo.cli.progress import tell, telling
from cloudgan_geo.cli.wording import on_command_line
from cloudgan_geo.errors import CloudganError, Message

if TYPE_CHECKING:
    from cloudgan_geo.batch.forecast import Forecast
    from cloudgan_geo.batch.record import SceneRecord
    from cloudgan_geo.batch.run import Batch

_RESUME = "--resume does the others"


class Telling:
    """Tells how far a batch is, and in the end what failed.

    Args:
        form: `auto`, `json` or `none`.
        quiet: Say nothing but what goes wrong.
        total: Scenes to do.
        command: That was typed, by whose options errors are worded.

    Attributes:
        counts: Scenes by how they ended.
    """

    def __init__(self, form: str, quiet: bool, total: int, command: click.Command) -> None:
        self._form, self._quiet, self._total = form, quiet, total
        self._command = command
        # Who reads a file or a pipe can do more with lines of JSON.
        self._lines = form == "auto" and not quiet and not sys.stderr.isatty()
        self._show: Callable[[int, int], None] = lambda done, total: None
        self._failed: list[SceneRecord] = []
        self._began = time.monotonic()
        self.counts: Counter[str] = Counter()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Shows a bar or says the first line, as long as the context lasts."""
        with telling(self._form, "batch", quiet=self._quiet, unit="scene") as self._show:
            self._show(0, self._total)
            yield

    def say(self, message: Message) -> str:
        """Spells a message as who typed the command does."""
        return on_command_line(message, self._command)

    def warn(self, error: CloudganError) -> None:
        """Tells of what does not stop the batch."""
        click.echo(f"Warning: {' '.join(self.say(error).split())}", err=True)

    def tell(self, record: SceneRecord) -> None:
        """Tells how a scene ended."""
        self.counts[record.status] += 1
        facts = record.facts(self.say)
        for warning in facts["warnings"]:
            click.echo(f"Warning: {warning}", err=True)
        if self._form == "json":
            tell("scene", **facts)
        elif self._lines:
            click.echo(json.dumps(facts))
        if record.status == "failed":
            self._failed.append(record)
        if record.status != "skipped":
            self._show(self.counts["done"] + self.counts["failed"], self._total)

    def sum_up(self, batch: Batch) -> None:
        """Says what was done, and lists what failed."""
        self._list_failed()
        seconds = time.monotonic() - self._began
        if self._form == "json":
            counts = {name: self.counts[name] for name in ("done", "skipped", "failed")}
            tell("result", **counts, seconds=round(seconds, 3), out_dir=batch.folder)
        elif not self._quiet:
            said = f"{self._counted()} in {seconds:.1f} s; outputs are in {batch.folder}"
            if batch.shard.count > 1:
                said += (
                    f" (shard {batch.shard.number}/{batch.shard.count} of {batch.listed} scenes)"
                )
            click.echo(said, err=self._lines)

    def interrupted(self, how: str) -> None:
        """Says that a batch ends before its end."""
        # Whoever closed the terminal does not hear it any more.
        with contextlib.suppress(OSError, ValueError):
            self._list_failed()
            left = self._total - self.counts["done"] - self.counts["failed"]
            said = f"{how}; {self._counted()}, {left} left; {_RESUME}."
            click.echo(said, err=True)

    def _counted(self) -> str:
        parts = [f"{self.counts['done']} done"]
        parts += [
            f"{self.counts[name]} {name}" for name in ("skipped", "failed") if self.counts[name]
        ]
        return "Scenes: " + ", ".join(parts)

    def _list_failed(self) -> None:
        if not self._failed:
            return
        many = len(self._failed) != 1
        click.echo(f"{len(self._failed)} scene{'s' if many else ''} failed:", err=True)
        names = [_short(record.scene) for record in self._failed]
        wide = max(map(len, names))
        for name, record in zip(names, self._failed, strict=True):
            assert record.error is not None
            said = " ".join(self.say(record.error).split())
            said = said.removeprefix(f"{', '.join(record.scene)}: ")
            click.echo(f"  {name:{wide}}  {said}", err=True)


def tell_forecasts(batch: Batch, jobs: int | Auto, command: click.Command, form: str) -> int:
    """Says what a batch would take; returns how many of its scenes would fail.

    Args:
        batch: The batch.
        jobs: Processes on this machine.
        command: That was typed.
        form: `json` for a line of JSON for every scene; else a table.
    """
    from cloudgan_geo.batch.forecast import forecast

    found = [forecast(task, batch.model) for task in batch.tasks]
    if form == "json":
        for each in found:
            tell("forecast", **_facts(each, command))
        return sum(each.error is not None for each in found)
    wide = max((len(_short(each.task.scene.paths)) for each in found), default=0)
    for each in found:
        click.echo(f"{_short(each.task.scene.paths):{wide}}  {_row(each, command)}")
    for task in batch.done:
        click.echo(f"{_short(task.scene.paths):{wide}}  is done already: {task.output}")
    good = [each for each in found if each.error is None]
    windows, room = (
        sum(getattr(each, name) for each in good) for name in ("windows", "disk_bytes")
    )
    said = f"{len(good)} scenes to do, {len(batch.done)} done already, "
    said += f"{len(found) - len(good)} would fail; {windows:,} windows"
    said += f"; at most {_size(room)} of {_size(_free(batch.folder))} free"
    click.echo(said + (f"; {_time(batch, jobs, windows)}" if windows else ""))
    return len(found) - len(good)


def _facts(each: Forecast, command: click.Command) -> dict[str, Any]:
    return {
        "scene": list(each.task.scene.paths),
        "output": each.task.output,
        "width": each.width,
        "height": each.height,
        "windows": each.windows,
        "disk_bytes": each.disk_bytes,
        "error": None if each.error is None else on_command_line(each.error, command),
    }


def _row(each: Forecast, command: click.Command) -> str:
    if each.error is not None:
        said = " ".join(on_command_line(each.error, command).split())
        return "would fail: " + said.removeprefix(f"{each.task.scene}: ")
    size = f"{each.width} x {each.height}"
    return (
        f"{size:>13}  {each.windows:>7,} windows  {_size(each.disk_bytes):>8}  {each.task.output}"
    )


def _time(batch: Batch, jobs: int | Auto, windows: int) -> str:
    from cloudgan_geo.batch.agreement import settle
    from cloudgan_geo.batch.forecast import seconds_a_window
    from cloudgan_geo.batch.jobs import cores, settle_jobs
    from cloudgan_geo.networks.cores import use_threads

    workers = settle_jobs(jobs, len(batch.tasks), batch.options.device)
    cleaner = settle(batch.model, batch.tasks[0].options)[1]
    use_threads(max(1, cores() // workers))
    seconds = windows * seconds_a_window(cleaner) / workers
    process = "1 process" if workers == 1 else f"{workers} processes"
    return f"about {_duration(seconds)} in {process} like this one on {cleaner.device}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _free(folder: str) -> int:
    from cloudgan_geo.raster.writing.object_store import is_object

    # What goes to a store is made in the folder for temporary files.
    place = Path(tempfile.gettempdir() if is_object(folder) else folder).absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _short(paths: tuple[str, ...]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
