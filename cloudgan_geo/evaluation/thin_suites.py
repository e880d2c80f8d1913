"""The suites `thin-seen` and `thin-unseen`: synthetic thin cloud that training draws, or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Advance
from cloudgan_geo.chips.eurosat import Chips, split
from cloudgan_geo.clouds.cloud import Cloud
from cloudgan_geo.clouds.drawing import UNSEEN, draw_cloud
from cloudgan_geo.clouds.unseen import RasterField
from cloudgan_geo.errors import DatasetError
from cloudgan_geo.evaluation.bars import bars_of
from cloudgan_geo.evaluation.cirrus import cirrus_scenes
from cloudgan_geo.evaluation.coverage import THICK, EstimateSums, bin_name
from cloudgan_geo.evaluation.methods import UNPROCESSED, Contest
from cloudgan_geo.evaluation.mosaics import CHIPS, Veiled, arrange, lay, mosaic
from cloudgan_geo.evaluation.sources import clear_patches, read_ground
from cloudgan_geo.evaluation.tables import Bar, SuiteReport, Table, TableRows
from cloudgan_geo.evaluation.veils import (
    VeilScores,
    by_family,
    by_transmittance,
    headline,
    score_veils,
)

Float32 = NDArray[np.float32]

#: Of the clouds and mosaics; training draws its own from another seed.
SEED = 20240615
#: Share of the mosaics of `thin-seen` without cloud, as in training.
_CLEAR_SHARE = 0.1
#: Name of the family of real shapes.
CIRRUS = "cirrus"
_FAMILIES = (*UNSEEN, CIRRUS)
_EUROSAT = "EuroSAT test split"
_PATCHES = "other continents"
_LAID = (
    "Half of the clouds get their coverage and opacity over one chip, the others over the mosaic. "
    "Windows are the chips, without overlap; what surrounds a window is known as far as the "
    "mosaic goes. The dark-channel prior gets the mosaic at once."
)
_MOSAICS = (
    "EuroSAT's chips have no surroundings of their own, so 4 x 4 test chips lie side by side, any "
    "chips, chips of one class or chips alike in brightness: the cloud goes on across their "
    "borders, the ground does not."
)


def mosaics_of_test_chips(chips: Chips, limit: int | None = None) -> list[NDArray[np.int64]]:
    """Arranges the test chips in mosaics, fewer if limited to a number of chips.

    Raises:
        DatasetError: If the split leaves no test chip.
    """
    indices = split(chips).test
    if not indices:
        raise DatasetError(
            "too few chips for a 70/30 split; ", Argument("data"), " names the EuroSAT chips"
        )
    arranged = arrange(chips, indices, SEED)
    return arranged if limit is None else arranged[: max(1, limit // CHIPS)]


def seen_veils(chips: Chips, arranged: Sequence[NDArray[np.int64]], seed: int) -> Iterator[Veiled]:
    """Yields mosaics under clouds of the families of training."""
    for number, chosen in enumerate(arranged):
        rng = np.random.default_rng((seed, number))
        cloud = draw_cloud(rng, clear_share=_CLEAR_SHARE)
        yield lay(mosaic(chips, chosen), cloud, "training's", rng)


def unseen_veils(
    grounds: Sequence[Float32] | Iterator[Float32], shapes: Sequence[Float32], seed: int
) -> Iterator[Veiled]:
    """Yields ground under clouds of families that training never draws, taken in turn.

    Args:
        grounds: Model domain, each of shape (3, height, width).
        shapes: Opacity of real cirrus, each of shape (height, width).
        seed: Of what is drawn.
    """
    for number, ground in enumerate(grounds):
        rng = np.random.default_rng((seed, number))
        family = _FAMILIES[number % len(_FAMILIES)]
        yield lay(ground, _unseen_cloud(rng, family, shapes), family, rng)


def _unseen_cloud(rng: np.random.Generator, family: str, shapes: Sequence[Float32]) -> Cloud:
    if family != CIRRUS:
        return draw_cloud(rng, family, clear_share=0)
    values = shapes[int(rng.integers(len(shapes)))]
    height, width = values.shape
    field = RasterField(
        values,
        rotation=rng.uniform(0, 2 * np.pi),
        origin=(rng.uniform(0, height), rng.uniform(0, width)),
    )
    return draw_cloud(rng, field=field, clear_share=0)


def thin_seen(
    chips: Chips,
    contest: Contest,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> tuple[SuiteReport, VeilScores]:
    """Scores all methods under clouds of training's families.

    Args:
        chips: EuroSAT RGB.
        contest: The methods.
        limit: Score only about this many test chips.
        progress: Called with the number of chips just done.

    Raises:
        DatasetError: If the split leaves no test chip.
    """
    arranged = mosaics_of_test_chips(chips, limit)
    veils = score_veils(seen_veils(chips, arranged, SEED), contest, progress)
    sums = veils.all_sums()
    bars = [
        Bar("gain over unprocessed input, dB", veils.gain(contest.model), least=9),
        *_article_bars(veils, contest),
        *_estimate_bars(sums, (88, 92)),
        *bars_of(
            "thin-seen", contest.bands, {"gain": {"RGB test chips": veils.gain(contest.model)}}
        ),
    ]
    return SuiteReport(
        suite="thin-seen",
        what="EuroSAT test split (30 %, seed 231) under scattering-law clouds of the families "
        f"that training draws, by other seeds. {_MOSAICS} {_LAID}",
        count=len(veils.transmittance),
        unit="chips",
        seed=SEED,
        tables=(
            headline(veils, contest, _EUROSAT),
            *by_transmittance(veils, _EUROSAT),
            *_estimate_tables(sums),
        ),
        bars=tuple(bars),
        model=contest.weights,
    ), veils


def thin_unseen(
    chips: Chips,
    pairs: Path,
    clear: Path,
    scenes: Path,
    contest: Contest,
    *,
    seen: VeilScores,
    limit: int | None = None,
    progress: Advance | None = None,
) -> SuiteReport:
    """Scores all methods under clouds of families that training never draws.

    Args:
        chips: EuroSAT RGB.
        pairs: Folder of real pairs, whose cirrus gives shapes.
        clear: Folder of clear scenes, more ground.
        scenes: Folder of scenes, whose cirrus gives shapes too.
        contest: The methods.
        seen: What `thin_seen` found, to compare with.
        limit: Score only about this many chips of EuroSAT, and as many scenes.
        progress: Called with the number of chips just done.

    Raises:
        DatasetError: If there is no test chip, no cirrus or no clear scene.
        SceneError: If a scene cannot be read.
    """
    shapes = [scene.shape for scene in cirrus_scenes(pairs, scenes)]
    if not shapes:
        raise DatasetError(
            f"{pairs}, {scenes}: no scene has cirrus in its B10; see ", Argument("pairs")
        )
    arranged = mosaics_of_test_chips(chips, limit)
    patches = list(clear_patches(clear).values())[:limit]
    ground = (mosaic(chips, chosen) for chosen in arranged)
    # Every scene under every family: `unseen_veils` takes the families in turn.
    foreign = (image for image in map(read_ground, patches) for _ in _FAMILIES)
    chip_veils, patch_veils = (
        score_veils(unseen_veils(of, shapes, SEED + k), contest, progress)
        for k, of in enumerate((ground, foreign), start=1)
    )
    sums = chip_veils.all_sums()
    if sums is not None:
        sums = sums + (patch_veils.all_sums() or EstimateSums())
    gap = seen.gain(contest.model) - chip_veils.gain(contest.model)
    correlation = None if sums is None else sums.correlation
    return SuiteReport(
        suite="thin-unseen",
        what="The same test chips, and clear Level-2A scenes of all continents, under clouds of "
        f"families that training never draws: {', '.join(UNSEEN)} noise, and the shapes of real "
        f"cirrus, cut from B10 of {len(shapes)} scenes. {_LAID}",
        count=len(chip_veils.transmittance) + len(patch_veils.transmittance),
        unit="chips and windows",
        seed=SEED,
        tables=(
            headline(chip_veils, contest, _EUROSAT),
            headline(patch_veils, contest, _PATCHES),
            _gap_table(seen, chip_veils, contest),
            by_family(chip_veils, contest, _EUROSAT),
            by_family(patch_veils, contest, _PATCHES),
            *by_transmittance(chip_veils, _EUROSAT),
            *by_transmittance(patch_veils, _PATCHES),
            *_estimate_tables(sums),
        ),
        bars=(
            Bar("gain on thin-seen less gain here (EuroSAT), dB", gap, most=1),
            Bar("correlation of opacity with truth", correlation, least=0.9, decimals=3),
            *_estimate_bars(sums, (80, 96)),
        ),
        model=contest.weights,
    )


def _gap_table(seen: VeilScores, unseen: VeilScores, contest: Contest) -> Table:
    rows: TableRows = {
        suite: {
            UNPROCESSED: veils.psnr(UNPROCESSED),
            contest.model: veils.psnr(contest.model),
            "gain": veils.gain(contest.model),
        }
        for suite, veils in (("thin-seen", seen), ("thin-unseen", unseen))
    }
    rows["difference"] = {
        UNPROCESSED: seen.psnr(UNPROCESSED) - unseen.psnr(UNPROCESSED),
        contest.model: seen.psnr(contest.model) - unseen.psnr(contest.model),
        "gain": seen.gain(contest.model) - unseen.gain(contest.model),
    }
    return Table(f"PSNR in dB under thin cloud, seen and unseen, {_EUROSAT}", "suite", rows)


def _estimate_tables(sums: EstimateSums | None) -> tuple[Table, ...]:
    if sums is None:
        return ()
    return (Table("Expected error by true opacity, all pixels", "opacity", sums.rows(), None),)


def _article_bars(veils: VeilScores, contest: Contest) -> list[Bar]:
    if contest.article is None:
        return []
    return [Bar("gain over article, dB", veils.gain(contest.model, contest.article), least=8)]


def _estimate_bars(sums: EstimateSums | None, wanted: tuple[float, float]) -> list[Bar]:
    coverage = [None] * 5 if sums is None else sums.coverage
    low, high = wanted
    return [
        Bar(
            f"pixels of opacity above {THICK} flagged thick, %",
            None if sums is None else sums.flagged_share,
            least=99,
        ),
        *(
            Bar(f"errors within the 90 % interval, opacity {bin_name(k)}, %", value, low, high, 1)
            for k, value in enumerate(coverage)
        ),
    ]
