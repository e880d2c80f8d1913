"""What the algorithms share: parameters out of a table, running the backend, results."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
)

from . import runner
from .backend import find_backend
from .language import tr
from .legend import Entry, arrange_later
from .named import NamedAlgorithm
from .options import MoreRasters, Option, Output, Raster, RasterOutput
from .outputs import asked_for
from .parameters import Given, parameter_of
from .sources import Source, files_of, source_of, warn_of_other_crs, without_products
from .style import LikeInput, Look, TrueColour, look_of
from .wording import in_dialog_words


class BackendAlgorithm(NamedAlgorithm):
    """An algorithm that a command of the backend carries out."""

    #: The command of the backend, and its options: parameters in the order of the dialog.
    COMMAND = ""
    OPTIONS: tuple[Option, ...] = ()

    def canExecute(self) -> tuple[bool, str]:
        """Tells whether the backend is there, and if not, how to get it."""
        try:
            find_backend()
        except runner.BackendError as error:
            return False, str(error)
        return True, ""

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declares the parameters."""
        for option in self.OPTIONS:
            self.addParameter(parameter_of(option, self.OPTIONS))

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Tells whether the parameters make sense: every raster must be a file."""
        rasters = [option.name for option in self.OPTIONS if isinstance(option, Raster)]
        more = [option.name for option in self.OPTIONS if isinstance(option, MoreRasters)]
        try:
            # What only QGIS can open, or is no product, has its own words.
            for name in rasters:
                if parameters.get(name) is not None:
                    source_of(self, parameters, name, context)
            for name in more:
                files_of(self, parameters, name, context)
        except QgsProcessingException as error:
            return False, str(error)
        fine, why = super().checkParameterValues(without_products(parameters, rasters), context)
        if not fine:
            return fine, why
        why = self.refusal(parameters, context)
        return not why, why

    def refusal(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Returns why parameters do not go together, in the dialog's words; empty if they do.

        Args:
            parameters: Of the algorithm.
            context: Of the run.
        """
        return ""

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads what belongs to the main thread: layers, the style of the input, the area."""
        # The dialog of batches has not asked.
        if why := self.refusal(parameters, context):
            raise QgsProcessingException(why)
        read = [option for option in self.OPTIONS if not isinstance(option, Output)]
        self._sources: dict[str, Source] = {}
        self._files: list[str] = []
        for option in read:
            if option.is_argument:
                self._read(option, parameters, context, feedback)
        given = Given(self, parameters, context, feedback, self._sources["INPUT"])
        self._typed = given.typed(option for option in read if not option.is_argument)
        layer = self._sources["INPUT"].layer
        # A layer of one band out of many says nothing of what the image is to look like.
        whole = layer is not None and len(self._files) == len(self._sources)
        rgb_only = "--rgb-only" in self._typed
        self._like_input = LikeInput(layer, rgb_only=rgb_only) if whole else None
        return True

    def _read(
        self,
        option: Option,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Finds the files of an argument."""
        if isinstance(option, MoreRasters):
            found = files_of(self, parameters, option.name, context)
            self._files += [path for path in found if path not in self._files]
            return
        source = source_of(self, parameters, option.name, context)
        if source is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, option.name))
        self._sources[option.name] = source
        self._files.append(source.path)
        warn_of_other_crs(source, feedback)

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Runs the backend; rasters get their style once they are loaded."""
        asked = asked_for(self, self.OPTIONS, parameters, context)
        written = {
            option: asked.get(option)
            or QgsProcessingUtils.generateTempFilename(f"{option.name}.tif")
            for option in self.OPTIONS
            if option in asked or (isinstance(option, RasterOutput) and option.forced)
        }
        arguments = [self.COMMAND, *self._files]
        arguments += [path for option, path in written.items() if option.is_argument]
        for option, path in written.items():
            if not option.is_argument:
                arguments += [option.flag, path]
        arguments += ["--overwrite", *self._typed]
        facts = self.run_backend(arguments, written.values(), feedback)
        if facts is None:
            return {}
        made_from = self._sources["INPUT"]
        arrange_later(context, self._entries(asked, facts), made_from.name, made_from.path)
        results = {option.name: path for option, path in asked.items()}
        return {**results, **self.results(facts, parameters, context, feedback)}

    def _entries(self, asked: dict[Output, str], facts: dict[str, Any]) -> list[Entry]:
        image: Optional[Look] = self._like_input
        if image is None and "bands" in facts:
            image = TrueColour((1, 2, 3) if "--rgb-only" in self._typed else facts["bands"])
        entries = []
        for option, path in asked.items():
            if isinstance(option, RasterOutput):
                is_image = option.style == "input"
                look = image if is_image else look_of(option.style)
                entries.append(Entry(path, tr(option.label), look, is_image))
        return entries

    def results(
        self,
        facts: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Returns the outputs that are no files, and says what else there is to say.

        Args:
            facts: Of the backend's result event.
            parameters: Of the algorithm.
            context: Of the run.
            feedback: Of the run.
        """
        return {}

    def run_backend(
        self, arguments: Iterable[str], outputs: Iterable[str], feedback: QgsProcessingFeedback
    ) -> Optional[dict[str, Any]]:
        """Runs a command of the backend, passing on what it says.

        Args:
            arguments: The command and its arguments; paths are absolute.
            outputs: Files that it writes.
            feedback: Of the algorithm.

        Returns:
            The facts of its result event; None if the user cancelled it.

        Raises:
            QgsProcessingException: If it is not there or fails, in the dialog's words.
        """
        try:
            command = [find_backend().executable, *arguments]
            feedback.pushCommandInfo(shlex.join(command))
            return runner.run(
                command,
                outputs=outputs,
                progress=lambda share: feedback.setProgress(100 * share),
                log=lambda line: _log(feedback, in_dialog_words(line, self.OPTIONS, tr)),
                cancelled=feedback.isCanceled,
            )
        except runner.Cancelled:
            feedback.pushInfo(tr("Cancelled; nothing was written."))
            return None
        except runner.BackendError as error:
            raise QgsProcessingException(in_dialog_words(str(error), self.OPTIONS, tr)) from error


def _log(feedback: QgsProcessingFeedback, line: str) -> None:
    if line.startswith("Warning: "):
        feedback.pushWarning(line[len("Warning: ") :])
    elif line:
        feedback.pushInfo(line)
