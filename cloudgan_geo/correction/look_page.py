"""Pictures and a page of a run, that need no other file and no other library."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable, Iterator
from html import escape

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import __version__
from cloudgan_geo.correction.layers import BY_ARGUMENT
from cloudgan_geo.correction.look import Look, Shown
from cloudgan_geo.correction.options import DecloudOptions, DecloudResult
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput

_GAP = 8  # pixels between pictures
_BINS = 20  # of the histogram
# What a vegetation index of -0.2, 0.3 and 0.8 is shown as.
_BARE, _SPARSE, _DENSE = (140, 90, 50), (235, 225, 170), (20, 100, 40)

_STYLE = (
    "body{font-family:sans-serif;margin:1.5em auto;max-width:54em;padding:0 1em;color:#222}"
    "figure{margin:1em 0}figcaption{margin:.3em 0;font-size:.9em}img{display:block;width:100%}"
    ".two{position:relative}.two img+img{position:absolute;inset:0;"
    "clip-path:inset(0 0 0 var(--_at,50%))}input[type=range]{width:100%;margin:.4em 0}"
    ".key span{display:inline-block;width:1em;height:1em;margin:0 .3em 0 1em;"
    "vertical-align:-.15em;border:1px solid #888}td,th{padding:.2em .8em .2em 0;text-align:left;"
    "vertical-align:top}svg{width:100%;height:auto}"
)
_MOVE = "this.previousElementSibling.style.setProperty('--_at',this.value+'%')"


def write_pages(
    files: Iterable[AtomicOutput],
    output: AtomicOutput,
    look: Look,
    result: DecloudResult,
    options: DecloudOptions,
) -> None:
    """Writes what shows people a run, to be put in its place with the rest.

    Args:
        files: To write, told by the arguments that name them.
        output: The scene without cloud, complete.
        look: What is shown.
        result: What was done.
        options: As they were given.

    Raises:
        OutputError: If one cannot be written.
        SceneError: If the scene cannot be read again.
    """
    files = list(files)
    if not files:
        return
    before, after = look.before(), look.after(output.partial)
    for file in files:
        if file.argument == "preview":
            content = _side_by_side(before, after, look)
        else:
            content = "".join(_page(before, after, look, result, options)).encode()
        try:
            file.partial.write_bytes(content)
        except OSError as error:
            raise output_error(file.path, error, file.argument) from error


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Returns a PNG.

    Args:
        pixels: Red, green and blue, shape (height, width, 3).
    """
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, -1)
    # Each row as its difference from the one above, filter 2 of the format: a third smaller.
    changes = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1]))
    filtered = np.insert(changes, 0, 2, axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def _side_by_side(before: Shown, after: Shown, look: Look) -> bytes:
    panels = [before.colour, after.colour]
    if look.quality is not None:
        panels.append(_classes(look.quality))
    gap = np.full((len(before.colour), _GAP, 3), 255, np.uint8)
    row = [part for panel in panels for part in (gap, panel)]
    framed = np.pad(
        np.concatenate([*row, gap], axis=1), ((_GAP, _GAP), (0, 0), (0, 0)), constant_values=255
    )
    return png(framed)


def _classes(quality: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colours = [category.colour[:3] for category in BY_ARGUMENT["qa"].categories]
    shown: NDArray[np.uint8] = np.array(colours, np.uint8)[quality]
    return shown


def _greens(index: NDArray[np.float32]) -> NDArray[np.uint8]:
    ramp = np.array([_BARE, _SPARSE, _DENSE], np.float32)
    at = [-0.2, 0.3, 0.8]
    bands = [np.interp(np.nan_to_num(index), at, ramp[:, band]) for band in range(3)]
    shown = np.where(np.isnan(index), 255, np.rint(bands)).astype(np.uint8)
    return shown.transpose(1, 2, 0)


def _page(
    before: Shown, after: Shown, look: Look, result: DecloudResult, options: DecloudOptions
) -> Iterator[str]:
    name = escape(result.output.name)
    yield f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
    yield f"<style>{_STYLE}</style></head><body>\n<h1>{name}</h1>\n"
    yield "<p>Thin clouds were removed; what is shown is reduced and brightened.</p>\n"
    yield _two(before.colour, after.colour, "Drag: before on the left, after on the right.")
    if look.quality is not None and look.opacity is not None:
        yield f"<h2>What to trust</h2>\n<figure>{_image(_classes(look.quality), 'quality band')}"
        yield f"<figcaption class=key>{_key(result)}</figcaption></figure>\n"
        yield "<p>Thick: too little of the ground came through; not to be trusted.</p>\n"
        yield f"<h2>How much cloud</h2>\n{_histogram(look.opacity)}"
    if before.vegetation is not None and after.vegetation is not None:
        indexes = (before.vegetation, after.vegetation)
        means = " to ".join(_mean(index) for index in indexes)
        yield f"<h2>Vegetation</h2>\n<p>Mean NDVI {means}.</p>\n"
        first, second = (_greens(index) for index in indexes)
        yield _two(
            first, second, "NDVI, brown -0.2, yellow 0.3, green 0.8: before left, after right."
        )
    yield f"<h2>What was done</h2>\n{_table(result, options)}"
    yield f"<p>cloudgan-geo {__version__}</p>\n</body></html>\n"


def _mean(index: NDArray[np.float32]) -> str:
    known = index[np.isfinite(index)]
    return f"{known.mean():.3f}" if known.size else "unknown"


def _image(pixels: NDArray[np.uint8], said: str) -> str:
    data = base64.b64encode(png(pixels)).decode()
    return f'<img alt="{said}" src="data:image/png;base64,{data}">'


def _two(before: NDArray[np.uint8], after: NDArray[np.uint8], said: str) -> str:
    return (
        f'<figure><div class="two">{_image(before, "before")}{_image(after, "after")}</div>'
        f'<input type="range" min="0" max="100" value="50" aria-label="{said}" oninput="{_MOVE}">'
        f"<figcaption>{said}</figcaption></figure>\n"
    )


def _key(result: DecloudResult) -> str:
    shares = result.qa_shares or {}
    return "".join(
        f'<span style="background:rgb{category.colour[:3]}"></span>{category.title}'
        + (f" {shares[category.title]:.1%}" if category.title in shares else "")
        for category in BY_ARGUMENT["qa"].categories
    )


def _histogram(opacity: NDArray[np.float32]) -> str:
    counts, _ = np.histogram(opacity[np.isfinite(opacity)], bins=_BINS, range=(0, 1))
    shares = counts / max(1, counts.sum())
    most = max(float(shares.max()), 1e-9)
    bars = "".join(
        f'<rect x="{20 * place + 1}" y="{110 - 100 * share / most:.1f}" width="18" '
        f'height="{100 * share / most:.1f}" fill="#3d85c6">'
        f"<title>opacity {place / _BINS:.2f} to {(place + 1) / _BINS:.2f}: {share:.1%}</title>"
        "</rect>"
        for place, share in enumerate(shares)
    )
    labels = "".join(
        f'<text x="{400 * value}" y="124" font-size="11" text-anchor="{anchor}">{value}</text>'
        for value, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))
    )
    return (
        f'<figure><svg viewBox="0 0 400 128" role="img" aria-label="histogram of opacity">{bars}'
        f'<line x1="0" x2="400" y1="110" y2="110" stroke="#888"/>{labels}</svg><figcaption>'
        f"Pixels by the opacity of their cloud; the highest bar is {most:.0%}."
        "</figcaption></figure>\n"
    )


def _table(result: DecloudResult, options: DecloudOptions) -> str:
    rows = {
        "Output": str(result.output),
        "Size": f"{result.width} x {result.height} pixels, {result.count} bands",
        "Generator": f"{result.model}, weights {result.weights_sha256[:12]}",
        "Corrected": ", ".join(result.bands_corrected),
        "Copied": ", ".join(result.bands_copied) or "none",
        "Level": f"{result.level or 'unknown'} ({result.level_reason})",
        "Radiometry": f"{result.radiometry} ({result.radiometry_reason})",
        "Thick cloud": f"above an opacity of {options.thick_above:g}: {options.thick}",
        "Computed": f"{result.windows:,} windows on {result.device} in {result.precision}, "
        f"{result.seconds:.1f} s",
    }
    cells = "".join(
        f"<tr><th>{name}</th><td>{escape(said)}</td></tr>" for name, said in rows.items()
    )
    return f"<table>{cells}</table>\n"
