"""Removes thin clouds from georeferenced Sentinel-2 images with a GAN.

>>> from cloudgan_geo import decloud
>>> decloud("scene.tif").output  # doctest: +SKIP
PosixPath('scene_decloud.tif')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cloudgan_geo.errors import CloudganError

if TYPE_CHECKING:
    from cloudgan_geo.arrays.clean import clean_array
    from cloudgan_geo.arrays.xarrays import decloud_dataarray
    from cloudgan_geo.correction.pipeline import decloud
    from cloudgan_geo.networks.zoo import load_generator

__version__ = "0.1.0"
__all__ = [
    "CloudganError",
    "__version__",
    "clean_array",
    "decloud",
    "decloud_dataarray",
    "load_generator",
]

# torch takes a second or more to import, and xarray need not be there: only once it is needed.
_MODULES = {
    "clean_array": "cloudgan_geo.arrays.clean",
    "decloud": "cloudgan_geo.correction.pipeline",
    "decloud_dataarray": "cloudgan_geo.arrays.xarrays",
    "load_generator": "cloudgan_geo.networks.zoo",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
