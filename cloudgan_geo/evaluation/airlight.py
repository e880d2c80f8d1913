"""Whether simulated veils obey the law that real ones do: their airlight against the ground.

Of a real veil over a known ground, cloudy - clear = a c - k c clear, band by band, where c is
how much the cirrus band exceeds clear sky. What an opaque veil would show, a / k, follows the
mean of the ground: a / k = P + s mean. The same is fitted to simulated veils over the same
ground; the two must look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from cloudgan_geo.clouds.detector import add_noise
from cloudgan_geo.clouds.spectral_drawing import SpectralCloud, draw_spectral_cloud
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.sources import pairs_in
from cloudgan_geo.evaluation.tables import Table, TableRows
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.sensors.sentinel2 import CIRRUS, SENSOR

#: Of stacks of 13 bands.
BANDS = SENSOR.names
#: Those whose airlight follows the ground's mean in one line; vapour and ice spoil the others.
LINE = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A")
#: Least mean excess of the cirrus band that makes a pair one of cirrus.
_CIRRUS = 0.004
#: DN of reflectance 1, and of the stretch between pixels that are fitted.
_ONE, _STEP = 10000.0, 3
_ROUNDS, _TUNING = 20, 1.345
#: Veils that are simulated over each ground, and their seed.
_SIMULATED, SEED = 6, 1375

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class AirlightFit:
    """What a veil does to the light of every band, as a pair of images shows it.

    Attributes:
        path: a, path light per unit of the veil's measure.
        loss: k, share of the ground's light lost per unit.
        ground: Mean of the clear ground, reflectance.
        bands: Their names.
    """

    path: Float64
    loss: Float64
    ground: Float64
    bands: tuple[str, ...] = BANDS

    @property
    def airlight(self) -> Float64:
        """What the veil would show where it is opaque, reflectance."""
        return self.path / self.loss

    @property
    def line(self) -> tuple[float, float, float]:
        """P, s and the correlation of airlight = P + s ground over the bands of `LINE`."""
        chosen = [self.bands.index(name) for name in LINE if name in self.bands]
        airlight, ground = self.airlight[chosen], self.ground[chosen]
        share, path = np.polyfit(ground, airlight, 1)
        return float(path), float(share), float(np.corrcoef(ground, airlight)[0, 1])


def fit_airlight(
    cloudy: NDArray[np.floating],
    clear: NDArray[np.floating],
    veil: NDArray[np.floating],
    bands: Sequence[str] = BANDS,
) -> AirlightFit:
    """Fits path light and loss of ground light, band by band, robustly.

    Args:
        cloudy: Reflectance, shape (bands, height, width).
        clear: The same place under a clear sky.
        veil: Measure of the veil, 0 where clear and proportional to its opacity while that is
            small, shape (height, width).
        bands: Names.
    """
    measure = np.asarray(veil, np.float64)[::_STEP, ::_STEP].ravel()
    fitted = []
    for index in range(len(bands)):
        ground = np.asarray(clear[index], np.float64)[::_STEP, ::_STEP].ravel()
        change = np.asarray(cloudy[index], np.float64)[::_STEP, ::_STEP].ravel() - ground
        fitted.append(_robust(np.stack([measure, -measure * ground], axis=1), change))
    path, loss = np.array(fitted).T
    return AirlightFit(path, loss, clear.mean(axis=(1, 2), dtype=np.float64), tuple(bands))


def _robust(terms: Float64, values: Float64) -> Float64:
    """Returns least squares in which outliers count less: Huber's weights, scale by the median."""
    weights = np.ones(len(values))
    for _ in range(_ROUNDS):
        weighted = terms * weights[:, None]
        found = np.linalg.lstsq(weighted.T @ terms, weighted.T @ values, rcond=None)[0]
        off = np.abs(values - terms @ found)
        limit = _TUNING * 1.4826 * float(np.median(off)) + 1e-9
        weights = np.minimum(1, limit / np.maximum(off, 1e-12))
    return np.asarray(found, np.float64)


