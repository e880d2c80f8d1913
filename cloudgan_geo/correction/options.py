"""What a run is asked for, and what it did."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import (
    AskedLevel,
    AskedPrecision,
    AskedRadiometry,
    Auto,
    Correct,
    Level,
    Thick,
    Write,
)
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.band_finding import AskedBands
from cloudgan_geo.raster.reading.geometries import AskedArea


@dataclass(frozen=True)
class DecloudOptions:
    """How a scene is to be decloudied.

    Attributes:
        bands: Red, green and blue, counted from 1, or such numbers by names; None to find them.
        level: `auto`, `1C` or `2A`.
        correct: `rgb`, `10m` or `all`: which of the bands that the generator can correct.
        write: `10m` or `all`: which bands of a product of several resolutions are written.
        radiometry: `auto`, or the name of one of the profiles of the sensor.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        compile: Let torch compile the network first; on CUDA only.
        rgb_only: Leave all other bands out of the output.
        aoi: Vector file or geometry outside whose polygons no pixel changes, or None.
        bounds: Left, bottom, right and top, in the scene's coordinates, outside of which no
            pixel changes, or None.
        cog: Write a cloud-optimized GeoTIFF with overviews.
        creation: GDAL's creation options for the output, by name.
        opacity: GeoTIFF to write the opacity of the cloud to, or None.
        qa: GeoTIFF to write the quality band to, or None.
        error: GeoTIFF to write the expected error to, or None.
        keep_below: Opacity up to which pixels keep their values.
        thick_above: Opacity above which a pixel cannot be recovered.
        thick: What becomes of such a pixel: `keep`, `fill` or `nodata`.
        thick_error: Expected error, in reflectance, above which a corrected pixel is not to be
            trusted.
        report: JSON file to write about the run, or None.
        preview: PNG of the scene before and after to write, or None.
        html: Page about the run to write, or None.
        overwrite: Replace an output that exists.
        trust_input: Let the scene and the area be of any format, reach for other files and for
            servers, and claim more than their bytes can hold.
        strip_rows: Rows of windows computed together, or `auto`; changes nothing but speed
            and memory.
    """

    bands: AskedBands | None = None
    radiometry: AskedRadiometry = defaults.RADIOMETRY
    level: AskedLevel = defaults.LEVEL
    correct: Correct = defaults.CORRECT
    write: Write = defaults.WRITE
    overlap: int = defaults.OVERLAP
    batch_size: int | Auto = defaults.BATCH_SIZE
    device: str = defaults.DEVICE
    precision: AskedPrecision = defaults.PRECISION
    compile: bool = False
    rgb_only: bool = False
    aoi: AskedArea | None = None
    bounds: tuple[float, ...] | None = None
    cog: bool = False
    creation: Mapping[str, str] = field(default_factory=dict)
    opacity: str | os.PathLike[str] | None = None
    qa: str | os.PathLike[str] | None = None
    error: str | os.PathLike[str] | None = None
    keep_below: float = defaults.KEEP_BELOW
    thick_above: float = defaults.THICK_ABOVE
    thick: Thick = defaults.THICK
    thick_error: float = defaults.THICK_ERROR
    report: str | os.PathLike[str] | None = None
    preview: str | os.PathLike[str] | None = None
    html: str | os.PathLike[str] | None = None
    overwrite: bool = False
    trust_input: bool = False
    strip_rows: int | Auto = defaults.STRIP_ROWS

    def __post_init__(self) -> None:
        for option in ("batch_size", "strip_rows"):
            value = getattr(self, option)
            if value != "auto" and not (isinstance(value, int) and value >= 1):
                raise UsageError(Argument(option, value), ": takes auto or a number of at least 1")
        if self.write not in get_args(Write):
            raise UsageError(
                Argument("write", self.write), f": takes {' or '.join(get_args(Write))}"
            )
        _ = self.keep_rule  # Refuses what makes no sense.

    @property
    def keep_rule(self) -> KeepRule:
        """What opacity decides about a pixel."""
        return KeepRule(self.keep_below, self.thick_above, self.thick, self.thick_error)

    @property
    def for_estimates(self) -> list[Argument]:
        """Options given that need an estimate of the opacity."""
        files = [Argument(name, path) for name, path in self.layer_files.items()]
        return files + self.keep_rule.changed()

    @property
    def layer_files(self) -> dict[str, Path]:
        """Rasters beside the output, by the arguments that name them."""
        return self._files(BY_ARGUMENT)

    @property
    def page_files(self) -> dict[str, Path]:
        """Pictures and pages for people, by the arguments that name them."""
        return self._files(PAGES)

    def _files(self, names: Iterable[str]) -> dict[str, Path]:
        asked = {name: getattr(self, name) for name in names}
        return {name: Path(path) for name, path in asked.items() if path is not None}


@dataclass(frozen=True)
class DecloudResult:
    """What was done with a scene.

    Attributes:
        output: The file that was written.
        bytes: Its size.
        seconds: It took, from opening the scene to the file's being in its place.
        width: Columns.
        height: Rows.
        count: Bands in the output.
        windows: That the generator was given.
        windows_skipped: Without a valid pixel in the area.
        bands: Red, green and blue in the scene, counted from 1.
        bands_reason: What the bands were told by.
        bands_read: Bands in the scene that the generator read, counted from 1, by their names.
        bands_corrected: Names of those that were corrected.
        bands_copied: Descriptions, or numbers, of the bands that were copied.
        bands_missing: Names of bands that the generator would read and the scene lacks.
        level: Of the scene's processing, or None if it is not known.
        level_reason: What it was told by.
        radiometry: Profile.
        radiometry_reason: Why this profile.
        model: Name of the generator.
        weights_sha256: Of its weights file, in hex.
        device: Where it ran.
        precision: `fp32` or `bf16`.
        precision_reason: Why this one.
        batch_size: Windows that it got at once.
        mean_error: Mean expected error of the pixels that were corrected, in the scene's units,
            by group of bands; None as a value without such pixels; None from a generator that
            estimates nothing.
        qa_pixels: Pixels of each quality class, by name; None from a generator that estimates
            no opacity.
        qa_shares: The same as shares of all that are not nodata.
        timings: Seconds of each stage: `plan` (opening and radiometry), `model` (loading it),
            `correct` (reading, computing, writing) and `finish` (overviews, renaming).
    """

    output: Path
    bytes: int
    seconds: float
    width: int
    height: int
    count: int
    windows: int
    windows_skipped: int
    bands: tuple[int, int, int]
    bands_reason: str
    bands_read: dict[str, int]
    bands_corrected: tuple[str, ...]
    bands_copied: tuple[str, ...]
    bands_missing: tuple[str, ...]
    level: Level | None
    level_reason: str
    radiometry: str
    radiometry_reason: str
    model: str
    weights_sha256: str
    device: str
    precision: str
    precision_reason: str
    batch_size: int
    mean_error: dict[str, float | None] | None
    qa_pixels: dict[str, int] | None
    qa_shares: dict[str, float] | None
    timings: dict[str, float]


class Clock:
    """Seconds of each stage of a run, and of all."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        """Ends a stage."""
        now = time.perf_counter()
        self.stages[name] = now - self._last
        self._last = now

    @property
    def total(self) -> float:
        """From the start to the end of the last stage."""
        return self._last - self._started
