"""What all who work on a batch have in common: generator, device and number format."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cloudgan_geo import __version__
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AUTO
from cloudgan_geo.correction.choosing import BUNDLED, all_ready, joint_sha256
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.errors import BatchError, CloudganError, UsageError, WeightsError
from cloudgan_geo.networks.header import weights_path


@dataclass(frozen=True)
class Agreement:
    """What the client settles once, and whoever works for it must have.

    Attributes:
        model: Name of a bundled generator, `auto`, or path of a weights file.
        sha256: Of that file, in hex.
        device: Where it runs: none that is to be found out.
        precision: `fp32` or `bf16`.
        estimates: Whether it estimates opacity and error.
        version: Of this program.
    """

    model: str
    sha256: str
    device: str
    precision: str
    estimates: bool
    version: str = __version__


def weights_sha256(model: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a generator's file, in hex, without loading it; of `auto` one of all.

    Raises:
        WeightsError: If there is no such generator, or it cannot be read.
    """
    if model == AUTO:
        return joint_sha256(map(weights_sha256, BUNDLED))
    path = weights_path(model)
    try:
        state = os.stat(path)
        return _sha256(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise WeightsError(
            f"{path}: not readable ({error.strerror}); see ", Argument("model")
        ) from error


@lru_cache(maxsize=8)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """Hashes a file once, until its size or time changes: a batch asks again for every scene."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def settle(model: str, options: DecloudOptions) -> tuple[Agreement, Cleaner]:
    """Loads a generator and settles where and how it runs.

    Args:
        model: Name of a bundled generator, `auto`, or path of a weights file.
        options: Device, precision, and what asks for estimates.

    Raises:
        WeightsError: If the weights are unknown or damaged.
        UsageError: If the device or the precision is not available, or the generator cannot
            estimate what is asked for.
    """
    cleaner = all_ready(model, options)
    if not cleaner.estimates and options.for_estimates:
        raise UsageError(
            Argument(options.for_estimates[0].name),
            f": the generator {cleaner.name} estimates no opacity; ",
            Argument("model", "thin"),
            " does",
        )
    settled = Agreement(
        os.fspath(model), cleaner.sha256, cleaner.device, cleaner.precision, cleaner.estimates
    )
    return settled, cleaner


def honoured(agreement: Agreement, options: DecloudOptions) -> Cleaner:
    """Loads the generator of an agreement, here.

    Args:
        agreement: What the client settled.
        options: Whether it is to be compiled.

    Raises:
        BatchError: If this place cannot keep to it: other weights, no such device, another
            version of the program.
    """
    if agreement.version != __version__:
        raise BatchError(f"has cloudgan-geo {__version__}, the client {agreement.version}")
    from dataclasses import replace

    asked = replace(options, device=agreement.device, precision=agreement.precision)  # type: ignore[arg-type]
    try:
        found = weights_sha256(agreement.model)
        if found != agreement.sha256:
            raise BatchError(
                f"has other weights of the name {agreement.model}: their SHA-256 begins with "
                f"{found[:12]}, the client's with {agreement.sha256[:12]}"
            )
        cleaner = all_ready(agreement.model, asked)
    except BatchError:
        raise
    except CloudganError as error:
        raise BatchError(f"cannot use the generator: {error}") from error
    if (cleaner.sha256, cleaner.precision) != (agreement.sha256, agreement.precision):
        raise BatchError(f"has another generator of the name {agreement.model}")
    return cleaner
