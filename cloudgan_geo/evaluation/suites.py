"""The evaluation suites: which ground, which clouds, which methods beside each other."""

from __future__ import annotations

from collections.abc import Callable

import torch

from cloudgan_geo.errors import DatasetError
from cloudgan_geo.evaluation.metrics import ChipScores, concatenate, score_chips
from cloudgan_geo.evaluation.report import SuiteReport
from cloudgan_geo.networks.inference import Cleaner
from cloudgan_geo.training.eurosat import Chips, cloudy_pairs, model_domain, split

SUITES = ("article",)
#: Of the suite's clouds; training draws its own from another seed.
SUITE_SEED = 20240615
_BATCH = 64

Progress = Callable[[int], None]


def article_suite(
    chips: Chips, cleaner: Cleaner, *, limit: int | None = None, progress: Progress | None = None
) -> SuiteReport:
    """Scores a generator on the article's own test: its clouds on the test split.

    Args:
        chips: EuroSAT RGB, all classes.
        cleaner: The generator to score.
        limit: Score only this many test chips.
        progress: Called with the number of chips just done.

    Returns:
        Scores of the generator beside those of the unprocessed input.

    Raises:
        DatasetError: If the split leaves no test chip.
    """
    indices = split(chips).test[:limit]
    if not indices:
        raise DatasetError("too few chips for a 70/30 split; --data names the EuroSAT chips")
    before: list[ChipScores] = []
    after: list[ChipScores] = []
    for start in range(0, len(indices), _BATCH):
        chosen = indices[start : start + _BATCH]
        cloudy, clear = (model_domain(x) for x in cloudy_pairs(chips, chosen, seed=SUITE_SEED))
        generated, truth = torch.from_numpy(cleaner.clean(cloudy)), torch.from_numpy(clear)
        before.append(score_chips(torch.from_numpy(cloudy), truth))
        after.append(score_chips(generated, truth))
        if progress:
            progress(len(chosen))
    return SuiteReport(
        suite="article",
        what="EuroSAT RGB test split (30 %, seed 231), the article's clouds and JPEG",
        chips=len(indices),
        seed=SUITE_SEED,
        rows={
            "unprocessed input": concatenate(before).means(),
            cleaner.name: concatenate(after).means(),
        },
        model={"name": cleaner.name, "sha256": cleaner.sha256, "precision": cleaner.precision},
    )
