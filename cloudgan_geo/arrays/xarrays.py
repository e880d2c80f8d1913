"""Removing the clouds of what xarray holds: one scene, or a series of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arrays.array_task import ArrayTask, array_task
from cloudgan_geo.arrays.blocks import clean_lazily
from cloudgan_geo.arrays.given import Reflectance, known_pixels
from cloudgan_geo.arrays.labels import (
    BAND,
    GROUP,
    Axes,
    axes_of,
    check_valid,
    told_bands,
    told_nodata,
    told_reflectance,
    with_attributes,
)
from cloudgan_geo.choices import AskedLevel, AskedPrecision, Auto, Correct, Thick
from cloudgan_geo.correction.choosing import widest
from cloudgan_geo.correction.cleaner import Cleaner, Model, bands_of
from cloudgan_geo.correction.options import DecloudOptions

if TYPE_CHECKING:
    import xarray


def decloud_dataarray(
    da: xarray.DataArray,
    *,
    bands: Sequence[str | None] | None = None,
    reflectance: Reflectance | None = None,
    valid: xarray.DataArray | None = None,
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
) -> xarray.Dataset:
    """Removes the thin clouds of what rioxarray, odc-stac or stackstac give.

    Every scene has the numbers that `decloud` gives for a file with the same pixels, bit for
    bit. A `da` in memory is worked on at once.

    One that dask backs is not: nothing is read or computed before the result is, and then only
    the blocks that are asked for: whole chunks, put together until they have 1024 pixels along
    a side. Each is read with what decides about it, the windows that touch it and what these see
    around them: up to 195 pixels more on every side. Windows lie on the grid of the whole scene,
    so blocks have no edges that show: the numbers are those without dask, bit for bit, in fp32
    on a CPU; on CUDA the last bits of a window depend on its batch. In one process blocks are
    computed one after the other, each with all cores; the weights are loaded once a block.

    Args:
        da: Dimensions `band`, `y` and `x` (or latitude and longitude) in any order, and any
            others, such as `time`: each of their entries is a scene.
        bands: Name of each band, such as B02, or None for one that is only to be copied; None
            for what the coordinate `band` says, or else the attribute `long_name`: names that
            are none of the sensor's are then copied.
        reflectance: As for `clean_array`; None for what `scale_factor` and `add_offset` say.
        valid: Where pixels mean something, bool, of the dimensions of `da` but `band`; it may
            lack others than those of a scene. None for everywhere; NaN never does.
        nodata: Value that means no data; None for what the attributes `_FillValue` or `nodata`
            say.
        model: As for `clean_array`, and so are all that follow.
        level: Of the processing of all scenes: `auto` if it is not known, `1C`, `2A`.
        correct: Which of the bands that the generator can correct: `rgb`, `10m`, `all`.
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

    Returns:
        `image`, with the dimensions, coordinates, attributes and dtype of `da`; and from a
        generator that estimates them `opacity`, `error`, with a dimension `group` of bands, and
        `quality`: see `CleanedArray`. `spatial_ref` and other coordinates stay.

    Raises:
        UsageError: If an argument cannot be honoured.
        BandError: If the bands are none of the sensor's, or lack one that is needed.
        WeightsError: If the weights are unknown, damaged or of another architecture.
    """
    axes = axes_of(da)
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
    names = told_bands(da, bands_of(widest(model)).sensor) if bands is None else bands
    pairs = told_reflectance(da) if reflectance is None else reflectance
    code = told_nodata(da) if nodata is None else nodata
    task = array_task(da.sizes[BAND], da.dtype, names, pairs, code, model, options)
    check_valid(valid, da, axes)
    task.check(da.sizes[axes.y], da.sizes[axes.x])
    return _computed(da, valid, axes, task)


def _computed(
    da: xarray.DataArray, valid: xarray.DataArray | None, axes: Axes, task: ArrayTask
) -> xarray.Dataset:
    import xarray

    # Loaded here as well, since it tells what there will be, and mistakes show at once.
    engine = task.engine()
    groups = task.fit(task.names).used.groups if engine.estimates else ()
    space = [axes.y, axes.x]
    leading = [name for name in da.dims if name not in (BAND, *space)]
    dims = [[*leading, BAND, *space]]
    if groups:
        dims += [[*leading, *space], [*leading, GROUP, *space], [*leading, *space]]
    lazy = any(each is not None and each.chunks is not None for each in (da, valid))
    given = da.chunk() if lazy else da
    pixels = given.transpose(*dims[0]).data
    there = None
    if valid is not None:
        _, valid = xarray.align(da, valid, join="exact")
        valid = valid.chunk() if lazy else valid
        of_one_band = valid.broadcast_like(da.isel({BAND: 0}, drop=True))
        there = of_one_band.transpose(*leading, *space).data
    if lazy:
        found = clean_lazily(task, groups, pixels, there)
    else:
        found = _now(task, groups, pixels, there, engine)
    layers = [xarray.DataArray(of, dims=at) for of, at in zip(found, dims, strict=True)]
    return with_attributes(layers, da, groups)


def _now(
    task: ArrayTask,
    groups: Sequence[str],
    pixels: NDArray[Any],
    valid: NDArray[np.bool_] | None,
    engine: Cleaner,
) -> list[NDArray[Any]]:
    """Cleans scenes that are in memory.

    Args:
        task: What is to be done with each.
        groups: Of bands, that an error is estimated of; none from one that estimates nothing.
        pixels: Shape (..., bands, rows, columns).
        valid: Shape (..., rows, columns); None for everywhere.
        engine: The generator.

    Returns:
        Image, opacity, error and quality, or the image alone.
    """
    leading = pixels.shape[:-3]
    found = []
    for at in np.ndindex(leading):
        there = known_pixels(pixels[at], None if valid is None else valid[at])
        found.append(task.clean(pixels[at], there, engine).layers(groups))
    return [np.stack(of).reshape((*leading, *of[0].shape)) for of in zip(*found, strict=True)]
