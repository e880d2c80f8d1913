"""The command line: thin, one module a command."""

import atexit
import gc
import os
import signal
import sys
from types import TracebackType


def _quiet_ctrl_c(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    os.write(2, b"Interrupted.\n")
    # At once: Python would go on to end the process by a signal, or say more at its end.
    os._exit(130)


def _have_all_three() -> None:
    """Opens what the caller closed of descriptors 0 to 2, as in `2>&-`.

    The next file that is opened would get its number, and what libraries say be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Gets the lowest number that is free, which is this one.
            os.open(os.devnull, os.O_RDWR)
    # Python has no streams where there were no descriptors, of which libraries know nothing.
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


_have_all_three()

# Here, before anything else is imported: until a command runs nobody else handles Ctrl-C.
sys.excepthook = _quiet_ctrl_c


def _end_at_once() -> None:
    """Shortens Python's own end, when nothing is left to be done.

    It looks through all there is for what can be freed; of torch that takes most of a second of a
    processor. Ctrl-C would only be told of as an exception that is ignored.
    """
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


atexit.register(_end_at_once)
