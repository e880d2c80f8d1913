"""Text files that a command writes beside what it prints."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

#: What stands for stdout, where a path is asked for.
STDOUT = Path("-")


@contextlib.contextmanager
def page(
    path: Path | None, argument: str, *, inputs: Sequence[str] = (), overwrite: bool = False
) -> Iterator[Callable[[str], None]]:
    """Yields a function that writes a file, after checking that there can be one.

    Args:
        path: The file; None for none, then the function does nothing; `-` for stdout.
        argument: That names it.
        inputs: Files that it must not be.
        overwrite: Whether it may exist already.

    Raises:
        OutputExistsError: If it exists and may not.
        UsageError: If it is an input or in a folder that does not exist.
        OutputError: If it cannot be written.
    """
    from cloudgan_geo.raster.writing.failures import output_error
    from cloudgan_geo.raster.writing.output import AtomicOutput

    if path is None:
        yield lambda text: None
        return
    if path == STDOUT:
        yield lambda text: click.echo(text, nl=False)
        return
    with AtomicOutput(path, overwrite=overwrite, source=inputs, argument=argument) as file:

        def write(text: str) -> None:
            try:
                file.partial.write_text(text, encoding="utf-8")
            except OSError as error:
                raise output_error(file.path, error, argument) from error
            file.commit()

        yield write
