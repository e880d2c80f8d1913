"""Evaluate against a clear image: `cloudgan-geo compare`."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from .algorithm import RADIOMETRIES, RADIOMETRY_HELP, BackendAlgorithm, file_of

#: Input layers: parameter, option of the backend (none: an argument), description, help.
_LAYERS = (
    ("INPUT", None, "Result", "What Remove thin clouds wrote."),
    ("CLEAR", None, "Clear image", "The same place on the same grid, without clouds."),
    (
        "BEFORE",
        "--before",
        "Cloudy image",
        "What the result was made from: measured too, to see what was gained.",
    ),
    (
        "QA",
        "--qa",
        "Quality band",
        "That of the result: clear, corrected and thick pixels are measured by themselves too.",
    ),
)
_SCORES = {"psnr": "PSNR (dB)", "ssim": "SSIM", "mae": "MAE", "sam": "SAM (degrees)"}


class EvaluateAgainstClear(BackendAlgorithm):
    """Measures a result against a clear image of the same place."""

    SUMMARY = (
        "Measures how far a result is from a clear image of the same place, and the cloudy image "
        "too: peak signal-to-noise ratio (PSNR, higher is better), structural similarity (SSIM, at "
        "most 1), mean absolute error (MAE) and spectral angle (SAM, 0 is the same colour), of "
        "red, green and blue as reflectance / 0.275. Only pixels that hold data in every image "
        "count. Ground that changed between the dates counts as error."
    )

    def name(self) -> str:
        """Returns the id."""
        return "evaluate"

    def displayName(self) -> str:
        """Returns the name in the toolbox."""
        return "Evaluate against a clear image"

    def shortDescription(self) -> str:
        """Returns the tooltip in the toolbox."""
        return "Measures a result against a clear image of the same place"

    def tags(self) -> list[str]:
        """Returns words to find it by."""
        return ["cloud", "compare", "accuracy", "PSNR", "SSIM", "MAE", "SAM", "Sentinel-2"]

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares parameters and outputs."""
        for name, option, description, text in _LAYERS:
            self.add(
                QgsProcessingParameterRasterLayer(name, description, optional=option is not None),
                text,
            )
        self.add(
            QgsProcessingParameterEnum(
                "RADIOMETRY",
                "Radiometry",
                RADIOMETRIES,
                defaultValue="auto",
                usesStaticStrings=True,
            ),
            f"Of all images. {RADIOMETRY_HELP}",
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "TABLE", "Table", QgsProcessing.SourceType.TypeVector, optional=True
            ),
            "A table without geometry: one row an image and class of the quality band.",
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "HTML", "Report", "HTML files (*.html)", optional=True
            ),
            "The table as a page, with an explanation of the numbers.",
        )
        for name, description in _SCORES.items():
            self.addOutput(QgsProcessingOutputNumber(name.upper(), description))

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads what belongs to the main thread: the layers."""
        self._arguments = []
        for name, option, *_ in _LAYERS:
            if option is None:
                self._arguments.append(file_of(self.raster_of(parameters, name, context)))
            elif parameters.get(name) not in (None, ""):
                file = file_of(self.raster_of(parameters, name, context))
                self._arguments += [option, file]
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Runs the backend and fills the table."""
        arguments = ["compare", *self._arguments, "--overwrite"]
        arguments += ["--radiometry", self.parameterAsEnumString(parameters, "RADIOMETRY", context)]
        page = self.parameterAsFileOutput(parameters, "HTML", context)
        if page:
            arguments += ["--html", page]
        facts = self.run_backend(arguments, [page] if page else [], feedback)
        if facts is None:
            return {}
        lines = facts["lines"]
        for line in lines:
            scores = (f"{_SCORES[name]} {_number(line[name])}" for name in _SCORES)
            feedback.pushInfo(f"{line['image']}, {line['where']}: {', '.join(scores)}")
        outputs: dict[str, Any] = {"HTML": page} if page else {}
        table, identifier = self.parameterAsSink(
            parameters,
            "TABLE",
            context,
            _fields(),
            QgsWkbTypes.Type.NoGeometry,
            QgsCoordinateReferenceSystem(),
        )
        if table is not None:
            for line in lines:
                row = QgsFeature(_fields())
                row.setAttributes([line[name] for name in ("image", "where", "pixels", *_SCORES)])
                table.addFeature(row, QgsFeatureSink.Flag.FastInsert)
            # Written only once it is gone.
            del table
            outputs["TABLE"] = identifier
        (whole,) = (line for line in lines if (line["image"], line["where"]) == ("result", "all"))
        return {**outputs, **{name.upper(): whole[name] for name in _SCORES}}


def _fields() -> QgsFields:
    # Qt 6 has no types in QVariant any more, and QGIS before 3.38 takes no others.
    new = Qgis.QGIS_VERSION_INT >= 33800
    kinds = QMetaType.Type if new else QVariant
    fields = QgsFields()
    for name in ("image", "where"):
        fields.append(QgsField(name, kinds.QString if new else kinds.String))
    fields.append(QgsField("pixels", kinds.LongLong))
    for name in _SCORES:
        fields.append(QgsField(name, kinds.Double))
    return fields


def _number(value: Optional[float]) -> str:
    return "-" if value is None else f"{value:.4g}"
