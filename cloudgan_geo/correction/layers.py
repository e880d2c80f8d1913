"""What a run can write about its pixels beside the scene: one entry a layer.

Files, options of the command line and their help, messages and the report follow from the
table. What has to be written for a new layer besides is how it is computed (`estimates.py`)
and, since signatures are read by people, the argument (`options.py`, `pipeline.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Classes of the quality band, and what reports call them.
NODATA, CLEAR, CORRECTED, THICK = range(4)
CLASSES = ("nodata", "clear", "corrected", "thick")


@dataclass(frozen=True)
class Category:
    """What a value of a layer of classes stands for.

    Attributes:
        title: What it is called.
        colour: Red, green, blue and alpha, 0 to 255.
    """

    title: str
    colour: tuple[int, int, int, int]


@dataclass(frozen=True)
class OutputLayer:
    """A raster beside the scene.

    Attributes:
        argument: Of `decloud`, and option of the command line, that names its file.
        part: Of `Estimates`, that it holds.
        title: What messages call it.
        dtype: Of its values.
        nodata: Value that means no data.
        description: Of its band.
        help: What is written, for who reads about the option.
        has_unit: Whether its values are in the scene's units.
        by_group: Whether it has a band for each group of bands that is corrected.
        categories: What its values stand for, from 0 on; none where they are measured.
    """

    argument: str
    part: str
    title: str
    dtype: str
    nodata: float
    description: str
    help: str
    has_unit: bool = False
    by_group: bool = False
    categories: tuple[Category, ...] = ()


_QUALITY = (
    Category("no data", (128, 128, 128, 0)),
    Category("clear", (143, 191, 143, 255)),
    Category("corrected", (61, 133, 198, 255)),
    Category("thick", (217, 83, 79, 255)),
)
_CODES = ", ".join(f"{code} {category.title}" for code, category in enumerate(_QUALITY))

LAYERS = (
    OutputLayer(
        argument="opacity",
        part="opacity",
        title="opacity",
        dtype="float32",
        nodata=math.nan,
        description="opacity of the cloud",
        help="the opacity of the cloud (0 to 1)",
    ),
    OutputLayer(
        argument="qa",
        part="quality",
        title="quality band",
        dtype="uint8",
        nodata=NODATA,
        description=_CODES,
        help=f"the quality band ({_CODES}: not to be trusted)",
        categories=_QUALITY,
    ),
    OutputLayer(
        argument="error",
        part="error",
        title="error",
        dtype="float32",
        nodata=math.nan,
        description="half-width of the 90 % interval",
        help="half the width of the interval that holds 90 % of the errors (in the scene's units)",
        has_unit=True,
        by_group=True,
    ),
)

#: The same by their arguments.
BY_ARGUMENT = {layer.argument: layer for layer in LAYERS}


@dataclass(frozen=True)
class OutputPage:
    """What shows people a run: no raster, and no part of the result.

    Attributes:
        argument: Of `decloud`, and option of the command line, that names its file.
        title: What messages call it.
        suffix: That its file's name ends in.
        media_type: Of the file.
        help: What is written, for who reads about the option.
    """

    argument: str
    title: str
    suffix: str
    media_type: str
    help: str


_SHOWN = "before, after and the quality band side by side"
PAGES = {
    page.argument: page
    for page in (
        OutputPage("preview", "picture", ".png", "image/png", f"{_SHOWN} to a PNG"),
        OutputPage(
            "html",
            "page",
            ".html",
            "text/html",
            "a page for the browser: before under after, quality, opacity, NDVI, what was done",
        ),
    )
}
