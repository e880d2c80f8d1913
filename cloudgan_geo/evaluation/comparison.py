"""What a comparison with a clear scene found, as Markdown, JSON and HTML."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape

from cloudgan_geo import __version__
from cloudgan_geo.correction.layers import CLASSES, CLEAR

#: What the codes of a quality band mean; 0 is no data.
QA_CLASSES = dict(list(enumerate(CLASSES))[CLEAR:])

_HEADINGS = ("image", "pixels of", "pixels", "PSNR dB", "SSIM", "MAE", "SAM degrees")
_EXPLAINED = (
    ("PSNR", "peak signal-to-noise ratio; higher is better, 3 dB is half the squared error"),
    ("SSIM", "structural similarity, windows of 11 pixels; 1 is the same structure"),
    ("MAE", "mean absolute error; 0.01 is a reflectance of 0.00275"),
    ("SAM", "mean angle between the spectra, whatever their brightness; 0 is the same colour"),
)
_STYLE = (
    "body{font-family:sans-serif;margin:1.5em;max-width:60em}table{border-collapse:collapse}"
    "th,td{padding:.3em .8em;border-bottom:1px solid #ccc;text-align:right}"
    "th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}"
    "dt{font-weight:bold}dd{margin:0 0 .4em 1em}"
)


@dataclass(frozen=True)
class SceneScores:
    """Scores of the pixels of a scene, in the model domain.

    Attributes:
        pixels: How many count.
        psnr: Peak signal-to-noise ratio in dB, peak 1; None without pixels or without error.
        ssim: Structural similarity, Gaussian window 11, sigma 1.5, data range 1; None where no
            window is free of pixels without data.
        mae: Mean absolute error in the model domain's 0..1; None without pixels.
        sam: Mean spectral angle in degrees; None where all is black.
    """

    pixels: int
    psnr: float | None
    ssim: float | None
    mae: float | None
    sam: float | None


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes:
        image: Name of what was measured: `before` or `result`.
        where: Which pixels: `all` or a class of the quality band.
        scores: Of these.
    """

    image: str
    where: str
    scores: SceneScores

    def cells(self) -> tuple[str, ...]:
        """Returns what stands in the table."""
        scores = self.scores
        same = "infinite" if scores.mae == 0 else "-"
        return (
            self.image,
            self.where,
            f"{scores.pixels:,}",
            same if scores.psnr is None else f"{scores.psnr:.2f}",
            "-" if scores.ssim is None else f"{scores.ssim:.3f}",
            "-" if scores.mae is None else f"{scores.mae:.4f}",
            "-" if scores.sam is None else f"{scores.sam:.2f}",
        )


@dataclass(frozen=True)
class Comparison:
    """Scores of scenes against a clear one.

    Attributes:
        clear: The clear scene.
        images: What was measured, by name.
        qa: The quality band, or None.
        radiometry: Profile of each scene, by name.
        lines: Of the table.
    """

    clear: str
    images: dict[str, str]
    qa: str | None
    radiometry: dict[str, str]
    lines: tuple[Line, ...]

    def facts(self) -> dict[str, object]:
        """Returns everything in types that JSON has; a line's scores stand beside its names."""
        return {
            "clear": self.clear,
            "images": self.images,
            "qa": self.qa,
            "radiometry": self.radiometry,
            "lines": [
                {"image": line.image, "where": line.where, **asdict(line.scores)}
                for line in self.lines
            ],
        }

    def to_json(self) -> str:
        """Returns everything as indented JSON."""
        content = {"program": "cloudgan-geo", "version": __version__, **self.facts()}
        return json.dumps(content, indent=2)

    def to_markdown(self) -> str:
        """Returns the table."""
        lines = ["| " + " | ".join(_HEADINGS) + " |", "|---|---|" + "---:|" * (len(_HEADINGS) - 2)]
        lines += ["| " + " | ".join(line.cells()) + " |" for line in self.lines]
        return "\n".join(lines)

    def to_html(self) -> str:
        """Returns a page that needs no other file."""
        head = "".join(f"<th>{escape(name)}</th>" for name in _HEADINGS)
        rows = "\n".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line.cells()) + "</tr>"
            for line in self.lines
        )
        files = {
            **self.images,
            "clear": self.clear,
            **({"quality band": self.qa} if self.qa else {}),
        }
        named = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(path)}</dd>" for name, path in files.items()
        )
        explained = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in _EXPLAINED)
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>Compared with a clear image</title><style>{_STYLE}</style></head><body>\n"
            "<h1>Compared with a clear image</h1>\n"
            f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>\n"
            "<p>Red, green and blue as reflectance / 0.275, clipped to 0..1; only pixels that hold "
            "data in every image. Ground that changed between the dates counts as error too.</p>\n"
            f"<dl>{explained}</dl>\n<h2>Files</h2>\n<dl>{named}</dl>\n"
            f"<p>cloudgan-geo {__version__}</p>\n</body></html>\n"
        )
