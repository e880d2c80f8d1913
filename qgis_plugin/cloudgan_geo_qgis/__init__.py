"""Remove thin clouds: a QGIS Processing provider that starts the cloudgan-geo program."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Returns the plugin; QGIS calls this.

    Args:
        iface: The window of QGIS; None in qgis_process.
    """
    # Imported only now, so that a broken import is an error of this plugin and not of QGIS.
    from .plugin import CloudganPlugin

    return CloudganPlugin(iface)
