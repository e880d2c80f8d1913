"""How far scenes are from a clear one of the same place: PSNR, SSIM, MAE and SAM."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rasterio
import torch
from numpy.typing import NDArray
from rasterio.windows import Window
from torch.nn.functional import max_pool2d

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.callbacks import Progress, at_least_every_second
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.comparison import QA_CLASSES, Comparison, Line, SceneScores
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.files import open_raster
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.scene import Scene

# Pixels that the window of SSIM, 11 wide, reaches beyond its centre.
_REACH = 5
# So many are measured at a time: bounds memory, not the result.
_PIXELS = 2**19
# Grids may differ by so much of a pixel: what rounding in a file's metadata makes of them.
_SAME_PLACE = 1e-3


@dataclass(frozen=True)
class _Rows:
    """The visible bands of a few rows, (3, rows, width), and where they hold data."""

    image: NDArray[np.float32]
    valid: NDArray[np.bool_]


def compare_scenes(
    images: Mapping[str, str | os.PathLike[str]],
    clear: str | os.PathLike[str],
    *,
    qa: str | os.PathLike[str] | None = None,
    bands: Sequence[int] | None = None,
    radiometry: AskedRadiometry = defaults.RADIOMETRY,
    progress: Progress | None = None,
) -> Comparison:
    """Measures scenes against a clear one, a few rows at a time.

    Only pixels that hold data in all of them count.

    Args:
        images: What to measure, by the names of the table: anything `decloud` reads.
        clear: The clear scene, on the same grid.
        qa: Quality band that `decloud` wrote: scores of its classes are given too.
        bands: Red, green and blue of every scene, counted from 1; None to find them.
        radiometry: Profile of every scene, or `auto`.
        progress: Called at least every second with the rows done so far and all there are.

    Raises:
        SceneError: If one cannot be read, its bands or radiometry cannot be told, the grids
            differ, or no pixel holds data in all of them.
    """
    paths = {**images, "clear": clear}
    scenes = {name: open_scene(path, bands=bands, rgb_only=True) for name, path in paths.items()}
    truth = scenes["clear"]
    for scene in scenes.values():
        _check_grid(scene, truth)
    profiles = {name: choose_radiometry(scene, radiometry) for name, scene in scenes.items()}
    classes = {0: "all", **({} if qa is None else QA_CLASSES)}
    sums = {(name, code): _Sums() for name in images for code in classes}
    with contextlib.ExitStack() as stack:
        tell = stack.enter_context(at_least_every_second(progress))
        tell(0, truth.height)
        pieces = {
            name: stack.enter_context(contextlib.closing(_rows(scene, truth, profiles[name])))
            for name, scene in scenes.items()
        }
        quality = stack.enter_context(contextlib.closing(_qa_rows(qa, truth)))
        for top, bottom, above, _ in _spans(truth):
            strips = {name: next(piece) for name, piece in pieces.items()}
            codes = next(quality)
            counts = np.logical_and.reduce([rows.valid for rows in strips.values()])
            kept = slice(top - above, bottom - above)
            for name in images:
                errors = _Errors.of(strips[name].image, strips["clear"].image, counts, kept)
                for code in classes:
                    sums[name, code].add(errors, None if code == 0 else codes[kept] == code)
            tell(bottom, truth.height)
    if not any(total.pixels for total in sums.values()):
        raise SceneError(f"{truth.path}: no pixel holds data in it and in what it is compared with")
    return Comparison(
        clear=truth.path,
        images={name: scenes[name].path for name in images},
        qa=None if qa is None else os.fspath(qa),
        radiometry={name: profile.profile for name, profile in profiles.items()},
        lines=tuple(
            Line(name, classes[code], total.scores()) for (name, code), total in sums.items()
        ),
    )


def _check_grid(scene: Scene, truth: Scene) -> None:
    if (scene.width, scene.height) != (truth.width, truth.height):
        raise SceneError(
            f"{scene.path}: is {scene.width} x {scene.height} pixels, but {truth.path} is "
            f"{truth.width} x {truth.height}; they must lie on the same grid (gdalwarp)"
        )
    pixel = abs(truth.transform.a) + abs(truth.transform.b)
    apart = np.subtract(tuple(scene.transform)[:6], tuple(truth.transform)[:6])
    if scene.crs != truth.crs or np.abs(apart).max() > _SAME_PLACE * pixel:
        raise SceneError(
            f"{scene.path}: lies on another grid than {truth.path}; warp one of them to the "
            "other's (gdalwarp)"
        )


def _spans(scene: Scene) -> Iterator[tuple[int, int, int, int]]:
    """Yields first and last row of pieces, and the same with what SSIM reaches beyond them."""
    rows = max(1, _PIXELS // scene.width)
    for top in range(0, scene.height, rows):
        bottom = min(top + rows, scene.height)
        yield top, bottom, max(0, top - _REACH), min(scene.height, bottom + _REACH)


def _rows(scene: Scene, truth: Scene, radiometry: Radiometry) -> Generator[_Rows]:
    with contextlib.closing(scene.read(span[2:] for span in _spans(truth))) as pieces:
        for rows in pieces:
            yield _Rows(radiometry.to_model(rows.pixels), np.logical_and.reduce(rows.valid))


def _qa_rows(
    qa: str | os.PathLike[str] | None, truth: Scene
) -> Generator[NDArray[np.uint8] | NDArray[np.bool_]]:
    """Yields the classes of the rows of every piece; nothing to look at without a file."""
    if qa is None:
        for *_, above, below in _spans(truth):
            yield np.zeros((below - above, truth.width), np.bool_)
        return
    with rasterio.Env(**GDAL_OPTIONS), open_raster(os.fspath(qa)) as dataset:
        if dataset.shape != (truth.height, truth.width) or dataset.dtypes[0] != "uint8":
            raise SceneError(
                f"{qa}: is no quality band of {truth.width} x {truth.height} pixels, such as "
                "decloud writes with ",
                Argument("qa"),
            )
        for *_, above, below in _spans(truth):
            try:
                yield dataset.read(1, window=Window(0, above, truth.width, below - above))
            except GDAL_ERRORS as error:
                raise SceneError(f"{qa}: cannot be read ({reason(error)})") from error


@dataclass(frozen=True)
class _Errors:
    """Errors of a few rows, pixel by pixel, each of shape (rows, width).

    NaN stands where an error is not defined: all of them without data, `ssim` where its window
    holds a pixel without data, `angle` where a spectrum is black.
    """

    square: NDArray[np.float64]
    absolute: NDArray[np.float64]
    ssim: NDArray[np.float64]
    angle: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        image: NDArray[np.float32],
        truth: NDArray[np.float32],
        valid: NDArray[np.bool_],
        kept: slice,
    ) -> _Errors:
        """Measures rows that reach beyond those that are kept."""
        ssim = _ssim(np.where(valid, image, 0), np.where(valid, truth, 0), valid)[kept]
        image, truth, valid = image[:, kept], truth[:, kept], valid[kept]
        difference = np.where(valid, image - truth, np.nan).astype(np.float64)
        return cls(
            square=np.square(difference).mean(axis=0),
            absolute=np.abs(difference).mean(axis=0),
            ssim=ssim,
            angle=np.where(valid, spectral_angle(image, truth), np.nan),
        )


def spectral_angle(image: NDArray[np.float32], truth: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the angle between spectra, which does not depend on their brightness.

    The spectral angle mapper of Kruse et al. (1993), arccos(x . y / |x| |y|), by the
    arctangent of W. Kahan, which keeps its precision for small angles in any number of bands:
    twice that of |u - v| / |u + v|, where u and v are x and y made as long as each other.

    Args:
        image: Shape (bands, height, width).
        truth: The same.

    Returns:
        Degrees, shape (height, width); NaN where a spectrum is black.
    """
    x, y = image.astype(np.float64), truth.astype(np.float64)
    length_x, length_y = (np.linalg.norm(spectra, axis=0) for spectra in (x, y))
    u, v = x * length_y, y * length_x
    apart, together = (np.linalg.norm(spectra, axis=0) for spectra in (u - v, u + v))
    black = (length_x == 0) | (length_y == 0)
    return np.where(black, np.nan, np.degrees(2 * np.arctan2(apart, together)))


