"""Fields that training never draws, to test what a generator learned.

Two are noise of another kind than training's waves; the third is no noise: the shape of real
cirrus, cut from the cirrus band of a Sentinel-2 scene.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloudgan_geo.clouds.fields import Float64, turned
from cloudgan_geo.clouds.perlin import Float32, pnoise2

#: A cirrus band's value per visible path reflectance. The two are proportional, because
#: cirrus lies above the water vapour that darkens everything else at 1.375 um: B.-C. Gao et
#: al., "Correction of thin cirrus path radiances in the 0.4-1.0 um spectral region using the
#: sensitive 1.375 um cirrus detecting channel", J. Geophys. Res. 103, 1998. Regression over
#: four cloudy and clear pairs of Sentinel-2 scenes gives 0.64 to 0.93 by scene and band; a
#: fifth, whose cirrus is too uniform to have a slope, gives nothing usable.
_CIRRUS_SLOPE = 0.7
#: DN of Sentinel-2 reflectance at 1 in the model domain.
_FULL_SCALE_DN = 2750.0
#: DN of B10 over a clear sky: 6 to 35.
CLEAR_B10 = 35.0
#: Side of a pixel of B10, in pixels of the visible bands.
_B10_PIXEL = 6


@dataclass(frozen=True)
class RidgedField:
    """A ridged multifractal: bright threads where noise crosses zero, detail along them.

    Source: F. K. Musgrave in D. S. Ebert et al., "Texturing and Modeling", 3rd edition, 2003,
    chapter 16, with offset 1 and gain 2.

    Attributes:
        scale: Pixels a lattice cell of the first octave, above 0.
        octaves: Layers, each of twice the frequency of the one before.
        rotation: Of the field, in radians.
        anisotropy: How many times longer than wide its structures are.
        origin: Coordinates of the first pixel, in lattice cells.
    """

    scale: float
    octaves: int = 5
    rotation: float = 0.0
    anisotropy: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field, 0 and more; see `Field.at`."""
        across, along = turned(
            rows, columns, self.scale, self.rotation, self.anisotropy, self.origin
        )
        total = np.zeros(across.shape, np.float32)
        weight = np.ones_like(total)
        for octave in range(self.octaves):
            # Shifted, or all octaves would have a zero, and so a ridge, at the same lattice points.
            noise = pnoise2(across * 2**octave + 0.37 * octave, along * 2**octave + 0.71 * octave)
            signal = np.square(1 - np.abs(noise)) * weight
            total += signal * np.float32(0.5**octave)
            weight = np.clip(2 * signal, 0, 1)
        return total


