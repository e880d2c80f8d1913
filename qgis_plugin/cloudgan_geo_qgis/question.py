"""Asks a program what it is: whether it is cloudgan-geo, and one that the plugin can talk to."""

from __future__ import annotations

import html
import json
from typing import Any, NamedTuple

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from . import runner
from .backend import VARIABLE, Backend
from .language import tr


class Answer(NamedTuple):
    """What a program says of itself.

    Attributes:
        text: For people, HTML.
        fits: Whether it is a cloudgan-geo that the plugin can talk to.
    """

    text: str
    fits: bool


class Question(QgsTask):
    """Asks a backend what it is, beside everything else that QGIS does.

    Args:
        backend: To ask.
    """

    #: An Answer.
    answered = pyqtSignal(object)

    def __init__(self, backend: Backend) -> None:
        super().__init__(tr("Testing the Cloudgan backend"))
        self._backend = backend
        self._said = self._wrong = ""

    def run(self) -> bool:
        """Asks; not in the main thread."""
        try:
            self._said = runner.ask(
                [self._backend.executable, "devices", "--json"], self.isCanceled
            )
        except runner.Cancelled:
            self._wrong = tr("cancelled")
        except runner.BackendError as error:
            self._wrong = str(error)
        return not self._wrong

    def finished(self, result: bool) -> None:
        """Passes the answer on; in the main thread."""
        if self._wrong:
            self.answered.emit(refused(f"{self._backend.executable}: {self._wrong}"))
        else:
            self.answered.emit(_judged(self._backend, self._said))


def refused(reason: str) -> Answer:
    """Returns the answer of a program that does not do.

    Args:
        reason: Why, plain text.
    """
    return Answer(f"<p style='color:#b00020'>{html.escape(reason)}</p>", False)


def _judged(backend: Backend, said: str) -> Answer:
    try:
        facts = json.loads(said)
        lines = _lines(facts)
    except (ValueError, KeyError, TypeError):
        return refused(tr("This program answers, but it is not cloudgan-geo."))
    if facts.get("protocol") != runner.PROTOCOL:
        return refused(
            tr(
                "This is cloudgan-geo {version}, which speaks protocol {theirs}; the plugin "
                "speaks {ours}. Update the older of both."
            ).format(version=facts["version"], theirs=facts.get("protocol"), ours=runner.PROTOCOL)
        )
    lines.append(tr("{path}, found by {by}").format(path=backend.executable, by=backend.found_by))
    if VARIABLE in backend.found_by:
        lines.append(tr("The environment variable goes before what is chosen here."))
    told = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return Answer(f"<p><b>{html.escape(tr('It works.'))}</b></p>{told}", True)


def _lines(facts: dict[str, Any]) -> list[str]:
    devices = [f"{device['name']}: {device['description']}" for device in facts["devices"]]
    return [
        f"cloudgan-geo {facts['version']}, torch {facts['torch']}",
        tr("Models: {}").format(", ".join(facts["models"])),
        tr("Devices: {}").format("; ".join(devices)),
        tr("auto computes on {}").format(facts["auto"]),
    ]
