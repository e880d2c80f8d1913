"""One cloud: a field given coverage, opacity, colour and a shadow, ready to lie over images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.fields import Field
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.clouds.scattering import scatter, soften, transmittance

#: A factor on the ground's light, and what is added to it; see `PlacedCloud.light`.
Light = tuple[Float32, Float32]

#: The levels of a cloud over a larger grid are settled by about so many of its pixels.
_ENOUGH = 2**19
#: How exactly the mean opacity is met, and when the search for it gives up.
_TOLERANCE, _STEPS = 1e-4, 40


@dataclass(frozen=True)
class Shadow:
    """The shadow that a cloud casts.

    Attributes:
        strength: Share of the ground's light that an opaque cloud keeps away, in [0, 1].
        azimuth: Where the sun stands, in radians clockwise from the top of the image.
        distance: From the cloud to its shadow, in pixels.
    """

    strength: float
    azimuth: float
    distance: float

    @property
    def shift(self) -> tuple[float, float]:
        """Rows and columns from the cloud to its shadow, which falls away from the sun."""
        return self.distance * math.cos(self.azimuth), -self.distance * math.sin(self.azimuth)


@dataclass(frozen=True)
class Cloud:
    """A cloud, as numbers: put it on as many images as you like.

    Opacity is 1 - transmittance in the green band; the other bands follow from it and
    `attenuation`: t = (1 - opacity) ** attenuation.

    Attributes:
        field: Shape.
        coverage: Share of an image's pixels that are clouded, in [0, 1]: those where the
            field is highest. Fewer if the field's lowest value fills more of the image than
            is left, as the clear sky of a real cloud's raster may.
        opacity: Mean over the clouded pixels, in [0, 1).
        airlight: What the cloud shows where it is opaque, red, green and blue, in the
            model domain.
        attenuation: Optical depth of red, green and blue relative to that of green.
        evenness: Share of the optical depth that is the same everywhere, in [0, 1), of a
            cloud that covers everything: near 1 is a uniform veil.
        plateau: 0 for optical depth that grows steadily from the edge; the larger, the
            steeper the edge and the flatter what it encloses.
        blur: Share of the light that an opaque cloud blurs on its way through, in [0, 1];
            a thinner one blurs less. The law then gives back the blurred ground.
        shadow: Falls on the ground beside the cloud and under it, or None.

    Raises:
        ValueError: If a number lies outside its range, or a broken cover is to be even.
    """

    field: Field
    coverage: float
    opacity: float
    airlight: tuple[float, float, float]
    attenuation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    evenness: float = 0.0
    plateau: float = 0.0
    blur: float = 0.0
    shadow: Shadow | None = None

    def __post_init__(self) -> None:
        for name in ("coverage", "blur"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0..1, not {getattr(self, name)}")
        for name in ("opacity", "evenness"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be 0 or more, below 1, not {getattr(self, name)}")
        if self.evenness and self.coverage < 1:
            raise ValueError(f"evenness must be 0 at coverage {self.coverage}, only 1 has any")
        if self.plateau < 0:
            raise ValueError(f"plateau must be 0 or more, not {self.plateau}")
        if self.attenuation[1] != 1:
            raise ValueError(f"attenuation must be 1 in green, not {self.attenuation[1]}")

    def apply(self, image: NDArray[np.floating]) -> tuple[Float32, Float32]:
        """Lays the cloud over a whole image.

        Args:
            image: Clear, in the model domain, shape (3, height, width).

        Returns:
            The cloudy image, float32, not clipped: airlight can lie beyond 1. And the
            opacity, float32 in [0, 1], shape (height, width). Where it is 0 and no shadow
            falls, the image is what it was, bit for bit.
        """
        height, width = image.shape[1:]
        field = self.field.at(np.arange(height), np.arange(width))
        return self._over(field)._lay(image, field, 0, 0)

    def over(self, height: int, width: int, enough: int = _ENOUGH) -> PlacedCloud:
        """Settles where the cloud begins and how dense it is over a grid.

        Args:
            height: Rows.
            width: Columns.
            enough: About so many pixels, spread over a larger grid, settle its coverage and
                opacity.

        Returns:
            The cloud over that grid, to be laid on it part by part.
        """
        step = max(1, math.isqrt(height * width // enough))
        return self._over(self.field.at(np.arange(0, height, step), np.arange(0, width, step)))

    def _over(self, field: Float32) -> PlacedCloud:
        clouded = round(self.coverage * field.size)
        if not (clouded and self.opacity):
            return PlacedCloud(self)
        clear = field.size - clouded
        values = field.ravel()
        below = float(np.partition(values, clear - 1)[clear - 1] if clear else values.min())
        thickness = _thickness(field, below, self.plateau)
        mean = float(thickness.mean())
        if not mean and clear:
            return PlacedCloud(self)
        # A field without relief is even, whatever was asked for.
        everywhere = mean * self.evenness / (1 - self.evenness) if mean else 1.0
        thickness += np.float32(everywhere)
        clouded = int(np.count_nonzero(thickness))
        return PlacedCloud(self, below, everywhere, _depth_for(thickness, clouded, self.opacity))


@dataclass(frozen=True)
class PlacedCloud:
    """A cloud over a grid, made by `Cloud.over`; clear sky if it has no depth.

    Attributes:
        cloud: The cloud.
        clear_below: Value of its field where it begins.
        everywhere: Thickness that it has there already, in units of the field.
        depth: Optical depth in green of a thickness of 1.
    """

    cloud: Cloud
    clear_below: float = math.inf
    everywhere: float = 0.0
    depth: float = 0.0

    def apply(
        self, image: NDArray[np.floating], top: int = 0, left: int = 0
    ) -> tuple[Float32, Float32]:
        """Lays the cloud over a part of the grid.

        Args:
            image: That part, clear, in the model domain, shape (3, height, width).
            top: Its first row.
            left: Its first column.

        Returns:
            As `Cloud.apply` for these pixels; only blur does not see beyond the part.
        """
        return self._lay(image, self._field(image.shape[1:], top, left), top, left)

    def light(self, rows: NDArray[np.floating], columns: NDArray[np.floating]) -> Light:
        """Returns what the cloud does to the light of scattered places, blur left aside.

        Args:
            rows: Row coordinates in pixels of the grid, between them and outside as well,
                shape (height,).
            columns: Column coordinates, shape (width,).

        Returns:
            Factor and summand, each float32 of shape (3, height, width).
        """
        shape = len(rows), len(columns)
        if not self.depth:
            return np.ones((3, *shape), np.float32), np.zeros((3, *shape), np.float32)
        depth = self._optical_depth(self.cloud.field.at(rows, columns))
        through = transmittance(depth, self.cloud.attenuation)
        path = scatter(np.zeros_like(through), through, self.cloud.airlight)
        return through * self._lit(rows, columns), path

    def depth_at(self, rows: NDArray[Any], columns: NDArray[Any]) -> Float32:
        """Returns the optical depth in green at places of the grid, 0 where it is clear.

        Args:
            rows: As for `light`.
            columns: As for `light`.

        Returns:
            Float32, shape (height, width).
        """
        if not self.depth:
            return np.zeros((len(rows), len(columns)), np.float32)
        return self._optical_depth(self.cloud.field.at(rows, columns))

    def _lay(
        self, image: NDArray[np.floating], field: Float32, top: int, left: int
    ) -> tuple[Float32, Float32]:
        ground = np.asarray(image, np.float32)
        if not self.depth:
            return ground.copy(), np.zeros_like(field)
        depth = self._optical_depth(field)
        opacity = -np.expm1(-depth)
        if self.cloud.blur:
            ground = soften(ground, np.float32(self.cloud.blur) * opacity)
        if self.cloud.shadow:
            height, width = field.shape
            ground = ground * self._lit(top + np.arange(height), left + np.arange(width))
        through = transmittance(depth, self.cloud.attenuation)
        return scatter(ground, through, self.cloud.airlight), opacity

    def _lit(self, rows: NDArray[Any], columns: NDArray[Any]) -> Float32 | float:
        """Returns the share of the sun's light that reaches the ground."""
        shadow = self.cloud.shadow
        if shadow is None:
            return 1.0
        # What darkens a pixel is the cloud that stands between it and the sun.
        down, right = shadow.shift
        caster = self.cloud.field.at(rows - down, columns - right)
        kept_away = -np.expm1(-self._optical_depth(caster))
        return np.asarray(1 - np.float32(shadow.strength) * kept_away, np.float32)

    def _field(self, shape: tuple[int, ...], top: float, left: float) -> Float32:
        return self.cloud.field.at(top + np.arange(shape[0]), left + np.arange(shape[1]))

    def _optical_depth(self, field: Float32) -> Float32:
        """Returns the optical depth in green for values of the cloud's field."""
        depth = _thickness(field, self.clear_below, self.cloud.plateau)
        depth += np.float32(self.everywhere)
        depth *= np.float32(self.depth)
        return depth


def _thickness(field: Float32, clear_below: float, plateau: float) -> Float32:
    """Returns by how much a field exceeds a value, levelling off the more the higher."""
    above: Float32 = np.maximum(field - np.float32(clear_below), np.float32(0))
    if plateau:
        above /= 1 + np.float32(plateau) * above
    return above


def _depth_for(thickness: Float32, clouded: int, opacity: float) -> float:
    """Returns the depth of a thickness of 1 that gives the clouded pixels a mean opacity.

    Newton's method on the mean of 1 - exp(-depth * thickness), which rises and bends down:
    the depth of an even cloud is too little, and from there no step goes too far.
    """
    depth = -math.log1p(-opacity) * clouded / float(thickness.sum())
    for _ in range(_STEPS):
        through = np.exp(np.float32(-depth) * thickness)
        # Clear pixels, of thickness 0, add nothing to either sum.
        missing = opacity * clouded - (thickness.size - float(through.sum()))
        if missing < _TOLERANCE * clouded:
            break
        slope = float(np.vdot(through, thickness))
        if not slope:
            break
        depth += missing / slope
    return depth
