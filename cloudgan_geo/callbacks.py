"""What long work calls to say how far it is."""

from __future__ import annotations

from collections.abc import Callable

#: Told how much is done so far and how much there is.
Progress = Callable[[int, int], None]

#: Told how much more is done since the last call.
Advance = Callable[[int], None]
