"""The dialog that installs the program into the user's profile."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, Optional

from qgis.core import QgsApplication, QgsTask
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from . import runner
from .facts import is_placeholder, requirement, stated
from .install import Followed, Wanted, install
from .language import tr


def environments() -> Path:
    """Returns the folder of the environments, in the user's profile."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "cloudgan_geo"


class InstallDialog(QDialog):
    """Installs the program that belongs to the plugin, from a file or an index.

    Attributes:
        installed: The executable, once there is one.

    Args:
        parent: Window above which it is shown.
    """

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Cloudgan: install the program"))
        self.resize(640, 480)
        self.installed = ""
        self._task: Any = None
        said = tr(
            "Makes a Python environment under {folder} and installs {what} into it, with torch: "
            "about 1 GB, several with CUDA. QGIS itself gets nothing."
        ).format(folder=environments(), what=requirement())
        welcome = QLabel(html.escape(said))
        welcome.setWordWrap(True)
        self.wheel = QgsFileWidget()
        self.wheel.setDialogTitle(tr("Wheel of cloudgan-geo"))
        self.wheel.setFilter(tr("Wheels (*.whl)"))
        self.index = QLineEdit()
        self.index.setPlaceholderText(tr("that of pip: pypi.org, unless it is set up otherwise"))
        self.cpu_only = QCheckBox(tr("without CUDA: smaller, for computers without an NVIDIA GPU"))
        self.start_button = QPushButton(tr("Install"))
        self.start_button.clicked.connect(self.start)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel)
        self.bar = QProgressBar()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        form = QFormLayout()
        form.addRow(tr("Wheel file"), self.wheel)
        form.addRow(tr("or package index"), self.index)
        form.addRow(tr("torch"), self.cpu_only)
        layout = QVBoxLayout(self)
        layout.addWidget(welcome)
        layout.addLayout(form)
        for widget in (self.start_button, self.bar, self.log, self.cancel_button):
            layout.addWidget(widget)

    def start(self) -> None:
        """Installs, without blocking the window."""
        wanted = Wanted(
            requirement(),
            self.wheel.filePath().strip(),
            self.index.text().strip(),
            self.cpu_only.isChecked(),
        )
        if not wanted.wheel and not wanted.index_url and is_placeholder(stated("homepage")):
            # Nobody knows whose a package of that name would be.
            self.log.setPlainText(
                tr("This plugin is no release: name the wheel file, or the index that has it.")
            )
            return
        self.log.clear()
        self.start_button.setEnabled(False)
        self._task = Installation(wanted)
        self._task.said.connect(self.log.appendPlainText)
        self._task.progressChanged.connect(lambda percent: self.bar.setValue(round(percent)))
        self._task.ended.connect(self._end)
        QgsApplication.taskManager().addTask(self._task)

    def _end(self, executable: str, wrong: str) -> None:
        self._task = None
        self.start_button.setEnabled(True)
        self.log.appendPlainText(wrong or tr("Installed: {}").format(executable))
        self.installed = executable
        if executable:
            self.bar.setValue(100)
            self.cancel_button.setText(tr("Close"))
        else:
            self.bar.reset()

    def cancel(self) -> None:
        """Ends what goes on; closes the dialog if nothing does."""
        if self._task is None:
            self.accept() if self.installed else self.reject()
        else:
            self.log.appendPlainText(tr("Cancelling ..."))
            self._task.cancel()

    def done(self, result: int) -> None:
        """Ends an installation that still goes on."""
        if self._task is not None:
            self._task.ended.disconnect(self._end)
            self._task.cancel()
            self._task = None
        super().done(result)


class Installation(QgsTask):
    """Installs the program, beside everything else that QGIS does.

    Args:
        wanted: What to install.
    """

    #: A line of the log.
    said = pyqtSignal(str)
    #: The executable, and what went wrong: one of both is empty.
    ended = pyqtSignal(str, str)

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(tr("Installing cloudgan-geo"))
        self._wanted = wanted
        self._executable = self._wrong = ""

    def run(self) -> bool:
        """Installs; not in the main thread."""
        follow = Followed(
            lambda share: self.setProgress(100 * share), self.said.emit, self.isCanceled
        )
        try:
            self._executable = install(self._wanted, environments(), follow)
        except runner.Cancelled:
            self._wrong = tr("Cancelled; nothing was installed.")
        except (runner.BackendError, OSError) as error:
            self._wrong = str(error)
        return not self._wrong

    def finished(self, result: bool) -> None:
        """Says how it ended; in the main thread."""
        self.ended.emit(self._executable, self._wrong)
