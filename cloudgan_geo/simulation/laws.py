"""How clouds are laid over clear ground: as real veils are, or as `thin` was trained."""

from __future__ import annotations

from typing import Any, Protocol

from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.scattering_law import ScatteringLaw
from cloudgan_geo.simulation.veil_law import VeilLaw


class LaidCloud(Protocol):
    """A cloud over a scene, which it gets row by row from the top down."""

    @property
    def scene(self) -> Scene:
        """The scene, used for the bands that the cloud changes."""

    @property
    def radiometry(self) -> Radiometry:
        """Of these bands, with the domain in which the cloud is laid over them."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What its layers are of, the lowest first."""

    @property
    def truths(self) -> tuple[str, ...]:
        """What the bands of the truth are called; the first is the opacity."""

    @property
    def told(self) -> dict[str, Any]:
        """All that is to be known of it, fit for JSON: with it the law can be solved."""

    def apply(self, ground: Float32, top: int) -> tuple[Float32, Float32]:
        """Lays it over rows of the ground.

        Args:
            ground: In the domain, shape (bands, rows, width).
            top: Their first row in the scene.

        Returns:
            What is seen, not clipped, of the ground's shape and its very bits where the opacity
            is 0; and the truths, shape (truths, rows, width), in [0, 1].
        """


class CloudLaw(Protocol):
    """A way to draw clouds and lay them over ground."""

    def over_scene(self, scene: Scene, radiometry: Radiometry) -> LaidCloud:
        """Draws the cloud of a scene.

        Args:
            scene: Clear.
            radiometry: Of its red, green and blue.

        Raises:
            RadiometryError: If what its other bands hold cannot be told.
        """

    def over_chip(self, chip: Float32, index: int) -> tuple[Float32, Float32]:
        """Draws a cloud of its own for a chip and lays it over that.

        Args:
            chip: Red, green and blue in the model domain, shape (3, height, width).
            index: Its place among the chips.

        Returns:
            What is seen, of the same shape, clipped to [0, 1]; opacity, shape (height, width).
        """


def law_of(options: CloudOptions) -> CloudLaw:
    """Returns the law that is asked for."""
    return VeilLaw(options) if options.law == "veil" else ScatteringLaw(options)
