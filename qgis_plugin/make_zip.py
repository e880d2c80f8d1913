"""Packs the QGIS plugin as its official repository wants it: `make plugin`.

The addresses of the project stand in the plugin's metadata.txt alone. While they are placeholders
there is no zip for release, only one to try: `--allow-placeholders`, which `make plugin` gives;
`make plugin PLUGIN_OPTIONS=` makes the one for release.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from pathlib import Path

HELP = Path(__file__).parents[1] / "docs" / "qgis.md"
PLUGIN = Path(__file__).with_name("cloudgan_geo_qgis")
#: Kinds of files that belong in the zip.
SUFFIXES = (".py", ".txt", ".svg", ".qml", ".qm", "")


def plugin_files() -> list[Path]:
    """Returns the files of the plugin, sorted: no compiled or hidden ones."""
    return sorted(
        path
        for path in PLUGIN.rglob("*")
        if path.is_file()
        and path.suffix in SUFFIXES
        and not any(part.startswith((".", "__pycache__")) for part in path.parts)
    )


def help_files() -> dict[str, bytes]:
    """Returns the help and its pictures, by their names in the plugin."""
    text = HELP.read_text(encoding="utf-8")
    # Other pages of the documentation are not in the zip.
    text = re.sub(r"\[([^]]+)\]\([\w-]+\.md(?:#[\w-]+)?\)", r"\1", text)
    files = {"help/qgis.md": text.encode("utf-8")}
    for name in sorted(set(re.findall(r"\]\((images/[^)]+)\)", text))):
        files[f"help/{name}"] = (HELP.parent / name).read_bytes()
    return files


def metadata() -> str:
    """Returns what metadata.txt says."""
    return (PLUGIN / "metadata.txt").read_text(encoding="utf-8")


def placeholders() -> list[str]:
    """Returns the lines of metadata.txt whose addresses are nobody's: those of RFC 2606."""
    return re.findall(r"^.*\bexample\.(?:com|net|org)\b.*$", metadata(), re.MULTILINE)


def version() -> str:
    """Returns the version that metadata.txt states."""
    found = re.search(r"^version=(.+)$", metadata(), re.MULTILINE)
    if found is None:
        raise SystemExit("metadata.txt states no version")
    return found[1]


def make_zip(folder: Path, allow_placeholders: bool = False) -> Path:
    """Writes the zip.

    Args:
        folder: To write it to; made if it is not there.
        allow_placeholders: Whether it may be one to try, whose addresses are nobody's.

    Returns:
        The zip. The same files give the same bytes.

    Raises:
        SystemExit: If addresses are placeholders and may not be.
    """
    if placeholders() and not allow_placeholders:
        raise SystemExit(
            f"{PLUGIN / 'metadata.txt'}: these are placeholders, put the project's addresses there "
            "before a release:\n  "
            + "\n  ".join(placeholders())
            + "\n--allow-placeholders makes a zip to try."
        )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PLUGIN.name}-{version()}.zip"
    files = {path.relative_to(PLUGIN).as_posix(): path.read_bytes() for path in plugin_files()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **help_files()}.items():
            entry = zipfile.ZipInfo(f"{PLUGIN.name}/{name}")
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target


def main() -> None:
    """Reads the command line and writes the zip."""
    parser = argparse.ArgumentParser(description="Packs the QGIS plugin.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("dist"))
    parser.add_argument(
        "--allow-placeholders", action="store_true", help="make a zip to try, not for release"
    )
    arguments = parser.parse_args()
    print(make_zip(arguments.folder, arguments.allow_placeholders))
    if placeholders():
        print("Not for release: addresses in its metadata.txt are placeholders.", file=sys.stderr)


if __name__ == "__main__":
    main()
