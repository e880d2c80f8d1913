"""Random clouds in all bands under the law of a veil: cirrus, water cloud, haze, smoke."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.cloud import Cloud
from cloudgan_geo.clouds.colours import Bands
from cloudgan_geo.clouds.drawing import FAMILIES, draw_shape
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.clouds.spectral import Optics, depth_by_pixel, far_ground
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor

Range = tuple[float, float]
Float64 = NDArray[np.float64]

#: Share of draws that are clear sky.
CLEAR_SHARE = 0.12
#: What training draws, with the share of its cloudy chips; a mixture is cirrus over the other.
#: Water cloud is learned last, as nothing but its shape and colour tells it, so it comes often.
KINDS = {"cirrus": 0.41, "water": 0.36, "haze": 0.05, "smoke": 0.03, "mixture": 0.15}
#: Shapes of each kind, of `drawing.TRAINING`, with their shares.
_SHAPES = {
    "cirrus": {"veil": 0.5, "patches": 0.15, "streaks": 0.35},
    "water": {"veil": 0.3, "patches": 0.7},
    "haze": {"veil": 0.75, "patches": 0.25},
    "smoke": {"veil": 0.6, "patches": 0.25, "streaks": 0.15},
}
#: Mean opacity of the clouded pixels, thin drawn more often; and of the share that is thick.
_OPACITY, _THINNER, _THICK, _THICK_SHARE = (0.03, 0.8), 1.4, (0.8, 0.97), 0.08
#: From how far the scattered light comes, in pixels: a cloud's height, roughly.
_FAR = {"cirrus": (40.0, 200.0), "water": (15.0, 80.0), "haze": (15.0, 100.0)}
_FAR["smoke"] = _FAR["haze"]
#: About so many pixels of a larger ground settle a cloud's coverage and opacity.
_ENOUGH = 64 * 64
#: Standard deviations of the logarithm of a band's attenuation and path light.
_UNEVEN, _TINT = 0.03, 0.04


@dataclass(frozen=True)
class Layer:
    """A cloud at one height.

    Attributes:
        kind: One of `KINDS` but `mixture`.
        cover: Its shape and opacity; colour and attenuation in here are not used.
        optics: What it does to light.
        far: Sigma in pixels of the blur of the ground that it scatters.
    """

    kind: str
    cover: Cloud
    optics: Optics
    far: float


@dataclass(frozen=True)
class SpectralCloud:
    """Layers of cloud, the lowest first; none is clear sky.

    Attributes:
        layers: The layers.
        phase: Rows and columns by which the detectors' larger pixels begin before the image.
    """

    layers: tuple[Layer, ...]
    phase: tuple[int, int] = (0, 0)

    def apply(
        self, ground: Float32, around: Float32 | None = None, corner: tuple[int, int] = (0, 0)
    ) -> tuple[Float32, Float32]:
        """Lays the layers over ground.

        Args:
            ground: Reflectance of the optics' bands, shape (bands, height, width).
            around: Ground that holds it and what surrounds it, for the light from afar; None
                for the ground itself, mirrored.
            corner: Row and column of the ground in `around`. Coverage and opacity hold for all
                of `around`.

        Returns:
            Reflectance, not clipped; opacity in green, float32 in [0, 1], shape (height, width).
        """
        whole = ground if around is None else around
        _, height, width = ground.shape
        top, left = corner
        rows, columns = top + np.arange(height), left + np.arange(width)
        veiled, through = ground, np.ones((height, width), np.float32)
        for layer in self.layers:
            placed = layer.cover.over(whole.shape[1], whole.shape[2], enough=_ENOUGH)
            depth = placed.depth_at(rows, columns)
            far = far_ground(whole, layer.far)[:, top : top + height, left : left + width]
            optics = layer.optics
            depths = depth_by_pixel(depth, optics.bands, self.phase, optics.sensor)
            veiled = optics.apply(veiled, far, depths)
            through = through * np.exp(-depth)
        return veiled, 1 - through


def draw_spectral_cloud(
    rng: np.random.Generator,
    bands: Sequence[str],
    kind: str | None = None,
    *,
    family: str | None = None,
    sensor: Sensor = DEFAULT,
    clear_share: float = CLEAR_SHARE,
) -> SpectralCloud:
    """Draws a cloud.

    Args:
        rng: Source of everything that is random.
        bands: Names of the bands that it will lie over.
        kind: One of `KINDS`; None to draw one.
        family: Shape of its layers, one of `drawing.FAMILIES`; None to draw what suits the kind.
        sensor: Whose bands they are.
        clear_share: Share of draws that are clear sky.

    Raises:
        ValueError: If there is no such kind, family or band.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if family is not None and family not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {family!r}")
    clear, which, below = rng.random(3)
    phase = int(rng.integers(sensor.coarsest)), int(rng.integers(sensor.coarsest))
    chosen = kind or _chosen(KINDS, which)
    kinds = [chosen]
    if chosen == "mixture":
        kinds = ["water" if below < 0.7 else "haze", "cirrus"]
    over = Bands(tuple(bands), sensor)
    layers = tuple(_draw_layer(rng, over, name, family, len(kinds) > 1) for name in kinds)
    return SpectralCloud(() if clear < clear_share else layers, phase)


