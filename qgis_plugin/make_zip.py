"""Packs the QGIS plugin as its official repository wants it: `make plugin`."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

PLUGIN = Path(__file__).with_name("cloudgan_geo_qgis")
#: Kinds of files that belong in the zip.
SUFFIXES = (".py", ".txt", ".svg", ".qml", "")


def plugin_files() -> list[Path]:
    """Returns the files of the plugin, sorted: no compiled or hidden ones."""
    return sorted(
        path
        for path in PLUGIN.rglob("*")
        if path.is_file()
        and path.suffix in SUFFIXES
        and not any(part.startswith((".", "__pycache__")) for part in path.parts)
    )


def version() -> str:
    """Returns the version that metadata.txt states."""
    metadata = (PLUGIN / "metadata.txt").read_text(encoding="utf-8")
    found = re.search(r"^version=(.+)$", metadata, re.MULTILINE)
    if found is None:
        raise SystemExit("metadata.txt states no version")
    return found[1]


def make_zip(folder: Path) -> Path:
    """Writes the zip.

    Args:
        folder: To write it to; made if it is not there.

    Returns:
        The zip. The same files give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PLUGIN.name}-{version()}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in plugin_files():
            entry = zipfile.ZipInfo(path.relative_to(PLUGIN.parent).as_posix())
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return target


if __name__ == "__main__":
    print(make_zip(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
