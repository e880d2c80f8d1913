"""What the program says, in the words of the dialog; knows nothing of QGIS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Callable

from .options import Option

# In quotes or without: an option, an argument. Not a part of a file's name or of another word.
_NAMED = re.compile(
    r"(?<![\w./\\-])(?:(?P<quote>['\"])(?P<quoted>--[a-z][a-z0-9-]*|[A-Z]+)(?P=quote)"
    r"|(?P<bare>--[a-z][a-z0-9-]*)(?![\w-]|[./\\]\w))"
)


def in_dialog_words(
    text: str, options: Iterable[Option], called: Callable[[str], str] = lambda label: label
) -> str:
    """Returns what the program says with the labels of parameters in place of its options.

    Args:
        text: Of the program. Options that the dialog does not have stay as they are.
        options: Of the algorithm.
        called: What a label is in the language of the dialog.
    """
    labels: dict[str, str] = {}
    for option in options:
        # Of two parameters of one option the first has its name.
        labels.setdefault(option.flag, f'"{called(option.label)}"')

    def label(found: re.Match[str]) -> str:
        return labels.get(found["quoted"] or found["bare"], found[0])

    return _NAMED.sub(label, text)