def _draw_layer(
    rng: np.random.Generator, bands: Bands, kind: str, asked: str | None, thinner: bool
) -> Layer:
    suiting = _chosen(_SHAPES[kind], rng.random())
    family = asked or suiting
    shape = draw_shape(rng, family)
    opacity = _draw_opacity(rng, thick=family == "veil" and not thinner)
    cover = Cloud(
        field=shape.field,
        coverage=shape.coverage,
        opacity=opacity * (0.6 if thinner else 1.0),
        airlight=(0.0, 0.0, 0.0),
        evenness=shape.evenness,
        plateau=rng.uniform(0, 2) if rng.random() < 0.5 else 0.0,
    )
    return Layer(kind, cover, _OPTICS[kind](rng, bands), _log_uniform(rng, *_FAR[kind]))


def _draw_opacity(rng: np.random.Generator, thick: bool) -> float:
    drawn, level = rng.random(2)
    if thick and drawn < _THICK_SHARE:
        return float(_THICK[0] + (_THICK[1] - _THICK[0]) * level)
    return float(_OPACITY[0] + (_OPACITY[1] - _OPACITY[0]) * level**_THINNER)


def cirrus_optics(rng: np.random.Generator, bands: Bands) -> Optics:
    """Draws ice: grey, dark in the SWIR, seen by the cirrus band through the vapour above.

    It is bluer than grey where much of the air shines on above it or in it: on real pairs path
    light in blue was 1.0 to 1.2 times that in red.
    """
    swir = rng.uniform(0.95, 1.2)
    attenuation = bands.power(-rng.normal(0, 0.08)) * bands.colour(1, 1, 1, 1, swir, swir)
    vapour = rng.uniform(0.5, 0.95)
    eleven = rng.uniform(0.2, 0.95)
    warm, blue = rng.normal(0, 0.06), rng.uniform(0.95, 1.25)
    colour = bands.power(warm) * bands.colour(blue, 1, 1, 1, eleven, eleven * rng.uniform(0.6, 1))
    thin = _log_uniform(rng, 0.025, 0.1)
    dense = max(thin, _log_uniform(rng, 0.12, 0.5))
    return _optics(
        rng,
        bands,
        attenuation * bands.vapour(rng.uniform(0.85, 1)),
        thin * colour * bands.vapour(vapour),
        dense * colour * bands.vapour(vapour),
        (rng.uniform(0.55, 1.25), rng.uniform(0.1, 0.4)),
        cirrus=float(np.clip(math.exp(rng.normal(math.log(0.42), 0.4)), 0.15, 1)),
    )


