"""Remove thin clouds: `cloudgan-geo decloud`."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from .advanced import BANDS, DEFAULTS, add_advanced
from .algorithm import RADIOMETRIES, RADIOMETRY_HELP, BackendAlgorithm, file_of
from .area import polygon_file
from .style import LikeInput, Look, Ramp, Style, style_later

_MODELS = ["thin", "article"]
#: Outputs beside the scene: option of the backend, description, help, look.
_BESIDE: dict[str, tuple[str, str, str, Look]] = {
    "QA": (
        "--qa",
        "Quality band",
        "One byte a pixel: 0 no data, 1 clear, 2 corrected, 3 cloud too thick to see through. "
        "Not for the model article.",
        Style("quality.qml"),
    ),
    "OPACITY": (
        "--opacity",
        "Opacity of the cloud",
        "Share of the light that the cloud hides, 0 to 1, as the model estimates it. Not for the "
        "model article.",
        Style("opacity.qml"),
    ),
    "ERROR": (
        "--error",
        "Expected error",
        "Half the width of the interval that should hold the true value in nine of ten pixels, in "
        "the units of the input. Not for the model article.",
        Ramp(),
    ),
}


class RemoveThinClouds(BackendAlgorithm):
    """Removes thin clouds from a Sentinel-2 image."""

    SUMMARY = (
        "Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with red, green and "
        "blue of 10 m. Coordinates, size, data type, nodata and all other bands stay as they are, "
        "and so do pixels that are clear. What lies under thick cloud cannot be seen by anyone: "
        "ask for the quality band to know where that is."
    )

    def name(self) -> str:
        """Returns the id."""
        return "decloud"

    def displayName(self) -> str:
        """Returns the name in the toolbox."""
        return "Remove thin clouds"

    def shortDescription(self) -> str:
        """Returns the tooltip in the toolbox."""
        return "Removes thin clouds from a Sentinel-2 image and says which pixels to trust"

    def tags(self) -> list[str]:
        """Returns words to find it by."""
        return ["cloud", "thin", "cirrus", "haze", "veil", "Sentinel-2", "remove", "deep learning"]

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares parameters and outputs."""
        self.add(
            QgsProcessingParameterRasterLayer("INPUT", "Cloudy image"),
            "A raster file with red, green and blue bands. Layers of web services have to be saved "
            "as a file first.",
        )
        self.add(
            QgsProcessingParameterEnum(
                "MODEL", "Model", _MODELS, defaultValue="thin", usesStaticStrings=True
            ),
            "thin: for real thin clouds. article: the network of an article, a reference for "
            "comparison that also changes clear ground.",
        )
        self.add(
            QgsProcessingParameterExtent("EXTENT", "Only within this extent", optional=True),
            "Pixels outside are copied unchanged.",
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "AOI",
                "Only within these polygons",
                [QgsProcessing.SourceType.TypeVectorPolygon],
                optional=True,
            ),
            "Pixels whose centre is outside are copied unchanged. Any coordinate reference system.",
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
        add_advanced(self)
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", "Image without thin clouds"),
            "GeoTIFF like the input. It gets the style of the input layer.",
        )
        for name, (_, description, text, _) in _BESIDE.items():
            self.add(
                QgsProcessingParameterRasterDestination(
                    name, description, optional=True, createByDefault=False
                ),
                text,
            )

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Tells whether the parameters make sense: all bands or none."""
        fine, why = super().checkParameterValues(parameters, context)
        if fine and len(_bands_given(parameters)) not in (0, len(BANDS)):
            return False, "Red, green and blue band: give all three, or none to have them found."
        return fine, why

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads what belongs to the main thread: the input layer, its style and the area."""
        layer = self.raster_of(parameters, "INPUT", context)
        self._source = file_of(layer)
        rgb_only = self.parameterAsBool(parameters, "RGB_ONLY", context)
        self._look = LikeInput(layer, rgb_only)
        self._extent = None
        if parameters.get("EXTENT") not in (None, ""):
            extent = self.parameterAsExtent(parameters, "EXTENT", context, layer.crs())
            if not extent.isNull():
                self._extent = extent
        self._area = None
        if self.parameterAsSource(parameters, "AOI", context) is not None:
            self._area = polygon_file(self, parameters, "AOI", context, feedback)
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Runs the backend; the outputs get their style once they are loaded."""
        outputs = {"OUTPUT": self.parameterAsOutputLayer(parameters, "OUTPUT", context)}
        arguments = ["decloud", self._source, "--output", outputs["OUTPUT"], "--overwrite"]
        for name, (option, *_) in _BESIDE.items():
            path = self.parameterAsOutputLayer(parameters, name, context)
            if path:
                outputs[name] = path
                arguments += [option, path]
        arguments += self._options(parameters, context)
        if self.run_backend(arguments, outputs.values(), feedback) is None:
            return {}
        style_later(context, outputs["OUTPUT"], self._look)
        for name, (*_, look) in _BESIDE.items():
            if name in outputs:
                style_later(context, outputs[name], look)
        return outputs

    def _options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        def text(name: str) -> str:
            return str(self.parameterAsString(parameters, name, context)).strip()

        def choice(name: str) -> str:
            return str(self.parameterAsEnumString(parameters, name, context))

        options = ["--model", text("WEIGHTS") or choice("MODEL")]
        options += ["--radiometry", choice("RADIOMETRY")]
        options += ["--device", text("DEVICE") or "auto", "--precision", choice("PRECISION")]
        options += ["--overlap", str(self.parameterAsInt(parameters, "OVERLAP", context))]
        if bands := self._bands(parameters, context):
            options += ["--bands", bands]
        if self._extent is not None:
            box = self._extent
            sides = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
            # With the equals sign: a negative number must not look like an option.
            options.append(f"--bounds={','.join(repr(side) for side in sides)}")
        if self._area is not None:
            options += ["--aoi", self._area]
        if parameters.get("BATCH_SIZE") not in (None, ""):
            size = self.parameterAsInt(parameters, "BATCH_SIZE", context)
            options += ["--batch-size", str(size)]
        for pair in filter(None, text("OPTIONS").split("|")):
            options += ["--co", pair]
        for name in ("RGB_ONLY", "COG"):
            if self.parameterAsBool(parameters, name, context):
                options.append(_option(name))
        if choice("THICK") != "keep":
            options += ["--thick", choice("THICK")]
        for name, default in DEFAULTS.items():
            value = self.parameterAsDouble(parameters, name, context)
            if value != default:
                options += [_option(name), repr(value)]
        return options

    def _bands(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        if not _bands_given(parameters):
            return ""
        return ",".join(str(self.parameterAsInt(parameters, name, context)) for name in BANDS)


def _bands_given(parameters: dict[str, Any]) -> list[str]:
    return [name for name in BANDS if parameters.get(name) not in (None, "")]


def _option(name: str) -> str:
    return "--" + name.lower().replace("_", "-")
