"""The files that a run writes: none of them, or all."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import rasterio

from cloudgan_geo.arguments import Argument
from cloudgan_geo.correction.layers import LAYERS, PAGES
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import CloudganWarning, UsageError
from cloudgan_geo.raster.gdal import GDAL_OPTIONS, warn_of_environment
from cloudgan_geo.raster.reading.files import open_raster
from cloudgan_geo.raster.reading.geometries import is_path
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.writing.output import AtomicOutput
from cloudgan_geo.raster.writing.uploads import check_together, complete_all, output_at

# Weights that come with the program.
_OWN = (str(files("cloudgan_geo").joinpath("networks", "weights")),)

# What arguments that name a file name.
_WHAT = {
    "output": "output",
    **{layer.argument: layer.title for layer in LAYERS},
    "report": "report",
    **{name: page.title for name, page in PAGES.items()},
}


@dataclass(frozen=True)
class Targets:
    """Files to write.

    Attributes:
        scene: The scene without cloud.
        layers: Rasters beside it.
        report: On the run, or None.
        pages: For people, about the run.
    """

    scene: AtomicOutput
    layers: tuple[AtomicOutput, ...]
    report: AtomicOutput | None
    pages: tuple[AtomicOutput, ...]

    def commit(self, check: Callable[[], None]) -> None:
        """Puts all in their places, the scene last.

        Args:
            check: Called before the first is, to leave it.

        Raises:
            OutputError: If that fails for one of them; see `complete_all`.
        """
        report = () if self.report is None else (self.report,)
        complete_all((*self.layers, *self.pages, *report, self.scene), check)


@contextlib.contextmanager
def opened_targets(
    target: Path, options: DecloudOptions, scene: Scene, given: Sequence[str | os.PathLike[str]]
) -> Iterator[Targets]:
    """Checks that files can be written; on leaving removes what was not committed.

    Args:
        target: Of the scene without cloud.
        options: Those that name other files, and whether files that exist may be replaced.
        scene: The scene; none of the files must be one that it reaches,
        given: nor one that these reach: its paths as they were given, a weights file.

    Raises:
        UsageError: If a name cannot be honoured.
        OutputExistsError: If one exists and may not be overwritten.
        OutputError: If its folder cannot be written to.
    """
    _check_working_folder()
    warn_of_environment()
    if not options.cog and _has_overviews(scene):
        warnings.warn(
            CloudganWarning(
                f"{scene.path}: has overviews, and the output gets none; ",
                Argument("cog", True),
                " writes some",
            ),
            stacklevel=2,
        )
    rasters = {"output": target, **options.layer_files}
    for name, path in rasters.items():
        if path.suffix.lower() not in (".tif", ".tiff"):
            raise UsageError(
                f"{path}: a GeoTIFF is written; ", Argument(name), " takes a name ending in .tif"
            )
    report = {} if options.report is None else {"report": Path(options.report)}
    for name, path in options.page_files.items():
        if path.suffix.lower() != PAGES[name].suffix:
            suffix = PAGES[name].suffix
            raise UsageError(f"{path}: ", Argument(name), f" takes a name ending in {suffix}")
    everything = {**rasters, **options.page_files, **report}
    _check_distinct(everything.items())
    check_together(everything.values())
    area = (options.aoi,) if is_path(options.aoi) else ()
    parts = (file.path for file in scene.files)
    source = (*given, *parts, scene.dataset, *area, *_OWN)
    with contextlib.ExitStack() as stack:
        output, *layers = (
            stack.enter_context(
                output_at(path, overwrite=options.overwrite, source=source, argument=name)
            )
            for name, path in everything.items()
        )
        written = layers.pop() if report else None
        pages = tuple(file for file in layers if file.argument in PAGES)
        yield Targets(output, tuple(file for file in layers if file not in pages), written, pages)


def _has_overviews(scene: Scene) -> bool:
    """Tells whether somebody gave a scene overviews; a JPEG 2000 has them by nature."""
    with rasterio.Env(**GDAL_OPTIONS), open_raster(scene.dataset, scene.path) as dataset:
        return dataset.driver == "GTiff" and bool(dataset.overviews(1))


def _check_working_folder() -> None:
    """Refuses to work in a folder that is gone: libraries of torch's end the process there."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(
            f"the working folder cannot be entered ({error.strerror}); change to another one"
        ) from error


def _check_distinct(targets: Iterable[tuple[str, Path]]) -> None:
    """Refuses to write two files to one place.

    Args:
        targets: The argument that names a file, and the file.

    Raises:
        UsageError: If two are the same.
    """
    taken: dict[Path, str] = {}
    for name, path in targets:
        place = path.resolve()
        if place in taken:
            first, second = _WHAT[taken[place]], _WHAT[name]
            raise UsageError(
                f"{path}: cannot be both the {first} and the {second}; see ", Argument(name)
            )
        taken[place] = name
