"""Pictures of real scenes: before and after, and what the generator took for cloud."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.callbacks import Advance
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.layers import CLASSES, NODATA
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.preview import (
    Drawing,
    Panel,
    Rgb,
    draw_row,
    drawing_of,
    psnr,
    read_panel,
    reduced,
    reduction,
)
from cloudgan_geo.evaluation.sources import pairs_in, radiometry_of
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput

_ARGUMENT = "pictures"
#: Longest side of a panel: larger scenes are reduced to at most the one, small ones drawn at the
#: other.
_MOST, _LEAST = 512, 256
# Neither black nor white, which mean something where opacity is drawn.
_NO_DATA = (0.82, 0.88, 0.95)


def make_folder(folder: Path) -> None:
    """Makes sure, before anything is computed, that pictures can be written to a folder.

    Raises:
        OutputError: If it cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error, _ARGUMENT) from error
    with AtomicOutput(folder / "probe.png", overwrite=True, argument=_ARGUMENT):
        pass


def draw_pictures(
    pairs: Path,
    scenes: Path | None,
    cleaner: Cleaner,
    folder: Path,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> None:
    """Draws each pair as `<pair>.png` and each large scene as `<scene>.png`.

    Pictures from before are replaced.

    Args:
        pairs: Folder of pairs.
        scenes: Folder of large scenes, GeoTIFFs; None for none.
        cleaner: The generator, in `decloud`.
        folder: For the pictures.
        limit: Draw only this many pairs, and as many scenes.
        progress: Called with 1 after every picture.

    Raises:
        DatasetError: If there is no pair.
        SceneError: If a scene cannot be read.
        OutputError: If a picture cannot be written.
    """
    for name, (cloudy, clear) in list(pairs_in(pairs).items())[:limit]:
        _write(folder / f"{name}.png", _pair(cloudy, clear, cleaner))
        if progress:
            progress(1)
    large = [] if scenes is None else sorted(scenes.glob("*.tif"))
    for path in large[:limit]:
        _write(folder / f"{path.stem}.png", _scene(path, cleaner))
        if progress:
            progress(1)


def _pair(cloudy: Path, clear: Path, cleaner: Cleaner) -> list[Drawing]:
    profile = radiometry_of(open_scene(clear)).asked
    truth = read_panel(clear, "clear date", profile)
    after, estimates = _cleaned(cloudy, profile, cleaner)
    measured = [
        drawing_of(panel, psnr(panel, truth), _MOST)
        for panel in (read_panel(cloudy, "cloudy", profile), after)
    ]
    return [*measured, drawing_of(truth, longest=_MOST), *estimates]


def _scene(path: Path, cleaner: Cleaner) -> list[Drawing]:
    profile = radiometry_of(open_scene(path)).asked
    after, estimates = _cleaned(path, profile, cleaner)
    before = read_panel(path, "before", profile)
    return [*(drawing_of(panel, longest=_MOST) for panel in (before, after)), *estimates]


def _cleaned(
    scene: Path, profile: AskedRadiometry, cleaner: Cleaner
) -> tuple[Panel, list[Drawing]]:
    """Returns a scene without its clouds, and drawings of what the generator estimated."""
    with tempfile.TemporaryDirectory(prefix="cloudgan-geo-") as name:
        output, opacity, qa = (Path(name) / f"{part}.tif" for part in ("scene", "opacity", "qa"))
        options = DecloudOptions(radiometry=profile)
        if cleaner.estimates:
            options = replace(options, opacity=opacity, qa=qa)
        decloud_scene(scene, output, model=cleaner, options=options)
        after = read_panel(output, f"cleaned by {cleaner.name}", profile)
        return after, [_opacity(opacity), _quality(qa)] if cleaner.estimates else []


def _opacity(path: Path) -> Drawing:
    values, _ = _read(path)
    grey = reduced(values, reduction(values.shape, _MOST))[..., None]
    pixels = np.where(np.isfinite(grey), grey, np.array(_NO_DATA, np.float32))
    return Drawing("estimated opacity", pixels, note="0 black, 1 white")


def _quality(path: Path) -> Drawing:
    """Draws the quality band in the colours that it brings along."""
    classes, colours = _read(path)
    step = reduction(classes.shape, _MOST)
    # Classes have no mean: one pixel of each block stands for it.
    rows, columns = (side // step * step for side in classes.shape)
    shown = classes[step // 2 : rows : step, step // 2 : columns : step]
    table = np.array([_NO_DATA, *(np.divide(colours[k][:3], 255) for k in range(1, len(CLASSES)))])
    named = [code for code in range(len(CLASSES)) if code != NODATA or (shown == NODATA).any()]
    legend: dict[str, Rgb] = {CLASSES[code]: tuple(table[code].tolist()) for code in named}
    return Drawing("quality", table[shown].astype(np.float32), legend=legend)


def _read(path: Path) -> tuple[NDArray[Any], dict[int, tuple[int, ...]]]:
    """Returns a raster's only band and its table of colours, which may be empty."""
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(path) as dataset:
                colours = dataset.colormap(1) if dataset.dtypes[0] == "uint8" else {}
                return dataset.read(1), colours
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: cannot be read ({reason(error)})") from error


def _write(path: Path, drawings: list[Drawing]) -> None:
    side = max(_LEAST, *drawings[0].pixels.shape[:2])
    with AtomicOutput(path, overwrite=True, argument=_ARGUMENT) as file:
        try:
            draw_row(drawings, file.partial, side=side, compact=True)
        except OSError as error:
            raise output_error(path, error, _ARGUMENT) from error
        file.commit()
