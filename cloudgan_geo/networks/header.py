"""What a weights file says about itself, read without torch and before any scene is opened."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from cloudgan_geo.arguments import Argument
from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError, WeightsNotFoundError

_WEIGHTS = Path(str(files("cloudgan_geo.networks") / "weights"))

#: Environment variable that names a folder of weights files, which then go by their names too.
WEIGHTS_FOLDER = "CLOUDGAN_GEO_WEIGHTS"
#: Not in the wheel, which holds what `decloud` takes of itself.
_IN_SOURCE_ONLY = ("article",)

# Bytes that give the length of a header. A header of ours has some 30 kB; one of a gigabyte
# would be read and parsed before anybody could see that it is nonsense.
_LENGTH = 8
_LONGEST = 2**24


def bundled() -> dict[str, Path]:
    """Returns the weights file of every generator known by its name.

    They are those of the package, and those in the folder that the environment variable
    `CLOUDGAN_GEO_WEIGHTS` names; of two of a name the package's.
    """
    own = os.environ.get(WEIGHTS_FOLDER)
    folders = [Path(own)] if own else []
    found = [path for folder in (*folders, _WEIGHTS) for path in folder.glob("*.safetensors")]
    by_name = {path.stem: path for path in found}
    return dict(sorted(by_name.items()))


def weights_path(name_or_path: str | os.PathLike[str]) -> Path:
    """Returns the weights file of a generator of the package, or the file that was named.

    Raises:
        WeightsError: If there is neither.
    """
    known = bundled()
    path = known.get(str(name_or_path)) or Path(name_or_path)
    if not path.is_file():
        if str(name_or_path) in _IN_SOURCE_ONLY:
            raise WeightsNotFoundError(
                f"{name_or_path}: is not in the wheel, for it is two thirds of all; the source "
                f"archive has cloudgan_geo/networks/weights/{name_or_path}.safetensors: put it "
                f"into a folder that the environment variable {WEIGHTS_FOLDER} names, or install "
                "the source with pip install -e ."
            )
        names = ", ".join(known) or "none"
        raise WeightsNotFoundError(
            f"{name_or_path}: neither a bundled model ({names}) nor a weights file; see ",
            Argument("model"),
        )
    return path


def is_pickle(start: bytes) -> bool:
    """Tells a pickled state dict from safetensors by the first bytes of a file, 9 or more."""
    # Eight bytes of length, then JSON: the length may begin like a pickle.
    return start[_LENGTH : _LENGTH + 1] != b"{" and (start[:2] == b"PK" or start[:1] == b"\x80")


def read_card(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns the card of a safetensors file without reading its tensors.

    Raises:
        WeightsError: If the file is damaged or its card is not JSON.
    """
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            if not 0 < length <= min(_LONGEST, size - _LENGTH):
                raise ValueError("no header")
            header = json.loads(file.read(length))
        if not isinstance(header, dict):
            raise ValueError("a header of another kind")
        metadata = header.get("__metadata__") or {}
        card = json.loads(metadata.get("card", "{}"))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(f"{path}: not readable as safetensors ({error})") from error
    return card if isinstance(card, dict) else {}


def read_bands(path: str | os.PathLike[str]) -> BandSet:
    """Returns the bands of the generator in a weights file.

    Args:
        path: A safetensors file or a pickled state dict, which has no card: red, green, blue.

    Raises:
        WeightsError: If the file is damaged or its card names bands that make no sense.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(_LENGTH + 1)
    except OSError as error:
        raise WeightsError(
            f"{path}: not readable ({error.strerror}); see ", Argument("model")
        ) from error
    return card_bands(path, {} if is_pickle(start) else read_card(path))


def card_bands(path: str | os.PathLike[str], card: dict[str, Any]) -> BandSet:
    """Returns the bands that the card of a file names.

    Raises:
        WeightsError: If they make no sense; it names the file.
    """
    try:
        return BandSet.from_card(card)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error
