"""The help as a page for the browser: docs/qgis.md, which the zip holds under help/."""

from __future__ import annotations

import html
from pathlib import Path

from qgis.core import QgsProcessingUtils
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QTextDocument

from .language import tr

_PAGE = "qgis.md"
_STYLE = (
    "body{max-width:50em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.45}"
    "img{max-width:100%}table{border-collapse:collapse}td,th{padding:.3em .6em;vertical-align:top}"
    "pre{background:#f2f2f2;padding:.1em .6em}"
)


def source() -> Path:
    """Returns the help as it is written: in the zip beside the plugin, in a checkout in docs/."""
    inside = Path(__file__).with_name("help") / _PAGE
    return inside if inside.is_file() else Path(__file__).parents[2] / "docs" / _PAGE


def address() -> str:
    """Writes the page to a temporary file, and returns its address; empty without a help."""
    text = source()
    if not text.is_file():
        return ""
    document = QTextDocument()
    document.setMarkdown(text.read_text(encoding="utf-8"))
    body = document.toHtml()
    body = body[body.index("<body") :]
    # Pictures lie beside what was written.
    base = QUrl.fromLocalFile(f"{text.parent}/").toString()
    page = Path(QgsProcessingUtils.tempFolder()) / "cloudgan-help.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><base href="{html.escape(base)}">'
        f"<title>{html.escape(tr('Cloudgan in QGIS'))}</title><style>{_STYLE}</style>{body}",
        encoding="utf-8",
    )
    return str(QUrl.fromLocalFile(str(page)).toString())
