"""Removing the clouds of arrays in memory: numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arrays.array_task import CleanedArray, array_task
from cloudgan_geo.arrays.given import Reflectance, check_pixels, known_pixels
from cloudgan_geo.callbacks import Progress
from cloudgan_geo.choices import AskedLevel, AskedPrecision, Auto, Correct, Thick
from cloudgan_geo.correction.cleaner import Model
from cloudgan_geo.correction.options import DecloudOptions


def clean_array(
    pixels: NDArray[Any],
    bands: Sequence[str | None],
    reflectance: Reflectance,
    *,
    valid: NDArray[np.bool_] | None = None,
    nodata: float | None = None,
    model: Model = defaults.MODEL,
    level: AskedLevel = defaults.LEVEL,
    correct: Correct = defaults.CORRECT,
    overlap: int = defaults.OVERLAP,
    batch_size: int | Auto = defaults.BATCH_SIZE,
    device: str = defaults.DEVICE,
    precision: AskedPrecision = defaults.PRECISION,
    compile: bool = False,
    keep_below: float = defaults.KEEP_BELOW,
    thick_above: float = defaults.THICK_ABOVE,
    thick: Thick = defaults.THICK,
    thick_error: float = defaults.THICK_ERROR,
    progress: Progress | None = None,
) -> CleanedArray:
    """Removes the thin clouds of an array, as `decloud` does of a file with the same pixels.

    The numbers are the same, bit for bit. The array is not modified, and no file but the
    weights is touched.

    Args:
        pixels: Shape (bands, rows, columns), all bands of one grid; any dtype that `decloud`
            takes. What a masked array masks is not valid.
        bands: Name of each band, such as B02, or None for one that is only to be copied.
        reflectance: Scale and offset, of which reflectance is scale * value + offset: one pair
            for all bands, or one for each. DN are (0.0001, 0), with the offset of 1000 that
            there is since January 2022 (0.0001, -0.1).
        valid: Where pixels mean something, shape (rows, columns) or that of `pixels`; None for
            everywhere. NaN never does.
        nodata: Value that means no data, or None.
        model: `auto` for the bundled generator that sees most of the scene, the name of one, path
            of a weights file, or a loaded generator.
        level: Of the processing: `auto` if it is not known, `1C`, `2A`.
        correct: `rgb`, `10m` or `all`: which of the bands that the generator can correct.
        overlap: Pixels that neighbouring windows share, 0 to 63.
        batch_size: Windows that the generator gets at once, or `auto`.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: `auto`, `fp32` or `bf16`.
        compile: Let torch compile the network first; on CUDA only.
        keep_below: Opacity up to which pixels keep their values, bit for bit.
        thick_above: Opacity above which a pixel cannot be recovered.
        thick: What becomes of such a pixel: `keep` its values, `fill` it in, `nodata`.
        thick_error: Expected error, in reflectance, above which a corrected pixel counts as
            thick too.
        progress: Called with the windows done so far and all there are.

    Raises:
        UsageError: If an argument cannot be honoured.
        BandError: If the bands are none of the sensor's, or lack one that is needed.
        WeightsError: If the weights are unknown, damaged or of another architecture.
    """
    options = DecloudOptions(
        level=level,
        correct=correct,
        overlap=overlap,
        batch_size=batch_size,
        device=device,
        precision=precision,
        compile=compile,
        keep_below=keep_below,
        thick_above=thick_above,
        thick=thick,
        thick_error=thick_error,
    )
    check_pixels(pixels)
    task = array_task(len(pixels), pixels.dtype, bands, reflectance, nodata, model, options)
    known = known_pixels(pixels, valid)
    return task.clean(pixels, known, task.engine(), progress)
