"""Keeps the plugin's texts in other languages: `python3 qgis_plugin/translate.py`.

Reads the texts of the plugin's code and tables, writes them to `i18n/cloudgan_*.ts` beside what
they are in each language, and has Qt's lrelease make the files that QGIS loads (on Debian:
apt-get install qttools5-dev-tools). A text that is new is marked as unfinished; translate it in the
.ts file or with Qt Linguist, and run this again.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

PLUGIN = Path(__file__).with_name("cloudgan_geo_qgis")
#: Where the texts of each language are.
FOLDER = PLUGIN / "i18n"
LANGUAGES = ("de", "es")
_CONTEXT = "Cloudgan"
#: Attributes of algorithms that are shown.
_SHOWN = ("TITLE", "TOOLTIP", "SUMMARY")
#: Names of constants whose texts are shown.
_CONSTANTS = ("_CLASSES",)


def texts() -> list[str]:
    """Returns the texts of the plugin in English, each once, in the order of the code."""
    sys.path.insert(0, str(PLUGIN.parent))
    found = [text for path in sorted(PLUGIN.glob("*.py")) for text in _of_code(path)]
    return list(dict.fromkeys([*found, *_of_tables()]))


def _of_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
        elif isinstance(node, ast.Assign):
            names = {getattr(target, "id", "") for target in node.targets}
            if names & {*_SHOWN, *_CONSTANTS}:
                yield from _constants(node.value)


def _constants(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def _of_tables() -> Iterator[str]:
    from cloudgan_geo_qgis.tables.compare import COMPARE
    from cloudgan_geo_qgis.tables.decloud import DECLOUD
    from cloudgan_geo_qgis.tables.simulate import SIMULATE

    for option in (*DECLOUD, *SIMULATE, *COMPARE):
        yield from (option.label, *option.texts)


def path_of(language: str) -> Path:
    """Returns the file of a language.

    Args:
        language: As in `de`.
    """
    return FOLDER / f"cloudgan_{language}.ts"


def translated(language: str) -> dict[str, str]:
    """Returns what is translated, by the English texts.

    Args:
        language: As in `de`.
    """
    if not path_of(language).is_file():
        return {}
    messages = ElementTree.parse(path_of(language)).getroot().iter("message")
    found = {str(one.findtext("source")): one.findtext("translation") or "" for one in messages}
    return {text: into for text, into in found.items() if into}


def write(language: str, known: dict[str, str]) -> None:
    """Writes the file of a language.

    Args:
        language: As in `de`.
        known: What is translated, by the English texts.
    """
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = _CONTEXT
    for text in texts():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        into = ElementTree.SubElement(message, "translation")
        if text in known:
            into.text = known[text]
        else:
            into.set("type", "unfinished")
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    path_of(language).write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8"
    )


def main() -> None:
    """Brings all languages up to date and compiles them."""
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        known = translated(language)
        write(language, known)
        left = [text for text in texts() if text not in known]
        print(f"{language}: {len(texts()) - len(left)} of {len(texts())} texts")
        subprocess.run(["lrelease", "-silent", str(path_of(language))], check=True)


if __name__ == "__main__":
    main()
