"""Telling how the values of a scene relate to reflectance."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.choices import AskedRadiometry, Profile
from cloudgan_geo.errors import CloudganWarning, RadiometryError, UsageError
from cloudgan_geo.raster.reading.radiometry import PROFILES, Radiometry
from cloudgan_geo.raster.reading.scene import Scene

_EIGHT_BIT = ("tci", "tci-offset", "eurosat")

# In 8-bit true colour made of values that still carried the offset of 1000, no reflectance at
# all is 72. The value of each band that one in 200 lies below: 89 and more in a scene with the
# offset, 42 and less in some band of mosaics of EuroSAT without it. Small images can be bright
# all over: of so few pixels nothing is said.
_NOTHING, _DARKEST, _ENOUGH_TO_TELL = 72, 200, 2**16

# Smaller steps of reflectance, or larger ones than a hundredth, no sensor has.
_LEAST_SCALE, _LEAST_QUANTUM = 1e-7, 100

# Processing baseline from which on products carry the offset of 1000.
_OFFSET_BASELINE = 4.0
_MOST_BASELINE = 100.0

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


def radiometry_of_used(scene: Scene, radiometry: Radiometry, domain: Sequence[float]) -> Radiometry:
    """Extends what holds for red, green and blue to the bands that a scene is used for.

    Args:
        scene: The scene.
        radiometry: Of its red, green and blue.
        domain: Reflectance that is 1 in the model domain, of each band used.

    Raises:
        RadiometryError: If the bands declare scales or offsets that differ and do not make
            reflectance.
    """
    bands = scene.used_bands
    declared = {(band.scale, band.offset) for band in (*scene.visible_bands, *bands)}
    if len(declared) == 1:
        scale, offset = radiometry.scale[:1] * len(bands), radiometry.offset[:1] * len(bands)
    elif radiometry.profile == "declared":
        scale = tuple(band.scale for band in bands)
        offset = tuple(band.offset for band in bands)
    else:
        raise RadiometryError(
            f"{scene.path}: its bands declare different scales or offsets, which the radiometry "
            f"{radiometry.profile} does not explain; leave bands out with --rgb-only"
        )
    return replace(radiometry, scale=scale, offset=offset, domain=tuple(domain))


def choose_radiometry(scene: Scene, requested: AskedRadiometry = "auto") -> Radiometry:
    """Settles how the values of a scene relate to reflectance.

    `auto` goes by the band scales and offsets, then the product metadata, then the dtype:
    8-bit is `tci`, float within 0 to 2 is `reflectance`, and 16-bit with values below 1000,
    which an offset of 1000 would make negative, is `dn`. Anything else is refused. Values
    are looked at for as long as it takes to tell.

    Args:
        scene: The scene.
        requested: `auto` or one of `PROFILES`.

    Raises:
        UsageError: If there is no such profile, or none for this dtype.
        RadiometryError: If `auto` cannot tell.
        SceneError: If the scene cannot be read.
    """
    if requested == "auto":
        return _declared(scene) or _from_product(scene) or _from_values(scene)
    if requested not in PROFILES:
        raise UsageError(
            f"--radiometry {requested}: no such profile; choose auto, {', '.join(PROFILES)}"
        )
    eight_bit = scene.dtype == "uint8"
    if eight_bit != (requested in _EIGHT_BIT):
        fitting = "tci, tci-offset or eurosat" if eight_bit else "dn, dn-offset or reflectance"
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, for which --radiometry {requested} is not "
            f"meant; choose {fitting}"
        )
    if requested == "reflectance" and not scene.is_float:
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, not reflectance in 0 to 1; choose "
            "--radiometry dn or dn-offset"
        )
    return _profile(requested, "as given")


def _profile(name: Profile, reason: str) -> Radiometry:
    scale, offset = PROFILES[name]
    return Radiometry(name, reason, (scale,) * 3, (offset,) * 3)


def _declared(scene: Scene) -> Radiometry | None:
    """Goes by the scales and offsets that the bands themselves declare."""
    red, green, blue = scene.visible_bands
    scale = (red.scale, green.scale, blue.scale)
    offset = (red.offset, green.offset, blue.offset)
    if scale == (1.0,) * 3 and offset == (0.0,) * 3:
        return None
    stated = f"the bands declare scale {scale[0]:g} and offset {offset[0]:g}"
    _check_declared(scene, scale, offset)
    if scale == (1.0,) * 3 and offset == (-1000.0,) * 3:
        return _profile("dn-offset", stated)
    if not all(0 < s <= 0.01 for s in scale) and not scene.is_float:
        raise RadiometryError(
            f"{scene.path}: {stated}, which does not make reflectance of {scene.dtype}; state "
            f"--radiometry {' or '.join(_fitting(scene))}"
        )
    offsets: tuple[Profile, ...] = ("dn", "dn-offset")
    for name in offsets:
        if np.allclose(scale, PROFILES[name][0], rtol=1e-6) and np.allclose(
            offset, PROFILES[name][1], rtol=1e-6, atol=1e-9
        ):
            return _profile(name, stated)
    return Radiometry("declared", stated, scale, offset)


def _check_declared(scene: Scene, scale: Sequence[float], offset: Sequence[float]) -> None:
    """Refuses what no sensor declares, and what would make every value NaN or the same."""
    for factor, addend in zip(scale, offset, strict=True):
        if not (math.isfinite(factor) and math.isfinite(addend)):
            said = "is no finite number"
        elif not _LEAST_SCALE <= factor <= 1:
            said = f"is no scale of reflectance, which is {_LEAST_SCALE:g} to 1"
        elif abs(addend) > 1 and (factor, addend) != (1.0, -1000.0):
            said = "has an offset of more than a reflectance of 1"
        else:
            continue
        raise RadiometryError(
            f"{scene.path}: a band declares scale {factor:g} and offset {addend:g}, which {said}; "
            f"state --radiometry {' or '.join(_fitting(scene))}"
        )


def _from_product(scene: Scene) -> Radiometry | None:
    """Goes by an earlier run of this program, or by the tags of a Sentinel-2 product."""
    tags = {key.upper(): value for key, value in scene.tags.items()}
    earlier = tags.get("CLOUDGAN_RADIOMETRY", "")
    if earlier in PROFILES:
        return _profile(earlier, "stated by the tag CLOUDGAN_RADIOMETRY")
    if scene.dtype == "uint8" or scene.is_float:
        return None
    stated = _stated(scene.path, tags)
    if stated is not None:
        return stated
    for key, value in tags.items():
        baseline = _number(value)
        if key.endswith("PROCESSING_BASELINE") and baseline is not None:
            if not 0 < baseline < _MOST_BASELINE:
                raise RadiometryError(
                    f"{scene.path}: its tag {key}={value} is no processing baseline; state "
                    "--radiometry dn or dn-offset"
                )
            name: Profile = "dn-offset" if baseline >= _OFFSET_BASELINE else "dn"
            return _profile(name, f"processing baseline {value}")
    return None


def _stated(path: str, tags: dict[str, str]) -> Radiometry | None:
    """Goes by the offset and the quantification value of a product's metadata."""
    quantum, offset, named = 10_000.0, None, []
    for key, value in tags.items():
        number = _number(value)
        if "ADD_OFFSET" in key and number is not None:
            offset = number
            named.append(f"{key}={value}")
        elif key.endswith("QUANTIFICATION_VALUE") and number not in (None, quantum):
            assert number is not None
            quantum = number
            named.append(f"{key}={value}")
    if not named:
        return None
    sane = _LEAST_QUANTUM <= quantum <= 1 / _LEAST_SCALE and abs(offset or 0.0) <= quantum
    if not sane:  # Nor where one of them is NaN.
        raise RadiometryError(
            f"{path}: its tags {', '.join(named)} are not what a sensor has; state --radiometry dn "
            "or dn-offset"
        )
    reason = f"stated by the tag{'s' * (len(named) > 1)} {', '.join(named)}"
    offset = offset or 0.0
    if quantum == 10_000 and offset in (0.0, -1000.0):
        return _profile("dn-offset" if offset else "dn", reason)
    return Radiometry("declared", reason, (1 / quantum,) * 3, (offset / quantum,) * 3)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _from_values(scene: Scene) -> Radiometry:
    if scene.dtype == "uint8":
        return _from_true_colour(scene)
    if scene.is_float:
        return _from_float(scene)
    pixels = scene.height * scene.width
    hits, seen = _tally(
        scene, lambda values: values < 1000, lambda hits, _: bool(hits.max() * _PROOF >= pixels)
    )
    if not seen.any():
        return _profile("dn", "there are no valid pixels")
    bands = (hits > 0) & (hits * _PROOF >= seen)
    if bands.any():
        colour = ("red", "green", "blue")[int(np.argmax(bands))]
        return _profile(
            "dn", f"{colour} values below 1000 would be negative if there were an offset"
        )
    few = int(hits.sum())
    evidence = f"only {few:,} of {int(seen.sum()):,} values" if few else "no value"
    raise RadiometryError(
        f"{scene.path}: cannot tell whether its {scene.dtype} values carry the offset of 1000 that "
        f"Sentinel-2 products have since 2022: no metadata says so and {evidence} is below 1000; "
        "state --radiometry dn-offset if they do, --radiometry dn if they do not"
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
            f"{scene.path}: hardly a value is below {_NOTHING}, as if its 8-bit values had been "
            "made without subtracting the offset of 1000; if so, state --radiometry tci-offset",
            CloudganWarning,
            stacklevel=2,
        )
    return _profile("tci", "8-bit values are taken for a true-colour image")


def _from_float(scene: Scene) -> Radiometry:
    hits, seen = _tally(
        scene,
        lambda values: (values < 0) | (values > 2),
        lambda _, seen: bool(seen.min() >= _SAMPLE),
    )
    if (hits * _RARE > seen).any():
        raise RadiometryError(
            f"{scene.path}: its {scene.dtype} values are not all within 0 to 2, as reflectance "
            f"is; state --radiometry {' or '.join(_fitting(scene))}"
        )
    return _profile("reflectance", f"{scene.dtype} values within 0 to 2")


def _fitting(scene: Scene) -> tuple[str, ...]:
    if scene.dtype == "uint8":
        return _EIGHT_BIT
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
