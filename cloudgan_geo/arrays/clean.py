"""Removing the clouds of arrays in memory: numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo import defaults
from cloudgan_geo.arrays.array_scene import NAME, ArrayScene, array_scene
from cloudgan_geo.arrays.given import (
    Pair,
    Reflectance,
    band_names,
    check_dtype,
    check_nodata,
    check_pixels,
    known_pixels,
    reflectance_pairs,
)
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.choices import AskedLevel, AskedPrecision, Auto, Correct, Thick
from cloudgan_geo.correction.cleaner import (
    Cleaner,
    Model,
    bands_of,
    check_estimates,
    model_name,
    ready,
)
from cloudgan_geo.correction.engine import correct_scene
from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.fitting import Fit, fit_bands, fitted
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.plan import make_plan
from cloudgan_geo.interrupts import StopRequest, shielded
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows


@dataclass(frozen=True, eq=False)
class CleanedArray:
    """What became of an array, and what is known about its pixels.

    Attributes:
        image: Without thin cloud, of the shape and dtype of the array.
        opacity: Of the cloud, float32 in [0, 1], NaN where nothing was to be done, shape (rows,
            columns). This and the next two are None from a generator that estimates nothing.
        error: Half the width of the interval that holds 90 % of the errors, in the array's
            units, of every group of bands, float32, NaN as in `opacity`, shape (groups, rows,
            columns).
        quality: 0 nodata, 1 clear, 2 corrected, 3 thick, uint8, shape (rows, columns).
        corrected: Names of the bands that were corrected; the others are as they were.
        groups: Names of the groups of bands of `error`.
    """

    image: NDArray[Any]
    opacity: NDArray[np.float32] | None
    error: NDArray[np.float32] | None
    quality: NDArray[np.uint8] | None
    corrected: tuple[str, ...]
    groups: tuple[str, ...]


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
        model: Name of a bundled generator, path of a weights file, or a loaded generator.
        level: Of the processing: `auto` if it is not known, `1C`, `2A`.
        correct: As for `decloud`, and so are all that follow.
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


@dataclass(frozen=True)
class ArrayTask:
    """What is to be done with arrays of one kind.

    Attributes:
        names: Of the sensor's band that each band is, or None.
        reflectance: Scale and offset of each band.
        nodata: Value that means no data, or None.
        model: The generator.
        options: Those that hold for arrays.
    """

    names: tuple[str | None, ...]
    reflectance: tuple[Pair, ...]
    nodata: float | None
    model: Model
    options: DecloudOptions

    def engine(self) -> Cleaner:
        """Returns the generator, ready for inference.

        Raises:
            WeightsError: If there is none.
            UsageError: If the device is not there, or it cannot do what is asked for.
        """
        engine = ready(self.model, self.options)
        check_estimates(engine, self.options)
        return engine

    def fit(self, there: Sequence[str | None]) -> Fit:
        """Returns which bands are read and corrected.

        Args:
            there: Names of the bands that there are.
        """
        present = [name for name in there if name is not None]
        wanted = bands_of(self.model)
        return fit_bands(NAME, model_name(self.model), wanted, present, self.options.correct)

    def clean(
        self,
        pixels: NDArray[Any],
        known: NDArray[np.bool_],
        engine: Cleaner,
        progress: Progress | None = None,
    ) -> CleanedArray:
        """Removes the clouds of one array.

        Args:
            pixels: Shape (bands, rows, columns).
            known: Where they are known, shape (bands or 1, rows, columns).
            engine: The generator.
            progress: As for `clean_array`.
        """
        stop = StopRequest()

        def work() -> CleanedArray:
            plain = np.ma.getdata(pixels)
            scene = array_scene(plain, known, self.names, self.nodata, bands_of(self.model))
            with at_least_every_second(progress) as tell:

                def show(done: int, total: int) -> None:
                    stop.check()
                    tell(done, total)

                return self._clean(scene, engine, show)

        return shielded(work, stop)

    def _clean(self, scene: ArrayScene, engine: Cleaner, tell: Progress) -> CleanedArray:
        options = self.options
        fit = self.fit(tuple(scene.named.indexes))
        plan = make_plan(
            scene,
            fit,
            radiometry=self._radiometry(fit),
            level=options.level,
            overlap=options.overlap,
        )
        options.keep_rule.check(plan.scene)
        tell(0, len(plan.grid))
        cleaner = fitted(engine, fit, plan.level)
        groups = fit.used.groups if cleaner.estimates else ()
        result = _empty(scene, fit.used.corrects, groups)
        top = 0

        def write(rows: Rows, estimates: Estimates | None) -> None:
            nonlocal top
            at = slice(top, top + rows.pixels.shape[1])
            top = at.stop
            result.image[:, at] = rows.pixels
            if estimates is None:
                return
            for part in ("opacity", "error", "quality"):
                getattr(result, part)[..., at, :] = getattr(estimates, part)

        correct_scene(plan, cleaner, engine, options, write, tell)
        return result

    def _radiometry(self, fit: Fit) -> Radiometry:
        pairs = dict(zip(self.names, self.reflectance, strict=True))
        scale, offset = zip(*(pairs[name] for name in fit.used.reads), strict=True)
        return Radiometry("declared", "as given", scale, offset, fit.used.domain)


def array_task(
    count: int,
    dtype: np.dtype[Any],
    bands: Sequence[str | None],
    reflectance: Reflectance,
    nodata: float | None,
    model: Model,
    options: DecloudOptions,
) -> ArrayTask:
    """Settles what is to be done with arrays, without looking at their values.

    Args:
        count: Bands in the arrays.
        dtype: Of their values.
        bands: As for `clean_array`, and so are the others.
        reflectance: Scale and offset.
        nodata: Value that means no data.
        model: The generator.
        options: Those that hold for arrays.

    Raises:
        UsageError: If an argument cannot be honoured.
        BandError: If the bands are none of the sensor's, or lack one that is needed.
    """
    check_dtype(dtype)
    check_nodata(nodata)
    names = band_names(bands, count, bands_of(model).sensor)
    pairs = reflectance_pairs(reflectance, count)
    task = ArrayTask(names, pairs, nodata, model, options)
    task.fit(names)  # Refuses what cannot be.
    return task


def _empty(scene: ArrayScene, corrected: tuple[str, ...], groups: tuple[str, ...]) -> CleanedArray:
    """Returns arrays to fill in; of groups only from a generator that estimates something."""
    size = (scene.height, scene.width)
    image = np.empty(scene.pixels.shape, scene.pixels.dtype)
    result = CleanedArray(image, None, None, None, corrected, groups)
    if not groups:
        return result
    return replace(
        result,
        opacity=np.empty(size, np.float32),
        error=np.empty((len(groups), *size), np.float32),
        quality=np.empty(size, np.uint8),
    )
