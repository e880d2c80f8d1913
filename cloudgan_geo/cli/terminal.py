"""What a command shows on the terminal beside its result."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TextIO

import click

from cloudgan_geo.cli.wording import on_command_line
from cloudgan_geo.errors import CloudganWarning


@contextlib.contextmanager
def own_words_only(verbose: bool) -> Iterator[None]:
    """Shows our warnings as one line each, and nothing that libraries have to say.

    GDAL, libtiff and torch write to file descriptor 2 themselves, past Python, and a full
    disk makes libtiff say so once a block. What matters of it is in our own errors.

    Args:
        verbose: Show the libraries' messages too.
    """
    # Warnings come from threads, too, which know no context.
    context = click.get_current_context(silent=True)
    command = None if context is None else context.command
    with warnings.catch_warnings():
        if not verbose:
            warnings.simplefilter("ignore")
            logging.getLogger("rasterio").setLevel(logging.CRITICAL)
        warnings.simplefilter("always", CloudganWarning)
        show = warnings.showwarning

        def showwarning(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if isinstance(message, CloudganWarning):
                click.echo(f"Warning: {on_command_line(message, command)}", err=True)
            else:
                show(message, category, filename, lineno, file, line)

        warnings.showwarning = showwarning
        with contextlib.nullcontext() if verbose else _descriptor_2_muted():
            yield


@contextlib.contextmanager
def _descriptor_2_muted() -> Iterator[None]:
    """Sends what is written to file descriptor 2 nowhere, but not what `sys.stderr` gets."""
    original = sys.stderr
    try:
        of_terminal = original.fileno() == 2
    except (AttributeError, OSError, io.UnsupportedOperation):
        of_terminal = False
    if not of_terminal:
        yield
        return
    original.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = open(  # noqa: SIM115  # closed below, after it is no longer sys.stderr
        kept, "w", buffering=1, encoding=original.encoding, errors="backslashreplace"
    )
    try:
        yield
    finally:
        ours, sys.stderr = sys.stderr, original
        ours.flush()
        os.dup2(kept, 2)
        ours.close()


@contextlib.contextmanager
def progress_bar(quiet: bool, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that shows how much is done, if stderr is a terminal.

    Args:
        quiet: Show nothing.
        unit: What is counted.

    Yields:
        A function that takes what is done so far and all there is.
    """
    from tqdm import tqdm

    # tqdm's None: a bar only where stderr is a terminal.
    with tqdm(unit=unit, disable=True if quiet else None, leave=False, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
