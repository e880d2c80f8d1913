"""What an option of the program is as a parameter of an algorithm; knows nothing of QGIS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Option:
    """An option or an argument of the program.

    Attributes:
        flag: As it is typed, `--keep-below`. Without dashes it is an argument, of which the place
            counts.
        label: What the dialog calls it.
        help: What the program says of it, word for word.
        more: What there is to say of it in QGIS alone.
        default: The program's own, which is never passed on; None for none.
        advanced: Whether the dialog folds it away.
        called: The name of the parameter where it is not that of the option.
    """

    flag: str
    label: str
    help: str
    more: str = ""
    default: Any = None
    advanced: bool = False
    called: str = ""

    @property
    def name(self) -> str:
        """The name of the parameter: `--keep-below` is KEEP_BELOW."""
        return self.called or self.flag.strip("-").replace("-", "_").upper()

    @property
    def texts(self) -> list[str]:
        """What the help panel and the tooltip say."""
        return [text for text in (self.help, self.more) if text]

    @property
    def is_argument(self) -> bool:
        """Whether it is known by its place."""
        return not self.flag.startswith("-")


@dataclass(frozen=True)
class Text(Option):
    """Any text; nothing stands for the default.

    Attributes:
        separator: Between several values, each of which is passed on by itself; empty: one value.
    """

    separator: str = ""


@dataclass(frozen=True)
class Choice(Option):
    """One of several words."""

    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number(Option):
    """A number, within bounds if it has any; without a default it may be left out."""

    whole: bool = False
    least: Optional[float] = None
    largest: Optional[float] = None


@dataclass(frozen=True)
class Flag(Option):
    """Yes or no."""

    default: Any = False


@dataclass(frozen=True)
class File(Option):
    """A file that is read, if it is given."""


@dataclass(frozen=True)
class Extent(Option):
    """A rectangle, if it is given; passed on in the coordinates of the input."""


@dataclass(frozen=True)
class Polygons(Option):
    """A layer of polygons, if it is given."""


@dataclass(frozen=True)
class Raster(Option):
    """A raster that is read: a layer, a file or a Sentinel-2 product.

    Arguments have to be given, options need not.

    Attributes:
        product: Whether it may be a product, whose folder the dialog has a button for.
    """

    product: bool = False


@dataclass(frozen=True)
class MoreRasters(Option):
    """More files of an argument, if they are given; layers or paths."""


@dataclass(frozen=True)
class Output(Option):
    """A file that is written.

    Attributes:
        optional: Whether it is written only if it is asked for.
        created: Whether the dialog proposes one that is optional.
    """

    optional: bool = True
    created: bool = False


@dataclass(frozen=True)
class RasterOutput(Output):
    """A raster that is written.

    Attributes:
        forced: Whether the program writes it in any case: where nobody sees it, if nobody asks.
        estimated: Whether only models that estimate the cloud's opacity give it.
        style: What it looks like: a style file of the plugin, `input` or `ramp`.
    """

    forced: bool = False
    estimated: bool = False
    style: str = "input"


@dataclass(frozen=True)
class PageOutput(Output):
    """A file that is no layer.

    Attributes:
        files: What the dialog of files filters by.
    """

    files: str = ""
