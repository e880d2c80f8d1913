"""Removing the clouds of what xarray holds: one scene, or a series of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arrays.array_task import ArrayTask, array_task
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

# What dask computes at the same time would share the cores and the memory of the device: in one
# process one scene after the other is computed, each with all of them.
_ONE_AT_A_TIME = threading.Lock()


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

    One that dask backs is not: nothing is read or computed before the result is. What is
    computed at a time is one whole scene, such as a time step, whatever the chunks of `da`
    are: a step needs memory for all its bands some three times over, and a part of it costs as
    much as all of it. In one process steps are computed one after the other, each with all
    cores; the weights are loaded once a step.

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
    given = [da] if valid is None else [da, valid]
    lazy = any(each.chunks is not None for each in given)
    if lazy:
        given = [each.chunk(axes.whole_scenes(each)) for each in given]
    space = [axes.y, axes.x]
    outputs: list[list[str]] = [[BAND, *space]]
    dtypes: list[Any] = [da.dtype]
    if groups:
        outputs += [space, [GROUP, *space], space]
        dtypes += [np.float32, np.float32, np.uint8]
    found = xarray.apply_ufunc(
        _Scenes(task, groups, None if lazy else engine),
        *given,
        input_core_dims=[[BAND, *space], space][: len(given)],
        output_core_dims=outputs,
        keep_attrs=False,
        dask="parallelized",
        output_dtypes=dtypes,
        dask_gufunc_kwargs={"output_sizes": {GROUP: len(groups)}} if groups else {},
    )
    layers = found if groups else (found,)
    return with_attributes(layers, da, groups)


@dataclass(frozen=True)
class _Scenes:
    """Cleans scenes, of which there are as many as the leading dimensions have entries.

    Attributes:
        task: What is to be done with each.
        groups: Of bands, that an error is estimated of; none from one that estimates nothing.
        engine: The generator, or None to load it: it then may be in another process.
    """

    task: ArrayTask
    groups: tuple[str, ...]
    engine: Cleaner | None

    def __call__(self, pixels: NDArray[Any], valid: Any = None) -> Any:
        """Returns image, opacity, error and quality, or the image alone.

        Args:
            pixels: Shape (..., bands, rows, columns).
            valid: Shape (..., rows, columns), with leading dimensions of 1 or fewer of them
                where it is the same for all; None for everywhere.
        """
        leading, size = pixels.shape[:-3], pixels.shape[-2:]
        image = np.empty_like(pixels, subok=False)
        opacity = np.full((*leading, *size), np.nan, np.float32)
        error = np.full((*leading, len(self.groups), *size), np.nan, np.float32)
        quality = np.zeros((*leading, *size), np.uint8)
        known = None if valid is None else np.broadcast_to(valid, (*leading, *size))
        with _ONE_AT_A_TIME:
            engine = self.engine or self.task.engine()
            for at in np.ndindex(leading):
                there = known_pixels(pixels[at], None if known is None else known[at])
                cleaned = self.task.clean(pixels[at], there, engine)
                image[at] = cleaned.image
                if cleaned.error is not None:
                    opacity[at], quality[at] = cleaned.opacity, cleaned.quality
                    # A scene whose cirrus band is empty may have fewer.
                    for group, values in zip(cleaned.groups, cleaned.error, strict=True):
                        error[at][self.groups.index(group)] = values
        return (image, opacity, error, quality) if self.groups else image
