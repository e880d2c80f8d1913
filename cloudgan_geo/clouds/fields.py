"""Cloud fields: the shape of a cloud before it has coverage, opacity or colour.

A field is a function of pixel coordinates, without edges and without a size: the same field
can lie over a chip, over a whole scene, or over a scene strip by strip.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloudgan_geo.clouds.perlin import Float32, pnoise2

Float64 = NDArray[np.float64]


class Field(Protocol):
    """What a cloud's shape must be able to do."""

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field over a grid; more is more cloud.

        Args:
            rows: Row coordinates in pixels, shape (height,).
            columns: Column coordinates in pixels, shape (width,).

        Returns:
            Float32 in no particular range, shape (height, width).
        """


def turned(
    rows: ArrayLike,
    columns: ArrayLike,
    scale: float,
    rotation: float,
    anisotropy: float,
    origin: tuple[float, float],
) -> tuple[Float64, Float64]:
    """Returns a grid's coordinates across and along a field's structures.

    Args:
        rows: Row coordinates in pixels, shape (height,).
        columns: Column coordinates in pixels, shape (width,).
        scale: Pixels a unit of the field across its structures.
        rotation: Of the field, in radians.
        anisotropy: How many times longer than wide its structures are.
        origin: Coordinates of pixel (0, 0): across, along.

    Returns:
        Across and along, each of shape (height, width).
    """
    row = np.asarray(rows, np.float64)[:, None] / scale
    column = np.asarray(columns, np.float64)[None, :] / scale
    cosine, sine = np.cos(rotation), np.sin(rotation)
    along = (cosine * column + sine * row) / anisotropy + origin[1]
    across = cosine * row - sine * column + origin[0]
    return across, along


@dataclass(frozen=True)
class WaveField:
    """A fractal field made of plane waves: what training's clouds are shaped by.

    Waves of random direction and phase, their frequencies spread evenly over `octaves`, add
    up to a Gaussian random field (M. Shinozuka, C.-M. Jan, "Digital simulation of random
    processes and its applications", J. Sound and Vibration 25, 1972). Chosen after
    measuring: a wave is a sum of products of a function of the row and one of the column, so
    a chip's 144 are a matrix product and take a sixth of the time of five octaves of
    Perlin noise with rotation. There is no lattice whose lines could show, no table that
    repeats, and any part of any size can be asked for.

    Attributes:
        seed: Of directions and phases.
        scale: Longest wavelength, in pixels.
        octaves: How often the wavelength halves from the longest to the shortest wave.
        persistence: Amplitude an octave down, relative to the one above.
        rotation: Of the direction of the longest structures, in radians.
        anisotropy: How many times longer than wide structures are.
        patchiness: 0 for detail of equal strength everywhere, towards 1 for detail that
            gathers in the thick parts and leaves the thin ones smooth.
    """

    seed: int
    scale: float
    octaves: float = 4.0
    persistence: float = 0.5
    rotation: float = 0.0
    anisotropy: float = 1.0
    patchiness: float = 0.0

    #: Waves of the longer third of the octaves, and of the others: so many that none is
    #: seen as a ripple of its own, so few that a chip stays cheap.
    _COARSE, _FINE = 48, 96

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field, of mean 0 and variance about 1; see `Field.at`."""
        down, right, phase, amplitude = self._waves
        # cos(v + h) = cos v cos h + cos(v + 90 deg) cos(h - 90 deg): rows times columns.
        quarter = np.float32(np.pi / 2) * np.tile(np.array([0, 1], np.float32), len(phase) // 2)
        vertical = np.cos(np.asarray(rows, np.float32)[:, None] * down + (phase + quarter))
        vertical *= amplitude
        columns = np.asarray(columns, np.float32)
        horizontal = np.cos(right[:, None] * columns - quarter[:, None])
        if not self.patchiness:
            return np.asarray(vertical @ horizontal, np.float32)
        coarse = vertical[:, : 2 * self._COARSE] @ horizontal[: 2 * self._COARSE]
        fine = vertical[:, 2 * self._COARSE :] @ horizontal[2 * self._COARSE :]
        fine *= self._strength_of_detail(coarse)
        coarse += fine
        return np.asarray(coarse, np.float32)

    def _strength_of_detail(self, coarse: Float32) -> Float32:
        even = np.float32(1 - self.patchiness)
        gathered = np.float32(2 * self.patchiness)
        strength: Float32 = even + gathered * np.clip(coarse + np.float32(0.3), 0, 2)
        return strength

    @cached_property
    def _waves(self) -> tuple[Float32, Float32, Float32, Float32]:
        """Radians a row and a column, phase and amplitude, long waves first, each twice."""
        rng = np.random.default_rng(self.seed)
        count = self._COARSE + self._FINE
        # Evenly, so that no octave is missed by chance.
        octave = self.octaves * (np.arange(count) + rng.random(count)) / count
        frequency = 2 * np.pi / self.scale * np.exp2(octave)
        direction, phase = 2 * np.pi * rng.random((2, count))
        across, along = frequency * np.sin(direction), frequency * np.cos(direction)
        along /= self.anisotropy
        cosine, sine = np.cos(self.rotation), np.sin(self.rotation)
        amplitude = self.persistence**octave
        amplitude *= np.sqrt(2 / np.square(amplitude).sum())
        waves = (cosine * across + sine * along, cosine * along - sine * across, phase, amplitude)
        down, right, phase, amplitude = np.array(waves, np.float32).repeat(2, axis=1)
        return down, right, phase, amplitude


@dataclass(frozen=True)
class FractalField:
    """A fractal field of Perlin noise: where and how it is sampled.

    Attributes:
        scale: Pixels a lattice cell of the first octave, above 0.
        octaves: Layers, each of twice the frequency of the one before.
        persistence: Amplitude of a layer relative to the one before it.
        rotation: Of the field, in radians.
        anisotropy: How many times longer than wide its structures are.
        origin: Coordinates of the first pixel, in lattice cells.
    """

    scale: float
    octaves: int = 5
    persistence: float = 0.5
    rotation: float = 0.0
    anisotropy: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field, around 0, about -0.7 to 0.7; see `Field.at`."""
        across, along = turned(
            rows, columns, self.scale, self.rotation, self.anisotropy, self.origin
        )
        return pnoise2(across, along, self.octaves, self.persistence)

    def sample(self, height: int, width: int) -> Float32:
        """Returns the field over a grid.

        Args:
            height: Rows.
            width: Columns.

        Returns:
            Float32 noise around 0, about -0.7 to 0.7, shape (height, width).
        """
        return self.at(np.arange(height), np.arange(width))
