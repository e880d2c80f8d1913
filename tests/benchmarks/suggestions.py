"""What the article suggests for future work, each tried beside the recipe `thin`.

    python tests/benchmarks/suggestions.py --data EUROSAT.zip [--steps 600] [--variants a,b,...]
        [--classes Forest,Industrial] [--json OUT]

A. Rozanov (2024) names a deeper generator and discriminator, a model for each land cover, and
YUV colours. Every variant trains from random weights for the same number of steps, with the
same seeds and, but for those of one land cover, the same batches; without a discriminator, but
for the two that are about it. All are scored on the same EuroSAT test chips under the same
clouds, those that let 40 to 95 % of the light through on average.

The time of a step is in processor seconds, relative to the baseline's; the two take turns, so
that other work on the machine weighs less. Where there is a discriminator it takes part. With
--json rows are kept as soon as they are there, and a later run skips what it finds: take
another file after a change of training or of its clouds. Nothing here fails.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

# Before numpy is imported: its threads would wait in loops on the cores torch computes on.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.chips.eurosat import load_chips, split
from cloudgan_geo.evaluation.metrics import score_chips
from cloudgan_geo.evaluation.veils import THIN
from cloudgan_geo.networks.backbone import DoubleConv
from cloudgan_geo.networks.discriminator import ResidualBlock, ResNetDiscriminator
from cloudgan_geo.networks.precision import autocast
from cloudgan_geo.networks.thin import Context, Estimate, ThinGenerator
from cloudgan_geo.training import objectives
from cloudgan_geo.training.data import VALIDATION_EPOCH, ChipBatch, VisibleData
from cloudgan_geo.training.objectives import ThinObjective, quantile_loss
from cloudgan_geo.training.recipe import Recipe, recipe_named
from cloudgan_geo.training.trainer import Trainer

FIDELITY = replace(recipe_named("thin"), adversarial_weight=0.0)
ADVERSARIAL = replace(recipe_named("thin"), adversarial_start=0.75)
DEVICE = torch.device("cpu")
#: Test chips that clouds are laid over; those under thin ones count.
TESTED = 512
#: Timed steps of baseline and variant each, after one that does not count.
ROUNDS = 12
ALL = "all classes"
HEADER = (
    "| variant | tested on | chips | parameters of G | and of D | step / baseline's "
    "| PSNR gain, dB | L1 of the input | L1 | gradient ratio |\n|---|---|" + "---:|" * 8
)


class DeeperGenerator(ThinGenerator):
    """Four convolutions at every level of the U-Net instead of two."""

    def __init__(self, width: int, context: Context) -> None:
        super().__init__(width, context)
        for number, factor in enumerate((1, 2, 4, 8, 16, 8, 4, 2, 1), 1):
            features, name = factor * width, f"conv_{number}"
            setattr(self, name, nn.Sequential(getattr(self, name), DoubleConv(features, features)))


class DeeperDiscriminator(ResNetDiscriminator):
    """One more stage of three residual blocks, of 512 channels."""

    def __init__(self) -> None:
        super().__init__()
        stage = [ResidualBlock(256, 512, 2), ResidualBlock(512, 512, 1), ResidualBlock(512, 512, 1)]
        self.layer3 = nn.Sequential(self.layer3, *stage)
        self.fc = nn.Linear(512, 1)


class YuvObjective(ThinObjective):
    """The image's term on YUV instead of RGB.

    Luma and colour differences of Recommendation ITU-R BT.601-7, section 2.5. Their squares are
    added up, not averaged, so that a grey error costs as much as it does in RGB.
    """

    def loss(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        image = self.image(prediction, batch)
        red, green, blue = (image - batch.clear).unbind(dim=1)
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        square = luma**2 + ((blue - luma) / 1.772) ** 2 + ((red - luma) / 1.402) ** 2
        square = square.masked_fill((batch.cloudy >= 1).all(dim=1), 0.0).mean(dim=(1, 2))
        fidelity = (square + objectives._RIGHT).log().mean()
        opacity = F.l1_loss(prediction.opacity, batch.opacity)
        error = quantile_loss(prediction.error, (image.detach() - batch.clear).abs())
        return fidelity + objectives._OPACITY_WEIGHT * opacity + objectives._ERROR_WEIGHT * error


@dataclass(frozen=True)
class Variant:
    """What differs from the baseline; `land_cover` is the one class trained on, or all."""

    title: str
    recipe: Recipe = FIDELITY
    network: type[ThinGenerator] = ThinGenerator
    objective: type[ThinObjective] = ThinObjective
    discriminator: type[ResNetDiscriminator] = ResNetDiscriminator
    land_cover: str = ALL


@dataclass(frozen=True)
class Row:
    """A line of the table: one variant on the test chips of all classes, or of one."""

    variant: str
    tested: str
    steps: int
    precision: str
    chips: int
    generator: int
    discriminator: int
    step_ratio: float
    gain: float
    input_l1: float
    l1: float
    gradient: float

    def line(self) -> str:
        return (
            f"| {self.variant} | {self.tested} | {self.chips} | {self.generator:,} "
            f"| {self.discriminator:,} | {self.step_ratio:.2f} | {self.gain:+.2f} "
            f"| {self.input_l1:.4f} | {self.l1:.4f} | {self.gradient:.3f} |"
        )


BASELINE = Variant("baseline")


def variants(classes: Iterable[str]) -> dict[str, Variant]:
    """Returns all variants by what --variants calls them."""
    return {
        "baseline": BASELINE,
        "deep": Variant("deeper G", network=DeeperGenerator),
        "yuv": Variant("loss in YUV", objective=YuvObjective),
        **{name: Variant(f"{name} only", land_cover=name) for name in classes},
        "gan": Variant("late D", ADVERSARIAL),
        "deep-gan": Variant("late deeper D", ADVERSARIAL, discriminator=DeeperDiscriminator),
    }


def make_trainer(variant: Variant, precision: str) -> Trainer:
    """Returns the trainer of a variant; the baseline's starts as the product's own does."""
    recipe = variant.recipe
    layout: Any = {"device": DEVICE, "memory_format": torch.channels_last}
    trainer = Trainer(recipe, DEVICE, precision)
    torch.manual_seed(recipe.seed)
    trainer.objective = variant.objective(recipe)
    trainer.generator = variant.network(recipe.width, recipe.context).to(**layout)
    trainer.discriminator = variant.discriminator().to(**layout)
    trainer.averaged = copy.deepcopy(trainer.generator).eval()
    trainer.generator_optimiser = torch.optim.Adam(trainer.generator.parameters())
    trainer.discriminator_optimiser = torch.optim.Adam(
        trainer.discriminator.parameters(), recipe.discriminator_lr
    )
    return trainer


def within(data: VisibleData, indices: Iterable[int], land_cover: str) -> tuple[int, ...]:
    """Returns those of some chips that are of a land cover."""
    return tuple(i for i in indices if land_cover in (ALL, data.chips.names[i].partition("/")[0]))


def train(variant: Variant, data: VisibleData, steps: int, precision: str) -> Trainer:
    """Trains a variant from random weights."""
    chosen = replace(data.split, train=within(data, data.split.train, variant.land_cover))
    own = VisibleData(chosen, variant.recipe, data.chips)
    # Surrounded by any training chips, whatever their land cover, as the test chips are.
    vars(own)["_veiled"] = data._veiled
    trainer = make_trainer(variant, precision)
    for batch in map(own.batch, range(steps)):
        log = trainer.train_step(batch, steps)
        if trainer.step % 100 == 0:
            print(f"{variant.title}: step {trainer.step}, L1 {log['l1']:.4f}", file=sys.stderr)
    return trainer


def step_ratio(variant: Variant, data: VisibleData, precision: str) -> float:
    """Returns the processor seconds of a step, late in a run, by those of the baseline."""
    if variant == BASELINE:
        return 1.0
    trainers = [make_trainer(each, precision) for each in (BASELINE, variant)]
    times: tuple[list[float], list[float]] = ([], [])
    batch = data.batch(0)
    for _ in range(ROUNDS + 1):
        for trainer, seconds in zip(trainers, times, strict=True):
            trainer.step = 90
            start = time.process_time()
            trainer.train_step(batch, 100)
            seconds.append(time.process_time() - start)
    of_baseline, of_variant = (median(seconds[1:]) for seconds in times)
    return of_variant / of_baseline


def thin_batch(data: VisibleData, land_cover: str) -> ChipBatch:
    """Returns test chips under training's clouds, those under thin ones."""
    chosen = within(data, data.split.test, land_cover)[:TESTED]
    batch = data.under_clouds(chosen, VALIDATION_EPOCH, vary=False)
    transmittance = 1 - batch.opacity.mean(dim=(1, 2, 3))
    thin = (transmittance >= THIN[0]) & (transmittance <= THIN[1])
    return ChipBatch(*(part[thin] for part in batch))


