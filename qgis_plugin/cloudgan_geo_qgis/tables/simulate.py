"""The options of `cloudgan-geo simulate`."""

from __future__ import annotations

from ..options import Choice, Number, Option, Raster, RasterOutput
from .shared import BANDS, PRODUCTS, RADIOMETRY, TRUST_INPUT

SIMULATE: tuple[Option, ...] = (
    Raster(
        "IN", "Clear image", PRODUCTS, "It needs red, green and blue.", called="INPUT", product=True
    ),
    Choice(
        "--law",
        "Law of the cloud",
        "How the cloud lies over the ground: as a real veil, in all bands, taking the ground's "
        "colour; or by scattering over red, green and blue, with an airlight that knows no ground.",
        default="veil",
        choices=("veil", "scattering"),
    ),
    Choice(
        "--kind",
        "Kind of veil",
        "What a veil is of; any draws one as for training, a mixture is cirrus over water cloud "
        "or haze.",
        "The cirrus band sees cirrus.",
        default="any",
        choices=("any", "cirrus", "water", "haze", "smoke", "mixture"),
    ),
    Choice(
        "--family",
        "Shape of the cloud",
        "Shape of the cloud; mixed draws one of the first three, those of training.",
        "The models have never seen perlin, ridged and cellular.",
        default="mixed",
        choices=("mixed", "veil", "patches", "streaks", "perlin", "ridged", "cellular"),
    ),
    Number(
        "--coverage",
        "Coverage",
        "Share of the pixels under cloud, 0 to 1.",
        "Drawn at random if not set.",
        least=0,
        largest=1,
    ),
    Number(
        "--opacity",
        "Mean opacity",
        "Mean over the clouded pixels, in green, below 1.",
        "Drawn at random if not set.",
        least=0,
        largest=0.99,
    ),
    Number(
        "--airlight",
        "Airlight",
        "What an opaque cloud of the law scattering shows: 1 is reflectance 0.275, .3 grey, 1.6 "
        "saturated.",
        "Drawn at random if not set.",
        least=0,
    ),
    Number(
        "--seed",
        "Seed",
        "Of all that is drawn at random.",
        "Another seed draws another cloud.",
        default=0,
        whole=True,
        least=0,
    ),
    RADIOMETRY,
    BANDS,
    Choice(
        "--write",
        "Bands to write",
        "Which bands of a product, or of files, of several resolutions to write: those at 10 m, "
        "or all, resampled to that.",
        default="10m",
        advanced=True,
        choices=("10m", "all"),
    ),
    TRUST_INPUT,
    RasterOutput(
        "OUT",
        "Cloudy image",
        "GeoTIFF like the input, whose layer's style it gets beside one with a stretch of its own.",
        called="OUTPUT",
        optional=False,
    ),
    RasterOutput(
        "--opacity-out",
        "Opacity of the cloud",
        "GeoTIFF for the truth of a scene; by default OUT_opacity.tif.",
        "The truth is 1 - transmittance in green, 0 to 1. Here it is written only if it is asked "
        "for.",
        forced=True,
        style="opacity.qml",
    ),
)
