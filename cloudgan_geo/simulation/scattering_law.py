"""Clouds over red, green and blue whose airlight knows no ground: y = t * x + A * (1 - t)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cloudgan_geo.clouds.cloud import Cloud
from cloudgan_geo.clouds.drawing import draw_cloud, overcast
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.simulation.cloud_options import CloudOptions


@dataclass(frozen=True)
class ScatteringLaw:
    """The clouds that the generator `thin` was trained with; see `laws.CloudLaw`."""

    options: CloudOptions

    def over_scene(self, scene: Scene, radiometry: Radiometry) -> LaidScattering:
        """Lays a cloud over a scene."""
        return LaidScattering(self._draw(0), scene, radiometry)

    def over_chip(self, chip: Float32, index: int) -> tuple[Float32, Float32]:
        """Lays a cloud of its own over a chip."""
        seen, opacity = overcast(chip[None], [self._draw(index)])
        return seen[0], opacity[0, 0]

    def _draw(self, index: int) -> Cloud:
        """Draws the cloud of the scene, or of the chip of an index.

        It neither blurs nor casts a shadow, so that the truth is complete: with the opacity
        and the tags anyone can solve the law for the ground.
        """
        options = self.options
        rng = np.random.default_rng((options.seed, index))
        cloud = draw_cloud(rng, options.family, clear_share=0)
        changes: dict[str, Any] = {"blur": 0.0, "shadow": None}
        if options.coverage is not None:
            changes["coverage"] = options.coverage
            if options.coverage < 1:
                changes["evenness"] = 0.0
        if options.opacity is not None:
            changes["opacity"] = options.opacity
        if options.airlight is not None:
            changes["airlight"] = (options.airlight,) * 3
        return replace(cloud, **changes)


class LaidScattering:
    """Such a cloud over a scene; see `laws.LaidCloud`."""

    kinds = ("cloud",)
    truths = ("opacity",)

    def __init__(self, cloud: Cloud, scene: Scene, radiometry: Radiometry) -> None:
        self.scene = scene
        self.radiometry = radiometry
        self._cloud = cloud
        self._placed = cloud.over(scene.height, scene.width)

    @property
    def told(self) -> dict[str, Any]:
        """All that is to be known of it."""
        family = type(self._cloud.field).__name__
        return {"law": "scattering", "family": family, **asdict(self._cloud)}

    def apply(self, ground: Float32, top: int) -> tuple[Float32, Float32]:
        """Lays it over rows of the ground."""
        seen, opacity = self._placed.apply(ground, top)
        return seen, opacity[None]
