"""EuroSAT RGB chips: reading, the article's split, cloudy/clear pairs.

Pairs are synthesised on the fly; `prepare` writes the article's folders of them. The noise of
a pair depends on (seed, epoch, chip) alone, so that it is the same in any batch order.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.article import UInt8, draw_cloudy
from cloudgan_geo.errors import DatasetError, OutputError

SIZE = 64
SUFFIXES = (".jpg", ".jpeg", ".png")
#: The article's `random.seed`, and its share of training chips.
SPLIT_SEED = 231
TRAIN_SHARE = 0.7
#: Pillow's default, which the article's cloudy chips went through.
JPEG_QUALITY = 75


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
        raise DatasetError(f"{path}: no such folder or zip; --data names the EuroSAT RGB chips")
    names: list[str] = []
    images: list[UInt8] = []
    for name, encoded in _files(path):
        names.append(str(Path(name).with_suffix("")))
        images.append(_decode(encoded, f"{path}/{name}"))
    if not names:
        raise DatasetError(f"{path}: holds no .jpg or .png chip; --data names the EuroSAT chips")
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


def cloudy_pairs(
    chips: Chips, indices: Sequence[int], *, seed: int, epoch: int = 0, augment: bool = False
) -> tuple[UInt8, UInt8]:
    """Synthesises the article's cloudy version of some chips, JPEG compression and all.

    Args:
        chips: Clear chips.
        indices: Which of them.
        seed: Fixes, with `epoch` and the chip's index, zoom and opacity of each cloud.
        epoch: Draws other clouds for the same chips.
        augment: Turn the clear chip to one of its eight orientations first.

    Returns:
        Cloudy and clear chips, uint8, each of shape (indices, 64, 64, 3).
    """
    cloudy, clear = [], []
    for index in indices:
        rng = np.random.default_rng((seed, epoch, index))
        image = chips.images[index]
        if augment:
            image = orient(image, int(rng.integers(8)))
        clear.append(image)
        cloudy.append(jpeg(draw_cloudy(image, rng)))
    return np.stack(cloudy), np.stack(clear)


def orient(image: UInt8, orientation: int) -> UInt8:
    """Turns, and from orientation 4 on mirrors, an image of shape (64, 64, 3)."""
    turned = np.rot90(image, orientation % 4)
    return turned[:, ::-1] if orientation >= 4 else turned


def jpeg(image: UInt8) -> UInt8:
    """Sends a chip through JPEG at Pillow's default quality, as the article's files were."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return np.asarray(Image.open(buffer), np.uint8)


def model_domain(images: UInt8) -> NDArray[np.float32]:
    """Turns uint8 chips (n, 64, 64, 3) into float32 (n, 3, 64, 64) in [0, 1]."""
    scaled = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)
    scaled /= np.float32(255)
    return scaled


def write_pairs(chips: Chips, out: str | Path, *, seed: int = SPLIT_SEED) -> Iterator[str]:
    """Writes the article's two folders of pairs, yielding each chip's name when it is done.

    `all_targets/<name>.jpg` is the clear chip (JPEG quality 100, as EuroSAT ships) and
    `all_inputs/<name>.jpg` the cloudy one (Pillow's default quality, as in the article).

    Args:
        chips: Clear chips.
        out: Folder to create; must not exist or be empty.
        seed: Fixes the clouds.

    Yields:
        The name of the chip just written.

    Raises:
        OutputError: If `out` holds files already, or two chips share a file name.
    """
    from PIL import Image

    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out}: exists and is not an empty folder; choose another OUT")
    flat = [Path(name).name for name in chips.names]
    if len(set(flat)) < len(flat):
        raise OutputError(f"{out}: chips of two classes share a name; pairs are stored flat")
    targets, inputs = out / "all_targets", out / "all_inputs"
    targets.mkdir(parents=True)
    inputs.mkdir()
    for index, name in enumerate(flat):
        image = chips.images[index]
        cloudy = draw_cloudy(image, np.random.default_rng((seed, 0, index)))
        Image.fromarray(image).save(targets / f"{name}.jpg", quality=100, subsampling=0)
        Image.fromarray(cloudy).save(inputs / f"{name}.jpg", quality=JPEG_QUALITY)
        yield name


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
