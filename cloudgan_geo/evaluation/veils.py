"""Scores of all methods on ground under synthetic clouds, by how much light comes through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from cloudgan_geo.callbacks import Advance
from cloudgan_geo.evaluation.coverage import EstimateSums
from cloudgan_geo.evaluation.methods import UNPROCESSED, Contest
from cloudgan_geo.evaluation.metrics import ChipScores, concatenate, score_chips
from cloudgan_geo.evaluation.mosaics import Veiled, windows
from cloudgan_geo.evaluation.tables import Table, TableRows

#: Mean transmittance of the chips that the headline averages over: there is cloud, and ground.
THIN = (0.4, 0.95)
#: Bins of mean transmittance, from dense to clear.
_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


@dataclass(frozen=True)
class VeilScores:
    """Scores of chips under clouds.

    Attributes:
        transmittance: Mean of every chip, 1 - opacity, shape (chips,).
        cloudless: Whether no pixel of the chip has cloud, shape (chips,).
        families: Of the cloud of every chip, shape (chips,).
        scores: Of every chip, by method.
        sums: What the model estimates against truth, by family; empty for a model that
            estimates nothing.
    """

    transmittance: NDArray[np.float64]
    cloudless: NDArray[np.bool_]
    families: NDArray[np.str_]
    scores: dict[str, ChipScores]
    sums: dict[str, EstimateSums]

    @property
    def thin(self) -> NDArray[np.bool_]:
        """Which chips the headline averages over."""
        low, high = THIN
        return (self.transmittance >= low) & (self.transmittance <= high)

    def psnr(self, method: str, chosen: NDArray[np.bool_] | None = None) -> float:
        """Returns the mean PSNR of some chips, by default those under thin cloud."""
        return self.scores[method].at(self.thin if chosen is None else chosen).means()["psnr"]

    def gain(self, method: str, over: str = UNPROCESSED) -> float:
        """Returns by how much PSNR rises over another method under thin cloud, in dB."""
        return self.psnr(method) - self.psnr(over)

    def all_sums(self) -> EstimateSums | None:
        """Returns the sums of all families together."""
        found = list(self.sums.values())
        return sum(found[1:], start=found[0]) if found else None


def score_veils(
    veils: Iterable[Veiled], contest: Contest, progress: Advance | None = None
) -> VeilScores:
    """Runs all methods over ground under clouds.

    Args:
        veils: The ground.
        contest: The methods.
        progress: Called with the number of chips just done.
    """
    opacities: list[NDArray[np.float64]] = []
    families: list[str] = []
    parts: dict[str, list[ChipScores]] = {method.name: [] for method in contest.methods}
    sums: dict[str, EstimateSums] = {}
    cloudless: list[NDArray[np.bool_]] = []
    for veiled in veils:
        truth = torch.from_numpy(windows(veiled.clear))
        opacity = windows(veiled.opacity[None])
        opacities.append(opacity.mean(axis=(1, 2, 3), dtype=np.float64))
        cloudless.append(opacity.max(axis=(1, 2, 3)) == 0)
        families += [veiled.family] * len(truth)
        for method in contest.methods:
            cleaned = method.clean(veiled.cloudy)
            images = torch.from_numpy(windows(cleaned.image))
            parts[method.name].append(score_chips(images, truth))
            if method.name == contest.model and contest.estimates:
                estimates = sums.setdefault(veiled.family, EstimateSums())
                estimates.add(cleaned, veiled.clear, veiled.opacity)
        if progress:
            progress(len(truth))
    return VeilScores(
        transmittance=1 - np.concatenate(opacities),
        cloudless=np.concatenate(cloudless),
        families=np.array(families),
        scores={name: concatenate(of) for name, of in parts.items()},
        sums=sums,
    )


def headline(veils: VeilScores, contest: Contest, ground: str) -> Table:
    """Returns the scores of all methods under thin cloud."""
    rows: TableRows = {}
    for name, scores in veils.scores.items():
        means = scores.at(veils.thin).means()
        over = {}
        if contest.article is not None:
            over[f"over {contest.article} dB"] = veils.gain(name, contest.article)
        rows[name] = {
            "psnr": means["psnr"],
            "gain": veils.gain(name),
            **over,
            "ssim": means["ssim"],
            "mae": means["mae"],
            **{name: means[name] for name in ("sam", "gradient", "spectrum")},
        }
    low, high = THIN
    title = (
        f"{ground}, the {int(veils.thin.sum()):,} chips of a mean transmittance of {low} to {high}"
    )
    return Table(title, "method", rows)


def by_transmittance(veils: VeilScores, ground: str) -> tuple[Table, Table]:
    """Returns PSNR and MAE of all methods in bins of mean transmittance."""
    masks = {
        f"{low:g} to {high:g}": (veils.transmittance > low)
        & (veils.transmittance <= high)
        & ~veils.cloudless
        for low, high in pairwise(_EDGES)
    }
    masks["no cloud"] = veils.cloudless
    tables = []
    for score, what in (("psnr", "PSNR in dB"), ("mae", "Mean absolute error")):
        rows: TableRows = {
            label: {
                "chips": int(mask.sum()),
                **{name: of.at(mask).means()[score] for name, of in veils.scores.items()},
            }
            for label, mask in masks.items()
        }
        decimals = 2 if score == "psnr" else 4
        tables.append(Table(f"{what} by mean transmittance, {ground}", "chips of", rows, decimals))
    return tables[0], tables[1]


def by_family(veils: VeilScores, contest: Contest, ground: str) -> Table:
    """Returns the scores of the model under thin cloud by the cloud's family."""
    rows: TableRows = {}
    for family in dict.fromkeys(veils.families.tolist()):
        mask = veils.thin & (veils.families == family)
        before, after = (veils.psnr(name, mask) for name in (UNPROCESSED, contest.model))
        rows[family] = {
            "chips": int(mask.sum()),
            f"{UNPROCESSED}, psnr": before,
            f"{contest.model}, psnr": after,
            "gain": after - before,
            "correlation of opacity": veils.sums[family].correlation if veils.sums else None,
        }
    return Table(f"By family of cloud, {ground}, thin cloud only", "family", rows)
