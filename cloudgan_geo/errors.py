"""Every error the package raises on purpose.

Each class also inherits a builtin, so that callers who know nothing of this package can
still catch what they expect (`OSError` for files, `ValueError` for values). Messages name
the file or the value, what is wrong with it, and the argument that mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudgan_geo.arguments import Argument


class Message:
    """A message that keeps the arguments it speaks of apart from its words.

    Args:
        parts: In their order; as text, arguments are as in Python.
    """

    def __init__(self, *parts: str | Argument) -> None:
        built_in: Any = super()
        built_in.__init__("".join(map(str, parts)))
        self.parts = parts

    def worded(self, spell: Callable[[Argument], str]) -> str:
        """Returns the text with arguments as somebody else writes them.

        Args:
            spell: Says how.
        """
        return "".join(part if isinstance(part, str) else spell(part) for part in self.parts)


class CloudganError(Message, Exception):
    """Root of every error raised on purpose by cloudgan_geo."""


class UsageError(CloudganError, ValueError):
    """An argument or option that cannot be honoured; the command line exits with 2."""


class CloudganWarning(Message, UserWarning):
    """Something about the data that is worth knowing but stops nothing."""


class SceneError(CloudganError, OSError):
    """A raster that cannot be read, or does not hold what the task needs."""


class SceneNotFoundError(SceneError, FileNotFoundError):
    """The input does not exist."""


class BandError(SceneError, ValueError):
    """The red, green and blue bands of a raster cannot be told; `bands` names them."""


class RadiometryError(SceneError, ValueError):
    """Pixel values that cannot be turned into reflectance without guessing."""


class OutputError(CloudganError, OSError):
    """An output that exists already or cannot be written."""


class OutputExistsError(OutputError, FileExistsError):
    """The output exists already; `overwrite` replaces it."""


class WeightsError(CloudganError, ValueError):
    """Generator weights that are unknown, damaged or of another architecture."""


class WeightsNotFoundError(WeightsError, FileNotFoundError):
    """There is no generator of that name and no such file."""


class DatasetError(CloudganError, ValueError):
    """Training or test chips that are missing or of the wrong shape."""


class RunError(CloudganError, RuntimeError):
    """A training run that cannot be continued, plotted or read."""


class BatchError(CloudganError, RuntimeError):
    """A batch that cannot go on: its cluster is lost, or has no worker that may be used."""
