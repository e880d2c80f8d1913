"""The suite `real-pairs`: real clouds, against the same place on a clear date."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from cloudgan_geo.callbacks import Advance
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.evaluation.bars import FOR_ALL, Measures, bars_of
from cloudgan_geo.evaluation.methods import CIRRUS_BAND, DARK_CHANNEL, UNPROCESSED, weights_of
from cloudgan_geo.evaluation.pair_scores import (
    CLEAR_DATE,
    EVERY_PIXEL,
    GREEN,
    PairScores,
    score_pair,
)
from cloudgan_geo.evaluation.real_scenes import LATTICE, clean_scene, scenes_in, worst_power
from cloudgan_geo.evaluation.reflectance import INDICES
from cloudgan_geo.evaluation.sources import pairs_in, radiometry_of
from cloudgan_geo.evaluation.tables import Bar, Cell, SuiteReport, Table, TableRows
from cloudgan_geo.raster.reading.opening import open_scene

_ON_BOTH = "pixels that hold data on both dates"
Scores = Mapping[str, PairScores]


def pairs_suite(
    pairs: Path,
    scenes: Path | None,
    cleaner: Cleaner,
    article: Cleaner | None,
    folder: Path,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> SuiteReport:
    """Scores a generator on real pairs, and what needs no truth on scenes as well.

    Args:
        pairs: Folder of pairs.
        scenes: Folder of scenes; None for the pairs alone.
        cleaner: The generator to judge, in `decloud`.
        article: The article's; None to compare without it.
        folder: For what is written.
        limit: Score only this many pairs, and as many scenes.
        progress: Called with 1 after every pair and every scene.

    Raises:
        DatasetError: If there is no pair.
        SceneError: If a scene cannot be read.
        BandError: If the generator needs a band that a scene lacks.
    """
    scores: dict[str, PairScores] = {}
    traces: TableRows = {}
    cirrus: TableRows = {}
    for name, (cloudy, clear) in list(pairs_in(pairs).items())[:limit]:
        with tempfile.TemporaryDirectory(dir=folder) as work:
            scores[name] = found = score_pair(cloudy, clear, cleaner, article, Path(work))
        traces[name] = found.traces
        if found.cirrus is not None:
            cirrus[cloudy.stem] = found.cirrus
        if progress:
            progress(1)
    for path in scenes_in(scenes)[:limit]:
        with tempfile.TemporaryDirectory(dir=folder) as work:
            cleaned = clean_scene(path, cleaner, radiometry_of(open_scene(path)).asked, Path(work))
            traces[path.stem], follows = cleaned.traces(), cleaned.cirrus()
        if follows is not None:
            cirrus[path.stem] = follows
        if progress:
            progress(1)
    measures = _measures(scores, cleaner.name, traces, cirrus)
    return SuiteReport(
        suite="real-pairs",
        what="Real Sentinel-2 scenes under cloud, through `decloud` with its default options, "
        "against the same place on a clear date. The ground changed between the dates too, which "
        "no method can know. In rows of every pixel neither clear nor thick pixels are kept.",
        count=len(scores),
        unit="pairs",
        seed=None,
        tables=(
            *_visible_tables(scores, cleaner, article),
            _given_table(scores),
            *_band_tables(scores, cleaner, article),
            *_estimate_tables(scores, cirrus),
            Table("Traces of windows and of upsampling in the correction", "scene", _code(traces)),
        ),
        bars=(*_bars_for_all(measures), *bars_of("real-pairs", cleaner.bands, measures)),
        model=weights_of(cleaner),
    )


def _methods(cleaner: Cleaner, article: Cleaner | None) -> list[str]:
    """Returns the names of all methods, in the order of the tables."""
    names = [UNPROCESSED, DARK_CHANNEL, CIRRUS_BAND]
    names += [generator.name for generator in (article, cleaner) if generator is not None]
    if cleaner.estimates:
        names.append(EVERY_PIXEL.format(cleaner.name))
    return list(dict.fromkeys(names))


def _code(rows: TableRows) -> TableRows:
    return {f"`{name}`": row for name, row in rows.items()}


def _visible_tables(scores: Scores, cleaner: Cleaner, article: Cleaner | None) -> list[Table]:
    methods = _methods(cleaner, article)
    tables = []
    for title, score, decimals in (
        ("PSNR in dB", "psnr", 2),
        ("SSIM", "ssim", 3),
        ("Mean absolute error", "mae", 4),
        ("Spectral angle in degrees", "sam", 2),
    ):
        rows: TableRows = {
            name: {method: of.visible.get(method, {}).get(score) for method in methods}
            for name, of in scores.items()
        }
        tables.append(Table(f"{title}, {_ON_BOTH}", "pair", _code(rows), decimals))
    return tables


def _given_table(scores: Scores) -> Table:
    """Returns the gain on every pair that is given with fewer and fewer bands."""
    rows: TableRows = {}
    for subset in next(iter(scores.values())).given:
        gains = {name: _gain(of, subset) for name, of in scores.items()}
        known = [gain for gain in gains.values() if gain is not None]
        mean = sum(known) / len(known) if len(known) == len(gains) else None
        rows[subset] = {"mean gain": mean, **_named(gains)}
    return Table("Gain in PSNR of red, green and blue, dB, by the bands given", "given", rows)


def _named(values: Mapping[str, float | None]) -> dict[str, Cell]:
    return {f"`{name}`": value for name, value in values.items()}


def _gain(of: PairScores, subset: str) -> float | None:
    before, after = of.visible[UNPROCESSED]["psnr"], of.given.get(subset)
    return None if before is None or after is None else after - before


def _band_tables(scores: Scores, cleaner: Cleaner, article: Cleaner | None) -> list[Table]:
    methods = _methods(cleaner, article)
    judged = cleaner.name
    bands = ", ".join(dict.fromkeys(name for of in scores.values() for name in of.corrected))
    of_bands = f"of reflectance, all corrected bands ({bands})"
    tables = []
    for title, score, decimals in (
        (f"Mean absolute error {of_bands}", "mae", 4),
        (f"PSNR in dB {of_bands}", "psnr", 2),
        (f"Spectral angle in degrees, all corrected bands ({bands})", "sam", 2),
        *(
            (f"Mean absolute error of {name} ({' and '.join(pair)})", name, 4)
            for name, pair in INDICES.items()
        ),
    ):
        rows: TableRows = {
            name: {method: of.bands.get(method, {}).get(score) for method in methods}
            for name, of in scores.items()
        }
        if all(value is None for row in rows.values() for value in row.values()):
            continue
        if score not in ("psnr", "sam"):
            for name, of in scores.items():
                rows[name][f"{judged}, after / before"] = _ratio(of, judged, score)
        tables.append(Table(f"{title}, {_ON_BOTH}", "pair", _code(rows), decimals))
    green: TableRows = {
        name: {method: of.green.get(method) for method in (CLEAR_DATE, *methods)}
        for name, of in scores.items()
        if of.green[CLEAR_DATE] is not None
    }
    if green:
        title = f"NDVI above {GREEN}, % of the pixels that hold data on both dates"
        tables.append(Table(title, "pair", _code(green), 1))
    return tables


def _ratio(of: PairScores, method: str, score: str) -> float | None:
    """Returns an error after by that before."""
    before, after = of.bands[UNPROCESSED][score], of.bands[method][score]
    return after / before if before and after is not None else None


def _estimate_tables(scores: Scores, cirrus: TableRows) -> list[Table]:
    hard = {name: of.hard for name, of in scores.items() if of.hard is not None}
    tables = []
    if cirrus:
        tables.append(Table("Opacity against the cirrus band B10", "scene", _code(cirrus)))
    if hard:
        title = (
            "Expected error of hard pixels: cloud adds more than 0.08 reflectance to red, green "
            "and blue, or B10 is above 0.06"
        )
        tables.append(Table(title, "pair", _code(hard), 1))
    return tables


def _measures(scores: Scores, model: str, traces: TableRows, cirrus: TableRows) -> Measures:
    """Returns the numbers that bars are about, by measure and by pair or scene."""
    subsets = dict.fromkeys(subset for of in scores.values() for subset in of.given)
    hard = {name: of.hard or {} for name, of in scores.items()}
    within = "errors within the 90 % interval, %"
    return {
        "psnr": {name: _known(of.visible[model]["psnr"]) for name, of in scores.items()},
        "gain": {name: _gain_of(of, model) for name, of in scores.items()},
        **{
            f"gain given {subset}": {name: _gain(of, subset) for name, of in scores.items()}
            for subset in subsets
        },
        "NDVI error, after / before": {
            name: _ratio(of, model, "NDVI") for name, of in scores.items()
        },
        "MAE, after / before": {name: _ratio(of, model, "mae") for name, of in scores.items()},
        "NDVI above 0.5": {name: of.green.get(model) for name, of in scores.items()},
        "correlation": {name: row["correlation"] for name, row in cirrus.items()},
        "errors of hard pixels within the 90 % interval": {
            name: row.get(within) for name, row in hard.items()
        },
        LATTICE: {name: row[LATTICE] for name, row in traces.items()},
        "power at periods of 2 and 4 pixels / neighbours": {
            name: worst_power(row) for name, row in traces.items()
        },
    }


def _known(psnr: Cell) -> float:
    """Returns a PSNR, which a table leaves open where there is no error."""
    return float("inf") if psnr is None else float(psnr)


def _gain_of(of: PairScores, model: str) -> float:
    return _known(of.visible[model]["psnr"]) - _known(of.visible[UNPROCESSED]["psnr"])


def _bars_for_all(measures: Measures) -> list[Bar]:
    """Returns the bars for every generator, but those on what was not given at all."""
    judged = [(wanted, wanted.judge(measures)) for wanted in FOR_ALL]
    return [bar for wanted, bar in judged if len(bar.missing) < max(1, len(wanted.on))]
