"""What a generator's card says about its scores, out of an evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import DatasetError
from cloudgan_geo.evaluation.methods import UNPROCESSED

_DIGITS = 4


def read_facts(path: Path, argument: str) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        path: The file.
        argument: That names it.

    Raises:
        DatasetError: If it cannot be read or holds none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path}: not readable as JSON ({error}); see ", Argument(argument)
        ) from error
    if not isinstance(content, dict):
        raise DatasetError(f"{path}: holds no JSON object; see ", Argument(argument))
    return content


def scores_of(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Returns what a card keeps of an evaluation.

    Of every suite the first table, cut to the model and the unprocessed input, and what each
    number is held to.

    Args:
        evaluation: What `evaluate` wrote as JSON.

    Raises:
        DatasetError: If it is something else.
    """
    try:
        return {name: _summary(suite) for name, suite in evaluation["suites"].items()}
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise DatasetError(Argument("scores"), ": is not what `evaluate` writes as JSON") from error


def _summary(suite: dict[str, Any]) -> dict[str, Any]:
    table = suite["tables"][0]
    methods = (UNPROCESSED, suite["model"]["name"])
    rows = {name: _rounded(row) for name, row in table["rows"].items()}
    if UNPROCESSED in rows or methods[1] in rows:
        rows = {name: row for name, row in rows.items() if name in methods}
    else:
        rows = {name: {k: row[k] for k in methods if k in row} for name, row in rows.items()}
    bars = [
        _rounded({key: bar[key] for key in ("what", "value", "least", "most", "met")})
        for bar in suite["bars"]
    ]
    return {"table": table["title"], "rows": rows, "bars": bars}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in row.items()
    }
