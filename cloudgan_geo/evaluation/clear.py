"""The suite `clear`: clear ground must stay as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.callbacks import Advance
from cloudgan_geo.chips.eurosat import SIZE, Chips
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.evaluation.bars import bars_of
from cloudgan_geo.evaluation.methods import UNPROCESSED, Contest
from cloudgan_geo.evaluation.mosaics import mosaic
from cloudgan_geo.evaluation.sources import clear_patches, radiometry_of, read_ground, read_values
from cloudgan_geo.evaluation.tables import Bar, SuiteReport, Table, TableRows
from cloudgan_geo.evaluation.thin_suites import SEED, mosaics_of_test_chips
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE

Float32 = NDArray[np.float32]

#: At most so many mosaics: clear chips differ less than clouds do.
_MOSAICS = 128
_CHIPS = "EuroSAT test split"
_PATCHES = "other continents"


@dataclass(frozen=True)
class CloudyScene:
    """A large clear scene with a few clouds.

    Attributes:
        file: Its name in the folder of scenes.
        radiometry: Its profile, which no metadata tells.
        clusters: Rows and columns, first and past the last, that hold the clouds.
    """

    file: str
    radiometry: AskedRadiometry
    clusters: tuple[tuple[int, int, int, int], ...]


DOLOMITES = CloudyScene(
    "dolomites_B04B03B02B08_uint16.tif", "dn-offset", ((0, 216, 0, 116), (40, 271, 800, 951))
)


def clear_suite(
    chips: Chips,
    clear: Path,
    scenes: Path,
    contest: Contest,
    cleaner: Cleaner,
    folder: Path,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> SuiteReport:
    """Measures what becomes of clear ground.

    Args:
        chips: EuroSAT RGB.
        clear: Folder of clear scenes.
        scenes: Folder of large scenes, one of which is nearly clear.
        contest: The methods.
        cleaner: The generator that is judged, in `decloud`.
        folder: For what that writes.
        limit: Measure only about this many chips, and as many scenes.
        progress: Called with the number of chips or windows just done.

    Raises:
        DatasetError: If there is no test chip or no clear scene.
        SceneError: If a scene cannot be read.
    """
    arranged = mosaics_of_test_chips(chips, limit)[:_MOSAICS]
    patches = dict(list(clear_patches(clear).items())[:limit])
    grounds = {
        _CHIPS: (mosaic(chips, chosen) for chosen in arranged),
        _PATCHES: map(read_ground, patches.values()),
    }
    raw: TableRows = {method.name: {} for method in contest.methods if method.name != UNPROCESSED}
    kept: TableRows = {}
    for ground, images in grounds.items():
        changes, share, count = _changes(images, contest, progress)
        for name, change in changes.items():
            raw[name][ground] = change
        if contest.estimates and ground == _CHIPS:
            kept[f"{ground}, {count:,} chips"] = {"pixels unchanged, %": share}
    judged = raw[contest.model]
    bars = [
        Bar(f"change by the raw network, {ground}", judged[ground], most=0.004, decimals=4)
        for ground in grounds
    ]
    total, same = 0, 0
    for name, path in patches.items():
        values, unchanged = _unchanged(path, None, cleaner, folder)
        kept[f"`{name}`"] = {"pixels unchanged, %": 100 * float(unchanged.mean())}
        total, same = total + unchanged.size, same + int(unchanged.sum())
        if progress:
            progress(unchanged.size // SIZE**2)
    kept["all other continents"] = {"pixels unchanged, %": 100 * same / total}
    dolomites = scenes / DOLOMITES.file
    values, unchanged = _unchanged(dolomites, DOLOMITES.radiometry, cleaner, folder)
    outside = _outside(DOLOMITES, unchanged.shape) & values.any(axis=0)
    share = 100 * float(unchanged[outside].mean())
    kept[f"`{dolomites.stem}`, outside its clouds"] = {"pixels unchanged, %": share}
    first = next(iter(kept.values()))["pixels unchanged, %"] if contest.estimates else None
    bars += [
        Bar(f"pixels unchanged, {_CHIPS}, %", first, least=99),
        Bar(f"pixels unchanged, {_PATCHES}, %", 100 * same / total, least=99),
        Bar("pixels unchanged, dolomites outside its clouds, %", share, least=98),
        *bars_of(
            "clear",
            contest.bands,
            {"pixels unchanged": {"level 2A scenes": 100 * same / total, "dolomites": share}},
        ),
    ]
    return SuiteReport(
        suite="clear",
        what="Clear mosaics of EuroSAT's test chips, clear Level-2A scenes of all continents and a "
        "scene of bright rock and snow. The raw network is run on windows without overlap; "
        "unchanged are the pixels whose corrected bands are the same, bit for bit, in what "
        "`decloud` writes with its default options (of mosaics, which are no files: those that "
        "its rule keeps).",
        count=len(arranged) * 16,
        unit=f"chips, {len(patches) + 1} scenes",
        seed=SEED,
        tables=(
            Table("Mean absolute change by the network alone", "method", raw, 4),
            Table("Unchanged by `decloud`", "ground", kept),
        ),
        bars=tuple(bars),
        model=contest.weights,
    )


def _changes(
    images: Iterator[Float32], contest: Contest, progress: Advance | None
) -> tuple[dict[str, float], float, int]:
    """Returns the mean change by method, the percentage that the rule keeps, and the windows."""
    totals = {method.name: 0.0 for method in contest.methods if method.name != UNPROCESSED}
    kept, pixels = 0, 0
    for image in images:
        for method in contest.methods:
            if method.name not in totals:
                continue
            cleaned = method.clean(image)
            change = np.abs(cleaned.image - image)
            totals[method.name] += float(change.sum(dtype=np.float64)) / len(image)
            if method.name == contest.model and contest.estimates:
                assert cleaned.opacity is not None
                assert cleaned.error is not None
                weights, _ = KeepRule().decide(
                    cleaned.opacity, cleaned.error * FULL_SCALE, np.all(image >= 1, axis=0)
                )
                kept += int((weights == 0).sum())
        pixels += image[0].size
        if progress:
            progress(image[0].size // SIZE**2)
    means = {name: total / pixels for name, total in totals.items()}
    return means, 100 * kept / pixels, pixels // SIZE**2


def _unchanged(
    path: Path, radiometry: AskedRadiometry | None, cleaner: Cleaner, folder: Path
) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """Returns the values of a scene, and which pixels `decloud` leaves as they are."""
    scene = open_scene(path, also=cleaner.bands.reads)
    output = folder / f"{path.stem}_decloud.tif"
    options = DecloudOptions(radiometry=radiometry or radiometry_of(scene).asked)
    result = decloud_scene(path, output, model=cleaner, options=options)
    indexes = [scene.named.indexes[name] for name in result.bands_corrected]
    before, after = read_values(path, indexes), read_values(output, indexes)
    output.unlink()
    return before, (before == after).all(axis=0)


def _outside(scene: CloudyScene, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    outside = np.ones(shape, np.bool_)
    for top, bottom, left, right in scene.clusters:
        outside[top:bottom, left:right] = False
    return outside
