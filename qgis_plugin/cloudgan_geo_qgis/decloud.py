"""Remove thin clouds: `cloudgan-geo decloud`."""

from __future__ import annotations

from .algorithm import BackendAlgorithm
from .tables.decloud import DECLOUD


class RemoveThinClouds(BackendAlgorithm):
    """Removes thin clouds from a Sentinel-2 image."""

    NAME = "decloud"
    TITLE = "Remove thin clouds"
    TOOLTIP = "Removes thin clouds from a Sentinel-2 image and says which pixels to trust"
    TAGS = ("cirrus", "haze", "veil", "remove", "deep learning")
    SUMMARY = (
        "Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with the bands that "
        "the model reads; those of this plugin read red, green and blue of 10 m. Coordinates, "
        "size, data type, nodata and all bands that the model does not correct stay as they are, "
        "and so do pixels that are clear. What lies under thick cloud cannot be seen by anyone: "
        "ask for the quality band to know where that is."
    )
    COMMAND = "decloud"
    OPTIONS = DECLOUD
