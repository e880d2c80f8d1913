"""The wavelengths that rasters state for their bands."""

from __future__ import annotations

from typing import Any

# Nanometres of the units in which they are stated: ENVI's names, and those of GDAL.
_UNITS = {"nanometers": 1.0, "nm": 1.0, "micrometers": 1000.0, "um": 1000.0}
# Without a unit, what is below this is in micrometres: no band is that short, none that long.
_MICROMETRES = 100.0


def wavelengths(dataset: Any) -> list[float | None]:
    """Returns the wavelength of the centre of each band in nanometres, None where none is stated.

    Args:
        dataset: A raster opened by rasterio.
    """
    return [
        _of_tags(dataset.tags(band), dataset.tags(band, ns="IMAGERY")) for band in dataset.indexes
    ]


def _of_tags(tags: dict[str, str], imagery: dict[str, str]) -> float | None:
    central = _number(imagery.get("CENTRAL_WAVELENGTH_UM"))
    if central is not None:
        return central * _UNITS["um"]
    lower = {key.lower(): value for key, value in tags.items()}
    stated = _number(lower.get("wavelength"))
    unit = lower.get("wavelength_units", "").strip().lower()
    if stated is None:
        return None
    if unit not in _UNITS:
        unit = "um" if stated < _MICROMETRES else "nm"
    return stated * _UNITS[unit]


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