@torch.inference_mode()
def score(trainer: Trainer, batch: ChipBatch) -> dict[str, float]:
    """Returns the mean scores of the averaged generator."""
    with autocast(trainer.device, trainer.dtype):
        prediction = trainer.objective.predict(trainer.averaged, batch)
    images = trainer.objective.image(prediction, batch).clamp(0, 1)
    return score_chips(images, batch.clear).means()


def measure(
    variant: Variant, tests: dict[str, ChipBatch], data: VisibleData, steps: int, precision: str
) -> list[Row]:
    """Trains a variant and scores it on every set of test chips."""
    ratio = step_ratio(variant, data, precision)
    trainer = train(variant, data, steps, precision)
    networks = trainer.generator, trainer.discriminator
    generator, discriminator = (sum(p.numel() for p in of.parameters()) for of in networks)
    sizes = generator, discriminator * trainer.joined
    rows = []
    for tested, batch in tests.items():
        before = score_chips(batch.cloudy, batch.clear).means()
        after = score(trainer, batch)
        scores = after["psnr"] - before["psnr"], before["mae"], after["mae"], after["gradient"]
        run = variant.title, tested, steps, precision, len(batch.clear)
        rows.append(Row(*run, *sizes, ratio, *scores))
    return rows


def keep(rows: list[Row], path: Path) -> None:
    """Writes all rows, old and new, at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    os.replace(partial, path)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="EuroSAT RGB, folder or zip")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--variants", help="some of them, by comma; all without")
    parser.add_argument("--classes", default="Forest,Industrial", help="with models of their own")
    parser.add_argument("--json", type=Path, help="keeps the rows, and has those that are done")
    chosen = parser.parse_args()
    chosen.classes = chosen.classes.split(",")
    known = ",".join(variants(chosen.classes))
    chosen.variants = (chosen.variants or known).split(",")
    if unknown := set(chosen.variants) - set(known.split(",")):
        parser.error(f"no variant called {', '.join(unknown)}; there are {known}")
    return chosen


def main() -> None:
    chosen = arguments()
    stored = chosen.json.read_text() if chosen.json and chosen.json.exists() else "[]"
    kept = [Row(**row) for row in json.loads(stored)]
    done = [row for row in kept if row.steps == chosen.steps]
    chips = load_chips(chosen.data)
    data = VisibleData(split(chips, FIDELITY.validation), FIDELITY, chips)
    if unknown := set(chosen.classes) - {name.partition("/")[0] for name in chips.names}:
        sys.exit(f"{chosen.data}: no chips of {', '.join(unknown)}")
    batches = {name: thin_batch(data, name) for name in (ALL, *chosen.classes)}
    # By timing, once: all variants, and a run that goes on, take the same.
    bf16 = Trainer(FIDELITY, DEVICE, "auto").dtype == torch.bfloat16
    precision = done[0].precision if done else "bf16" if bf16 else "fp32"
    print(HEADER, flush=True)
    for variant in map(variants(chosen.classes).__getitem__, chosen.variants):
        tested = set(batches) if variant == BASELINE else {variant.land_cover}
        rows = [row for row in done if row.variant == variant.title and row.tested in tested]
        if len(rows) < len(tested):
            missing = tested - {row.tested for row in rows}
            tests = {name: batch for name, batch in batches.items() if name in missing}
            rows += (new := measure(variant, tests, data, chosen.steps, precision))
            kept += new
            if chosen.json:
                keep(kept, chosen.json)
        print("\n".join(row.line() for row in rows), flush=True)


if __name__ == "__main__":
    main()
