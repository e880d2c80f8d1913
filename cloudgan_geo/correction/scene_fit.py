"""A scene that is open and the bands of it that a generator gets."""

from __future__ import annotations

from dataclasses import dataclass

from cloudgan_geo.correction.choosing import open_for
from cloudgan_geo.correction.cleaner import Model, bands_of, model_name
from cloudgan_geo.correction.fitting import Fit, fit_bands
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.plan import Plan, make_plan
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.reading.source import ScenePaths


@dataclass(frozen=True)
class FittedScene:
    """A scene that a generator can work on.

    Attributes:
        scene: The scene.
        model: The generator for it.
        fit: Which of its bands the generator reads and corrects.
        options: As they were given.
    """

    scene: Scene
    model: Model
    fit: Fit
    options: DecloudOptions

    def plan(self) -> Plan:
        """Settles what is going to be done, reading as much of the scene as it takes.

        Raises:
            UsageError: If the overlap, the area or the radiometry cannot be honoured.
            RadiometryError: If the radiometry cannot be told.
        """
        options = self.options
        return make_plan(
            self.scene,
            self.fit,
            radiometry=options.radiometry,
            level=options.level,
            write=options.write,
            overlap=options.overlap,
            aoi=options.aoi,
            bounds=options.bounds,
        )


def fit_scene(model: Model, scene: ScenePaths, options: DecloudOptions) -> FittedScene:
    """Opens a scene for a generator, which is not loaded.

    Args:
        model: The generator, or several to choose from; see `choosing.chosen`.
        scene: Path of a raster or a product, or paths of single-band files.
        options: Which bands there are, and which are to be corrected and written.

    Raises:
        SceneError: If the scene cannot be read.
        BandError: If it lacks a band that the generator needs.
        WeightsError: If there is no such generator, or its file or its card is damaged.
    """
    opened, found = open_for(
        model, scene, bands=options.bands, rgb_only=options.rgb_only, write=options.write
    )
    there = opened.named.indexes
    fit = fit_bands(opened.path, model_name(found), bands_of(found), there, options.correct)
    return FittedScene(opened, found, fit, options)
