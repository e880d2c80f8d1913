"""The dialog that names, tests and installs the backend."""

from __future__ import annotations

import html
from typing import Any, Optional

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from .backend import SETTING, Backend, checked, find_backend
from .install_dialog import InstallDialog
from .language import tr
from .question import Answer, Question, refused
from .runner import BackendError


class BackendDialog(QDialog):
    """Names the executable of cloudgan-geo and asks it what it is.

    OK takes no program that does not pass the test.

    Args:
        parent: Window above which it is shown.
    """

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Cloudgan: choose the backend"))
        self.resize(560, 460)
        welcome = QLabel(_welcome())
        welcome.setWordWrap(True)
        self.file = QgsFileWidget()
        self.file.setDialogTitle(tr("Executable of cloudgan-geo"))
        self.file.setFilePath(ProcessingConfig.getSetting(SETTING) or "")
        self.test_button = QPushButton(tr("Test"))
        self.test_button.clicked.connect(self.test)
        self.install_button = QPushButton(tr("Install..."))
        self.install_button.clicked.connect(self.install)
        self.said = QTextBrowser()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.test_button)
        row.addWidget(self.install_button)
        layout = QVBoxLayout(self)
        layout.addWidget(welcome)
        layout.addWidget(self.file)
        layout.addLayout(row)
        layout.addWidget(self.said)
        layout.addWidget(buttons)
        self._task: Any = None
        self._passed = ""
        self._accepts = False

    def test(self) -> None:
        """Asks the program what it is, without blocking the window."""
        if self._task is not None:
            return
        try:
            backend = self._backend()
        except BackendError as error:
            self._say(refused(str(error)))
            return
        self.said.setPlainText(tr("Asking {} ...").format(backend.executable))
        self.test_button.setEnabled(False)
        self._task = Question(backend)
        self._task.answered.connect(lambda answer: self._hear(backend, answer))
        QgsApplication.taskManager().addTask(self._task)

    def _backend(self) -> Backend:
        named = self.file.filePath().strip()
        if not named:
            return find_backend()
        by = tr("the field above")
        return Backend(checked(named, by), by)

    def _hear(self, backend: Backend, answer: Answer) -> None:
        if self._task is None:
            return  # Nobody waits for it any more.
        self._task = None
        self.test_button.setEnabled(True)
        self._say(answer)
        if answer.fits:
            self._passed = backend.executable
        if self._accepts:
            self._accepts = False
            if answer.fits:
                self.accept()

    def _say(self, answer: Answer) -> None:
        self.said.setHtml(answer.text)

    def install(self) -> None:
        """Shows the dialog that installs the program, and names what it has installed."""
        dialog = InstallDialog(self)
        dialog.exec()
        if dialog.installed:
            self.file.setFilePath(dialog.installed)
            self.test()

    def accept(self) -> None:
        """Stores the setting once the program has passed the test."""
        named = self.file.filePath().strip()
        executable = ""
        if named:
            try:
                executable = self._backend().executable
            except BackendError as error:
                self._say(refused(str(error)))
                return
            if executable != self._passed:
                self._accepts = True
                self.test()
                return
        ProcessingConfig.setSettingValue(SETTING, executable)
        super().accept()

    def done(self, result: int) -> None:
        """Ends a test that still goes on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        super().done(result)


def _welcome() -> str:
    said = (
        tr(
            "The work is done by the program cloudgan-geo, which lives outside of QGIS, in a "
            "Python environment of its own."
        ),
        tr(
            "Install... makes one in your profile. If you have the program already, name it here, "
            "or the folder of its environment; leave this empty if it is on the PATH."
        ),
    )
    return "".join(f"<p>{html.escape(line)}</p>" for line in said)
