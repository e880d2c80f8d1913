"""The advanced parameters of Remove thin clouds."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .algorithm import BackendAlgorithm

THICK = ["keep", "fill", "nodata"]
PRECISIONS = ["auto", "fp32", "bf16"]
BANDS = ("RED", "GREEN", "BLUE")
#: Numbers that are passed on only where they are not these, the backend's own defaults.
DEFAULTS = {"KEEP_BELOW": 0.05, "THICK_ABOVE": 0.9}


def add_advanced(algorithm: BackendAlgorithm) -> None:
    """Adds them."""
    _add_reading(algorithm)
    _add_cloud(algorithm)
    _add_computing(algorithm)


def _add_reading(algorithm: BackendAlgorithm) -> None:
    for name in BANDS:
        algorithm.add(
            QgsProcessingParameterBand(
                name,
                f"{name.capitalize()} band",
                parentLayerParameterName="INPUT",
                optional=True,
            ),
            "Only where the bands cannot be told by their names or number; then all three.",
            advanced=True,
        )


def _add_cloud(algorithm: BackendAlgorithm) -> None:
    algorithm.add(
        QgsProcessingParameterEnum(
            "THICK", "Thick cloud", THICK, defaultValue="keep", usesStaticStrings=True
        ),
        "What becomes of pixels under cloud too thick to see through: keep their values, fill "
        "in what the model makes up, or set them to nodata.",
        advanced=True,
    )
    for name, description, text in (
        (
            "THICK_ABOVE",
            "Thick above this opacity",
            "From this opacity on, 0 to 1, a cloud counts as thick.",
        ),
        (
            "KEEP_BELOW",
            "Keep pixels below this opacity",
            "Pixels under less cloud than this, 0 to 1, keep their values bit for bit; from there "
            "to half as much again the correction fades in.",
        ),
    ):
        algorithm.add(
            QgsProcessingParameterNumber(
                name,
                description,
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=DEFAULTS[name],
                minValue=0,
                maxValue=1,
            ),
            text,
            advanced=True,
        )


def _add_computing(algorithm: BackendAlgorithm) -> None:
    algorithm.add(
        QgsProcessingParameterFile("WEIGHTS", "Weights file instead of a model", optional=True),
        "A generator trained with cloudgan-geo train (.safetensors), or the article's own (.pth).",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterString("DEVICE", "Device", defaultValue="auto"),
        "Where to compute: auto (a GPU if there is one), cpu, cuda, cuda:1, mps. Plugins > "
        "Cloudgan > Choose the backend lists those of this computer.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterEnum(
            "PRECISION", "Precision", PRECISIONS, defaultValue="auto", usesStaticStrings=True
        ),
        "Number format of the model; auto takes bf16 where it changes next to nothing. fp32 "
        "gives the same result on every run.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterNumber(
            "OVERLAP",
            "Overlap of windows (pixels)",
            QgsProcessingParameterNumber.Type.Integer,
            defaultValue=16,
            minValue=0,
            maxValue=63,
        ),
        "The model sees windows of 64 x 64 pixels; so many do neighbours share. More is "
        "smoother and slower.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterNumber(
            "BATCH_SIZE",
            "Windows at once",
            QgsProcessingParameterNumber.Type.Integer,
            optional=True,
            minValue=1,
        ),
        "How many windows the model gets at once; chosen by itself if not set. Fewer take less "
        "memory.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterBoolean(
            "RGB_ONLY", "Write only red, green and blue", defaultValue=False
        ),
        "Leaves all other bands out of the result.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterBoolean("COG", "Write a cloud-optimized GeoTIFF", defaultValue=False),
        "With overviews; takes longer.",
        advanced=True,
    )
    algorithm.add(
        QgsProcessingParameterString("OPTIONS", "Creation options", optional=True),
        "Of GDAL for the result, as in COMPRESS=DEFLATE|PREDICTOR=2. Without any it is stored as "
        "the input is.",
        advanced=True,
    )
