"""The suite `real-pairs`: real clouds, against the same place on a clear date."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.callbacks import Advance
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.baselines import dark_channel_prior
from cloudgan_geo.evaluation.cirrus import CirrusScene, cirrus_scenes
from cloudgan_geo.evaluation.coverage import correlation, moments
from cloudgan_geo.evaluation.methods import DARK_CHANNEL, UNPROCESSED
from cloudgan_geo.evaluation.products import Product, visible_values
from cloudgan_geo.evaluation.scenes import compare_scenes
from cloudgan_geo.evaluation.sources import pairs_in, radiometry_of
from cloudgan_geo.evaluation.tables import Bar, SuiteReport, Table, TableRows
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.radiometry import Radiometry

_RAW = "{}, every pixel"
#: Least gains of the model in dB over groups of pairs, by the beginnings of their names.
_BARS = {
    ("ts146_2018-03-22", "cr_1970_fall_85"): 6.0,
    ("ts146_2018-11-12",): 1.0,
    ("ts146_2018-02-25",): 5.0,
}


def pairs_suite(
    pairs: Path,
    scenes: Path | None,
    product: Product,
    article: PreparedGenerator,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> SuiteReport:
    """Scores the product on real pairs, and its opacity against the cirrus band.

    Args:
        pairs: Folder of pairs.
        scenes: Folder of scenes, for the cirrus they hold; None for that of the pairs alone.
        product: The generator to judge, in `decloud`.
        article: The article's.
        limit: Score only this many pairs.
        progress: Called with 1 after every pair.

    Raises:
        DatasetError: If there is no pair.
        SceneError: If a scene cannot be read.
    """
    scores: dict[str, TableRows] = {}
    for name, (cloudy, clear) in list(pairs_in(pairs).items())[:limit]:
        scores[name] = _score(cloudy, clear, product, article)
        if progress:
            progress(1)
    cleaner = product.cleaner
    model = cleaner.name
    correlations: TableRows = {}
    if cleaner.estimates:
        folders = [pairs] if scenes is None else [pairs, scenes]
        for scene in list(cirrus_scenes(*folders))[:limit]:
            found = _against_cirrus(scene, product)
            correlations[f"`{scene.name}`"] = {
                "mean B10, DN": float(scene.band[scene.valid].mean()),
                "correlation": found,
            }
    return SuiteReport(
        suite="real-pairs",
        what="Real Sentinel-2 scenes under cloud, through `decloud` with its default options, "
        "against the same place on a clear date. The ground changed between the dates too, which "
        "no method can know. In rows of every pixel neither clear nor thick pixels are kept.",
        count=len(scores),
        unit="pairs",
        seed=None,
        tables=(
            _table("PSNR in dB", "psnr", scores, 2),
            _table("SSIM", "ssim", scores, 3),
            _table("Mean absolute error", "mae", scores, 4),
            _table("Spectral angle in degrees", "sam", scores, 2),
            *(
                [Table("Opacity against the cirrus band B10", "scene", correlations)]
                if correlations
                else []
            ),
        ),
        bars=tuple(_bars(scores, model, correlations)),
        model={"name": model, "sha256": cleaner.sha256, "precision": cleaner.precision},
    )


def _score(cloudy: Path, clear: Path, product: Product, article: PreparedGenerator) -> TableRows:
    """Returns the scores of all methods for a pair."""
    cleaner, folder = product.cleaner, product.folder
    radiometry = radiometry_of(open_scene(clear))
    profile = radiometry.asked
    images = {UNPROCESSED: cloudy, DARK_CHANNEL: folder / "dark_channel.tif"}
    _write_dark_channel(cloudy, images[DARK_CHANNEL], radiometry)
    generators = {generator.name: generator for generator in (article, cleaner)}
    for name, generator in generators.items():
        images[name] = folder / f"{name}.tif"
        product.decloud(cloudy, images[name], model=generator, radiometry=profile)
    if cleaner.estimates:
        images[_RAW.format(cleaner.name)] = raw = folder / "every_pixel.tif"
        product.decloud(cloudy, raw, model=cleaner, radiometry=profile, raw=True)
    found = compare_scenes(images, clear, radiometry=profile)
    for path in images.values():
        if path != cloudy:
            path.unlink()
    return {line.image: dict(vars(line.scores)) for line in found.lines}


def _write_dark_channel(cloudy: Path, output: Path, radiometry: Radiometry) -> None:
    """Writes a scene with its haze removed by the dark-channel prior."""
    scene = open_scene(cloudy)
    values = visible_values(cloudy, scene)
    model = radiometry.to_model(values)
    correction = dark_channel_prior(model) - model
    valid = np.ones(values.shape, np.bool_)
    nodata = [band.nodata for band in scene.visible_bands]
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(cloudy) as dataset:
                profile, bands = dataset.profile, dataset.read()
            bands[[index - 1 for index in scene.rgb.indexes]] = radiometry.corrected(
                values, correction, valid, nodata
            )
            with rasterio.open(output, "w", **{**profile, "driver": "GTiff"}) as dataset:
                dataset.write(bands)
        except GDAL_ERRORS as error:
            raise SceneError(f"{cloudy}: cannot be read ({reason(error)})") from error


def _against_cirrus(scene: CirrusScene, product: Product) -> float | None:
    """Returns the correlation of the estimated opacity with the cirrus band."""
    cleaner, folder = product.cleaner, product.folder
    opened = open_scene(scene.path)
    output, opacity = folder / "cirrus.tif", folder / "opacity.tif"
    profile = radiometry_of(opened).asked
    product.decloud(scene.path, output, model=cleaner, radiometry=profile, opacity=opacity)
    with rasterio.open(opacity) as dataset:
        estimated: NDArray[np.float32] = dataset.read(1)
    for path in (output, opacity):
        path.unlink()
    known = scene.valid & np.isfinite(estimated)
    return correlation(moments(estimated[known], scene.band[known]))


def _table(title: str, score: str, scores: dict[str, TableRows], decimals: int) -> Table:
    rows: TableRows = {
        f"`{name}`": {method: of[score] for method, of in methods.items()}
        for name, methods in scores.items()
    }
    return Table(f"{title}, pixels that hold data on both dates", "pair", rows, decimals)


def _bars(scores: dict[str, TableRows], model: str, correlations: TableRows) -> list[Bar]:
    bars = []
    for starts, least in _BARS.items():
        gains = [
            _psnr(methods, model) - _psnr(methods, UNPROCESSED)
            for name, methods in scores.items()
            if name.startswith(starts)
        ]
        if gains:
            named = " and ".join(starts)
            missing = tuple(
                start for start in starts if not any(name.startswith(start) for name in scores)
            )
            # A mean over fewer pairs than it is named for is another number: none is given.
            gain = None if missing else float(np.mean(gains))
            bars.append(Bar(f"gain on {named}, dB", gain, least=least, missing=missing))
    known = [row["correlation"] for row in correlations.values() if row["correlation"] is not None]
    if known:
        bars.append(
            Bar("lowest correlation of opacity with B10", min(known), least=0.6, decimals=3)
        )
    return bars


def _psnr(methods: TableRows, name: str) -> float:
    value = methods[name]["psnr"]
    return float("inf") if value is None else float(value)
