"""What a product is, and what is written on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Labels:
    """What a raster says of itself.

    Attributes:
        path: Its own, as given.
        tags: Its metadata.
        descriptions: Of its bands, None where there is none.
    """

    path: str
    tags: Mapping[str, str] = field(default_factory=dict)
    descriptions: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Product:
    """A product of a sensor, each band in a file of its own.

    Attributes:
        bands: Path of the file of each band in its own resolution, for GDAL, by its name; the
            first ones are those of the finest.
        tags: What its metadata says that is worth keeping.
        nodata: Value of all bands that means no data; None for what their files declare.
    """

    bands: dict[str, str]
    tags: dict[str, str]
    nodata: float | None = None

    def chosen(self, names: Collection[str]) -> dict[str, str]:
        """Returns the bands of some names, as far as there are any."""
        return {name: path for name, path in self.bands.items() if name in names}
