"""Writing the layers of a run, the rasters beside its output."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rasterio.enums import ColorInterp

from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.layers import BY_ARGUMENT, Category, OutputLayer
from cloudgan_geo.raster.reading.rows import Band, Rows
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput
from cloudgan_geo.raster.writing.writer import SceneWriter

# Tags of a scene that hold for its grid, not for its values.
_GRID_TAGS = ("AREA_OR_POINT", "TIFFTAG_DATETIME")


@contextlib.contextmanager
def writing_layers(
    files: Sequence[AtomicOutput], scene: Scene, tags: Mapping[str, str], groups: Sequence[str]
) -> Iterator[Callable[[Estimates], None]]:
    """Creates rasters of a scene's coordinates and size; completes them on leaving.

    Args:
        files: To write, told by the arguments that name them.
        scene: The scene.
        tags: Metadata for each of them.
        groups: Of bands, that an error is estimated of.

    Yields:
        A function that takes the estimates of rows, from top to bottom.

    Raises:
        OutputError: If a file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        writers = [
            (
                BY_ARGUMENT[file.argument].part,
                stack.enter_context(_writer(file, scene, tags, groups)),
            )
            for file in files
        ]

        def write(estimates: Estimates) -> None:
            for part, writer in writers:
                pixels = getattr(estimates, part)
                pixels = pixels if pixels.ndim == 3 else pixels[None]
                valid = np.broadcast_to(np.True_, (3, *pixels.shape[1:]))
                writer.write(Rows(pixels, valid))

        yield write
    for file in files:
        categories = BY_ARGUMENT[file.argument].categories
        if categories:
            _name_classes(file, categories)


def _writer(
    file: AtomicOutput, scene: Scene, tags: Mapping[str, str], groups: Sequence[str]
) -> SceneWriter:
    layer = BY_ARGUMENT[file.argument]
    parts = groups if layer.by_group and len(groups) > 1 else ("",)
    like = _like(scene, layer, parts)
    writer = SceneWriter(file.partial, file.path, like, argument=file.argument)
    writer.tag(tags)
    if layer.categories:
        writer.colour(dict(enumerate(each.colour for each in layer.categories)))
    return writer


def _like(scene: Scene, layer: OutputLayer, parts: Sequence[str]) -> Scene:
    """Returns a scene of one band for each part, named after it unless there is only one."""
    unit = scene.visible_bands[0].unit if layer.has_unit else None
    first = Band(
        index=1,
        dtype=layer.dtype,
        nodata=layer.nodata,
        description=layer.description,
        colour=ColorInterp.gray,
        scale=1.0,
        offset=0.0,
        unit=unit,
        tags={},
    )
    bands = [
        replace(
            first,
            index=index,
            description=f"{layer.description}, {part}" if part else layer.description,
        )
        for index, part in enumerate(parts, 1)
    ]
    tags = {key: value for key, value in scene.tags.items() if key in _GRID_TAGS}
    return replace(scene.with_own(bands, tags), interleave="band")


def _name_classes(file: AtomicOutput, categories: Sequence[Category]) -> None:
    """Writes the classes' names beside the file, where GDAL looks for them: TIFF has no place."""
    names = "".join(f"<Category>{each.title}</Category>" for each in categories)
    text = (
        '<PAMDataset><PAMRasterBand band="1">'
        f"<CategoryNames>{names}</CategoryNames></PAMRasterBand></PAMDataset>\n"
    )
    try:
        Path(f"{file.partial}.aux.xml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise output_error(file.path, error, file.argument) from error
