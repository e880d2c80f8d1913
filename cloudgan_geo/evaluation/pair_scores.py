"""Scores of all methods on a real pair: in red, green and blue, and in all corrected bands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.bands import GIVEN
from cloudgan_geo.correction.choosing import chosen
from cloudgan_geo.correction.cleaner import Cleaner, bands_of
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.baselines import dark_channel_prior
from cloudgan_geo.evaluation.cirrus_band import without_cirrus
from cloudgan_geo.evaluation.hard_pixels import hard_coverage, hard_pixels
from cloudgan_geo.evaluation.methods import CIRRUS_BAND, DARK_CHANNEL, UNPROCESSED
from cloudgan_geo.evaluation.real_scenes import CleanedScene, clean_scene
from cloudgan_geo.evaluation.reflectance import (
    Reflectance,
    band_scores,
    read_reflectance,
    share_above,
)
from cloudgan_geo.evaluation.scenes import compare_scenes
from cloudgan_geo.evaluation.sources import radiometry_of, read_values
from cloudgan_geo.evaluation.tables import Cell, TableRows
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import radiometry_of_used
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.sensors.sentinel2 import SENSOR

#: What the model makes of a pair, neither clear nor thick pixels kept.
EVERY_PIXEL = "{}, every pixel"
# What it makes of fewer bands, among all that are compared.
_GIVEN = "given {}"
CLEAR_DATE = "clear date"
#: Above this NDVI ground is green.
GREEN = 0.5

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class PairScores:
    """What was measured on a pair.

    Attributes:
        visible: `psnr`, `ssim`, `mae` and `sam` of red, green and blue in the model domain, by
            method.
        bands: What `band_scores` measures over all corrected bands, by method.
        corrected: Names of these.
        green: Percentage of the pixels above an NDVI of `GREEN`, by method and of the clear
            date.
        given: PSNR of red, green and blue of the model that is given only some bands, by their
            name in `GIVEN`; None where it cannot do without others.
        hard: Hard pixels, and how many of their errors were expected; None from a generator that
            expects none.
        traces: See `CleanedScene.traces`.
        cirrus: See `CleanedScene.cirrus`.
    """

    visible: TableRows
    bands: TableRows
    corrected: tuple[str, ...]
    green: dict[str, Cell]
    given: dict[str, float | None]
    hard: dict[str, Cell] | None
    traces: dict[str, Cell]
    cirrus: dict[str, Cell] | None


def score_pair(
    cloudy: Path, clear: Path, cleaner: Cleaner, article: Cleaner | None, folder: Path
) -> PairScores:
    """Runs all methods on a pair and measures what they make of it.

    Args:
        cloudy: The scene under cloud.
        clear: The same place on a clear date.
        cleaner: The generator to judge, in `decloud`.
        article: The article's; None to compare without it.
        folder: For what is written.

    Raises:
        SceneError: If a scene cannot be read.
        BandError: If the generator needs a band that the pair lacks.
    """
    scene, clear_scene = (open_scene(path, also=SENSOR.names) for path in (cloudy, clear))
    profile, indexes = radiometry_of(clear_scene).asked, scene.named.indexes
    before = read_reflectance(cloudy, profile, indexes)
    truth = read_reflectance(clear, profile, clear_scene.named.indexes)
    cleaned = clean_scene(cloudy, cleaner, profile, folder)
    images = {UNPROCESSED: cloudy, **_baselines(scene, radiometry_of(clear_scene), before, folder)}
    images |= _generators(cleaned, cleaner, article, folder)
    subsets = _given(scene, cleaner, cleaned, folder)
    given = {_GIVEN.format(name): path for name, path in subsets.items() if path is not None}
    compared = compare_scenes({**images, **given}, clear, radiometry=profile)
    visible = {line.image: dict(vars(line.scores)) for line in compared.lines}
    found = {name: read_reflectance(path, profile, indexes) for name, path in images.items()}
    names = tuple(name for name in cleaned.corrected if name in truth.bands)
    both = before.valid & truth.valid
    hard = None
    if cleaned.error is not None:
        hard = hard_coverage(
            found[cleaner.name], truth, cleaned.errors(), names, hard_pixels(before, truth)
        )
    return PairScores(
        visible={name: visible[name] for name in images},
        bands={name: band_scores(image, truth, names) for name, image in found.items()},
        corrected=names,
        green={
            name: share_above(image.index("NDVI"), GREEN, both)
            for name, image in {CLEAR_DATE: truth, **found}.items()
        },
        given={
            name: visible[_GIVEN.format(name)]["psnr"] if path else None
            for name, path in subsets.items()
        },
        hard=hard,
        traces=cleaned.traces(),
        cirrus=cleaned.cirrus(),
    )


def _generators(
    cleaned: CleanedScene, cleaner: Cleaner, article: Cleaner | None, folder: Path
) -> dict[str, Path]:
    """Writes what the generators make of a scene; the one that is judged has run already."""
    images = {}
    options = DecloudOptions(radiometry=cleaned.radiometry)
    if article is not None and article.name != cleaner.name:
        images[article.name] = folder / "article.tif"
        decloud_scene(cleaned.path, images[article.name], model=article, options=options)
    images[cleaner.name] = cleaned.output
    if cleaner.estimates:
        images[EVERY_PIXEL.format(cleaner.name)] = every = folder / "every_pixel.tif"
        raw = replace(options, keep_below=0.0, thick="fill")
        decloud_scene(cleaned.path, every, model=cleaner, options=raw)
    return images


def _given(
    scene: Scene, cleaner: Cleaner, cleaned: CleanedScene, folder: Path
) -> dict[str, Path | None]:
    """Runs `decloud` on a scene of which only some bands are named, by those in `GIVEN`.

    A generator that reads red, green and blue alone sees no difference.
    """
    reads = frozenset(cleaner.bands.reads)
    if reads <= set(SENSOR.visible):
        return {"all": cleaned.output}
    made = {reads & set(cleaned.result.bands_read): cleaned.output}
    outputs: dict[str, Path | None] = {}
    for name, bands in GIVEN.items():
        there = {band: scene.named.indexes[band] for band in bands if band in scene.named.indexes}
        seen = reads & set(there)
        if not seen.issuperset(bands_of(chosen(cleaner, seen)).needs):
            outputs[name] = None
            continue
        if seen not in made:
            made[seen] = folder / f"given_{name}.tif"
            options = DecloudOptions(radiometry=cleaned.radiometry, bands=there)
            decloud_scene(cleaned.path, made[seen], model=cleaner, options=options)
        outputs[name] = made[seen]
    return outputs


def _baselines(
    scene: Scene, visible: Radiometry, before: Reflectance, folder: Path
) -> dict[str, Path]:
    """Writes what methods make of a scene that learn nothing, where they find something to do."""
    model = visible.to_model(read_values(scene.path, scene.rgb.indexes))
    written = {DARK_CHANNEL: folder / "dark_channel.tif"}
    _write(scene, visible, dark_channel_prior(model) - model, written[DARK_CHANNEL])
    cleared = without_cirrus(before.bands, before.valid)
    if cleared is not None:
        names = tuple(cleared)
        all_bands = scene.using(names)
        radiometry = radiometry_of_used(all_bands, visible, (1.0,) * len(names))
        change = np.stack([cleared[name] - before.bands[name] for name in names])
        written[CIRRUS_BAND] = folder / "cirrus_band.tif"
        _write(all_bands, radiometry, change, written[CIRRUS_BAND])
    return written


def _write(scene: Scene, radiometry: Radiometry, correction: Float32, output: Path) -> None:
    """Writes a scene with the bands corrected that are computed with, all others as they are."""
    values = read_values(scene.path, scene.used)
    valid = np.ones(values.shape, np.bool_)
    nodata = [band.code for band in scene.used_bands]
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(scene.path) as dataset:
                profile, bands = dataset.profile, dataset.read()
            bands[[index - 1 for index in scene.used]] = radiometry.corrected(
                values, correction, valid, nodata
            )
            with rasterio.open(output, "w", **{**profile, "driver": "GTiff"}) as dataset:
                dataset.write(bands)
        except GDAL_ERRORS as error:
            raise SceneError(f"{scene.path}: cannot be read ({reason(error)})") from error