@dataclass(frozen=True)
class CellularField:
    """Puffs around scattered points, as of cloud that convection breaks into cells.

    Source: S. Worley, "A cellular texture basis function", SIGGRAPH 1996: the distance to the
    nearest point, of one point in each lattice cell.

    Attributes:
        seed: Of the points.
        scale: Pixels a lattice cell of the first octave, above 0.
        octaves: Layers, each of twice the frequency and half the weight of the one before.
        rotation: Of the field, in radians.
        anisotropy: How many times longer than wide its structures are.
    """

    seed: int
    scale: float
    octaves: int = 3
    rotation: float = 0.0
    anisotropy: float = 1.0

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field, at most 0, which it is at the points; see `Field.at`."""
        origin = self._points[0][:2, 0]
        across, along = turned(
            rows, columns, self.scale, self.rotation, self.anisotropy, (origin[0], origin[1])
        )
        total = np.zeros(across.shape)
        for octave in range(self.octaves):
            total -= 0.5**octave * self._nearest(across * 2**octave, along * 2**octave)
        return total.astype(np.float32)

    def _nearest(self, across: Float64, along: Float64) -> Float64:
        points, permutation = self._points
        cell = np.floor(across).astype(np.int64), np.floor(along).astype(np.int64)
        nearest = np.full(across.shape, np.inf)
        for down in (-1, 0, 1):
            hashed = permutation[(cell[0] + down) & 255]
            for right in (-1, 0, 1):
                point = points[permutation[(hashed + cell[1] + right) & 255]]
                there = cell[0] + down + point[..., 0], cell[1] + right + point[..., 1]
                square = np.square(there[0] - across) + np.square(there[1] - along)
                np.minimum(nearest, square, out=nearest)
        return np.asarray(np.sqrt(nearest))

    @cached_property
    def _points(self) -> tuple[Float64, NDArray[np.int64]]:
        rng = np.random.default_rng(self.seed)
        # Away from the border of their cells, or the nearest could lie two cells off.
        return 0.2 + 0.6 * rng.random((256, 2)), rng.permutation(256)


@dataclass(frozen=True, eq=False)
class RasterField:
    """A field known at pixels, such as an opacity, read between them and mirrored beyond.

    Attributes:
        values: Shape (height, width), finite.
        scale: Pixels of an image a pixel of the values.
        rotation: Of the values, in radians.
        origin: Row and column of the values that lie at pixel (0, 0).
    """

    values: Float32
    scale: float = 1.0
    rotation: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)

    def at(self, rows: ArrayLike, columns: ArrayLike) -> Float32:
        """Returns the field, in the units of its values; see `Field.at`."""
        row, column = turned(rows, columns, self.scale, self.rotation, 1.0, self.origin)
        height, width = self.values.shape
        top, bottom, down = _neighbours(row, height)
        left, right, across = _neighbours(column, width)
        upper = self.values[top, left] * (1 - across) + self.values[top, right] * across
        lower = self.values[bottom, left] * (1 - across) + self.values[bottom, right] * across
        return np.asarray(upper * (1 - down) + lower * down, np.float32)


def _neighbours(
    coordinate: Float64, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Float64]:
    """Returns the pixels before and after a coordinate, mirrored, and how far it is past one."""
    before = np.floor(coordinate).astype(np.int64)
    return _mirrored(before, size), _mirrored(before + 1, size), coordinate - before


def _mirrored(index: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    within = index % (2 * size)
    return np.minimum(within, 2 * size - 1 - within)


def cirrus_opacity(
    b10: NDArray[np.number], airlight: float = 0.6, clear: float = CLEAR_B10
) -> Float32:
    """Returns the opacity of real cirrus from the cirrus band of a Sentinel-2 scene.

    opacity = path reflectance / airlight, where path reflectance = (B10 - clear) / slope. The
    band's pixels of 60 m are smoothed over their width, so that they do not show at 10 m.

    Args:
        b10: DN of reflectance * 10000 without offset, resampled to 10 m, shape (height, width).
        airlight: Of the cirrus where opaque, in the model domain, above 0.
        clear: DN of the band where the sky is clear.

    Returns:
        Float32 in [0, 1], shape (height, width); the field of a cloud, inside a `RasterField`.

    Raises:
        ValueError: If `airlight` is not positive, or `b10` is not two-dimensional.
    """
    if not airlight > 0:
        raise ValueError(f"airlight must be above 0, not {airlight}")
    if b10.ndim != 2:
        raise ValueError(f"the cirrus band must have rows and columns, not shape {b10.shape}")
    path = (_smoothed(b10.astype(np.float64)) - clear) / (_CIRRUS_SLOPE * _FULL_SCALE_DN)
    return np.clip(path / airlight, 0, 1).astype(np.float32)


def _smoothed(band: Float64) -> Float64:
    """Returns the mean over the width of a pixel of B10, taken twice, along rows and columns."""
    # Two even means, one a half pixel up and one a half pixel down: a triangle.
    rise = np.arange(1, _B10_PIXEL + 1)
    weights = np.concatenate([rise, rise[-2::-1]]) / _B10_PIXEL**2
    reach = _B10_PIXEL - 1
    height, width = band.shape
    padded = np.pad(band, reach, mode="edge")
    down = sum(w * padded[i : i + height] for i, w in enumerate(weights))
    return np.asarray(sum(w * down[:, i : i + width] for i, w in enumerate(weights)))
