"""Options of the program as parameters in QGIS, and back to what is typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .area import Area, polygon_file
from .language import tr
from .options import (
    Choice,
    Extent,
    File,
    Flag,
    MoreRasters,
    Number,
    Option,
    PageOutput,
    Polygons,
    Raster,
    RasterOutput,
    Text,
)
from .sources import Source, source_of
from .wording import in_dialog_words


def parameter_of(option: Option, options: Iterable[Option]) -> QgsProcessingParameterDefinition:
    """Returns an option as a parameter.

    Args:
        option: Of the program.
        options: All of the algorithm, of which its help may speak.
    """
    parameter = _parameter(option)
    text = " ".join(tr(part) for part in option.texts)
    parameter.setHelp(in_dialog_words(text, options, tr))
    if option.advanced:
        flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        parameter.setFlags(parameter.flags() | flag)
    return parameter


@singledispatch
def _parameter(option: Option) -> QgsProcessingParameterDefinition:
    raise TypeError(f"{option}: is of no kind that QGIS can show")


@_parameter.register(Text)
def _(option: Text) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterString(
        option.name, tr(option.label), defaultValue=option.default, optional=True
    )


@_parameter.register(Choice)
def _(option: Choice) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterEnum(
        option.name,
        tr(option.label),
        list(option.choices),
        defaultValue=option.default,
        usesStaticStrings=True,
    )


@_parameter.register(Number)
def _(option: Number) -> QgsProcessingParameterDefinition:
    kinds = QgsProcessingParameterNumber.Type
    number = QgsProcessingParameterNumber(
        option.name,
        tr(option.label),
        kinds.Integer if option.whole else kinds.Double,
        defaultValue=option.default,
        optional=option.default is None,
    )
    if option.least is not None:
        number.setMinimum(option.least)
    if option.largest is not None:
        number.setMaximum(option.largest)
    return number


@_parameter.register(Flag)
def _(option: Flag) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterBoolean(option.name, tr(option.label), defaultValue=option.default)


@_parameter.register(File)
def _(option: File) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterFile(option.name, tr(option.label), optional=True)


@_parameter.register(Extent)
def _(option: Extent) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterExtent(option.name, tr(option.label), optional=True)


@_parameter.register(Polygons)
def _(option: Polygons) -> QgsProcessingParameterDefinition:
    kinds = [QgsProcessing.SourceType.TypeVectorPolygon]
    return QgsProcessingParameterFeatureSource(option.name, tr(option.label), kinds, optional=True)


@_parameter.register(Raster)
def _(option: Raster) -> QgsProcessingParameterDefinition:
    raster = QgsProcessingParameterRasterLayer(
        option.name, tr(option.label), optional=not option.is_argument
    )
    if option.product:
        # By its name, so that nothing of it is loaded where there are no windows.
        raster.setMetadata({"widget_wrapper": {"class": f"{__package__}.image_widget.ImageWidget"}})
    return raster


@_parameter.register(MoreRasters)
def _(option: MoreRasters) -> QgsProcessingParameterDefinition:
    kind = QgsProcessing.SourceType.TypeRaster
    return QgsProcessingParameterMultipleLayers(option.name, tr(option.label), kind, optional=True)


@_parameter.register(RasterOutput)
def _(option: RasterOutput) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterRasterDestination(
        option.name,
        tr(option.label),
        optional=option.optional,
        createByDefault=option.created or not option.optional,
    )


@_parameter.register(PageOutput)
def _(option: PageOutput) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterFileDestination(
        option.name,
        tr(option.label),
        option.files,
        optional=option.optional,
        createByDefault=option.created or not option.optional,
    )


@dataclass(frozen=True)
class Given:
    """What the user gave an algorithm; read in the main thread, to which layers belong.

    Attributes:
        algorithm: Of which.
        parameters: As QGIS has them.
        context: Of the run.
        feedback: Of the run.
        source: The input.
    """

    algorithm: QgsProcessingAlgorithm
    parameters: dict[str, Any]
    context: QgsProcessingContext
    feedback: QgsProcessingFeedback
    source: Source

    def typed(self, options: Iterable[Option]) -> list[str]:
        """Returns options as they are typed; those that are at their default are left out.

        Args:
            options: Neither arguments nor outputs.

        Raises:
            QgsProcessingException: If one makes no sense.
        """
        by_flag: dict[str, list[str]] = {}
        for option in options:
            values = _values(option, self)
            if values is not None:
                # Of two parameters of one option the later counts.
                by_flag[option.flag] = [
                    part for value in values for part in (option.flag, *filter(None, [value]))
                ]
        return [part for parts in by_flag.values() for part in parts]

    def holds(self, option: Option) -> bool:
        """Tells whether a parameter has a value.

        Args:
            option: Of the parameter.
        """
        return self.parameters.get(option.name) not in (None, "")

    def text(self, option: Option) -> str:
        """Returns the value of a parameter as text.

        Args:
            option: Of the parameter.
        """
        return str(self.algorithm.parameterAsString(self.parameters, option.name, self.context))


@singledispatch
def _values(option: Option, given: Given) -> Optional[list[str]]:
    """Returns the values to pass on, empty ones of flags; None for the default."""
    raise TypeError(f"{option}: is of no kind that can be typed")


@_values.register(Text)
def _(option: Text, given: Given) -> Optional[list[str]]:
    text = given.text(option)
    parts = text.split(option.separator) if option.separator else [text]
    return [part for part in map(str.strip, parts) if part not in ("", option.default)] or None


@_values.register(File)
def _(option: File, given: Given) -> Optional[list[str]]:
    path = given.text(option).strip()
    return [path] if path else None


@_values.register(Choice)
def _(option: Choice, given: Given) -> Optional[list[str]]:
    word = given.algorithm.parameterAsEnumString(given.parameters, option.name, given.context)
    return None if word == option.default else [word]


@_values.register(Number)
def _(option: Number, given: Given) -> Optional[list[str]]:
    if not given.holds(option):
        return None
    read = given.algorithm.parameterAsInt if option.whole else given.algorithm.parameterAsDouble
    value = read(given.parameters, option.name, given.context)
    return None if value == option.default else [repr(value)]


@_values.register(Flag)
def _(option: Flag, given: Given) -> Optional[list[str]]:
    is_set = given.algorithm.parameterAsBool(given.parameters, option.name, given.context)
    return [""] if is_set else None


@_values.register(Extent)
def _(option: Extent, given: Given) -> Optional[list[str]]:
    if not given.holds(option):
        return None
    if not given.source.crs.isValid():
        raise QgsProcessingException(
            f"{tr(option.label)}: "
            + tr("the input has no coordinates that QGIS knows; give polygons instead")
        )
    box = given.algorithm.parameterAsExtent(
        given.parameters, option.name, given.context, given.source.crs
    )
    if box.isNull():
        return None
    sides = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
    return [",".join(repr(side) for side in sides)]


@_values.register(Polygons)
def _(option: Polygons, given: Given) -> Optional[list[str]]:
    if given.algorithm.parameterAsSource(given.parameters, option.name, given.context) is None:
        return None
    wanted = Area(given.algorithm, given.parameters, option.name, given.context, given.feedback)
    return [polygon_file(wanted, given.source)]


@_values.register(Raster)
def _(option: Raster, given: Given) -> Optional[list[str]]:
    source = source_of(given.algorithm, given.parameters, option.name, given.context)
    return None if source is None else [source.path]
