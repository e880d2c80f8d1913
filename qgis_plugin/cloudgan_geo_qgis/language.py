"""The plugin in the language of QGIS: `i18n/` holds what its texts are in others than English."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

#: Under which the texts stand in the files.
CONTEXT = "Cloudgan"
FOLDER = Path(__file__).with_name("i18n")


def tr(text: str) -> str:
    """Returns a text in the language of QGIS, or as it is where nobody has translated it.

    Args:
        text: In English; parts in braces are filled in afterwards.
    """
    # Qt takes nothing for the whole file's header.
    return str(QCoreApplication.translate(CONTEXT, text)) if text else ""


def speak(locale: Optional[str] = None) -> Optional[QTranslator]:
    """Loads the texts of a language.

    Args:
        locale: As in `de` or `de_AT`; None for that of QGIS.

    Returns:
        What translates for as long as it lives; None where there are no such texts.
    """
    locale = locale or str(QgsApplication.locale())
    translator = QTranslator()
    for name in (locale, locale.partition("_")[0]):
        path = FOLDER / f"cloudgan_{name}.qm"
        if path.is_file() and translator.load(str(path)):
            QCoreApplication.installTranslator(translator)
            return translator
    return None


def silence(translator: Optional[QTranslator]) -> None:
    """Takes back what `speak` did.

    Args:
        translator: As `speak` returned it.
    """
    if translator is not None:
        QCoreApplication.removeTranslator(translator)
