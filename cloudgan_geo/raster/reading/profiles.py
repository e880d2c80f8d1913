"""Telling how the values of a scene relate to reflectance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.errors import RadiometryError, UsageError
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.sensors.profile import Settled
from cloudgan_geo.sensors.sensor import either

#: Smaller steps of reflectance no sensor has.
LEAST_SCALE = 1e-7

# Every so many pieces of a scene one is looked at first, then those after these, and so on.
_APART = 8


def radiometry_of_used(
    scene: Scene,
    radiometry: Radiometry,
    domain: Sequence[float],
    remedy: Argument | None = None,
) -> Radiometry:
    """Extends what holds for red, green and blue to the bands that a scene is used for.

    Args:
        scene: The scene.
        radiometry: Of its red, green and blue.
        domain: Reflectance that is 1 in the model domain, of each band used.
        remedy: What leaves bands out, for the message; None for `rgb_only`.

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
            remedy or Argument("rgb_only", True),
        )
    return replace(radiometry, scale=scale, offset=offset, domain=tuple(domain))


def choose_radiometry(scene: Scene, requested: AskedRadiometry = defaults.RADIOMETRY) -> Radiometry:
    """Settles how the values of a scene relate to reflectance.

    `auto` goes by the band scales and offsets, then by what the sensor makes of the product's
    metadata, then of the values: float within 0 to 2 is `reflectance`; of Sentinel-2, 8-bit is
    `tci`, and 16-bit with values below 1000, which an offset of 1000 would make negative, is
    `dn`. Anything else is refused. Values are looked at for as long as it takes to tell.

    Args:
        scene: The scene.
        requested: `auto` or one of the sensor's profiles.

    Raises:
        UsageError: If there is no such profile, or none for this dtype.
        RadiometryError: If `auto` cannot tell.
        SceneError: If the scene cannot be read.
    """
    sensor, values = scene.sensor, _Visible(scene)
    if requested == "auto":
        declared = _declared(scene)
        if declared is not None:
            return declared
        return _of_visible(_from_product(scene) or sensor.judged(values))
    profile = sensor.profile(requested)
    if profile is None:
        known = ", ".join(known.name for known in sensor.profiles)
        raise UsageError(
            Argument("radiometry", requested), f": no such profile; choose auto, {known}"
        )
    if (scene.dtype == "uint8") != profile.eight_bit:
        fitting = [p.name for p in sensor.profiles if p.eight_bit != profile.eight_bit]
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, for which ",
            Argument("radiometry", requested),
            f" is not meant; choose {either(fitting) or 'auto'}",
        )
    if profile.is_reflectance and not scene.is_float:
        raise UsageError(
            f"{scene.path}: holds {scene.dtype}, not reflectance in 0 to 1; choose ",
            Argument("radiometry", *sensor.fitting(values)),
        )
    return _of_visible(profile.settled("as given"))


def _of_visible(settled: Settled) -> Radiometry:
    """Returns what holds for red, green and blue alike."""
    return Radiometry(settled.profile, settled.reason, (settled.scale,) * 3, (settled.offset,) * 3)


def _declared(scene: Scene) -> Radiometry | None:
    """Goes by the scales and offsets that the bands themselves declare."""
    red, green, blue = scene.visible_bands
    scale = (red.scale, green.scale, blue.scale)
    offset = (red.offset, green.offset, blue.offset)
    if scale == (1.0,) * 3 and offset == (0.0,) * 3:
        return None
    stated = f"the bands declare scale {scale[0]:g} and offset {offset[0]:g}"
    _check_declared(scene, scale, offset)
    scaled = [p for p in scene.sensor.profiles if not (p.eight_bit or p.is_reflectance)]
    pairs = set(zip(scale, offset, strict=True))
    for profile in scaled:
        if len(pairs) == 1 and pairs <= set(profile.also_declared):
            return _of_visible(profile.settled(stated))
    if not all(0 < s <= 0.01 for s in scale) and not scene.is_float:
        raise RadiometryError(
            f"{scene.path}: {stated}, which does not make reflectance of {scene.dtype}; state ",
            Argument("radiometry", *_fitting(scene)),
        )
    for profile in scaled:
        if np.allclose(scale, profile.scale, rtol=1e-6) and np.allclose(
            offset, profile.offset, rtol=1e-6, atol=1e-9
        ):
            return _of_visible(profile.settled(stated))
    return Radiometry("declared", stated, scale, offset)


def _check_declared(scene: Scene, scale: Sequence[float], offset: Sequence[float]) -> None:
    """Refuses what no sensor declares, and what would make every value NaN or the same."""
    also = {pair for profile in scene.sensor.profiles for pair in profile.also_declared}
    for factor, addend in zip(scale, offset, strict=True):
        if not (math.isfinite(factor) and math.isfinite(addend)):
            said = "is no finite number"
        elif not LEAST_SCALE <= factor <= 1:
            said = f"is no scale of reflectance, which is {LEAST_SCALE:g} to 1"
        elif abs(addend) > 1 and (factor, addend) not in also:
            said = "has an offset of more than a reflectance of 1"
        else:
            continue
        raise RadiometryError(
            f"{scene.path}: a band declares scale {factor:g} and offset {addend:g}, which {said}; "
            "state ",
            Argument("radiometry", *_fitting(scene)),
        )


def _from_product(scene: Scene) -> Settled | None:
    """Goes by an earlier run of this program, or by what the sensor's products say."""
    tags = {key.upper(): value for key, value in scene.tags.items()}
    earlier = scene.sensor.profile(tags.get("CLOUDGAN_RADIOMETRY", ""))
    if earlier is not None:
        return earlier.settled("stated by the tag CLOUDGAN_RADIOMETRY")
    if scene.dtype == "uint8" or scene.is_float:
        return None
    return scene.sensor.stated(scene.labels)


def _fitting(scene: Scene) -> Sequence[str]:
    return scene.sensor.fitting(_Visible(scene))


@dataclass(frozen=True)
class _Visible:
    """The red, green and blue values of a scene; see `sensors.profile.Values`."""

    scene: Scene

    @property
    def path(self) -> str:
        return self.scene.path

    @property
    def dtype(self) -> str:
        return self.scene.dtype

    @property
    def is_float(self) -> bool:
        return self.scene.is_float

    @property
    def pixels(self) -> int:
        return self.scene.height * self.scene.width

    def tally(
        self,
        test: Callable[[NDArray[Any]], NDArray[np.bool_]],
        enough: Callable[[NDArray[np.int64], NDArray[np.int64]], bool],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        hits, seen = np.zeros(3, np.int64), np.zeros(3, np.int64)
        visible = self.scene.visible()
        spans = list(visible.spans())
        spread = [span for first in range(_APART) for span in spans[first::_APART]]
        with closing(visible.read(spread)) as reader:
            for rows in reader:
                seen += rows.valid.sum(axis=(1, 2))
                hits += (test(rows.pixels) & rows.valid).sum(axis=(1, 2))
                if enough(hits, seen):
                    break
        return hits, seen
