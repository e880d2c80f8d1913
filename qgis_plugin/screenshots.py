"""Takes the pictures of docs/qgis.md from a real QGIS: `make qgis-screenshots`.

Needs QGIS, and xvfb-run for a screen in memory; on Debian:
apt-get install qgis python3-qgis xvfb xauth.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 300


def _qgis() -> str:
    # Debian's `qgis` is a script that finds GRASS; the program itself is beside it.
    for name in ("qgis.bin", "qgis"):
        if found := shutil.which(name):
            return found
    raise SystemExit("QGIS is not here: apt-get install qgis python3-qgis xvfb xauth")


def _model(backend: Path) -> str:
    """Returns the best model that the backend has."""
    said = subprocess.run(
        [backend, "devices", "--json"], check=True, capture_output=True, text=True
    )
    models = json.loads(said.stdout)["models"]
    return "thin" if "thin" in models else "article"


def take(folder: Path) -> None:
    """Starts QGIS with a profile of its own and lets it take the pictures.

    Args:
        folder: For the PNGs, `qgis-*.png`.
    """
    named = os.environ.get("CLOUDGAN_GEO_TESTED")
    backend = Path(named) if named else ROOT / ".venv" / "bin" / "cloudgan-geo"
    with tempfile.TemporaryDirectory(prefix="qgis-") as scratch:
        work = Path(scratch)
        programs = work / "bin"
        programs.mkdir()
        (programs / "cloudgan-geo").symlink_to(backend)
        for name in ("scene.tif", "scene_clear.tif"):
            # QGIS leaves files beside what it opens.
            shutil.copy(ROOT / "sample_data" / name, work)
        profile = work / "profiles" / "default" / "QGIS"
        profile.mkdir(parents=True)
        (profile / "QGIS3.ini").write_text(
            "[PythonPlugins]\ncloudgan_geo_qgis=true\nprocessing=true\n"
            "[qgis]\ncheckVersion=false\n[Plugins]\nautoCheckForUpdates=false\n"
        )
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "xcb",
            "QGIS_PLUGINPATH": str(ROOT / "qgis_plugin"),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SHOTS_FOLDER": str(folder.resolve()),
            "SHOTS_SCENES": str(work),
            "SHOTS_MODEL": _model(backend),
        }
        screen = ("xvfb-run", "-a", "-s", "-screen 0 1400x1000x24")
        inside = Path(__file__).with_name("screenshots_in_qgis.py")
        options = ("--nologo", "--profiles-path", str(work), "--code", str(inside))
        environment.pop("CLOUDGAN_GEO_EXECUTABLE", None)
        subprocess.run([*screen, _qgis(), *options], env=environment, check=True, timeout=_SECONDS)


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "images"))
