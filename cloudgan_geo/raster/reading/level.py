"""The level to which a product was processed: top of the atmosphere or surface."""

from __future__ import annotations

from typing import get_args

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedLevel, Level
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.scene import Scene


def find_level(scene: Scene, requested: AskedLevel = defaults.LEVEL) -> tuple[Level | None, str]:
    """Settles the level of a scene.

    Args:
        scene: The scene, whose sensor knows what its products say.
        requested: As given; `auto` to find it.

    Returns:
        The level, None if it cannot be told, and what it was told by.

    Raises:
        UsageError: If there is no such level.
    """
    if requested not in get_args(AskedLevel):
        raise UsageError(
            Argument("level", requested), f": takes one of {', '.join(get_args(AskedLevel))}"
        )
    for level in get_args(Level):
        if requested == level:
            return level, "as given"
    told = scene.sensor.level_of(scene.labels)
    return (None, "not stated") if told is None else told
