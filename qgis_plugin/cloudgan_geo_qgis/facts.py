"""What the plugin's metadata.txt says: version, addresses; knows nothing of QGIS."""

from __future__ import annotations

import re
from pathlib import Path

_METADATA = Path(__file__).with_name("metadata.txt")


def stated(name: str) -> str:
    """Returns what is stated under a name, in one line.

    Args:
        name: As in `version`.
    """
    text = _METADATA.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}=(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def is_placeholder(address: str) -> bool:
    """Tells whether an address is nobody's: one of RFC 2606.

    Args:
        address: Of a page.
    """
    return bool(re.search(r"\bexample\.(?:com|net|org)\b", address))


def requirement() -> str:
    """Returns the program that belongs to this plugin, as pip is told of it.

    With what *Evaluate against a clear image* needs besides.
    """
    return f"cloudgan-geo[train]=={stated('version')}"
