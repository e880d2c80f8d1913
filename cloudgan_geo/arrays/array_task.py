"""What is to be done with arrays of one kind, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.arrays.array_scene import (
    NAME,
    ArrayScene,
    array_scene,
    has_blank_cirrus,
    without_cirrus,
)
from cloudgan_geo.arrays.given import (
    Pair,
    Reflectance,
    band_names,
    check_dtype,
    check_nodata,
    reflectance_pairs,
)
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.correction.choosing import chosen, widest
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
from cloudgan_geo.correction.plan import Plan, make_plan
from cloudgan_geo.interrupts import StopRequest, shielded
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.windows.part import GridPart


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

    def layers(self, groups: Sequence[str]) -> tuple[NDArray[Any], ...]:
        """Returns image, opacity, error and quality, or the image alone if there are no groups.

        Args:
            groups: Of errors: of those that it does not have they are NaN. An array whose cirrus
                band is empty may have fewer.
        """
        if self.opacity is None or self.error is None or self.quality is None:
            return (self.image,)
        error = np.full((len(groups), *self.opacity.shape), np.nan, np.float32)
        for group, values in zip(self.groups, self.error, strict=True):
            error[list(groups).index(group)] = values
        return self.image, self.opacity, error, self.quality


@dataclass(frozen=True)
class ArrayPart:
    """A part of a larger array.

    Attributes:
        grid: The windows over it.
        blank_cirrus: Whether the cirrus band of the whole holds nothing but 0.
    """

    grid: GridPart
    blank_cirrus: bool


@dataclass(frozen=True)
class ArrayTask:
    """What is to be done with arrays of one kind.

    Attributes:
        dtype: Of their values.
        names: Of the sensor's band that each band is, or None.
        reflectance: Scale and offset of each band.
        nodata: Value that means no data, or None.
        model: The generator.
        options: Those that hold for arrays.
    """

    dtype: np.dtype[Any]
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
        part: ArrayPart | None = None,
    ) -> CleanedArray:
        """Removes the clouds of one array.

        Args:
            pixels: Shape (bands, rows, columns).
            known: Where they are known, shape (bands or 1, rows, columns).
            engine: The generator.
            progress: As for `clean_array`.
            part: Which part of a larger array it is; only what is wanted of it is computed then.
        """
        stop = StopRequest()

        def work() -> CleanedArray:
            scene = self._scene(np.ma.getdata(pixels), known)
            if has_blank_cirrus(scene, bands_of(self.model)) if part is None else part.blank_cirrus:
                scene = without_cirrus(scene)
            with at_least_every_second(progress) as tell:

                def show(done: int, total: int) -> None:
                    stop.check()
                    tell(done, total)

                return self._clean(scene, engine, show, part)

        return shielded(work, stop)

    def _clean(
        self, scene: ArrayScene, engine: Cleaner, tell: Progress, part: ArrayPart | None
    ) -> CleanedArray:
        plan = self._plan(scene, None if part is None else part.grid)
        tell(0, len(plan.grid))
        cleaner = fitted(engine, plan.fit, plan.level)
        used = plan.fit.used
        result = _empty(scene, used.corrects, used.groups if cleaner.estimates else ())
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

        correct_scene(plan, cleaner, engine, self.options, write, tell)
        return result

    def check(self, height: int, width: int) -> None:
        """Refuses what cannot be done with arrays of a size, before there are any.

        Raises:
            UsageError: If an option cannot be honoured.
        """
        nothing = np.broadcast_to(np.zeros((), self.dtype), (len(self.names), height, width))
        self._plan(self._scene(nothing, np.ones((1, 1, 1), np.bool_)))

    def _scene(self, pixels: NDArray[Any], known: NDArray[np.bool_]) -> ArrayScene:
        return array_scene(pixels, known, self.names, self.nodata, bands_of(self.model).sensor)

    def _plan(self, scene: ArrayScene, part: GridPart | None = None) -> Plan:
        fit = self.fit(tuple(scene.named.indexes))
        plan = make_plan(
            scene,
            fit,
            radiometry=self._radiometry(fit),
            level=self.options.level,
            overlap=self.options.overlap,
            bounds=None if part is None else part.wanted,
            grid=part,
        )
        self.options.keep_rule.check(plan.scene)
        return plan

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
    names = band_names(bands, count, bands_of(widest(model)).sensor)
    pairs = reflectance_pairs(reflectance, count)
    found = chosen(model, {name for name in names if name is not None})
    task = ArrayTask(dtype, names, pairs, nodata, found, options)
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
