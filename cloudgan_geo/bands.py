"""Which bands a generator reads and corrects, and what values of theirs it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cloudgan_geo.errors import WeightsError
from cloudgan_geo.sensors import sensors
from cloudgan_geo.sensors.sensor import Sensor
from cloudgan_geo.sensors.sentinel2 import SENSOR as SENTINEL_2

#: The group of all bands, for a generator with one expected error for whatever it corrects.
ALL = "all"
#: Bands of Sentinel-2 that generators are trained for and scored with, by `choices.GivenBands`.
GIVEN: dict[str, tuple[str, ...]] = {
    "all": SENTINEL_2.names,
    "no-b10": tuple(name for name in SENTINEL_2.names if name != SENTINEL_2.cirrus),
    "10m": tuple(band.name for band in SENTINEL_2.bands if band.resolution == 10),
    "rgb": SENTINEL_2.visible,
}
# Reflectance can exceed 1 over snow in slanting light, but not by much.
_LARGEST = 2.0


@dataclass(frozen=True)
class BandSet:
    """The bands of a generator, and the reflectance that is 1 in its domain.

    Attributes:
        reads: Names of the bands of its input, in their order.
        corrects: Names of the bands of its output, in their order: some of `reads`, or all.
        domain: Reflectance that is 1 in the model domain, of each of `reads`.
        groups: Names of the groups of bands that it expects an error of, in the order of its
            errors: `all`, or some of `sensors.sensor.GROUPS`, to which its bands belong by their
            wavelengths.
        sensor: Whose bands they are.
        optional: Those of `reads` that a scene may lack: they are 0 then, and it is told so.
        asks_level: Whether it wants to be told the processing level, 1C or 2A, of a scene.

    Raises:
        WeightsError: If these do not fit together.
    """

    reads: tuple[str, ...]
    corrects: tuple[str, ...]
    domain: tuple[float, ...]
    groups: tuple[str, ...] = (ALL,)
    sensor: Sensor = SENTINEL_2
    optional: tuple[str, ...] = ()
    asks_level: bool = False

    def __post_init__(self) -> None:
        for what, names in (("reads", self.reads), ("corrects", self.corrects)):
            if not names:
                raise WeightsError(f"its card names no band that the generator {what}")
            if len(set(names)) < len(names):
                raise WeightsError(f"its card names a band twice: {what} {_listed(names)}")
        unknown = [name for name in self.reads if name not in self.sensor.names]
        if unknown:
            raise WeightsError(
                f"its card names {_listed(unknown)}, which {self.sensor.name} does not have: "
                f"that has {_listed(self.sensor.names)}"
            )
        unread = [name for name in self.corrects if name not in self.reads]
        if unread:
            raise WeightsError(
                f"its card has the generator correct {_listed(unread)}, which it does not read"
            )
        if len(self.domain) != len(self.reads):
            raise WeightsError(
                f"its card gives {len(self.domain)} values of the domain for "
                f"{len(self.reads)} bands"
            )
        for name, value in zip(self.reads, self.domain, strict=True):
            if not (math.isfinite(value) and 0 < value <= _LARGEST):
                raise WeightsError(
                    f"its card gives {name} a domain of {value:g}: that is a reflectance above 0 "
                    f"and up to {_LARGEST:g}"
                )
        if odd := [name for name in self.optional if name not in self.reads]:
            raise WeightsError(
                f"its card calls {_listed(odd)} optional, which the generator does not read"
            )
        if not self.needs:
            raise WeightsError("its card calls every band optional that the generator reads")
        self._check_groups()

    def _check_groups(self) -> None:
        if self.groups == (ALL,):
            return
        needed = {self.sensor.band(name).group for name in self.corrects}
        if len(set(self.groups)) < len(self.groups) or set(self.groups) != needed:
            fitting = [band.group for band in self.sensor.bands if band.group in needed]
            raise WeightsError(
                f"its card gives an error of {_listed(self.groups) or 'no group of bands'}; what "
                f"it corrects takes {ALL} or {_listed(tuple(dict.fromkeys(fitting)))}"
            )

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> BandSet:
        """Returns the bands that a card names, or red, green and blue if it names none.

        Raises:
            WeightsError: If it cannot be understood or names bands that do not fit together.
        """
        told = card.get("bands")
        if told is None:
            return RGB
        if not isinstance(told, Mapping):
            raise WeightsError("its card names its bands in a form that is not understood")
        name = told.get("sensor", SENTINEL_2.name)
        sensor = sensors().get(name) if isinstance(name, str) else None
        if sensor is None:
            raise WeightsError(
                f"its card names a sensor {name!r} that is not known: {_listed(tuple(sensors()))}"
            )
        reads, corrects = _names(told, "reads"), _names(told, "corrects")
        groups = _names({"groups": [ALL], **told}, "groups")
        optional = _names({"optional": [], **told}, "optional")
        asks_level = told.get("asks_level", False)
        if not isinstance(asks_level, bool):
            raise WeightsError("its card must say under bands whether it asks_level: true or false")
        domain = told.get("domain")
        if not isinstance(domain, Mapping) or set(domain) != set(reads):
            raise WeightsError(
                f"its card must give a domain of every band that the generator reads, "
                f"{_listed(reads)}, and of no other"
            )
        values = tuple(domain[name] for name in reads)
        if not all(isinstance(value, (int, float)) for value in values):
            raise WeightsError("its card gives bands a domain that is no number")
        values = tuple(map(float, values))
        return cls(reads, corrects, values, groups, sensor, optional, asks_level)

    def to_card(self) -> dict[str, Any]:
        """Returns what `from_card` reads: {"bands": ...}, or {} for red, green and blue."""
        if self == RGB:
            return {}
        return {
            "bands": {
                "sensor": self.sensor.name,
                "reads": list(self.reads),
                "corrects": list(self.corrects),
                "domain": dict(zip(self.reads, self.domain, strict=True)),
                "groups": list(self.groups),
                "optional": list(self.optional),
                "asks_level": self.asks_level,
            }
        }

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the bands that a scene must have."""
        return tuple(name for name in self.reads if name not in self.optional)

    @cached_property
    def corrected(self) -> tuple[int, ...]:
        """Positions among `reads` of the bands that are corrected, in their order."""
        return tuple(self.reads.index(name) for name in self.corrects)

    @cached_property
    def selected(self) -> slice | list[int]:
        """The same as an index of arrays of what is read; one that copies nothing if it can."""
        return without_copying(self.corrected)

    @cached_property
    def corrected_domain(self) -> tuple[float, ...]:
        """The reflectance that is 1 in the model domain, of each of `corrects`."""
        return tuple(self.domain[position] for position in self.corrected)

    @cached_property
    def grouped(self) -> tuple[tuple[int, ...], ...]:
        """Positions among `corrects` of the bands of each of `groups`."""
        if self.groups == (ALL,):
            return (tuple(range(len(self.corrects))),)
        of = [self.sensor.band(name).group for name in self.corrects]
        return tuple(
            tuple(position for position, group in enumerate(of) if group == wanted)
            for wanted in self.groups
        )

    def __str__(self) -> str:
        if self.corrects == self.reads:
            return f"reads and corrects {_listed(self.reads)}"
        return f"reads {_listed(self.reads)} and corrects {_listed(self.corrects)}"


