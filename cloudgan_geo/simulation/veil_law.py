"""Veils over all bands of a scene: y = t x + (1 - t)(P + s x_far), see `clouds.spectral`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from cloudgan_geo.arguments import Argument
from cloudgan_geo.clouds.afar import FarGround
from cloudgan_geo.clouds.cloud import PlacedCloud
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.clouds.spectral import Optics, depth_by_pixel, nearest_band
from cloudgan_geo.clouds.spectral_drawing import Layer, SpectralCloud, draw_spectral_cloud
from cloudgan_geo.errors import CloudganWarning
from cloudgan_geo.raster.reading.opening import without_band
from cloudgan_geo.raster.reading.profiles import radiometry_of_used
from cloudgan_geo.raster.reading.radiometry import FULL_SCALE, Radiometry
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.sensors import DEFAULT
from cloudgan_geo.sensors.sensor import Sensor
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.ground_blocks import SceneBlocks

#: About so many rows get their depth and their light from afar together: always the same ones,
#: so that no bit depends on which rows are asked for.
_ROWS = 48


@dataclass(frozen=True)
class VeilLaw:
    """Veils as real ones are; see `laws.CloudLaw`."""

    options: CloudOptions

    def over_scene(self, scene: Scene, radiometry: Radiometry) -> LaidVeil:
        """Lays a veil over every band of a scene that its sensor knows."""
        scene = _without_blank_cirrus(scene)
        named = scene.named.indexes
        bands = tuple(name for name in scene.sensor.names if name in named)
        used = scene.using(bands)
        few = {name: named[name] for name in scene.sensor.visible}
        known = radiometry_of_used(used, radiometry, (1.0,) * len(bands), Argument("bands", few))
        return LaidVeil(self._draw(bands, scene.sensor, 0), used, known)

    def over_chip(self, chip: Float32, index: int) -> tuple[Float32, Float32]:
        """Lays a veil of its own over a chip."""
        one = np.float32(FULL_SCALE)
        cloud = self._draw(DEFAULT.visible, DEFAULT, index)
        seen, opacity = cloud.apply(chip * one)
        return np.clip(seen / one, 0, 1), opacity

    def _draw(self, bands: Sequence[str], sensor: Sensor, index: int) -> SpectralCloud:
        """Draws the veil of the scene, or of the chip of an index."""
        options = self.options
        rng = np.random.default_rng((options.seed, index))
        kind = None if options.kind == "any" else options.kind
        while True:
            cloud = draw_spectral_cloud(
                rng, bands, kind, family=options.family, sensor=sensor, clear_share=0
            )
            if not (options.is_measured and len(cloud.layers) > 1):
                return SpectralCloud(tuple(map(self._settled, cloud.layers)))

    def _settled(self, layer: Layer) -> Layer:
        """Returns a layer as it is asked for, whose depth is exactly that of green."""
        changes: dict[str, Any] = {}
        if self.options.coverage is not None:
            changes["coverage"] = self.options.coverage
            if self.options.coverage < 1:
                changes["evenness"] = 0.0
        if self.options.opacity is not None:
            changes["opacity"] = self.options.opacity
        optics = layer.optics
        green = nearest_band(optics.bands, optics.sensor.reference, optics.sensor)
        attenuation = np.divide(optics.attenuation, optics.attenuation[green])
        return replace(
            layer,
            cover=replace(layer.cover, **changes),
            optics=replace(optics, attenuation=tuple(attenuation.tolist())),
        )


def _without_blank_cirrus(scene: Scene) -> Scene:
    """Takes a cirrus band that is all 0 for missing, as `decloud` does: it is filled in."""
    cirrus = scene.sensor.cirrus
    if cirrus is None or cirrus not in scene.named.indexes:
        return scene
    others = {band.index for band in scene.bands} - {scene.named.indexes[cirrus]}
    alone = scene.using((cirrus,)).without(others)
    with closing(alone.read(alone.spans())) as pieces:
        if any(rows.pixels.any() for rows in pieces):
            return scene
    named = without_band(scene.path, cirrus, scene.named)
    warnings.warn(CloudganWarning(*named.warning), stacklevel=2)
    return replace(scene, named=named)


class _Piece(NamedTuple):
    """What is known of some rows of a scene, layer by layer.

    Attributes:
        top: The first of them.
        bottom: The one after the last.
        depths: Optical depth by size of the pixels; shape (rows, width).
        fars: The ground from afar, shape (bands, rows, width).
    """

    top: int
    bottom: int
    depths: list[dict[int, Float32]]
    fars: list[Float32]


class LaidVeil:
    """A veil over a scene; see `laws.LaidCloud`.

    What a 20 or 60 m pixel sees of it is the mean over that pixel, which begins where the scene
    does; but where the veil is not, no band of a pixel changes.

    Args:
        cloud: The veil.
        scene: Used for the bands that it lies over.
        radiometry: Of these, in reflectance.
    """

    def __init__(self, cloud: SpectralCloud, scene: Scene, radiometry: Radiometry) -> None:
        self.scene = scene
        self.radiometry = radiometry
        self.kinds = tuple(layer.kind for layer in cloud.layers)
        apart = self.kinds if len(self.kinds) > 1 else ()
        self.truths = ("opacity", *(f"opacity of {kind}" for kind in apart))
        self._layers = cloud.layers
        size = scene.height, scene.width
        self._placed = [layer.cover.over(*size) for layer in cloud.layers]
        blocks = SceneBlocks(scene, radiometry)
        self._far = FarGround(blocks, *size, [layer.far for layer in cloud.layers])
        coarsest = scene.sensor.coarsest
        self._rows = -(-_ROWS // coarsest) * coarsest
        self._columns = np.arange(scene.width)
        self._last: _Piece | None = None

    @property
    def told(self) -> dict[str, Any]:
        """All that is to be known of it."""
        layers = zip(self._layers, self._placed, strict=True)
        return {"law": "veil", "layers": [_told(layer, placed) for layer, placed in layers]}

    def apply(self, ground: Float32, top: int) -> tuple[Float32, Float32]:
        """Lays it over rows of the ground."""
        seen = np.empty_like(ground)
        truths = np.empty((len(self.truths), *ground.shape[1:]), np.float32)
        row, bottom = top, top + ground.shape[1]
        while row < bottom:
            piece = self._piece(row)
            stop = min(bottom, piece.bottom)
            here, there = slice(row - top, stop - top), slice(row - piece.top, stop - piece.top)
            seen[:, here], truths[:, here] = self._laid(ground[:, here], piece, there)
            row = stop
        return seen, truths

    def _laid(self, ground: Float32, piece: _Piece, rows: slice) -> tuple[Float32, Float32]:
        seen, thickness = ground, []
        for layer, depths, far in zip(self._layers, piece.depths, piece.fars, strict=True):
            cut = {pixels: depth[rows] for pixels, depth in depths.items()}
            seen = layer.optics.apply(seen, far[:, rows], cut)
            thickness.append(cut[1])
        total = np.sum(thickness, axis=0, dtype=np.float32)
        wanted = [total, *thickness][: len(self.truths)]
        return seen, np.stack([-np.expm1(-depth) for depth in wanted])

    def _piece(self, row: int) -> _Piece:
        """Returns the rows that a row is computed with; they must be asked for from the top."""
        if self._last is None or row >= self._last.bottom:
            top = row // self._rows * self._rows
            bottom = min(top + self._rows, self.scene.height)
            depths = [
                self._seen(layer.optics, placed.depth_at(np.arange(top, bottom), self._columns))
                for layer, placed in zip(self._layers, self._placed, strict=True)
            ]
            self._last = _Piece(top, bottom, depths, self._far.rows(top, bottom))
        return self._last

    @staticmethod
    def _seen(optics: Optics, depth: Float32) -> dict[int, Float32]:
        by_pixel = depth_by_pixel(depth, optics.bands, sensor=optics.sensor)
        return {pixels: np.where(depth > 0, seen, 0) for pixels, seen in by_pixel.items()}


def _told(layer: Layer, placed: PlacedCloud) -> dict[str, Any]:
    """Returns all numbers of a layer: optical depth is depth * (thickness + everywhere)."""
    cover, optics = layer.cover, layer.optics
    values = ("attenuation", "path", "path_dense", "share", "share_dense")
    return {
        "kind": layer.kind,
        "family": type(cover.field).__name__,
        "field": asdict(cover)["field"],
        "coverage": cover.coverage,
        "opacity": cover.opacity,
        "evenness": cover.evenness,
        "plateau": cover.plateau,
        "clear_below": placed.clear_below if placed.depth else None,
        "everywhere": placed.everywhere,
        "depth": placed.depth,
        "far": layer.far,
        "cirrus": optics.cirrus,
        "bands": list(optics.bands),
        **{name: list(getattr(optics, name)) for name in values},
    }
