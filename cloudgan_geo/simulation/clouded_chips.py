"""Putting synthetic clouds on clear chips, and writing the truth beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Progress
from cloudgan_geo.chips.eurosat import load_chips, model_domain
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.laws import law_of

#: A chip's opacity of 1 in its 16-bit PNG.
_OPAQUE = 65535


def simulate_chips(
    chips: str | os.PathLike[str],
    output: str | os.PathLike[str],
    options: CloudOptions | None = None,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> int:
    """Puts a cloud of its own on every chip.

    Args:
        chips: Folder or zip of clear 64x64 RGB chips, as training takes it.
        output: Folder for `<name>.png`, 8-bit RGB; `<output>_opacity` gets the opacity under
            the same names, 16-bit grey, 65535 where opaque.
        options: What clouds. A chip's depends on the seed and its place among the sorted
            names.
        overwrite: Replace chips that exist.
        progress: Called after every chip with the chips done so far and all there are.

    Returns:
        How many chips there are.

    Raises:
        DatasetError: If there is no chip, or one is damaged or of another shape.
        OutputExistsError: If an output folder holds files already.
        OutputError: If they cannot be written.
    """
    clear = load_chips(Path(chips))
    law = law_of(options or CloudOptions())
    target = Path(output)
    truth = target.with_name(f"{target.name}_opacity")
    for folder in (target, truth):
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder}: is a file; chips are written to a folder")
        if folder.is_dir() and any(folder.iterdir()) and not overwrite:
            raise OutputExistsError(
                f"{folder}: exists and is not empty; ", Argument("overwrite", True), " writes to it"
            )
    if _inside(target, Path(chips)) or _inside(Path(chips), target):
        raise UsageError(
            f"{target}: holds the clear chips or lies among them; name another ", Argument("output")
        )
    for index, name in enumerate(clear.names):
        ground = model_domain(clear.images[index : index + 1])[0]
        cloudy, opacity = law.over_chip(ground, index)
        seen = np.rint(cloudy.transpose(1, 2, 0) * 255).astype(np.uint8)
        _write_png(target / f"{name}.png", seen)
        _write_png(truth / f"{name}.png", np.rint(opacity * _OPAQUE).astype(np.uint16))
        if progress is not None:
            progress(index + 1, len(clear.names))
    return len(clear.names)


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _write_png(path: Path, pixels: NDArray[Any]) -> None:
    from PIL import Image

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(pixels)).save(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
