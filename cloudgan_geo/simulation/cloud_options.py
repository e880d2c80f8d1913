"""Which cloud is to be drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedKind, Law
from cloudgan_geo.clouds.drawing import FAMILIES
from cloudgan_geo.errors import UsageError


@dataclass(frozen=True)
class CloudOptions:
    """What cloud is to be drawn; whatever is None is drawn at random.

    Attributes:
        seed: Of everything that is drawn.
        family: Shape, one of `clouds.drawing.FAMILIES`; None for one of training's.
        coverage: Share of the pixels under cloud, in [0, 1].
        opacity: Mean over the clouded pixels, in green, in [0, 1).
        airlight: What an opaque cloud of the law `scattering` shows, grey, in the model domain: 1
            is a reflectance of 0.275. What a veil shows follows the ground.
        law: How it is laid over the ground.
        kind: What a veil is of; `any` draws one as for training, and with a coverage or an opacity
            one of a single layer.

    Raises:
        UsageError: If one of them cannot be honoured.
    """

    seed: int = 0
    family: str | None = None
    coverage: float | None = None
    opacity: float | None = None
    airlight: float | None = None
    law: Law = defaults.LAW
    kind: AskedKind = defaults.KIND

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UsageError(Argument("seed", self.seed), ": takes a number of at least 0")
        _check_choice("family", self.family, (None, *FAMILIES))
        _check_choice("law", self.law, get_args(Law))
        _check_choice("kind", self.kind, get_args(AskedKind))
        if self.coverage is not None and not 0 <= self.coverage <= 1:
            raise UsageError(Argument("coverage", self.coverage), ": takes a share from 0 to 1")
        if self.opacity is not None and not 0 <= self.opacity < 1:
            raise UsageError(Argument("opacity", self.opacity), ": takes a mean from 0 to below 1")
        if self.airlight is not None and not 0 < self.airlight < math.inf:
            raise UsageError(Argument("airlight", self.airlight), ": takes a number above 0")
        self._check_law()

    @property
    def is_measured(self) -> bool:
        """Whether a coverage or an opacity is asked for."""
        return self.coverage is not None or self.opacity is not None

    def _check_law(self) -> None:
        if self.law == "veil" and self.airlight is not None:
            raise UsageError(
                Argument("airlight", self.airlight),
                ": what a veil shows follows the ground under it; leave that out, or take ",
                Argument("law", "scattering"),
            )
        if self.law == "scattering" and self.kind != "any":
            raise UsageError(
                Argument("kind", self.kind),
                ": clouds of the law scattering are of no kind; leave that out, or take ",
                Argument("law", "veil"),
            )
        if self.kind == "mixture" and self.is_measured:
            given = "opacity" if self.coverage is None else "coverage"
            raise UsageError(
                Argument(given, getattr(self, given)),
                ": is that of one layer of cloud, and a mixture has two; take another ",
                Argument("kind"),
            )


def _check_choice(name: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    if value not in choices:
        named = ", ".join(choice for choice in choices if choice is not None)
        raise UsageError(Argument(name, value), f": takes one of {named}")
