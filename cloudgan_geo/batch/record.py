"""What is known of a scene of a batch once it is over with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cloudgan_geo.errors import CloudganError, CloudganWarning, Message

#: How a scene ended. `skipped`: its output was there and as it would be made now.
Status = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class SceneRecord:
    """How a scene ended.

    Attributes:
        scene: Its paths.
        output: The file that was, or was to be, written.
        status: `done`, `skipped` or `failed`.
        started: When work on it began, UTC, ISO 8601.
        seconds: It took.
        attempts: How often it was begun.
        worker: Who did it: host and process.
        windows: That the generator was given.
        windows_skipped: Without a valid pixel in the area.
        shares: Of the quality classes among all pixels that are not nodata, by name; None from a
            generator that estimates no opacity.
        timings: Seconds of each stage.
        kind: Class of the error; None unless it failed.
        error: What went wrong, or None.
        warnings: What was warned about.
    """

    scene: tuple[str, ...]
    output: str
    status: Status
    started: str
    seconds: float = 0.0
    attempts: int = 1
    worker: str = ""
    windows: int | None = None
    windows_skipped: int | None = None
    shares: dict[str, float] | None = None
    timings: dict[str, float] | None = None
    kind: str | None = None
    error: CloudganError | None = None
    warnings: tuple[CloudganWarning, ...] = ()

    def facts(self, say: Callable[[Message], str] = str) -> dict[str, Any]:
        """Returns what a line of JSON holds.

        Args:
            say: Spells errors and warnings for who reads them.
        """
        shares = self.shares or {}
        error = None
        if self.error is not None:
            error = {"kind": self.kind, "message": " ".join(say(self.error).split())}
        return {
            "scene": list(self.scene),
            "output": self.output,
            "status": self.status,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "attempts": self.attempts,
            "worker": self.worker,
            "windows": self.windows,
            "windows_skipped": self.windows_skipped,
            **{name: shares.get(name) for name in ("clear", "corrected", "thick")},
            "timings": None
            if self.timings is None
            else {name: round(seconds, 4) for name, seconds in self.timings.items()},
            "error": error,
            "warnings": [say(warning) for warning in self.warnings],
        }
