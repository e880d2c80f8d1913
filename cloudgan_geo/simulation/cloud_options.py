"""Which cloud is to be drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cloudgan_geo.arguments import Argument
from cloudgan_geo.clouds.cloud import Cloud
from cloudgan_geo.clouds.drawing import FAMILIES, draw_cloud
from cloudgan_geo.errors import UsageError


@dataclass(frozen=True)
class CloudOptions:
    """What cloud is to be drawn; whatever is None is drawn at random.

    Attributes:
        seed: Of everything that is drawn.
        family: One of `clouds.drawing.FAMILIES`; None for one of training's.
        coverage: Share of the pixels under cloud, in [0, 1].
        opacity: Mean over the clouded pixels, in green, in [0, 1).
        airlight: What an opaque cloud shows, grey, in the model domain: 1 is a reflectance
            of 0.275.

    Raises:
        UsageError: If one of them cannot be honoured.
    """

    seed: int = 0
    family: str | None = None
    coverage: float | None = None
    opacity: float | None = None
    airlight: float | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UsageError(Argument("seed", self.seed), ": takes a number of at least 0")
        if self.family is not None and self.family not in FAMILIES:
            raise UsageError(
                Argument("family", self.family), f": takes one of {', '.join(FAMILIES)}"
            )
        if self.coverage is not None and not 0 <= self.coverage <= 1:
            raise UsageError(Argument("coverage", self.coverage), ": takes a share from 0 to 1")
        if self.opacity is not None and not 0 <= self.opacity < 1:
            raise UsageError(Argument("opacity", self.opacity), ": takes a mean from 0 to below 1")
        if self.airlight is not None and not 0 < self.airlight < math.inf:
            raise UsageError(Argument("airlight", self.airlight), ": takes a number above 0")

    def cloud(self, index: int = 0) -> Cloud:
        """Draws the cloud of the scene, or of the chip of an index.

        It neither blurs nor casts a shadow, so that the truth is complete: with the opacity
        and the tags anyone can solve y = t * x + A * (1 - t) for the ground.
        """
        cloud = draw_cloud(np.random.default_rng((self.seed, index)), self.family, clear_share=0)
        changes: dict[str, Any] = {"blur": 0.0, "shadow": None}
        if self.coverage is not None:
            changes["coverage"] = self.coverage
            if self.coverage < 1:
                changes["evenness"] = 0.0
        if self.opacity is not None:
            changes["opacity"] = self.opacity
        if self.airlight is not None:
            changes["airlight"] = (self.airlight,) * 3
        return replace(cloud, **changes)
