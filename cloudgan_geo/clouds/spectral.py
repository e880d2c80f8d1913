"""The law of a veil, in any bands: y = t x + (1 - t)(P + s x_far).

Light that a cloud scatters forward reaches the sensor from all the ground around, so a veil
takes the colour of the ground it lies over: what it shows where it is opaque follows the mean
of the ground, band by band. P is what the cloud itself sends back, s the share of the ground's
light that comes through scattered, x_far the ground blurred over hundreds of metres. As a cloud
grows denser, P grows and s falls.

Measured on real pairs of dates; `evaluation.airlight` prints the same fit for pairs at hand.
The adjacency effect: Y. Kaufman, "Atmospheric effect on spatial resolution of surface imagery",
Applied Optics 23, 1984.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor

Values = tuple[float, ...]


@dataclass(frozen=True)
class Optics:
    """What a veil does to the light of every band.

    Between a thin and an opaque place P and s are mixed by the square of the opacity: up to
    half opaque a veil is more thin than dense.

    Attributes:
        bands: Names, such as B04, in the order of all other values.
        attenuation: Optical depth relative to green's, 0 or more.
        path: P where the veil is thin, in reflectance.
        path_dense: P where it is opaque.
        share: s where the veil is thin.
        share_dense: s where it is opaque.
        cirrus: How much of the veil's visible light the cirrus band sees: the transmission of
            the water vapour above it. 0 for what lies low.
        sensor: Whose bands they are.

    Raises:
        ValueError: If the values are not as many as the bands, or a band is not known.
    """

    bands: tuple[str, ...]
    attenuation: Values
    path: Values
    path_dense: Values
    share: Values
    share_dense: Values
    cirrus: float = 0.0
    sensor: Sensor = DEFAULT

    def __post_init__(self) -> None:
        for name in ("attenuation", "path", "path_dense", "share", "share_dense"):
            if len(getattr(self, name)) != len(self.bands):
                raise ValueError(f"{name} must have a value for each of {self.bands}")
        unknown = set(self.bands) - set(self.sensor.names)
        if unknown:
            raise ValueError(f"unknown bands: {', '.join(sorted(unknown))}")

    def apply(self, ground: Float32, far: Float32, depth: dict[int, Float32]) -> Float32:
        """Lays the veil over ground.

        Args:
            ground: Reflectance, shape (bands, height, width).
            far: The ground blurred, broadcast to its shape; see `far_ground`.
            depth: Optical depth in green, 0 where clear, shape (height, width), as seen by
                pixels of so many of the finest bands'; see `depth_by_pixel`.

        Returns:
            Reflectance, not clipped, of the ground's shape. Where the depth is 0 it is the
            ground, bit for bit.
        """
        far = np.broadcast_to(far, ground.shape)
        veiled = np.empty_like(ground)
        for index, name in enumerate(self.bands):
            if name != self.sensor.cirrus:
                veiled[index] = self._band(index, ground[index], far[index], depth)
            elif self.cirrus:
                veiled[index] = ground[index] + self._seen_by_cirrus_band(far, depth)
            else:
                veiled[index] = ground[index]
        return veiled

    def _band(
        self, index: int, ground: Float32, far: Float32, depth: dict[int, Float32]
    ) -> Float32:
        opacity = self._opacity(index, depth)
        return np.asarray(ground + opacity * (self._airlight(index, opacity, far) - ground))

    def _airlight(self, index: int, opacity: Float32, far: Float32) -> Float32:
        """Returns P + s x_far of a band."""
        path, share = np.float32(self.path[index]), np.float32(self.share[index])
        thin = path + share * far
        dense = np.float32(self.path_dense[index]) + np.float32(self.share_dense[index]) * far
        return np.asarray(thin + np.square(opacity) * (dense - thin), np.float32)

    def _opacity(self, index: int, depth: dict[int, Float32]) -> Float32:
        thickness = depth[self.sensor.pixels(self.bands[index])]
        return np.asarray(-np.expm1(np.float32(-self.attenuation[index]) * thickness), np.float32)

    def _seen_by_cirrus_band(self, far: Float32, depth: dict[int, Float32]) -> Float32:
        """Returns the path light of the band nearest to green, less what vapour takes of it."""
        assert self.sensor.cirrus is not None
        index = nearest_band(self.bands, self.sensor.reference, self.sensor)
        seen = depth[self.sensor.pixels(self.sensor.cirrus)]
        coarse = {self.sensor.pixels(self.bands[index]): seen}
        opacity = self._opacity(index, coarse)
        airlight = self._airlight(index, opacity, far[index])
        return np.asarray(np.float32(self.cirrus) * opacity * airlight, np.float32)


def nearest_band(bands: tuple[str, ...], wavelength: float, sensor: Sensor = DEFAULT) -> int:
    """Returns the index of the band, other than the cirrus band, nearest to a wavelength."""
    seen = [index for index, name in enumerate(bands) if name != sensor.cirrus]
    return min(seen, key=lambda index: abs(sensor.band(bands[index]).wavelength - wavelength))


def far_ground(ground: Float32, sigma: float, block: int = 8) -> Float32:
    """Blurs ground over hundreds of metres: the light that reaches a veil from all around.

    Args:
        ground: Reflectance, shape (bands, height, width); the more of the surroundings it
            holds, the better. Mirrored beyond.
        sigma: Of the Gaussian, in pixels.
        block: Side of the blocks it is blurred in, in pixels; a blur much wider than a block
            loses nothing by them.

    Returns:
        Float32, of the ground's shape.
    """
    blocks = _blurred(block_means(ground, block), sigma / block)
    _, height, width = ground.shape
    down, across = (
        _interpolation(size, block, blocks.shape[k]) for size, k in ((height, 1), (width, 2))
    )
    return np.asarray(down @ blocks @ across.T, np.float32)


def block_means(values: Float32, block: int) -> Float32:
    """Returns the means over blocks of the last two axes; those at the end may be smaller."""
    height, width = values.shape[-2:]
    down, across = np.arange(0, height, block), np.arange(0, width, block)
    sums = np.add.reduceat(np.add.reduceat(values, down, axis=-2), across, axis=-1)
    rows, columns = np.diff(np.append(down, height)), np.diff(np.append(across, width))
    return np.asarray(sums / np.outer(rows, columns).astype(np.float32), np.float32)


def seen_by_pixels(values: Float32, pixels: int, phase: tuple[int, int] = (0, 0)) -> Float32:
    """Returns what a detector of larger pixels sees, repeated to those of the finest bands.

    Args:
        values: Shape (..., height, width).
        pixels: Side of its pixels, in pixels of the finest bands.
        phase: Rows and columns by which its first pixels begin before the image.
    """
    if pixels == 1:
        return values
    height, width = values.shape[-2:]
    down, across = (k % pixels for k in phase)
    lead = [(0, 0)] * (values.ndim - 2)
    padded = np.pad(
        values,
        [*lead, (down, -(height + down) % pixels), (across, -(width + across) % pixels)],
        mode="symmetric",
    )
    means = block_means(padded, pixels).repeat(pixels, -2).repeat(pixels, -1)
    return means[..., down : down + height, across : across + width]


def depth_by_pixel(
    depth: Float32,
    bands: tuple[str, ...],
    phase: tuple[int, int] = (0, 0),
    sensor: Sensor = DEFAULT,
) -> dict[int, Float32]:
    """Returns an optical depth as seen by the pixels of every size that bands have."""
    sizes = {sensor.pixels(name) for name in bands} | {1}
    return {size: seen_by_pixels(depth, size, phase) for size in sorted(sizes)}


def _blurred(blocks: Float32, sigma: float) -> Float32:
    """Returns the last two axes blurred by a Gaussian, mirrored beyond their ends."""
    height, width = blocks.shape[-2:]
    return np.asarray(_gaussian(height, sigma) @ blocks @ _gaussian(width, sigma).T, np.float32)


def _gaussian(size: int, sigma: float) -> NDArray[np.float32]:
    """Returns the matrix of a mirrored blur, shape (size, size), rows of sum 1."""
    place = np.arange(size)
    periods = (
        2 * size * np.arange(-(1 + int(3 * sigma) // (2 * size)), 2 + int(3 * sigma) // (2 * size))
    )
    straight = (place[:, None] - place)[..., None] + periods
    turned = (place[:, None] + place + 1)[..., None] + periods
    spread = max(sigma, 1e-3)
    weights = sum(np.exp(-0.5 * np.square(of / spread)).sum(axis=2) for of in (straight, turned))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _interpolation(size: int, block: int, blocks: int) -> NDArray[np.float32]:
    """Returns the matrix that reads blocks between their centres, shape (size, blocks)."""
    place = np.clip((np.arange(size) + 0.5) / block - 0.5, 0, blocks - 1)
    before = np.minimum(place.astype(np.intp), max(0, blocks - 2))
    share = (place - before).astype(np.float32)
    matrix = np.zeros((size, blocks), np.float32)
    rows = np.arange(size)
    matrix[rows, before] = 1 - share
    if blocks > 1:
        matrix[rows, before + 1] += share
    return matrix
