"""What values alone tell of their relation to reflectance."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import Profile
from cloudgan_geo.errors import CloudganWarning, RadiometryError
from cloudgan_geo.raster.reading.radiometry import Radiometry, profile_named
from cloudgan_geo.raster.reading.scene import Scene

#: Profiles of 8-bit values.
EIGHT_BIT: tuple[Profile, ...] = ("tci", "tci-offset", "eurosat")


# In 8-bit true colour made of values that still carried the offset of 1000, no reflectance at
# all is 72. The value of each band that one in 200 lies below: 89 and more in a scene with the
# offset, 42 and less in some band of mosaics of EuroSAT without it. Small images can be bright
# all over: of so few pixels nothing is said.
_NOTHING, _DARKEST, _ENOUGH_TO_TELL = 72, 200, 2**16

# One value in so many may lie outside reflectance: a dead pixel of a million decides nothing.
_RARE = 10_000

# One value in so many of some band must lie below 1000 to prove that there is no offset. An
# atmospherically corrected product has a few negative reflectances over dark water: up to
# 0.21 % of its values in scenes with the offset, against 0.82 % and more in scenes without.
_PROOF = 200

# So many valid values of each band are enough to see whether floats are reflectance.
_SAMPLE = 2**22

# Every so many pieces of a scene one is looked at first, then those after these, and so on.
_APART = 8


def from_values(scene: Scene) -> Radiometry:
    """Goes by the dtype and by whether values would make sense.

    Raises:
        RadiometryError: If they do not tell.
    """
    if scene.dtype == "uint8":
        return _from_true_colour(scene)
    if scene.is_float:
        return _from_float(scene)
    pixels = scene.height * scene.width
    hits, seen = _tally(
        scene, lambda values: values < 1000, lambda hits, _: bool(hits.max() * _PROOF >= pixels)
    )
    if not seen.any():
        return profile_named("dn", "there are no valid pixels")
    bands = (hits > 0) & (hits * _PROOF >= seen)
    if bands.any():
        colour = ("red", "green", "blue")[int(np.argmax(bands))]
        return profile_named(
            "dn", f"{colour} values below 1000 would be negative if there were an offset"
        )
    few = int(hits.sum())
    evidence = f"only {few:,} of {int(seen.sum()):,} values" if few else "no value"
    raise RadiometryError(
        f"{scene.path}: cannot tell whether its {scene.dtype} values carry the offset of 1000 that "
        f"Sentinel-2 products have since 2022: no metadata says so and {evidence} is below 1000; "
        "state ",
        Argument("radiometry", "dn-offset"),
        " if they do, ",
        Argument("radiometry", "dn"),
        " if they do not",
    )


def _from_true_colour(scene: Scene) -> Radiometry:
    """Takes 8-bit values for true colour, and warns where the offset seems to be in them."""
    pixels = scene.height * scene.width
    dark, seen = _tally(
        scene,
        lambda values: values < _NOTHING,
        lambda dark, _: pixels < _ENOUGH_TO_TELL or bool(dark.max() * _DARKEST >= pixels),
    )
    if seen.min() >= _ENOUGH_TO_TELL and (dark * _DARKEST < seen).all():
        warnings.warn(
            CloudganWarning(
                f"{scene.path}: hardly a value is below {_NOTHING}, as if its 8-bit values had "
                "been made without subtracting the offset of 1000; if so, state ",
                Argument("radiometry", "tci-offset"),
            ),
            stacklevel=2,
        )
    return profile_named("tci", "8-bit values are taken for a true-colour image")


def _from_float(scene: Scene) -> Radiometry:
    hits, seen = _tally(
        scene,
        lambda values: (values < 0) | (values > 2),
        lambda _, seen: bool(seen.min() >= _SAMPLE),
    )
    if (hits * _RARE > seen).any():
        raise RadiometryError(
            f"{scene.path}: its {scene.dtype} values are not all within 0 to 2, as reflectance "
            f"is; state ",
            Argument("radiometry", *fitting_profiles(scene)),
        )
    return profile_named("reflectance", f"{scene.dtype} values within 0 to 2")


def fitting_profiles(scene: Scene) -> tuple[Profile, ...]:
    """Returns the profiles that values of a scene's dtype may have."""
    if scene.dtype == "uint8":
        return EIGHT_BIT
    return ("reflectance", "dn", "dn-offset") if scene.is_float else ("dn", "dn-offset")


def _tally(
    scene: Scene,
    test: Callable[[NDArray[Any]], NDArray[np.bool_]],
    enough: Callable[[NDArray[np.int64], NDArray[np.int64]], bool],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts, per band, the valid values that pass a test, and all valid values.

    Reads pieces from all over the scene until the counts are `enough`, or all of it.
    """
    hits, seen = np.zeros(3, np.int64), np.zeros(3, np.int64)
    visible = scene.visible()
    spans = list(visible.spans())
    spread = [span for first in range(_APART) for span in spans[first::_APART]]
    with closing(visible.read(spread)) as reader:
        for rows in reader:
            seen += rows.valid.sum(axis=(1, 2))
            hits += (test(rows.pixels) & rows.valid).sum(axis=(1, 2))
            if enough(hits, seen):
                break
    return hits, seen
