"""Chips under scattering-law clouds, with what surrounds them.

EuroSAT chips have no surroundings, so each lies in the middle of a mosaic of 5 x 5 chips
under one continuous cloud. The ground jumps at the chips' borders and the veil does not; of
the mosaic only the blocks that the generator sees are made, because whole mosaics would take
twenty times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import SIZE, Chips, model_domain, orient
from cloudgan_geo.chips.grounds import Ground, draw_ground
from cloudgan_geo.clouds.cloud import PlacedCloud
from cloudgan_geo.clouds.drawing import draw_cloud
from cloudgan_geo.windows.surroundings import (
    BLOCK,
    CHANNELS,
    REACH,
    VIEW,
    WINDOW_BLOCKS,
    block_statistics,
)

Float32 = NDArray[np.float32]

#: Share of mosaics without any cloud: more than it takes to learn what clear ground is, because
#: an opacity that is as likely too low as too high should tend to none.
_CLEAR_SHARE = 0.15
#: Share of clouds whose coverage holds for the mosaic instead of the chip: chips in their
#: gaps are clear beside cloud.
_WIDE_SHARE = 0.4
#: Side of a mosaic in chips, and in pixels.
_CHIPS = 5
_MOSAIC = _CHIPS * SIZE
#: Shares of mosaics of any chips, of chips of one class, and of the chip itself, mirrored; the
#: rest are alike in colour. Around a window of a real scene lies the same kind of ground, without
#: the jumps between chips: with mosaics of other chips alone, generators did worse on real pairs
#: the further they saw.
_ANY, _SAME_CLASS, _MIRRORED = 0.15, 0.25, 0.35
#: How many of the chips closest in colour a similar neighbour is drawn from.
_ALIKE = 300
#: Shares of views in which nothing but the window is known, or no more than a scene of random
#: size around it.
_ALONE, _CUT = 0.2, 0.45
#: Largest side of such a scene in blocks.
_LARGEST = 96
_INNER = slice(REACH, VIEW - REACH)


@dataclass(frozen=True)
class VeiledBatch:
    """Chips under clouds.

    Attributes:
        cloudy: Float32 in [0, 1], shape (chips, 3, 64, 64).
        clear: The same without cloud.
        opacity: Float32 in [0, 1], shape (chips, 1, 64, 64).
        view: What surrounds each, shape (chips, 10, 40, 40); see `windows.surroundings`.
    """

    cloudy: Float32
    clear: Float32
    opacity: Float32
    view: Float32


@dataclass(frozen=True)
class VeiledChips:
    """Draws clouds over chips.

    Attributes:
        chips: All chips.
        neighbours: Indices of those that may surround others.
    """

    chips: Chips
    neighbours: tuple[int, ...]

    def draw(self, indices: Sequence[int], seed: int, epoch: int, vary: bool) -> VeiledBatch:
        """Lays a cloud over each of some chips and its surroundings.

        Args:
            indices: Which chips.
            seed: Fixes, with the epoch and the chip's index, all that is drawn for a chip.
            epoch: Draws something else for the same chips.
            vary: Turn the chips, and change brightness and colour of their ground.
        """
        drawn = [
            self._veil(index, np.random.default_rng((seed, epoch, index)), vary)
            for index in indices
        ]
        return VeiledBatch(*(np.stack(parts) for parts in zip(*drawn, strict=True)))

    def _veil(
        self, index: int, rng: np.random.Generator, vary: bool
    ) -> tuple[Float32, Float32, Float32, Float32]:
        orientation = int(rng.integers(8)) if vary else 0
        cloud = draw_cloud(rng, clear_share=_CLEAR_SHARE)
        ground = draw_ground(rng, clear=cloud.opacity == 0) if vary else Ground()
        image = orient(self.chips.images[index], orientation)
        clear = ground.change(model_domain(image[None])[0])
        around = ground.change(self._around(index, image, rng))
        wide = rng.random() < _WIDE_SHARE
        corner = (_MOSAIC - SIZE) // 2 if wide else 0
        side = _MOSAIC if wide else SIZE
        placed = cloud.over(side, side, enough=SIZE * SIZE)
        cloudy, opacity = placed.apply(clear, corner, corner)
        np.clip(cloudy, 0, 1, out=cloudy)
        view = _view(cloudy, around, placed, corner, rng)
        return cloudy, np.clip(clear, 0, 1), opacity[None], view

    def _around(self, index: int, image: NDArray[np.uint8], rng: np.random.Generator) -> Float32:
        """Returns the blocks of 25 chips, shape (9, 40, 40); the middle ones are not used."""
        kind = rng.random()
        size = (_CHIPS, _CHIPS)
        if kind >= 1 - _MIRRORED:
            own = block_statistics(model_domain(image[None])[0])
            return np.pad(own, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="symmetric")
        if kind < _ANY:
            chosen = rng.choice(self._by_colour, size)
        elif kind < _ANY + _SAME_CLASS:
            chosen = rng.choice(self._by_class[self._class_of(index)], size)
        else:
            place = int(np.searchsorted(self._colours, self._colour[index]))
            first = max(0, min(place - _ALIKE // 2, len(self._by_colour) - _ALIKE))
            chosen = rng.choice(self._by_colour[first : first + _ALIKE], size)
        blocks = self._statistics[chosen].transpose(2, 0, 3, 1, 4)
        return np.asarray(blocks.reshape(9, VIEW, VIEW) / np.float32(255))

    @cached_property
    def _statistics(self) -> NDArray[np.uint8]:
        """Blocks of every chip, shape (chips, 9, 8, 8)."""
        parts = [
            np.round(block_statistics(images.transpose(0, 3, 1, 2).astype(np.float32)))
            for images in np.array_split(self.chips.images, max(1, len(self.chips) // 1000))
        ]
        return np.concatenate(parts).astype(np.uint8)

    @cached_property
    def _colour(self) -> NDArray[np.float64]:
        """Brightness of every chip, shape (chips,)."""
        return np.asarray(self._statistics[:, 3:6].mean(axis=(1, 2, 3)))

    @cached_property
    def _by_colour(self) -> NDArray[np.int64]:
        """Neighbours from dark to bright."""
        indices = np.array(self.neighbours)
        return indices[np.argsort(self._colour[indices], kind="stable")]

    @cached_property
    def _colours(self) -> NDArray[np.float64]:
        return self._colour[self._by_colour]

    @cached_property
    def _by_class(self) -> dict[str, NDArray[np.int64]]:
        found: dict[str, list[int]] = {self._class_of(i): [] for i in range(len(self.chips))}
        for index in self.neighbours:
            found[self._class_of(index)].append(index)
        # A class of which nothing may be a neighbour takes any.
        return {name: np.array(of or self.neighbours) for name, of in found.items()}

    def _class_of(self, index: int) -> str:
        return self.chips.names[index].partition("/")[0]


def _view(
    cloudy: Float32, around: Float32, placed: PlacedCloud, corner: int, rng: np.random.Generator
) -> Float32:
    """Returns the view on a chip: its own blocks as they are, the others by four places each.

    By their centres alone, blocks that a cloud's edge runs through would lack its contrast,
    and the surroundings of real scenes look unlike any that training shows.
    """
    places = corner + BLOCK / 2 * (np.arange(2 * VIEW) - 2 * REACH) + BLOCK / 4 - 0.5
    factor, summand = (
        part.reshape(3, VIEW, 2, VIEW, 2).transpose(2, 4, 0, 1, 3).reshape(4, 3, VIEW, VIEW)
        for part in placed.light(places, places)
    )
    low, mean, high = around.reshape(3, 3, VIEW, VIEW)
    view = np.empty((CHANNELS, VIEW, VIEW), np.float32)
    view[:3] = (low * factor + summand).min(axis=0)
    view[3:6] = (mean * factor + summand).mean(axis=0)
    view[6:9] = (high * factor + summand).max(axis=0)
    np.clip(view[:9], 0, 1, out=view[:9])
    view[:9, _INNER, _INNER] = block_statistics(cloudy)
    known = _known(rng)
    view[:9] *= known
    view[9] = known
    return view


def _known(rng: np.random.Generator) -> Float32:
    """Returns which blocks are known: the scene may end near the window, or be all there is."""
    kind = rng.random()
    if kind < _ALONE:
        known = np.zeros((VIEW, VIEW), np.float32)
        known[_INNER, _INNER] = 1
    elif kind < _ALONE + _CUT:
        down, across = _within_scene(rng), _within_scene(rng)
        known = np.outer(down, across)
    else:
        known = np.ones((VIEW, VIEW), np.float32)
    return known


def _within_scene(rng: np.random.Generator) -> Float32:
    """Returns which blocks of a view lie in a scene with the window somewhere in it."""
    side = int(rng.integers(WINDOW_BLOCKS, _LARGEST))
    before = int(rng.integers(side - WINDOW_BLOCKS + 1))
    blocks = np.arange(VIEW) - REACH + before
    return np.asarray((blocks >= 0) & (blocks < side), np.float32)
