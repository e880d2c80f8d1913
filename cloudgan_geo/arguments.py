"""Arguments as messages name them: each reader is told what he would write himself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class Placeholder(str):
    """What stands for a value that only the reader knows, as in `bands=(RED, GREEN, BLUE)`."""

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Argument:
    """An argument that a message speaks of; as text it is what one writes in Python.

    The command line spells it as its own option (`cli/wording.py`).

    Attributes:
        name: As Python's functions call it.
        values: What it is or may be: of several one is to be chosen; none names it only.
    """

    name: str
    values: tuple[object, ...]

    def __init__(self, name: str, *values: object) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        if not self.values:
            return self.name
        return f"{self.name}={' or '.join(_literal(value) for value in self.values)}"


def _literal(value: object) -> str:
    if isinstance(value, os.PathLike):
        return repr(os.fspath(value))
    return repr(dict(value)) if isinstance(value, Mapping) else repr(value)