def _ssim(
    image: NDArray[np.float32], truth: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Returns the SSIM of every pixel, as torchmetrics has it, the mean of the bands."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    if min(valid.shape) <= _REACH:
        return np.full(valid.shape, np.nan)
    with torch.inference_mode():
        _, pixels = structural_similarity_index_measure(
            torch.from_numpy(image)[None],
            torch.from_numpy(truth)[None],
            data_range=1.0,
            kernel_size=2 * _REACH + 1,
            sigma=1.5,
            return_full_image=True,
        )
        missing = torch.from_numpy(~valid).float()[None, None]
        reached = max_pool2d(missing, 2 * _REACH + 1, stride=1, padding=_REACH)[0, 0].bool()
    scores: NDArray[np.float64] = pixels[0].double().mean(dim=0).numpy()
    return np.where(reached.numpy(), np.nan, scores)


class _Sums:
    """Sums of errors, from which the scores follow once all rows are seen."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(("square", "absolute", "ssim", "angle"), 0.0)
        self._counts = dict.fromkeys(self._sums, 0)

    @property
    def pixels(self) -> int:
        return self._counts["absolute"]

    def add(self, errors: _Errors, where: NDArray[np.bool_] | None) -> None:
        for name, values in vars(errors).items():
            chosen = values if where is None else values[where]
            self._sums[name] += float(np.nansum(chosen))
            self._counts[name] += int(np.isfinite(chosen).sum())

    def scores(self) -> SceneScores:
        means = {
            name: self._sums[name] / count if count else None
            for name, count in self._counts.items()
        }
        square = means["square"]
        return SceneScores(
            pixels=self.pixels,
            psnr=None if not square else -10 * float(np.log10(square)),
            ssim=means["ssim"],
            mae=means["absolute"],
            sam=means["angle"],
        )