def _names(told: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = told.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WeightsError(f"its card must list under bands what {key}: names such as B04")
    return tuple(names)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


#: Of weights whose card names no bands: red, green and blue as EuroSAT's 8-bit chips hold them.
RGB = BandSet(SENTINEL_2.visible, SENTINEL_2.visible, (0.275,) * 3, ("visible",))


def without_copying(positions: Sequence[int]) -> slice | list[int]:
    """Returns an index for these positions, a slice if they are consecutive: numpy copies less."""
    first = positions[0]
    if list(positions) == list(range(first, first + len(positions))):
        return slice(first, first + len(positions))
    return list(positions)


def consecutive(*positions: Sequence[int]) -> list[tuple[slice, ...]]:
    """Returns runs that are consecutive in all of some lists of positions, of one length.

    Arrays are indexed by slices without copying, and two or three of them do for most bands.

    Returns:
        Of each run: where it is in the lists, and which positions it has in each of them.
    """
    runs: list[tuple[slice, ...]] = []
    for entry in enumerate(zip(*positions, strict=True)):
        starts = (entry[0], *entry[1])
        if runs and all(run.stop == start for run, start in zip(runs[-1], starts, strict=True)):
            starts = tuple(run.start for run in runs.pop())
        stops = (entry[0] + 1, *(position + 1 for position in entry[1]))
        runs.append(tuple(map(slice, starts, stops)))
    return runs