def cirrus_excess(cloudy: NDArray[np.floating], clear: NDArray[np.floating]) -> Float64:
    """Returns how much the cirrus band exceeds the clear date's median, reflectance, from 0 up."""
    index = BANDS.index(CIRRUS)
    excess = cloudy[index] - np.median(clear[index])
    return np.asarray(np.maximum(excess, 0), np.float64)


def airlight_tables(pairs: Path, limit: int | None = None) -> tuple[Table, ...]:
    """Returns the law of the real cirrus of pairs beside that of simulated cirrus.

    Args:
        pairs: Folder of pairs of 13 bands; others are passed over.
        limit: Look only at this many pairs.

    Returns:
        Airlight and ground per band, and the line between the two; none without cirrus.

    Raises:
        DatasetError: If there is no pair.
        SceneError: If a scene cannot be read.
    """
    airlights: TableRows = {}
    lines: TableRows = {}
    grounds: list[Float32] = []
    for name, cloudy, clear in list(_spectral_pairs(pairs))[:limit]:
        grounds.append(clear)
        excess = cirrus_excess(cloudy, clear)
        if excess.mean() < _CIRRUS:
            continue
        fit = fit_airlight(cloudy, clear, excess)
        airlights[f"`{name}`, airlight"] = dict(zip(BANDS, fit.airlight.tolist(), strict=True))
        airlights[f"`{name}`, ground"] = dict(zip(BANDS, fit.ground.tolist(), strict=True))
        lines[f"`{name}`"] = _line(fit, float(excess.mean()))
    if not lines:
        return ()
    fits = [
        (fit, mean)
        for number, ground in enumerate(grounds)
        for fit, mean in _simulated_fits(ground, number)
    ]
    rows = [_line(fit, mean) for fit, mean in fits]
    for label, share in (("lowest tenth", 10), ("median", 50), ("highest tenth", 90)):
        lines[f"simulated, {label}"] = {
            name: float(
                np.percentile([np.nan if (v := row[name]) is None else v for row in rows], share)
            )
            for name in rows[0]
        }
    airlights["simulated, median airlight"] = _medians([fit.airlight for fit, _ in fits])
    airlights["simulated, median ground"] = _medians([fit.ground for fit, _ in fits])
    return (
        Table(
            "Light of an opaque cirrus and mean of the ground, reflectance", "pair", airlights, 3
        ),
        Table("The law of cirrus: airlight = P + s x mean of the ground", "pair", lines, 3),
    )


def _line(fit: AirlightFit, excess: float) -> dict[str, float | int | None]:
    path, share, correlation = fit.line
    loss = {name: float(fit.loss[BANDS.index(name)]) for name in ("B03", "B08", "B11")}
    return {
        "mean excess of B10": excess,
        "P": path,
        "s": share,
        "correlation": correlation,
        **{f"loss of ground light per B10, {name}": value for name, value in loss.items()},
    }


def _medians(values: list[Float64]) -> dict[str, float | int | None]:
    return dict(zip(BANDS, np.median(values, axis=0).tolist(), strict=True))


def _simulated_fits(ground: Float32, number: int) -> Iterator[tuple[AirlightFit, float]]:
    """Yields fits of cirrus drawn over a ground, as wide as it is."""
    for draw in range(_SIMULATED):
        rng = np.random.default_rng((SEED, number, draw))
        cloud: SpectralCloud = draw_spectral_cloud(rng, BANDS, "cirrus", clear_share=0)
        veiled, _ = cloud.apply(ground)
        veiled = add_noise(rng, veiled, BANDS)
        excess = cirrus_excess(veiled, ground)
        if excess.mean() >= _CIRRUS:
            yield fit_airlight(veiled, ground, excess), float(excess.mean())


def _spectral_pairs(pairs: Path) -> Iterator[tuple[str, Float32, Float32]]:
    for name, (cloudy, clear) in pairs_in(pairs).items():
        images = [_read(path) for path in (cloudy, clear)]
        if images[0] is not None and images[1] is not None:
            yield name, images[0], images[1]


def _read(path: Path) -> Float32 | None:
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            with rasterio.open(path) as dataset:
                if dataset.count != len(BANDS):
                    return None
                values: NDArray[np.uint16] = dataset.read()
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: cannot be read ({reason(error)})") from error
    return np.asarray(values / np.float32(_ONE), np.float32)