def water_optics(rng: np.random.Generator, bands: Bands) -> Optics:
    """Draws droplets: thin, they are brighter in the near infrared and SWIR than in the visible.

    Over the pair 2018-02-25, against the ground as that date's clear part shows it, path light
    is 0.8 of green's in B01, 1.0 in blue, 1.15 in red, 1.3 in the near infrared, 1.7 in B11 and
    1.8 in B12; where it is denser 1.2, 1.4 and 1.5. Most of the air lies above low cloud and
    shines on in front of it, so that it adds less at short wavelengths.
    """
    attenuation = bands.power(-rng.normal(0, 0.08))
    swir = rng.uniform(0.9, 1.2)
    attenuation = attenuation * bands.colour(1, 1, 1, rng.uniform(0.95, 1.1), swir, swir)
    near, eleven = _log_uniform(rng, 0.9, 1.6), _log_uniform(rng, 0.8, 2.2)
    twelve = eleven * rng.uniform(0.75, 1.25)
    short, red = rng.uniform(0.7, 1), rng.uniform(0.95, 1.2)
    thin = _log_uniform(rng, 0.04, 0.25) * bands.colour(short, 1, red, near, eleven, twelve)
    fade = rng.uniform(0.4, 1)
    colour = bands.colour(short**fade, 1, red**fade, near**fade, eleven**fade, twelve**fade)
    dense = _log_uniform(rng, 0.2, 0.9) * colour * bands.swir(rng.uniform(0.6, 1.1))
    vapour = bands.vapour(rng.uniform(0.4, 0.85))
    return _optics(
        rng,
        bands,
        attenuation,
        thin * vapour,
        dense * vapour,
        (rng.uniform(0.4, 1.25), rng.uniform(0.05, 0.4)),
        cirrus=rng.uniform(0, 0.06),
    )


def haze_optics(rng: np.random.Generator, bands: Bands) -> Optics:
    """Draws small drops and dust: thinner the longer the wavelength."""
    path = bands.power(-rng.normal(0.1, 0.2)) * _log_uniform(rng, 0.04, 0.2)
    share = rng.uniform(0.5, 1.2), rng.uniform(0.3, 0.6)
    attenuation = bands.power(-rng.uniform(0.2, 1.4))
    return _optics(rng, bands, attenuation, path, path * rng.uniform(1, 1.6), share)


def smoke_optics(rng: np.random.Generator, bands: Bands) -> Optics:
    """Draws smoke: as haze, finer, and absorbing, most at short wavelengths."""
    absorbed = rng.uniform(0.6, 1)
    path = bands.colour(absorbed**1.5, 1, 1.05, 1.1, 1, 1) * _log_uniform(rng, 0.04, 0.16)
    share = rng.uniform(0.3, 0.9), rng.uniform(0.1, 0.5)
    attenuation = bands.power(-rng.uniform(0.9, 1.9))
    return _optics(rng, bands, attenuation, path, path * rng.uniform(1, 1.4), share)


_OPTICS: dict[str, Callable[[np.random.Generator, Bands], Optics]] = {
    "cirrus": cirrus_optics,
    "water": water_optics,
    "haze": haze_optics,
    "smoke": smoke_optics,
}


def _optics(
    rng: np.random.Generator,
    bands: Bands,
    attenuation: Float64,
    path: Float64,
    dense: Float64,
    share: Range,
    cirrus: float = 0.0,
) -> Optics:
    uneven = np.exp(_UNEVEN * rng.standard_normal(len(bands.names)))
    tint = np.exp(_TINT * rng.standard_normal(len(bands.names)))
    thin, opaque = (np.full(len(bands.names), of) for of in share)
    return Optics(
        bands.names,
        attenuation=_values(attenuation * uneven),
        path=_values(path * tint),
        path_dense=_values(dense * tint),
        share=_values(thin),
        share_dense=_values(opaque),
        cirrus=cirrus,
        sensor=bands.sensor,
    )


def _values(array: Float64) -> tuple[float, ...]:
    return tuple(array.tolist())


def _chosen(shares: dict[str, float], which: float) -> str:
    for name, share in shares.items():
        which -= share
        if which < 0:
            return name
    return name


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(low * (high / low) ** rng.random())
