"""The evaluation suites: which ground, which clouds, which methods beside each other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Advance
from cloudgan_geo.chips.eurosat import Chips, load_chips, model_domain, split
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.errors import DatasetError
from cloudgan_geo.evaluation.baselines import dark_channel_prior
from cloudgan_geo.evaluation.clear import clear_suite
from cloudgan_geo.evaluation.methods import (
    DARK_CHANNEL,
    UNPROCESSED,
    Contest,
    clean_chips,
    contest,
    for_visible,
    weights_of,
)
from cloudgan_geo.evaluation.metrics import ChipScores, concatenate, score_chips
from cloudgan_geo.evaluation.pairs import pairs_suite
from cloudgan_geo.evaluation.pictures import draw_pictures
from cloudgan_geo.evaluation.sources import Sources
from cloudgan_geo.evaluation.tables import SuiteReport, Table, TableRows
from cloudgan_geo.evaluation.thin_suites import thin_seen, thin_unseen
from cloudgan_geo.evaluation.veils import VeilScores
from cloudgan_geo.simulation.article_pairs import cloudy_pairs

#: Of the suite's clouds; training draws its own from another seed.
SUITE_SEED = 20240615
_BATCH = 64

Float32 = NDArray[np.float32]


@dataclass
class Evaluation:
    """Suites on the same data and methods; what several of them need is made once.

    Attributes:
        sources: The data.
        cleaner: The generator to judge.
        article: The article's generator; None where the tables are to do without it.
        limit: Score only about so many chips, and as many scenes.
        progress: Called with the number of chips, windows, pairs or pictures just done.
        pictures: Folder for pictures of what `real-pairs` works on; None for none.
    """

    sources: Sources
    cleaner: Cleaner
    article: Cleaner | None
    limit: int | None = None
    progress: Advance | None = None
    pictures: Path | None = None

    def run(self, suite: str) -> SuiteReport:
        """Runs a suite.

        Args:
            suite: One of `sources.NEEDS`.

        Raises:
            UsageError: If data that it needs was not named.
            DatasetError: If its data are missing or of the wrong kind.
            SceneError: If a scene cannot be read.
            OutputError: If a picture cannot be written.
        """
        paths = self.sources.need(suite)
        limit, progress = self.limit, self.progress
        if suite == "article":
            return article_suite(
                self._chips, self.cleaner, self.article, limit=limit, progress=progress
            )
        if suite == "thin-seen":
            return self._seen[0]
        if suite == "thin-unseen":
            return thin_unseen(
                self._chips,
                paths["pairs"],
                paths["clear"],
                paths["scenes"],
                self._contest,
                seen=self._seen[1],
                limit=limit,
                progress=progress,
            )
        with tempfile.TemporaryDirectory(prefix="cloudgan-geo-") as name:
            folder = Path(name)
            if suite == "clear":
                clear, scenes = paths["clear"], paths["scenes"]
                return clear_suite(
                    self._chips,
                    clear,
                    scenes,
                    self._contest,
                    self.cleaner,
                    folder,
                    limit=limit,
                    progress=progress,
                )
            pairs, large = paths["pairs"], self.sources.scenes
            if self.pictures is not None:
                draw_pictures(
                    pairs, large, self.cleaner, self.pictures, limit=limit, progress=progress
                )
            return pairs_suite(
                pairs, large, self.cleaner, self.article, folder, limit=limit, progress=progress
            )

    @cached_property
    def _chips(self) -> Chips:
        return load_chips(self.sources.need("thin-seen")["data"])

    @cached_property
    def _contest(self) -> Contest:
        return contest(self.cleaner, self.article)

    @cached_property
    def _seen(self) -> tuple[SuiteReport, VeilScores]:
        return thin_seen(self._chips, self._contest, limit=self.limit, progress=self.progress)


def article_suite(
    chips: Chips,
    cleaner: Cleaner,
    article: Cleaner | None = None,
    *,
    limit: int | None = None,
    progress: Advance | None = None,
) -> SuiteReport:
    """Scores generators on the article's own test: its clouds on the test split.

    Args:
        chips: EuroSAT RGB, all classes.
        cleaner: The generator to score.
        article: The article's, to compare with, as with the dark-channel prior; None for
            neither.
        limit: Score only this many test chips.
        progress: Called with the number of chips just done.

    Returns:
        Scores beside those of the unprocessed input.

    Raises:
        DatasetError: If the split leaves no test chip.
    """
    indices = split(chips).test[:limit]
    if not indices:
        raise DatasetError(
            "too few chips for a 70/30 split; ", Argument("data"), " names the EuroSAT chips"
        )
    methods: dict[str, Callable[[Float32], Float32]] = {UNPROCESSED: lambda batch: batch}
    if article is not None:
        methods[DARK_CHANNEL] = _dark_channel
        methods[article.name] = partial(clean_chips, article)
    methods[cleaner.name] = partial(clean_chips, for_visible(cleaner))
    parts: dict[str, list[ChipScores]] = {name: [] for name in methods}
    for start in range(0, len(indices), _BATCH):
        chosen = indices[start : start + _BATCH]
        cloudy, clear = (model_domain(x) for x in cloudy_pairs(chips, chosen, seed=SUITE_SEED))
        truth = torch.from_numpy(clear)
        for name, clean in methods.items():
            parts[name].append(score_chips(torch.from_numpy(clean(cloudy)), truth))
        if progress:
            progress(len(chosen))
    rows: TableRows = {name: {**concatenate(of).means()} for name, of in parts.items()}
    return SuiteReport(
        suite="article",
        what="EuroSAT RGB test split (30 %, seed 231), the article's clouds and JPEG. Chips come "
        "alone, without surroundings.",
        count=len(indices),
        unit="chips",
        seed=SUITE_SEED,
        tables=(Table("Means over chips", "method", rows),),
        model=weights_of(cleaner),
    )


def _dark_channel(batch: Float32) -> Float32:
    return np.stack([dark_channel_prior(chip) for chip in batch])
