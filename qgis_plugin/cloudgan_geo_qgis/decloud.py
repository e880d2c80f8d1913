"""Remove thin clouds: `cloudgan-geo decloud`."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext

from .algorithm import BackendAlgorithm
from .language import tr
from .options import RasterOutput
from .outputs import is_left_empty
from .tables.decloud import DECLOUD, WITHOUT_ESTIMATES


class RemoveThinClouds(BackendAlgorithm):
    """Removes thin clouds from a Sentinel-2 image."""

    NAME = "decloud"
    TITLE = "Remove thin clouds"
    TOOLTIP = "Removes thin clouds from a Sentinel-2 image and says which pixels to trust"
    TAGS = ("cirrus", "haze", "veil", "remove", "deep learning")
    SUMMARY = (
        "Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with the bands that "
        "the model reads: red, green and blue, or all of L1C. Coordinates, size, data type, nodata "
        "and all bands that the model does not correct stay as they are, and so do pixels that "
        "are clear. What lies under thick cloud cannot be seen by anyone: "
        "ask for the quality band to know where that is."
    )
    COMMAND = "decloud"
    OPTIONS = DECLOUD

    def refusal(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Returns why a bundled model does not give what is asked for."""
        model = self.parameterAsEnumString(parameters, "MODEL", context)
        weights = self.parameterAsString(parameters, "WEIGHTS", context).strip()
        asked = [
            f'"{tr(option.label)}"'
            for option in self.OPTIONS
            if isinstance(option, RasterOutput)
            and option.estimated
            and not is_left_empty(parameters.get(option.name))
        ]
        if weights or model not in WITHOUT_ESTIMATES or not asked:
            return ""
        said = tr(
            "The model {model} estimates no opacity, so that there is no {outputs}: leave that "
            "empty, or take the model thin."
        )
        return said.format(model=model, outputs=", ".join(asked))
