"""What a run is asked for, and what it did."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloudgan_geo.errors import UsageError


@dataclass(frozen=True)
class DecloudOptions:
    """How a scene is to be decloudied.

    Attributes:
        bands: Red, green and blue, counted from 1; None to find them.
        radiometry: `auto`, or one of `raster.radiometry.PROFILES`.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        rgb_only: Leave all other bands out of the output.
        aoi: Vector file outside whose polygons no pixel changes, or None.
        bounds: Left, bottom, right and top, in the scene's coordinates, outside of which no
            pixel changes, or None.
        cog: Write a cloud-optimized GeoTIFF with overviews.
        creation: GDAL's creation options for the output, by name.
        report: JSON file to write about the run, or None.
        overwrite: Replace an output that exists.
        strip_rows: Rows of windows computed together, or `auto`; changes nothing but speed
            and memory.
    """

    bands: tuple[int, int, int] | None = None
    radiometry: str = "auto"
    overlap: int = 16
    batch_size: int | str = "auto"
    device: str = "auto"
    precision: str = "auto"
    rgb_only: bool = False
    aoi: str | os.PathLike[str] | None = None
    bounds: tuple[float, ...] | None = None
    cog: bool = False
    creation: Mapping[str, str] = field(default_factory=dict)
    report: str | os.PathLike[str] | None = None
    overwrite: bool = False
    strip_rows: int | str = "auto"

    def __post_init__(self) -> None:
        for option in ("batch_size", "strip_rows"):
            value = getattr(self, option)
            if value != "auto" and not (isinstance(value, int) and value >= 1):
                flag = option.replace("_", "-")
                raise UsageError(f"--{flag} {value}: takes auto or a number of at least 1")


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
        bands_reason: What they were told by.
        radiometry: Profile.
        radiometry_reason: Why this profile.
        model: Name of the generator.
        weights_sha256: Of its weights file, in hex.
        device: Where it ran.
        precision: `fp32` or `bf16`.
        batch_size: Windows that it got at once.
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
    radiometry: str
    radiometry_reason: str
    model: str
    weights_sha256: str
    device: str
    precision: str
    batch_size: int
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
