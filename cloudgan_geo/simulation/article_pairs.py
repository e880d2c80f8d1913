"""The article's pairs of cloudy and clear chips.

Pairs are synthesised on the fly; `prepare` writes the article's folders of them. The noise of
a pair depends on (seed, epoch, chip) alone, so that it is the same in any batch order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cloudgan_geo.chips.eurosat import SPLIT_SEED, Chips, UInt8, orient
from cloudgan_geo.clouds.article import draw_cloudy
from cloudgan_geo.errors import OutputError

#: Pillow's default, which the article's cloudy chips went through.
JPEG_QUALITY = 75


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


def jpeg(image: UInt8) -> UInt8:
    """Sends a chip through JPEG at Pillow's default quality, as the article's files were."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return np.asarray(Image.open(buffer), np.uint8)


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
