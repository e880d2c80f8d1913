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
    QgsProcessingParameterFeatureSink,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from .algorithm import BackendAlgorithm
from .language import tr
from .legend import name_later
from .outputs import is_left_empty
from .tables.compare import COMPARE

_SCORES = {"psnr": "PSNR (dB)", "ssim": "SSIM", "mae": "MAE", "sam": "SAM (degrees)"}


class EvaluateAgainstClear(BackendAlgorithm):
    """Measures a result against a clear image of the same place."""

    NAME = "evaluate"
    TITLE = "Evaluate against a clear image"
    TOOLTIP = "Measures a result against a clear image of the same place"
    TAGS = ("compare", "accuracy", "PSNR", "SSIM", "MAE", "SAM")
    SUMMARY = (
        "Measures how far a result is from a clear image of the same place, and the cloudy image "
        "too: peak signal-to-noise ratio (PSNR, higher is better), structural similarity (SSIM, at "
        "most 1), mean absolute error (MAE) and spectral angle (SAM, 0 is the same colour), of "
        "red, green and blue as reflectance / 0.275. Only pixels that hold data in every image "
        "count. Ground that changed between the dates counts as error."
    )
    COMMAND = "compare"
    OPTIONS = COMPARE

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares parameters and outputs."""
        super().initAlgorithm(configuration)
        self.add(
            QgsProcessingParameterFeatureSink(
                "TABLE", tr("Table"), QgsProcessing.SourceType.TypeVector, optional=True
            ),
            tr("A table without geometry: one row an image and class of the quality band."),
        )
        for name, description in _SCORES.items():
            self.addOutput(QgsProcessingOutputNumber(name.upper(), description))

    def results(
        self,
        facts: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Fills the table and returns the scores of the result."""
        lines = facts["lines"]
        for line in lines:
            scores = (f"{_SCORES[name]} {_number(line[name])}" for name in _SCORES)
            feedback.pushInfo(f"{line['image']}, {line['where']}: {', '.join(scores)}")
        outputs: dict[str, Any] = {}
        table, identifier = None, ""
        if not is_left_empty(parameters.get("TABLE")):
            table, identifier = self.parameterAsSink(
                parameters,
                "TABLE",
                context,
                _fields(),
                QgsWkbTypes.Type.NoGeometry,
                QgsCoordinateReferenceSystem(),
            )
        if table is not None and identifier is not None:
            for line in lines:
                row = QgsFeature(_fields())
                row.setAttributes([line[name] for name in ("image", "where", "pixels", *_SCORES)])
                table.addFeature(row, QgsFeatureSink.Flag.FastInsert)
            # Written only once it is gone.
            del table
            outputs["TABLE"] = identifier
            name_later(context, identifier, tr("Table"), self._sources["INPUT"].name)
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
