"""Why an output could not be written, in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import OutputError
from cloudgan_geo.raster.gdal import reason

# A full disk may have room for a few bytes yet, but not for as many as a block or two hold.
_PROBE_BYTES = 2**22

_NO_FOLDER = "its folder cannot be written to"


def output_error(
    path: Path, error: OSError, argument: str = "output", denied: str = _NO_FOLDER
) -> OutputError:
    """Puts an error of the operating system about an output into words.

    Args:
        path: The target.
        error: What happened to it.
        argument: That names the target.
        denied: What it means if the system does not permit it.
    """
    causes = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file became larger than the system allows",
        errno.EACCES: denied,
        errno.EPERM: denied,
        errno.EROFS: "its disk can only be read",
    }
    cause = causes.get(error.errno or 0, error.strerror or str(error))
    return OutputError(
        f"{path}: cannot be written, {cause}; ", Argument(argument), " names another place"
    )


def write_error(
    partial: Path, target: Path, error: BaseException | None, argument: str = "output"
) -> OutputError:
    """Says why GDAL could not write a file: it does not pass the system's reason on.

    Args:
        partial: The file that was written; what the system says to more of it is the reason.
        target: What it would have been called.
        error: What GDAL said, if it did.
        argument: That names the target.
    """
    try:
        with open(partial, "ab") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as cause:
        return output_error(target, cause, argument)
    if isinstance(error, OSError) and error.errno:
        return output_error(target, error, argument)
    said = f" ({reason(error)})" if error else ""
    return output_error(target, OSError(errno.EIO, f"the disk did not take it{said}"), argument)
