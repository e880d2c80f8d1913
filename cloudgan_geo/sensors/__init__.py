"""Sensors, a module each: whatever module of this room has a `SENSOR` makes it known."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from cloudgan_geo.sensors.sensor import Sensor


@cache
def sensors() -> dict[str, Sensor]:
    """Returns all sensors by their names."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    ]
    found = [module.SENSOR for module in modules if hasattr(module, "SENSOR")]
    return {sensor.name: sensor for sensor in found}
