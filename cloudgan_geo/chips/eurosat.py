"""EuroSAT RGB chips: reading, and the article's split."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import DatasetError

SIZE = 64
SUFFIXES = (".jpg", ".jpeg", ".png")
#: The article's `random.seed`, and its share of training chips.
SPLIT_SEED = 231
TRAIN_SHARE = 0.7

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Chips:
    """Clear chips in memory.

    Attributes:
        names: `Class/Class_n` of every chip, in the order of `images`.
        images: uint8, shape (chips, 64, 64, 3), red, green, blue.
    """

    names: tuple[str, ...]
    images: UInt8

    def __len__(self) -> int:
        return len(self.names)

    def take(self, indices: Sequence[int]) -> Chips:
        """Returns the chips at some indices, in that order."""
        return Chips(tuple(self.names[i] for i in indices), self.images[list(indices)])


@dataclass(frozen=True)
class Split:
    """Indices of the training, validation and test chips."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]


def load_chips(path: str | Path) -> Chips:
    """Reads every chip of a EuroSAT RGB folder or zip.

    Args:
        path: A folder (searched through) or a .zip of 64x64 RGB JPEG or PNG chips.

    Returns:
        The chips, sorted by name.

    Raises:
        DatasetError: If there is no chip, or one is damaged or of another shape.
    """
    path = Path(path)
    if not path.exists():
        raise DatasetError(
            f"{path}: no such folder or zip; ", Argument("data"), " names the EuroSAT RGB chips"
        )
    names: list[str] = []
    images: list[UInt8] = []
    for name, encoded in _files(path):
        names.append(str(Path(name).with_suffix("")))
        images.append(_decode(encoded, f"{path}/{name}"))
    if not names:
        raise DatasetError(
            f"{path}: holds no .jpg or .png chip; ", Argument("data"), " names the EuroSAT chips"
        )
    return Chips(tuple(names), np.stack(images))


def split(chips: Chips, validation: int = 0) -> Split:
    """Divides chips 70/30 with the article's seed.

    The article validates on its test chips; here the validation chips are taken from the
    training part, so that the choice of a checkpoint never sees the test part.

    Args:
        chips: Chips sorted by name.
        validation: How many training chips to hold out, at most a tenth of them.

    Returns:
        Disjoint indices; 18,900 for training and validation, 8,100 for test on EuroSAT.
    """
    order = list(range(len(chips)))
    random.Random(SPLIT_SEED).shuffle(order)
    cut = max(1, round(TRAIN_SHARE * len(order)))
    held_out = min(validation, cut // 10)
    return Split(
        train=tuple(order[held_out:cut]),
        validation=tuple(order[:held_out]),
        test=tuple(order[cut:]),
    )


def orient(image: UInt8, orientation: int) -> UInt8:
    """Turns, and from orientation 4 on mirrors, an image of shape (64, 64, 3)."""
    turned = np.rot90(image, orientation % 4)
    return turned[:, ::-1] if orientation >= 4 else turned


def model_domain(images: UInt8) -> NDArray[np.float32]:
    """Turns uint8 chips (n, 64, 64, 3) into float32 (n, 3, 64, 64) in [0, 1]."""
    scaled = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)
    scaled /= np.float32(255)
    return scaled


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        for file in found:
            yield file.relative_to(path).as_posix(), file.read_bytes()
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(f"{path}: neither a folder nor a readable zip ({error})") from error
    with archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith(SUFFIXES):
                yield name, archive.read(name)


def _decode(encoded: bytes, name: str) -> UInt8:
    from PIL import Image, UnidentifiedImageError

    try:
        image = np.asarray(Image.open(io.BytesIO(encoded)), np.uint8)
    except (UnidentifiedImageError, OSError) as error:
        raise DatasetError(f"{name}: not a readable image ({error})") from error
    if image.shape != (SIZE, SIZE, 3):
        raise DatasetError(f"{name}: shape {image.shape}, expected a 64x64 RGB chip")
    return image
