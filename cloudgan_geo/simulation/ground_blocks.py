"""Means of blocks of a scene's ground, for the light that reaches a veil from afar."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudgan_geo.clouds.afar import BLOCK
from cloudgan_geo.clouds.perlin import Float32
from cloudgan_geo.clouds.spectral import block_means
from cloudgan_geo.memory import ReusedMemory
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.reading.rows import Rows, everywhere
from cloudgan_geo.raster.reading.scene import Scene


class SceneBlocks:
    """Blocks of 8 x 8 pixels of a scene, read as far down as somebody has asked for.

    The scene is read a second time for them, ahead of the rows that are clouded, and the rows of
    blocks that nobody will ask for again are forgotten: they take no more memory for more rows.

    Args:
        scene: With the bands that are used.
        radiometry: Of these bands.
    """

    def __init__(self, scene: Scene, radiometry: Radiometry) -> None:
        self._scene = scene
        self._radiometry = radiometry
        self._spans = scene.spans()
        self._left: Rows | None = None
        self._memory = ReusedMemory()
        self._first = 0
        self._means: list[Float32] = []
        self._shares: list[Float32] = []

    def rows(self, first: int, stop: int) -> tuple[Float32, Float32]:
        """Returns rows of blocks; see `clouds.afar.Blocks`."""
        while self._first + len(self._means) < stop:
            self._read_on()
        forgotten = first - self._first
        del self._means[:forgotten], self._shares[:forgotten]
        self._first = first
        count = stop - first
        return np.stack(self._means[:count], axis=1), np.stack(self._shares[:count], axis=1)

    def _read_on(self) -> None:
        top, bottom = next(self._spans)
        # Opened anew each time: two readings that overlap would share GDAL's settings.
        with closing(self._scene.read([(top, bottom)])) as pieces:
            rows = next(pieces)
        if self._left is not None:
            rows = self._left.above(rows, self._memory)
        complete = rows.pixels.shape[1]
        if bottom < self._scene.height:
            complete -= complete % BLOCK
        for start in range(0, complete, BLOCK):
            self._add(rows.cut(start, min(start + BLOCK, complete)))
        left = rows.cut(complete)
        self._left = Rows(left.pixels.copy(), left.valid.copy(), left.mask)

    def _add(self, rows: Rows) -> None:
        """Adds a row of blocks."""
        ground = in_domain(rows.pixels[self._scene.used_positions], self._radiometry)
        if everywhere(rows.valid):
            means = block_means(ground, BLOCK)
            shares = np.ones_like(means)
        else:
            shares = block_means(rows.valid.astype(np.float32), BLOCK)
            sums = block_means(np.where(rows.valid, ground, np.float32(0)), BLOCK)
            means = np.divide(sums, shares, out=np.zeros_like(sums), where=shares > 0)
        self._means.append(means[:, 0])
        self._shares.append(shares[:, 0])


def in_domain(values: NDArray[Any], radiometry: Radiometry) -> Float32:
    """Returns values in the model domain, not clipped: bright ground keeps its detail.

    Args:
        values: Any real dtype, shape (bands, rows, width).
        radiometry: Of these bands.
    """
    scale = np.divide(radiometry.scale, radiometry.domain)[:, None, None]
    offset = np.divide(radiometry.offset, radiometry.domain)[:, None, None]
    return (values * scale + offset).astype(np.float32)
