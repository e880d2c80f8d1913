"""The environment that the backend is started in; knows nothing of QGIS."""

from __future__ import annotations

from collections.abc import Mapping

#: What QGIS sets for its own Python, GDAL and PROJ, and what would make the backend use these.
_OF_QGIS = (
    "DYLD_FALLBACK_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "OGR_DRIVER_PATH",
    "PROJ_DATA",
    "PROJ_LIB",
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "__PYVENV_LAUNCHER__",
)


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns an environment without what QGIS needs and the backend cannot bear.

    Args:
        environment: As QGIS has it.
    """
    # Windows does not mind the case of a name.
    clean = {key: value for key, value in environment.items() if key.upper() not in _OF_QGIS}
    return {**clean, "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}
