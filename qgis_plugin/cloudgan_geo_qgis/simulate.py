"""Simulate thin clouds: `cloudgan-geo simulate`."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
)

from .algorithm import RADIOMETRIES, RADIOMETRY_HELP, BackendAlgorithm, file_of
from .style import LikeInput, Style, style_later

_FAMILIES = ["mixed", "veil", "patches", "streaks", "perlin", "ridged", "cellular"]
#: Numbers that are drawn at random unless they are given: description, largest, help.
_DRAWN = {
    "COVERAGE": ("Coverage", 1.0, "Share of the pixels under cloud, 0 to 1."),
    "OPACITY": ("Mean opacity", 0.99, "Over the clouded pixels, in green: 0 to below 1."),
    "AIRLIGHT": (
        "Airlight",
        None,
        "What an opaque cloud shows: 1 is a reflectance of 0.275, 0.3 is grey, 1.6 saturates.",
    ),
}


class SimulateThinClouds(BackendAlgorithm):
    """Puts a synthetic cloud on a clear image."""

    SUMMARY = (
        "Puts a synthetic thin cloud on a clear Sentinel-2 image, of which the truth is known: to "
        "test Remove thin clouds on your own ground before you trust it. Only valid pixels of red, "
        "green and blue change. What is not given is drawn at random, as for the training of the "
        "models; the same seed draws the same cloud."
    )

    def name(self) -> str:
        """Returns the id."""
        return "simulate"

    def displayName(self) -> str:
        """Returns the name in the toolbox."""
        return "Simulate thin clouds"

    def shortDescription(self) -> str:
        """Returns the tooltip in the toolbox."""
        return "Puts a synthetic thin cloud on a clear image, of which the truth is known"

    def tags(self) -> list[str]:
        """Returns words to find it by."""
        return ["cloud", "thin", "cirrus", "haze", "synthetic", "simulate", "Sentinel-2", "test"]

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares parameters and outputs."""
        self.add(
            QgsProcessingParameterRasterLayer("INPUT", "Clear image"),
            "A raster file with red, green and blue bands.",
        )
        self.add(
            QgsProcessingParameterEnum(
                "FAMILY",
                "Shape of the cloud",
                _FAMILIES,
                defaultValue="mixed",
                usesStaticStrings=True,
            ),
            "mixed draws one of veil, patches and streaks. The models have never seen perlin, "
            "ridged and cellular.",
        )
        for name, (description, largest, text) in _DRAWN.items():
            number = QgsProcessingParameterNumber(
                name,
                description,
                QgsProcessingParameterNumber.Type.Double,
                optional=True,
                minValue=0,
            )
            if largest is not None:
                number.setMaximum(largest)
            self.add(number, f"{text} Drawn at random if not set.")
        self.add(
            QgsProcessingParameterNumber(
                "SEED",
                "Seed",
                QgsProcessingParameterNumber.Type.Integer,
                defaultValue=0,
                minValue=0,
            ),
            "Another seed draws another cloud.",
        )
        self.add(
            QgsProcessingParameterEnum(
                "RADIOMETRY",
                "Radiometry",
                RADIOMETRIES,
                defaultValue="auto",
                usesStaticStrings=True,
            ),
            RADIOMETRY_HELP,
        )
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", "Cloudy image"),
            "GeoTIFF like the input. It gets the style of the input layer.",
        )
        self.add(
            QgsProcessingParameterRasterDestination(
                "TRUTH", "Opacity of the cloud", optional=True, createByDefault=False
            ),
            "The truth: 1 - transmittance in green, 0 to 1.",
        )

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads what belongs to the main thread: the input layer and its style."""
        layer = self.raster_of(parameters, "INPUT", context)
        self._source = file_of(layer)
        self._look = LikeInput(layer, rgb_only=False)
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Runs the backend; the outputs get their style once they are loaded."""
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        truth = self.parameterAsOutputLayer(parameters, "TRUTH", context)
        # The backend writes it in any case, but not beside the user's files unasked.
        written = truth or QgsProcessingUtils.generateTempFilename("opacity.tif")
        arguments = ["simulate", self._source, output, "--overwrite", "--opacity-out", written]
        arguments += ["--seed", str(self.parameterAsInt(parameters, "SEED", context))]
        for name in ("FAMILY", "RADIOMETRY"):
            choice = self.parameterAsEnumString(parameters, name, context)
            arguments += [f"--{name.lower()}", choice]
        for name in _DRAWN:
            if parameters.get(name) not in (None, ""):
                value = self.parameterAsDouble(parameters, name, context)
                arguments += [f"--{name.lower()}", repr(value)]
        facts = self.run_backend(arguments, [output, written], feedback)
        if facts is None:
            return {}
        feedback.pushInfo(
            f"{facts['coverage']:.1%} under cloud of mean opacity {facts['mean_opacity']:.3f}"
        )
        style_later(context, output, self._look)
        if not truth:
            return {"OUTPUT": output}
        style_later(context, truth, Style("opacity.qml"))
        return {"OUTPUT": output, "TRUTH": truth}
