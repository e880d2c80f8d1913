"""Waits for what QGIS does beside the test."""

import time

from qgis.PyQt.QtCore import QCoreApplication


def wait_until(condition, said=lambda: "", seconds=20):
    """Lets QGIS work until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, said()
        QCoreApplication.processEvents()
        time.sleep(0.01)
