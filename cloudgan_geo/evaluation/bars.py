"""What numbers have to reach, as data: the bar, the measure, and what it is measured on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cloudgan_geo.bands import BandSet
from cloudgan_geo.evaluation.tables import Bar

#: Numbers by measure and by what they were measured on: a pair, a scene, a kind of ground.
Measures = Mapping[str, Mapping[str, float | None]]

_NEAR_INFRARED = "B08"
_VEIL, _THIN, _DENSE = "ts146_2018-03-22", "ts146_2018-11-12", "ts146_2018-01-06"
_SAVANNA, _FIELDS, _LOW = "cr_1970_fall_85", "cr_1868_summer_102", "ts146_2018-02-25"
_SIX = (_VEIL, _THIN, _DENSE, _SAVANNA, _FIELDS, _LOW)
_T31TDH = "T31TDH_20150726"
_CIRRUS = (_FIELDS, _SAVANNA, _DENSE, _VEIL, _T31TDH, "cirrus_veil_fall136")
_SCENES = (_T31TDH, "cirrus_veil_fall136", "dolomites_B04B03B02B08", "outer_banks_2018-10-13")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@dataclass(frozen=True)
class WantedBar:
    """A bar before anything is measured.

    Attributes:
        what: The number.
        measure: Which of the measures.
        on: Beginnings of the names of what it is measured on, each of which is needed; none for
            whatever was measured.
        least: It must be no less, or None.
        most: It must be no more, or None.
        of: Makes one number of several.
        decimals: That are shown.
    """

    what: str
    measure: str
    on: tuple[str, ...]
    least: float | None = None
    most: float | None = None
    of: Callable[[Sequence[float]], float] = _mean
    decimals: int = 2

    def judge(self, measures: Measures) -> Bar:
        """Returns the bar with its number, which is missing if some of what it names is."""
        found = {
            name: value
            for name, value in measures.get(self.measure, {}).items()
            if value is not None
        }
        if not self.on:
            values = list(found.values())
            missing: tuple[str, ...] = () if found else (self.measure,)
        else:
            first = {
                start: next((found[name] for name in found if name.startswith(start)), None)
                for start in self.on
            }
            values = [value for value in first.values() if value is not None]
            missing = tuple(start for start, value in first.items() if value is None)
        # A mean over less than it is named for is another number: none is given.
        number = None if missing else self.of(values)
        return Bar(self.what, number, self.least, self.most, self.decimals, missing)


#: Of the suite `real-pairs`, for every generator.
FOR_ALL = (
    WantedBar(f"gain on {_VEIL} and {_SAVANNA}, dB", "gain", (_VEIL, _SAVANNA), least=6.0),
    WantedBar(f"gain on {_THIN}, dB", "gain", (_THIN,), least=1.0),
    WantedBar(f"gain on {_LOW}, dB", "gain", (_LOW,), least=5.0),
    WantedBar("lowest correlation of opacity with B10", "correlation", (), 0.6, of=min, decimals=3),
)

#: By suite, for generators that correct near infrared as well.
_FOR_NEAR_INFRARED = {
    "real-pairs": (
        *(
            WantedBar(f"PSNR of {name}, dB", "psnr", (name,), least=least)
            for name, least in zip(_SIX, (31.0, 32.0, 26.0, 24.5, 22.0, 25.5), strict=True)
        ),
        WantedBar("mean gain of the six pairs, dB", "gain given all", _SIX, least=7.5),
        WantedBar("mean gain given rgb, dB", "gain given rgb", _SIX, least=6.5),
        WantedBar("mean gain given 10m, dB", "gain given 10m", _SIX, least=6.8),
        WantedBar("mean gain given no-b10, dB", "gain given no-b10", _SIX, least=7.0),
        WantedBar(
            f"NDVI error, after / before, mean of the pairs other than {_DENSE}",
            "NDVI error, after / before",
            tuple(name for name in _SIX if name != _DENSE),
            most=0.6,
        ),
        WantedBar(
            "MAE over all corrected bands, after / before, mean of the pairs",
            "MAE, after / before",
            _SIX,
            most=0.45,
        ),
        WantedBar(
            "correlation of opacity with B10, lowest of the cirrus scenes",
            "correlation",
            _CIRRUS,
            least=0.8,
            of=min,
            decimals=3,
        ),
        *(
            WantedBar(
                f"errors within the 90 % interval, hard pixels of {name}, %",
                "errors of hard pixels within the 90 % interval",
                (name,),
                least=least,
                decimals=1,
            )
            for name, least in ((_LOW, 85), (_DENSE, 88))
        ),
        WantedBar(
            f"power at periods of 2 and 4 pixels / neighbours, {_T31TDH}, worst",
            "power at periods of 2 and 4 pixels / neighbours",
            (_T31TDH,),
            most=1.2,
        ),
        *(
            WantedBar(f"NDVI above 0.5, {name}, %", "NDVI above 0.5", (name,), *ends, decimals=1)
            for name, ends in ((_VEIL, (60, 70)), (_SAVANNA, (28, 40)))
        ),
        WantedBar(
            "gradient on the windows' lattice / elsewhere, worst of pairs and scenes",
            "gradient on the windows' lattice / elsewhere",
            (*_SIX, *_SCENES),
            most=1.05,
            of=max,
        ),
        WantedBar("PSNR of the bundled sample, dB", "psnr", ("run of make demo",), least=21),
        WantedBar(
            "seconds of a scene, 13 bands / RGB", "seconds", ("benchmark of a scene",), most=1.4
        ),
    ),
    "thin-seen": (
        WantedBar("gain given all bands, dB", "gain", ("13-band test chips",), least=12),
        WantedBar("gain given rgb, dB", "gain", ("RGB test chips",), least=10),
    ),
    "clear": tuple(
        WantedBar(f"pixels unchanged, {name}, %", "pixels unchanged", (name,), least=99)
        for name in ("13-band test chips", "level 2A scenes", "dolomites")
    ),
}


def bars_of(suite: str, bands: BandSet, measures: Measures) -> list[Bar]:
    """Judges what a suite measured by the bars for generators of these bands, if there are any.

    Args:
        suite: Its name.
        bands: What the generator reads and corrects.
        measures: What was measured.
    """
    if _NEAR_INFRARED not in bands.corrects:
        return []
    return [wanted.judge(measures) for wanted in _FOR_NEAR_INFRARED.get(suite, ())]
