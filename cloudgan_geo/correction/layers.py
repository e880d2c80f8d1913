"""The rasters beside an output: opacity, quality band and expected error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rasterio.enums import ColorInterp

from cloudgan_geo.correction.quality import CLEAR, CORRECTED, NODATA, THICK, Estimates
from cloudgan_geo.raster.reading.scene import Band, Rows, Scene
from cloudgan_geo.raster.writing.output import AtomicOutput, output_error
from cloudgan_geo.raster.writing.writer import SceneWriter

# Tags of a scene that hold for its grid, not for its values.
_GRID_TAGS = ("AREA_OR_POINT", "TIFFTAG_DATETIME")

# Red, green, blue and alpha of the quality classes, and what they are called.
_COLOURS = {
    NODATA: (128, 128, 128, 0),
    CLEAR: (143, 191, 143, 255),
    CORRECTED: (61, 133, 198, 255),
    THICK: (217, 83, 79, 255),
}
_NAMES = ("no data", "clear", "corrected", "thick")


@dataclass(frozen=True)
class _Layer:
    """A raster with one band.

    Attributes:
        part: Of `Estimates`, that it holds.
        dtype: Of its values.
        nodata: Value that means no data.
        description: Of its band.
    """

    part: str
    dtype: str
    nodata: float
    description: str


_LAYERS = {
    "--opacity": _Layer("opacity", "float32", np.nan, "opacity of the cloud"),
    "--qa": _Layer("quality", "uint8", NODATA, "0 no data, 1 clear, 2 corrected, 3 thick"),
    "--error": _Layer("error", "float32", np.nan, "half-width of the 90 % interval"),
}

#: Options that name such a raster.
ESTIMATE_OPTIONS = tuple(_LAYERS)


@contextlib.contextmanager
def writing_estimates(
    files: Sequence[AtomicOutput], scene: Scene, tags: Mapping[str, str], groups: Sequence[str]
) -> Iterator[Callable[[Estimates], None]]:
    """Creates rasters of a scene's coordinates and size; completes them on leaving.

    Args:
        files: To write, told by their options, of `ESTIMATE_OPTIONS`.
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
            (_LAYERS[file.option].part, stack.enter_context(_writer(file, scene, tags, groups)))
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
        if file.option == "--qa":
            _name_classes(file)


def _writer(
    file: AtomicOutput, scene: Scene, tags: Mapping[str, str], groups: Sequence[str]
) -> SceneWriter:
    layer = _LAYERS[file.option]
    parts = groups if layer.part == "error" and len(groups) > 1 else ("",)
    like = _like(scene, layer, parts)
    writer = SceneWriter(file.partial, file.path, like, option=file.option)
    writer.tag(tags)
    if layer.part == "quality":
        writer.colour(_COLOURS)
    return writer


def _like(scene: Scene, layer: _Layer, parts: Sequence[str]) -> Scene:
    """Returns a scene of one band for each part, named after it unless there is only one."""
    unit = scene.visible_bands[0].unit if layer.part == "error" else None
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
    bands = tuple(
        replace(
            first,
            index=index,
            description=f"{layer.description}, {part}" if part else layer.description,
        )
        for index, part in enumerate(parts, 1)
    )
    return replace(
        scene,
        bands=bands,
        # The band stands for all three: a scene has red, green and blue.
        named=replace(scene.named, indexes=dict.fromkeys(scene.sensor.visible, 1)),
        used=(1, 1, 1),
        alpha=None,
        has_mask=False,
        interleave="band",
        tags={key: value for key, value in scene.tags.items() if key in _GRID_TAGS},
        domains={},
    )


def _name_classes(file: AtomicOutput) -> None:
    """Writes the classes' names beside the file, where GDAL looks for them: TIFF has no place."""
    names = "".join(f"<Category>{name}</Category>" for name in _NAMES)
    text = (
        '<PAMDataset><PAMRasterBand band="1">'
        f"<CategoryNames>{names}</CategoryNames></PAMRasterBand></PAMDataset>\n"
    )
    try:
        Path(f"{file.partial}.aux.xml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise output_error(file.path, error, file.option) from error
