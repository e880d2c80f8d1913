"""The dialog that names and tests the backend."""

from __future__ import annotations

import html
import json
from typing import Any, Optional

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import QgsApplication, QgsTask
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from . import runner
from .backend import INSTALL, SETTING, VARIABLE, Backend, checked, find_backend

_WELCOME = (
    "<p>The work is done by the program <b>cloudgan-geo</b>, which is installed once, outside of "
    f"QGIS, in a Python environment of its own:</p><pre>{html.escape(INSTALL)}</pre>"
    "<p>Name its executable here, or leave this empty if it is on the PATH.</p>"
)


class BackendDialog(QDialog):
    """Names the executable of cloudgan-geo and asks it for its version and devices.

    Args:
        parent: Window above which it is shown.
    """

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cloudgan: choose the backend")
        self.resize(560, 460)
        welcome = QLabel(_WELCOME)
        welcome.setWordWrap(True)
        self.file = QgsFileWidget()
        self.file.setDialogTitle("Executable of cloudgan-geo")
        self.file.setFilePath(ProcessingConfig.getSetting(SETTING) or "")
        self.test_button = QPushButton("Test")
        self.test_button.clicked.connect(self.test)
        self.said = QTextBrowser()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (welcome, self.file, self.test_button, self.said, buttons):
            layout.addWidget(widget)
        self._task: Any = None

    def test(self) -> None:
        """Asks the program for its version and devices, without blocking the window."""
        try:
            backend = self._backend()
        except runner.BackendError as error:
            self._say_wrong(str(error))
            return
        self.said.setPlainText(f"Asking {backend.executable} ...")
        self.test_button.setEnabled(False)
        self._task = _Question(backend)
        self._task.answered.connect(self._say)
        QgsApplication.taskManager().addTask(self._task)

    def _backend(self) -> Backend:
        named = self.file.filePath().strip()
        if not named:
            return find_backend()
        return Backend(checked(named, "the field above"), "the field above")

    def _say(self, backend: Backend, answer: str, wrong: str) -> None:
        self._task = None
        self.test_button.setEnabled(True)
        if wrong:
            self._say_wrong(f"{backend.executable}: {wrong}")
        else:
            self.said.setHtml(_described(backend, answer))

    def _say_wrong(self, reason: str) -> None:
        self.said.setHtml(f"<p style='color:#b00020'>{html.escape(reason)}</p>")

    def accept(self) -> None:
        """Stores the setting, unless there is no such program."""
        named = self.file.filePath().strip()
        try:
            ProcessingConfig.setSettingValue(
                SETTING, checked(named, "the field above") if named else ""
            )
        except runner.BackendError as error:
            self._say_wrong(str(error))
            return
        super().accept()

    def done(self, result: int) -> None:
        """Ends a test that still goes on."""
        if self._task is not None:
            self._task.answered.disconnect(self._say)
            self._task.cancel()
            self._task = None
        super().done(result)


class _Question(QgsTask):
    """Asks a backend what it is, beside everything else that QGIS does.

    Args:
        backend: To ask.
    """

    #: The backend, its answer, and what went wrong (empty: nothing).
    answered = pyqtSignal(object, str, str)

    def __init__(self, backend: Backend) -> None:
        super().__init__("Testing the Cloudgan backend")
        self._backend = backend
        self._answer = self._wrong = ""

    def run(self) -> bool:
        """Asks; not in the main thread."""
        try:
            self._answer = runner.ask(
                [self._backend.executable, "devices", "--json"], self.isCanceled
            )
        except runner.Cancelled:
            self._wrong = "cancelled"
        except runner.BackendError as error:
            self._wrong = str(error)
        return not self._wrong

    def finished(self, result: bool) -> None:
        """Passes the answer on; in the main thread."""
        self.answered.emit(self._backend, self._answer, self._wrong)


def _described(backend: Backend, answer: str) -> str:
    """Returns what a backend says of itself, as HTML."""
    try:
        facts = json.loads(answer)
        devices = [f"{device['name']}: {device['description']}" for device in facts["devices"]]
        lines = [
            f"cloudgan-geo {facts['version']}, torch {facts['torch']}",
            f"Models: {', '.join(facts['models'])}",
            f"Devices: {'; '.join(devices)}",
            f"auto computes on {facts['auto']}",
        ]
    except (ValueError, KeyError, TypeError):
        return "<p style='color:#b00020'>This program answers, but it is not cloudgan-geo.</p>"
    lines += [f"{backend.executable}, found by {backend.found_by}"]
    if backend.found_by.endswith(VARIABLE):
        lines.append("The environment variable goes before what is chosen here.")
    return "<p><b>It works.</b></p>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines)
