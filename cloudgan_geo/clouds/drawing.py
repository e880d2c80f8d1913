"""Random clouds: what training draws, and the same with fields that it never sees."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.cloud import Cloud, Shadow
from cloudgan_geo.clouds.fields import Field, FractalField, WaveField
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.clouds.unseen import CellularField, RidgedField

Range = tuple[float, float]

#: Share of training's chips that get no cloud: clear ground has to be left alone.
CLEAR_SHARE = 0.06
#: Airlight in the model domain, from grey to saturating, drawn evenly on a log scale.
AIRLIGHT = (0.3, 1.6)
#: Least airlight of broken cloud, which is water cloud more often than not; and of a veil as
#: dense as can be, reached from grey between these opacities: what takes all of the ground's
#: light away sends the sun's back.
_AIRLIGHT_BROKEN, _AIRLIGHT_DENSE, _DENSER = 0.4, 0.8, (0.4, 1.0)
#: Mean opacity of the clouded pixels; thin cloud is drawn more often than thick. Broken cloud
#: stays below the upper end, or its thin edges would be lost and it would look cut out; its
#: cores are thick enough.
_OPACITY, _OPACITY_BROKEN, _THINNER = (0.03, 0.8), (0.03, 0.65), 1.4
#: Share of veils whose ground is all but lost, and their opacity: they teach what is thick.
_THICK_SHARE, _THICK = 0.1, (0.8, 0.97)
#: Optical depth in red, green and blue, about which it is drawn.
_ATTENUATION = (0.90, 0.97, 1.06)
#: Standard deviation of the logarithm of a band's attenuation and of its airlight.
_ATTENUATION_SPREAD, _TINT_SPREAD = 0.03, 0.04
_SHADOW_SHARE, _BLUR_SHARE = 0.1, 0.15
#: Shortest wavelength in pixels: detail of two would be noise of single pixels.
_SHORTEST = 3.0


class Shape(NamedTuple):
    """What a family decides.

    Attributes:
        field: The cloud's.
        coverage: See `Cloud`.
        evenness: See `Cloud`.
    """

    field: Field
    coverage: float
    evenness: float = 0.0


def _veil(rng: np.random.Generator) -> Shape:
    """A cover without gaps, nearly uniform: most of what real veils are."""
    field = _waves(rng, scale=(60, 600), anisotropy=5, patchiness=0.3)
    return Shape(field, 1.0, rng.uniform(0.4, 0.97))


def _patches(rng: np.random.Generator) -> Shape:
    """Cloud with gaps, from single puffs to a cover with holes."""
    field = _waves(rng, scale=(16, 160), anisotropy=2.5, patchiness=0.7)
    # One in six covers everything, in very unequal strength.
    return Shape(field, min(1.0, rng.uniform(0.08, 1.18)))


def _streaks(rng: np.random.Generator) -> Shape:
    """Fibres and bands of cirrus, old contrails among them."""
    field = _waves(rng, scale=(12, 60), anisotropy=12, patchiness=0.5)
    return Shape(field, rng.uniform(0.15, 1.0))


def _waves(
    rng: np.random.Generator, scale: Range, anisotropy: float, patchiness: float
) -> WaveField:
    longest = _log_uniform(rng, *scale)
    octaves = min(rng.uniform(2.0, 6.0), math.log2(longest / _SHORTEST))
    return WaveField(
        seed=int(rng.integers(2**32)),
        scale=longest,
        octaves=octaves,
        persistence=rng.uniform(0.35, 0.65),
        rotation=rng.uniform(0, math.pi),
        anisotropy=_log_uniform(rng, 1, anisotropy),
        patchiness=rng.uniform(0, patchiness),
    )


def _perlin(rng: np.random.Generator) -> Shape:
    field = FractalField(
        scale=_log_uniform(rng, 16, 160),
        octaves=int(rng.integers(3, 6)),
        persistence=rng.uniform(0.35, 0.6),
        rotation=rng.uniform(0, math.pi),
        anisotropy=_log_uniform(rng, 1, 4),
        origin=_origin(rng),
    )
    return Shape(field, rng.uniform(0.1, 1.0))


def _ridged(rng: np.random.Generator) -> Shape:
    field = RidgedField(
        scale=_log_uniform(rng, 16, 120),
        octaves=int(rng.integers(3, 6)),
        rotation=rng.uniform(0, math.pi),
        anisotropy=_log_uniform(rng, 1, 4),
        origin=_origin(rng),
    )
    return Shape(field, rng.uniform(0.2, 1.0))


def _cellular(rng: np.random.Generator) -> Shape:
    field = CellularField(
        seed=int(rng.integers(2**32)),
        scale=_log_uniform(rng, 10, 60),
        octaves=int(rng.integers(2, 5)),
        rotation=rng.uniform(0, math.pi),
        anisotropy=_log_uniform(rng, 1, 3),
    )
    return Shape(field, rng.uniform(0.2, 1.0))


def _origin(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0, 1000), rng.uniform(0, 1000)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(low * (high / low) ** rng.random())


#: What training draws, with the share of its cloudy chips.
TRAINING = {"veil": 0.43, "patches": 0.38, "streaks": 0.19}
#: What it never draws. Real cirrus, the third such family, needs a scene: `cirrus_opacity`.
UNSEEN = ("perlin", "ridged", "cellular")
_SHAPES: dict[str, Callable[[np.random.Generator], Shape]] = {
    "veil": _veil,
    "patches": _patches,
    "streaks": _streaks,
    "perlin": _perlin,
    "ridged": _ridged,
    "cellular": _cellular,
}
#: Every family that `draw_cloud` knows.
FAMILIES = tuple(_SHAPES)


def draw_shape(rng: np.random.Generator, family: str) -> Shape:
    """Draws the shape of a family, one of `FAMILIES`, without opacity or colour."""
    return _SHAPES[family](rng)


def draw_cloud(
    rng: np.random.Generator,
    family: str | None = None,
    *,
    field: Field | None = None,
    clear_share: float = CLEAR_SHARE,
) -> Cloud:
    """Draws a cloud.

    Args:
        rng: Source of everything that is random; one made from (seed, epoch, chip) gives a
            chip the same cloud in any batch and order.
        family: One of `FAMILIES`; None to draw one of training's.
        field: A shape to use instead of a drawn one, such as a `RasterField` of real cirrus.
        clear_share: Share of draws that are clear sky, of coverage and opacity 0.

    Returns:
        The cloud.

    Raises:
        ValueError: If there is no such family.
    """
    if family is not None and family not in _SHAPES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {family!r}")
    clear, which = rng.random(2)
    shape = _SHAPES[family or _of_training(which)](rng)
    colour = rng.random()
    opacity = _draw_opacity(rng, shape.coverage < 1)
    least = _least_airlight(opacity, shape.coverage < 1)
    light = least * (AIRLIGHT[1] / least) ** colour
    cloud = Cloud(
        field=field or shape.field,
        coverage=shape.coverage,
        opacity=opacity,
        airlight=_three(light * np.exp(_TINT_SPREAD * rng.standard_normal(3))),
        attenuation=_draw_attenuation(rng),
        evenness=shape.evenness,
        plateau=rng.uniform(0, 2) if rng.random() < 0.5 else 0.0,
        blur=_sometimes(rng, _BLUR_SHARE, 1.0),
        shadow=_draw_shadow(rng),
    )
    return replace(cloud, coverage=0.0, opacity=0.0, evenness=0.0) if clear < clear_share else cloud


def _of_training(which: float) -> str:
    for family, share in TRAINING.items():
        which -= share
        if which < 0:
            return family
    return family


def _draw_opacity(rng: np.random.Generator, broken: bool) -> float:
    thick, level = rng.random(2)
    if thick < _THICK_SHARE and not broken:
        low, high = _THICK
        return float(low + (high - low) * level)
    low, high = _OPACITY_BROKEN if broken else _OPACITY
    return float(low + (high - low) * level**_THINNER)


def _least_airlight(opacity: float, broken: bool) -> float:
    if broken:
        return _AIRLIGHT_BROKEN
    first, last = _DENSER
    share = max(0.0, (opacity - first) / (last - first))
    return AIRLIGHT[0] + (_AIRLIGHT_DENSE - AIRLIGHT[0]) * share


def _draw_attenuation(rng: np.random.Generator) -> tuple[float, float, float]:
    drawn = np.array(_ATTENUATION) * np.exp(_ATTENUATION_SPREAD * rng.standard_normal(3))
    return _three(drawn / drawn[1])


def _draw_shadow(rng: np.random.Generator) -> Shadow | None:
    strength = _sometimes(rng, _SHADOW_SHARE, 0.6)
    shadow = Shadow(strength, rng.uniform(0, 2 * math.pi), rng.uniform(3, 40))
    return shadow if strength else None


def _sometimes(rng: np.random.Generator, share: float, most: float) -> float:
    drawn, amount = rng.random(2)
    return most * amount if drawn < share else 0.0


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = values.tolist()
    return red, green, blue


def overcast(images: NDArray[np.floating], clouds: Sequence[Cloud]) -> tuple[Float32, Float32]:
    """Lays a cloud over each image of a batch, as a sensor whose brightest value is 1 sees it.

    Args:
        images: Clear, in the model domain, shape (chips, 3, height, width).
        clouds: One a chip.

    Returns:
        Cloudy images, float32, clipped to [0, 1], of the images' shape; opacity, float32 in
        [0, 1], shape (chips, 1, height, width).

    Raises:
        ValueError: If there are not as many clouds as images.
    """
    chips, _, height, width = images.shape
    cloudy = np.empty(images.shape, np.float32)
    opacity = np.empty((chips, 1, height, width), np.float32)
    for index, (image, cloud) in enumerate(zip(images, clouds, strict=True)):
        seen, opacity[index, 0] = cloud.apply(image)
        np.clip(seen, 0, 1, out=cloudy[index])
    return cloudy, opacity
