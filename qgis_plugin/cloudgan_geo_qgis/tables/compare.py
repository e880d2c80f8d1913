"""The options of `cloudgan-geo compare`."""

from __future__ import annotations

from dataclasses import replace

from ..options import Option, PageOutput, Raster
from .shared import BANDS, RADIOMETRY, TRUST_INPUT

COMPARE: tuple[Option, ...] = (
    Raster("RESULT", "Result", "What Remove thin clouds wrote.", called="INPUT"),
    Raster("CLEAR", "Clear image", "The same place on the same grid, without clouds."),
    Raster(
        "--before",
        "Cloudy image",
        "The cloudy scene: measured beside the result.",
        "What the result was made from, to see what was gained.",
    ),
    Raster(
        "--qa",
        "Quality band",
        "Quality band of decloud --qa: its classes are measured too.",
        "They are clear, corrected and thick pixels.",
    ),
    BANDS,
    replace(RADIOMETRY, advanced=True),
    TRUST_INPUT,
    PageOutput(
        "--html",
        "Report",
        "Also write a page for the browser.",
        "The table, with an explanation of the numbers.",
        created=True,
        files="HTML files (*.html)",
    ),
)
