"""Whether inputs are trusted to reach for other files and for servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cloudgan_geo.arguments import Argument

# Known wherever inputs are opened, of which there are many: a parameter through all of them
# would be forgotten somewhere.
_TRUSTED = ContextVar("trusted", default=False)

#: What messages say that lifts a refusal.
REMEDY = (Argument("trust_input", True), " reads it all the same")


def input_is_trusted() -> bool:
    """Tells whether inputs may be of any format and reach for anything."""
    return _TRUSTED.get()


@contextmanager
def trusting_input(trust: bool) -> Iterator[None]:
    """Settles, for what this thread opens meanwhile, whether inputs are trusted.

    Args:
        trust: Whether they are.
    """
    token = _TRUSTED.set(trust)
    try:
        yield
    finally:
        _TRUSTED.reset(token)
