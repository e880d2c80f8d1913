"""Telling how the values of a scene relate to reflectance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedRadiometry, Profile
from cloudgan_geo.errors import RadiometryError, UsageError
from cloudgan_geo.raster.reading.radiometry import PROFILES, Radiometry, profile_named
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.reading.value_evidence import EIGHT_BIT, fitting_profiles, from_values

# Smaller steps of reflectance, or larger ones than a hundredth, no sensor has.
_LEAST_SCALE, _LEAST_QUANTUM = 1e-7, 100

# Processing baseline from which on products carry the offset of 1000.
_OFFSET_BASELINE = 4.0
_MOST_BASELINE = 100.0


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
            f"{radiometry.profile} does not explain; leave bands out with ",
            Argument("rgb_only", True),
        )
    return replace(radiometry, scale=scale, offset=offset, domain=tuple(domain))


def choose_radiometry(scene: Scene, requested: AskedRadiometry = defaults.RADIOMETRY) -> Radiometry:
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
        return _declared(scene) or _from_product(scene) or from_values(scene)
    if requested not in PROFILES:
        raise UsageError(
            Argument("radiometry", requested),
            f": no such profile; choose auto, {', '.join(PROFILES)}",
        )
    eight_bit = scene.dtype == "uint8"
    if eight_bit != (requested in EIGHT_BIT):
        fitting = "tci, tci-offset or eurosat" if eight_bit else "dn, dn-offset or reflectance"
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, for which ",
            Argument("radiometry", requested),
            f" is not meant; choose {fitting}",
        )
    if requested == "reflectance" and not scene.is_float:
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, not reflectance in 0 to 1; choose ",
            Argument("radiometry", "dn", "dn-offset"),
        )
    return profile_named(requested, "as given")


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
        return profile_named("dn-offset", stated)
    if not all(0 < s <= 0.01 for s in scale) and not scene.is_float:
        raise RadiometryError(
            f"{scene.path}: {stated}, which does not make reflectance of {scene.dtype}; state ",
            Argument("radiometry", *fitting_profiles(scene)),
        )
    offsets: tuple[Profile, ...] = ("dn", "dn-offset")
    for name in offsets:
        if np.allclose(scale, PROFILES[name][0], rtol=1e-6) and np.allclose(
            offset, PROFILES[name][1], rtol=1e-6, atol=1e-9
        ):
            return profile_named(name, stated)
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
            f"state ",
            Argument("radiometry", *fitting_profiles(scene)),
        )


def _from_product(scene: Scene) -> Radiometry | None:
    """Goes by an earlier run of this program, or by the tags of a Sentinel-2 product."""
    tags = {key.upper(): value for key, value in scene.tags.items()}
    earlier = tags.get("CLOUDGAN_RADIOMETRY", "")
    if earlier in PROFILES:
        return profile_named(earlier, "stated by the tag CLOUDGAN_RADIOMETRY")
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
                    f"{scene.path}: its tag {key}={value} is no processing baseline; state ",
                    Argument("radiometry", "dn", "dn-offset"),
                )
            name: Profile = "dn-offset" if baseline >= _OFFSET_BASELINE else "dn"
            return profile_named(name, f"processing baseline {value}")
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
            f"{path}: its tags {', '.join(named)} are not what a sensor has; state ",
            Argument("radiometry", "dn", "dn-offset"),
        )
    reason = f"stated by the tag{'s' * (len(named) > 1)} {', '.join(named)}"
    offset = offset or 0.0
    if quantum == 10_000 and offset in (0.0, -1000.0):
        return profile_named("dn-offset" if offset else "dn", reason)
    return Radiometry("declared", reason, (1 / quantum,) * 3, (offset / quantum,) * 3)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
