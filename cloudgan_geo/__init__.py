"""Removes thin clouds from georeferenced Sentinel-2 images with a GAN.

>>> from cloudgan_geo import decloud
>>> decloud("scene.tif").output  # doctest: +SKIP
PosixPath('scene_decloud.tif')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudgan_geo.errors import CloudganError

if TYPE_CHECKING:
    from cloudgan_geo.correction.pipeline import decloud
    from cloudgan_geo.networks.zoo import load_generator

__version__ = "0.1.0"
__all__ = ["CloudganError", "__version__", "decloud", "load_generator"]


def __getattr__(name: str) -> Any:
    # torch takes a second or more to import: only once it is needed.
    if name == "decloud":
        from cloudgan_geo.correction.pipeline import decloud

        return decloud
    if name == "load_generator":
        from cloudgan_geo.networks.zoo import load_generator

        return load_generator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
