"""The level to which a product was processed: top of the atmosphere or surface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedLevel, Level
from cloudgan_geo.errors import UsageError

_IN_TEXT = re.compile(r"(?:MSI|Level-)L?(1C|2A)", re.IGNORECASE)
_BY_TAG: tuple[tuple[str, Level], ...] = (("BOA_", "2A"), ("RADIO_ADD_OFFSET", "1C"))


def find_level(
    path: str, tags: Mapping[str, str], requested: AskedLevel = defaults.LEVEL
) -> tuple[Level | None, str]:
    """Settles the level of a scene.

    Args:
        path: Of the scene; products and their bands are named by their level.
        tags: Its metadata.
        requested: As given; `auto` to find it.

    Returns:
        The level, None if it cannot be told, and what it was told by.

    Raises:
        UsageError: If there is no such level.
    """
    if requested not in get_args(AskedLevel):
        raise UsageError(
            Argument("level", requested), f": takes one of {', '.join(get_args(AskedLevel))}"
        )
    for level in get_args(Level):
        if requested == level:
            return level, "as given"
    for key in ("PROCESSING_LEVEL", "PRODUCT_URI"):
        found = _IN_TEXT.search(tags.get(key, ""))
        if found:
            return _level(found[1]), f"by the tag {key}"
    for key in tags:
        for start, level in _BY_TAG:
            if key.upper().startswith(start):
                return level, f"by the tag {key}"
    found = _IN_TEXT.search(path)
    if found:
        return _level(found[1]), "by its name"
    return None, "not stated"


def _level(text: str) -> Level:
    return "1C" if text.upper() == "1C" else "2A"
