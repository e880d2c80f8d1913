"""Sensors, a module each: whatever module of this room has a `SENSOR` makes it known."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from cloudgan_geo.sensors.product import Labels
from cloudgan_geo.sensors.sensor import Sensor
from cloudgan_geo.sensors.sentinel2 import SENSOR as DEFAULT

__all__ = ["DEFAULT", "profile_names", "recognised", "sensors"]


@cache
def sensors() -> dict[str, Sensor]:
    """Returns all sensors by their names."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    ]
    found = [module.SENSOR for module in modules if hasattr(module, "SENSOR")]
    return {sensor.name: sensor for sensor in found}


def profile_names() -> tuple[str, ...]:
    """Returns the names of the radiometry profiles of all sensors, each once."""
    profiles = [profile.name for sensor in sensors().values() for profile in sensor.profiles]
    return tuple(dict.fromkeys(profiles))


def recognised(labels: Labels) -> Sensor | None:
    """Returns the sensor that a raster says it is of; None if it says none."""
    return next((sensor for sensor in sensors().values() if sensor.recognises(labels)), None)
