"""What a training run does, as data: the article's recipe and the one behind our weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import Adversarial, Context, GivenBands, Resolution, Schedule
from cloudgan_geo.errors import UsageError

Clouds = Literal["article", "scattering", "veil"]


@dataclass(frozen=True)
class Recipe:
    """Every choice of a training run; the checkpoint stores it.

    Attributes:
        name: What `recipe` calls it.
        clouds: The `article`'s, for its generator; `scattering`, for the one that also predicts
            opacity and error; or `veil`, over 13-band chips, for the one that does so in all bands.
        context: What that one sees beyond a chip; see `networks.thin`.
        epochs: Passes over the training chips.
        repeats: How often an epoch draws every chip, under `veil`.
        uses: How often a chip that was drawn is trained on, each time turned, under `veil`: drawing
            takes as long as training on it.
        batch_size: Chips a step.
        bands: Which bands chips have, under `veil`.
        corrected_share: How likely a chip looks like level 2A, under `veil`; with the cirrus band,
            which that level lacks, none does.
        resolution: At which a generator under `veil` predicts: `half`, of all that `networks.veil`
            says; `full`, see `networks.fine`.
        generator_lr: Learning rate of the generator's Adam, its peak under `cosine`.
        weight_decay: Of the generator's weights, apart from Adam's steps (I. Loshchilov,
            F. Hutter, "Decoupled weight decay regularization", ICLR 2019).
        discriminator_lr: Learning rate of the discriminator's Adam.
        l1_weight: Weight of the mean absolute error beside the adversarial term, under the
            article's clouds.
        adversarial: Loss of the generator on the discriminator's logits.
        adversarial_weight: Its weight once fully ramped; 0 trains without discriminator.
        adversarial_start: Share of all steps before the discriminator joins; its weight then
            ramps up over a quarter of the steps that are left.
        schedule: `constant`, `step` (times 0.1 every 10 epochs) or `cosine` (2 % warm-up,
            then down to a hundredth of the peak).
        ema: Decay a step of the averaged generator that is validated and kept; 0 keeps the
            raw one.
        augment: Flip and rotate the clear chips at random.
        width: Feature maps of the generator's first level.
        clip: Largest norm of the generator's gradient; 0 for none.
        validation: Training chips held out to choose the best checkpoint.
        seed: Seeds weights, order and clouds.
        start: SHA-256 of the weights file that the generator starts from; empty for random
            weights.
    """

    name: str
    clouds: Clouds = "article"
    context: Context = "surroundings"
    epochs: int = 15
    repeats: int = 1
    uses: int = 4
    batch_size: int = 64
    bands: GivenBands = "all"
    corrected_share: float = 0.35
    resolution: Resolution = "half"
    generator_lr: float = 1e-4
    weight_decay: float = 0.0
    discriminator_lr: float = 1e-5
    l1_weight: float = 100.0
    adversarial: Adversarial = "non-saturating"
    adversarial_weight: float = 1.0
    adversarial_start: float = 0.0
    schedule: Schedule = "constant"
    ema: float = 0.0
    augment: bool = False
    width: int = 32
    clip: float = 0.0
    validation: int = 512
    seed: int = 231
    start: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Returns the recipe as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Rebuilds a recipe from `as_dict`, ignoring keys of other versions."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})


_VEIL = Recipe(
    "veil",
    clouds="veil",
    epochs=11,
    repeats=1,
    batch_size=32,
    generator_lr=2e-3,
    weight_decay=1e-2,
    adversarial_weight=0.0,
    schedule="cosine",
    ema=0.998,
    augment=True,
    width=24,
    clip=1.0,
    validation=64,
)

RECIPES = {
    # The article's printed settings.
    "article": Recipe("article"),
    # Same networks, clouds and loss; what a CPU can do with them in two hours: small batches,
    # a high learning rate that decays to nothing, the discriminator late, averaged weights.
    "article-cosine": Recipe(
        "article-cosine",
        batch_size=32,
        generator_lr=1.5e-3,
        discriminator_lr=1e-4,
        adversarial_start=0.85,
        schedule="cosine",
        ema=0.998,
        augment=True,
    ),
    # Scattering-law clouds; fidelity alone for most of the run, then a small adversarial term.
    "thin": Recipe(
        "thin",
        clouds="scattering",
        epochs=30,
        batch_size=32,
        generator_lr=1e-3,
        discriminator_lr=1e-4,
        adversarial_weight=0.05,
        adversarial_start=0.85,
        schedule="cosine",
        ema=0.999,
        augment=True,
        width=16,
        clip=1.0,
    ),
    # The law of a veil in all bands, fidelity alone; and in those that many scenes have.
    "veil": _VEIL,
    "veil-no-b10": replace(_VEIL, name="veil-no-b10", bands="no-b10"),
    "veil-10m": replace(_VEIL, name="veil-10m", bands="10m"),
    # Every veil met once and weights as they come: the half of `visible` that is not `thin`.
    "veil-rgb": replace(
        _VEIL,
        name="veil-rgb",
        bands="rgb",
        corrected_share=0.0,
        resolution="full",
        epochs=3,
        repeats=8,
        uses=1,
        weight_decay=1e-4,
        ema=0.0,
        width=12,
    ),
}


def recipe_named(name: str) -> Recipe:
    """Returns a recipe by name.

    Raises:
        UsageError: If there is none of that name.
    """
    try:
        return RECIPES[name]
    except KeyError:
        choices = ", ".join(RECIPES)
        raise UsageError(
            f"no recipe called {name!r}; ", Argument("recipe"), f" takes one of {choices}"
        ) from None
