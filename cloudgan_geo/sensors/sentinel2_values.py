"""How the values of Sentinel-2's products relate to reflectance."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import CloudganWarning, RadiometryError
from cloudgan_geo.sensors.product import Labels
from cloudgan_geo.sensors.profile import Settled, Values
from cloudgan_geo.sensors.sensor import Sensor

# In 8-bit true colour made of values that still carried the offset of 1000, no reflectance at
# all is 72. The value of each band that one in 200 lies below: 89 and more in a scene with the
# offset, 42 and less in some band of mosaics of EuroSAT without it. Small images can be bright
# all over: of so few pixels nothing is said.
_NOTHING, _DARKEST, _ENOUGH_TO_TELL = 72, 200, 2**16

# Smaller steps of reflectance, or larger ones than a hundredth, no sensor has.
_MOST_QUANTUM, _LEAST_QUANTUM = 1e7, 100

# Processing baseline from which on products carry the offset of 1000.
_OFFSET_BASELINE = 4.0
_MOST_BASELINE = 100.0

# One value in so many of some band must lie below 1000 to prove that there is no offset. An
# atmospherically corrected product has a few negative reflectances over dark water: up to
# 0.21 % of its values in scenes with the offset, against 0.82 % and more in scenes without.
_PROOF = 200


def stated(labels: Labels, sensor: Sensor) -> Settled | None:
    """Goes by a product's metadata, in a raster's tags.

    Args:
        labels: The tags and the raster's path.
        sensor: Whose profiles are meant.

    Raises:
        RadiometryError: If they say what cannot be.
    """
    tags = {key.upper(): value for key, value in labels.tags.items()}
    told = _by_offset(labels.path, tags, sensor)
    if told is not None:
        return told
    for key, value in tags.items():
        baseline = _number(value)
        if key.endswith("PROCESSING_BASELINE") and baseline is not None:
            if not 0 < baseline < _MOST_BASELINE:
                raise RadiometryError(
                    f"{labels.path}: its tag {key}={value} is no processing baseline; state ",
                    Argument("radiometry", "dn", "dn-offset"),
                )
            name = "dn-offset" if baseline >= _OFFSET_BASELINE else "dn"
            return _settled(sensor, name, f"processing baseline {value}")
    return None


def _by_offset(path: str, tags: Mapping[str, str], sensor: Sensor) -> Settled | None:
    """Goes by the offset and the quantification value."""
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
    sane = _LEAST_QUANTUM <= quantum <= _MOST_QUANTUM and abs(offset or 0.0) <= quantum
    if not sane:  # Nor where one of them is NaN.
        raise RadiometryError(
            f"{path}: its tags {', '.join(named)} are not what a sensor has; state ",
            Argument("radiometry", "dn", "dn-offset"),
        )
    reason = f"stated by the tag{'s' * (len(named) > 1)} {', '.join(named)}"
    offset = offset or 0.0
    if quantum == 10_000 and offset in (0.0, -1000.0):
        return _settled(sensor, "dn-offset" if offset else "dn", reason)
    return Settled("declared", reason, 1 / quantum, offset / quantum)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def judged(values: Values, sensor: Sensor) -> Settled:
    """Goes by how dark whole numbers are.

    Args:
        values: The numbers.
        sensor: Whose profiles are meant.

    Raises:
        RadiometryError: If they do not tell.
    """
    if values.dtype == "uint8":
        return _true_colour(values, sensor)
    hits, seen = values.tally(
        lambda dn: dn < 1000, lambda hits, _: bool(hits.max() * _PROOF >= values.pixels)
    )
    if not seen.any():
        return _settled(sensor, "dn", "there are no valid pixels")
    bands = (hits > 0) & (hits * _PROOF >= seen)
    if bands.any():
        colour = ("red", "green", "blue")[int(bands.argmax())]
        return _settled(
            sensor, "dn", f"{colour} values below 1000 would be negative if there were an offset"
        )
    few = int(hits.sum())
    evidence = f"only {few:,} of {int(seen.sum()):,} values" if few else "no value"
    raise RadiometryError(
        f"{values.path}: cannot tell whether its {values.dtype} values carry the offset of 1000 "
        f"that {sensor.name} products have since 2022: no metadata says so and {evidence} is below "
        "1000; state ",
        Argument("radiometry", "dn-offset"),
        " if they do, ",
        Argument("radiometry", "dn"),
        " if they do not",
    )


def _true_colour(values: Values, sensor: Sensor) -> Settled:
    """Takes 8-bit values for true colour, and warns where the offset seems to be in them."""
    dark, seen = values.tally(
        lambda levels: levels < _NOTHING,
        lambda dark, _: (
            values.pixels < _ENOUGH_TO_TELL or bool(dark.max() * _DARKEST >= values.pixels)
        ),
    )
    if seen.min() >= _ENOUGH_TO_TELL and (dark * _DARKEST < seen).all():
        warnings.warn(
            CloudganWarning(
                f"{values.path}: hardly a value is below {_NOTHING}, as if its 8-bit values had "
                "been made without subtracting the offset of 1000; if so, state ",
                Argument("radiometry", "tci-offset"),
            ),
            stacklevel=2,
        )
    return _settled(sensor, "tci", "8-bit values are taken for a true-colour image")


def _settled(sensor: Sensor, name: str, reason: str) -> Settled:
    profile = sensor.profile(name)
    assert profile is not None
    return profile.settled(reason)
