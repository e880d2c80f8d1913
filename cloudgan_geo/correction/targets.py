"""The files that a run writes: none of them, or all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.writing.output import AtomicOutput, check_distinct, commit_all


@dataclass(frozen=True)
class Targets:
    """Files to write.

    Attributes:
        scene: The scene without cloud.
        estimates: Rasters beside it.
        report: On the run, or None.
    """

    scene: AtomicOutput
    estimates: tuple[AtomicOutput, ...]
    report: AtomicOutput | None

    def commit(self) -> None:
        """Puts all but the report in their places, the scene last.

        Raises:
            OutputError: If that fails for one of them.
        """
        commit_all((*self.estimates, self.scene))


@contextlib.contextmanager
def opened_targets(
    target: Path, options: DecloudOptions, inputs: Sequence[str | os.PathLike[str]]
) -> Iterator[Targets]:
    """Checks that files can be written; on leaving removes what was not committed.

    Args:
        target: Of the scene without cloud.
        options: Those that name other files, and whether files that exist may be replaced.
        inputs: Files that none of them must be.

    Raises:
        UsageError: If a name cannot be honoured.
        OutputExistsError: If one exists and may not be overwritten.
        OutputError: If its folder cannot be written to.
    """
    rasters = {"--output": target, **options.estimate_files}
    for option, path in rasters.items():
        if path.suffix.lower() not in (".tif", ".tiff"):
            raise UsageError(f"{path}: a GeoTIFF is written; {option} takes a name ending in .tif")
    report = {} if options.report is None else {"--report": Path(options.report)}
    check_distinct({**rasters, **report}.items())
    with contextlib.ExitStack() as stack:
        scene, *estimates = (
            stack.enter_context(
                AtomicOutput(path, overwrite=options.overwrite, source=inputs, option=option)
            )
            for option, path in {**rasters, **report}.items()
        )
        written = estimates.pop() if report else None
        yield Targets(scene, tuple(estimates), written)
