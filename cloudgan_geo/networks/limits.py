"""How much a weights file may claim: nobody knows where it comes from."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cloudgan_geo.errors import WeightsError

# The largest generator that makes sense, 64 feature maps wide, has 124 MB.
_MOST_BYTES = 2**30
_MOST_VALUES = 2**28


def check_size(path: Path) -> None:
    """Refuses a file that is larger than any generator.

    Raises:
        WeightsError: If it is.
    """
    if os.path.getsize(path) > _MOST_BYTES:
        raise WeightsError(f"{path}: has more than {_MOST_BYTES:,} bytes, which no generator has")


def check_archive(path: Path, content: bytes) -> None:
    """Refuses a pickle whose archive unfolds to more than any generator.

    Raises:
        WeightsError: If it does, or is a damaged archive.
    """
    if content[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            held = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise WeightsError(f"{path}: is a damaged archive ({error})") from error
    if held > _MOST_BYTES:
        raise WeightsError(f"{path}: unfolds to {held:,} bytes, which no generator has")


def check_tensors(path: Path, state: Mapping[Any, Any]) -> None:
    """Refuses what is no state dict of plain tensors that the file itself holds.

    Raises:
        WeightsError: If it is none.
    """
    total = 0
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise WeightsError(f"{path}: holds no state dict of tensors")
        plain = tensor.layout == torch.strided and tensor.device.type == "cpu"
        kind = plain and not (tensor.is_quantized or tensor.is_complex())
        # Strides of 0 make gigabytes of one number.
        total += tensor.numel()
        held = kind and tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes()
        if not held or total > _MOST_VALUES:
            raise WeightsError(f"{path}: its tensor {name[:100]} is none of a generator")


def check_shapes(path: Path, build: Callable[[], nn.Module], state: Mapping[str, Tensor]) -> None:
    """Refuses weights of other shapes than the network's, before memory is taken for that.

    Args:
        path: Of the file.
        build: Makes the network.
        state: The weights.

    Raises:
        WeightsError: If they differ, or such a network cannot be.
    """
    try:
        with torch.device("meta"):
            wanted = {name: tensor.shape for name, tensor in build().state_dict().items()}
    except (RuntimeError, OverflowError, TypeError, ZeroDivisionError, MemoryError) as error:
        said = " ".join(str(error).split())[:200]
        raise WeightsError(f"{path}: does not fit a generator: {said}") from error
    for name in {**wanted, **state}:
        asked, given = wanted.get(name), state.get(name)
        if asked is None or given is None or asked != given.shape:
            shape = "nothing" if given is None else " x ".join(map(str, given.shape)) or "a number"
            raise WeightsError(
                f"{path}: does not fit the generator: {name[:100]} is {shape} and should be "
                f"{'nothing' if asked is None else ' x '.join(map(str, asked)) or 'a number'}"
            )
