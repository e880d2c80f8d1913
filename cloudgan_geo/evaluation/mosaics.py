"""Ground to lay clouds over: mosaics of chips, cut into windows with views as a scene is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import SIZE, Chips, model_domain
from cloudgan_geo.clouds.cloud import Cloud
from cloudgan_geo.windows.surroundings import REACH, VIEW, WINDOW_BLOCKS, block_statistics, channels

Float32 = NDArray[np.float32]

#: Side of a mosaic in chips: 256 pixels.
SIDE = 4
CHIPS = SIDE * SIDE
#: Shares of mosaics of any chips and of chips of one class, as in training; the rest are
#: alike in brightness, drawn from so many that are closest.
_ANY, _SAME_CLASS, _ALIKE = 0.3, 0.35, 300
#: Share of clouds whose coverage and opacity hold for the mosaic; for the rest, for one chip.
_WIDE_SHARE = 0.5
_INNER = slice(REACH, VIEW - REACH)


@dataclass(frozen=True)
class Veiled:
    """Ground under a cloud.

    Attributes:
        cloudy: Model domain, float32 in [0, 1], shape (3, height, width), multiples of 64.
        clear: The same without cloud.
        opacity: Of the cloud, in [0, 1], shape (height, width).
        family: Of the cloud.
    """

    cloudy: Float32
    clear: Float32
    opacity: Float32
    family: str


def arrange(chips: Chips, indices: Sequence[int], seed: int) -> list[NDArray[np.int64]]:
    """Puts chips into mosaics whose neighbours go together as training's do.

    Args:
        chips: All chips.
        indices: Those to use, each once; of fewer than 16 some are used again.
        seed: Of what is drawn.

    Returns:
        Indices of 16 chips, row by row, for every mosaic; up to 15 chips are left over.
    """
    rng = np.random.default_rng(seed)
    left = rng.permutation(np.resize(np.array(indices), max(CHIPS, len(indices))))
    brightness = chips.images[left].mean(axis=(1, 2, 3))
    classes = np.array([chips.names[index].partition("/")[0] for index in left])
    mosaics = []
    while len(left) >= CHIPS:
        kind = rng.random()
        # The chip that is first in line is kept; what goes with it best comes next.
        if kind < _ANY:
            order = np.arange(len(left))
        elif kind < _ANY + _SAME_CLASS:
            order = np.argsort(classes != classes[0], kind="stable")
        else:
            order = np.argsort(np.abs(brightness - brightness[0]), kind="stable")
            order[1:_ALIKE] = rng.permutation(order[1:_ALIKE])
        chosen = order[:CHIPS]
        mosaics.append(rng.permutation(left[chosen]))
        left, brightness, classes = (np.delete(x, chosen) for x in (left, brightness, classes))
    return mosaics


def mosaic(chips: Chips, chosen: NDArray[np.int64]) -> Float32:
    """Returns 16 chips side by side, model domain, shape (3, 256, 256)."""
    return joined(model_domain(chips.images[chosen]), SIDE)


def lay(ground: Float32, cloud: Cloud, family: str, rng: np.random.Generator) -> Veiled:
    """Lays a cloud over ground.

    Args:
        ground: Model domain, shape (3, height, width), multiples of 64.
        cloud: To lay.
        family: Its name.
        rng: Draws whether coverage and opacity hold for all the ground or for one chip of it.
    """
    _, height, width = ground.shape
    top, left = 0, 0
    if rng.random() < _WIDE_SHARE:
        placed = cloud.over(height, width, enough=SIZE * SIZE)
    else:
        placed = cloud.over(SIZE, SIZE)
        top = -SIZE * int(rng.integers(height // SIZE))
        left = -SIZE * int(rng.integers(width // SIZE))
    cloudy, opacity = placed.apply(ground, top, left)
    return Veiled(np.clip(cloudy, 0, 1), ground, opacity, family)


def windows(image: Float32) -> Float32:
    """Cuts an image into windows without overlap.

    Args:
        image: Shape (bands, height, width), multiples of 64.

    Returns:
        Row by row, shape (windows, bands, 64, 64).
    """
    bands, height, width = image.shape
    cut = image.reshape(bands, height // SIZE, SIZE, width // SIZE, SIZE)
    return np.ascontiguousarray(cut.transpose(1, 3, 0, 2, 4).reshape(-1, bands, SIZE, SIZE))


def joined(cut: Float32, columns: int) -> Float32:
    """Puts windows together again: the reverse of `windows`."""
    count, bands = cut.shape[:2]
    grid = cut.reshape(count // columns, columns, bands, SIZE, SIZE).transpose(2, 0, 3, 1, 4)
    return np.ascontiguousarray(grid.reshape(bands, -1, columns * SIZE))


def views(image: Float32, *, alone: bool = False) -> Float32:
    """Returns the view on what surrounds every window; beyond the image nothing is known.

    Args:
        image: Shape (bands, height, width), multiples of 64.
        alone: Nothing beyond the window is known.

    Returns:
        Of the windows row by row, shape (windows, 3 * bands + 1, 40, 40); see
        `windows.surroundings`.
    """
    blocks = block_statistics(image)
    _, height, width = blocks.shape
    padded = np.zeros((channels(len(image)), height + 2 * REACH, width + 2 * REACH), np.float32)
    padded[:-1, REACH:-REACH, REACH:-REACH] = blocks
    padded[-1, REACH:-REACH, REACH:-REACH] = 1
    found = np.stack([padded[:, r : r + VIEW, c : c + VIEW] for r, c in _corners(height, width)])
    if alone:
        inner = found[:, :, _INNER, _INNER].copy()
        found[:] = 0
        found[:, :, _INNER, _INNER] = inner
    return found


def _corners(height: int, width: int) -> Iterator[tuple[int, int]]:
    for row in range(0, height, WINDOW_BLOCKS):
        for column in range(0, width, WINDOW_BLOCKS):
            yield row, column
