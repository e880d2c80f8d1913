"""Which pixels of a scene lie in an area of interest."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.warp import transform, transform_bounds

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, reason
from cloudgan_geo.raster.reading.geometries import AskedArea, is_path, polygons_of, shown
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.reading.vector import read_polygons

# Straight edges bend when they are reprojected: so many points an area's width follow them.
_STEPS = 200
_MOST_STEPS = 1_000_000

# About so many pixels at a time are looked at to see whether any is inside.
_LOOK_PIXELS = 2**24


class Area:
    """An area of interest over a raster.

    A pixel is inside if its centre is.

    Args:
        geometry: Polygon or multipolygon in pixel coordinates: column and row of the raster,
            0, 0 being its upper left corner.
        height: Rows of the raster.
        width: Columns of the raster.
    """

    def __init__(self, geometry: Any, height: int, width: int) -> None:
        self._geometry = shapely.intersection(geometry, shapely.box(-1, -1, width + 1, height + 1))
        self._height = height
        self._width = width

    @classmethod
    def nowhere(cls, height: int, width: int) -> Area:
        """Returns an area in which no pixel of a raster is."""
        return cls(shapely.Polygon(), height, width)

    def inside(self, top: int, bottom: int) -> NDArray[np.bool_]:
        """Tells which pixels of the rows `top` to before `bottom` are inside.

        Returns:
            Shape (bottom - top, width).
        """
        shape = (bottom - top, self._width)
        reached = shapely.intersection(self._geometry, shapely.box(-1, top - 1, 2**31, bottom + 1))
        polygons = [part for part in shapely.get_parts(reached) if part.area > 0]
        if not polygons:
            return np.zeros(shape, np.bool_)
        with warnings.catch_warnings(), rasterio.Env():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            burnt = rasterize(polygons, shape, transform=Affine.translation(0, top), dtype="uint8")
        return np.asarray(burnt, np.bool_)

    def is_empty(self) -> bool:
        """Tells whether no pixel of the raster is inside."""
        if self._geometry.is_empty:
            return True
        _, low, _, high = self._geometry.bounds
        first, stop = max(0, math.floor(low)), min(self._height, math.ceil(high))
        rows = max(1, _LOOK_PIXELS // self._width)
        return not any(
            self.inside(top, min(top + rows, stop)).any() for top in range(first, stop, rows)
        )


def area_of_interest(
    scene: Scene,
    aoi: AskedArea | None = None,
    bounds: Sequence[float] | None = None,
) -> Area | None:
    """Finds the part of a scene that is to be worked on: within both, if both are given.

    Args:
        scene: The scene.
        aoi: Polygons: a vector file or a GeoDataFrame, in any coordinate reference system, or a
            geometry in the scene's coordinates.
        bounds: Left, bottom, right and top in the scene's coordinates.

    Returns:
        The area, or None for all of the scene.

    Raises:
        UsageError: If the file, the geometry or the bounds are unusable, or no pixel is inside.
    """
    if aoi is None and bounds is None:
        return None
    named = [] if aoi is None else [shown(aoi)]
    named += [] if bounds is None else [Argument("bounds", tuple(bounds))]
    if scene.gcps:
        raise UsageError(
            Argument(named[0].name),
            f": {scene.path} has ground control points instead of a regular grid; warp it first "
            "(gdalwarp)",
        )
    geometry = _box(bounds) if bounds is not None else None
    if aoi is not None:
        polygons = _in_scene(aoi, scene)
        geometry = polygons if geometry is None else shapely.intersection(polygons, geometry)
    a, b, c, d, e, f = tuple(~scene.transform)[:6]

    def to_pixels(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = points.T
        return np.stack([a * x + b * y + c, d * x + e * y + f], axis=1)

    area = Area(shapely.transform(geometry, to_pixels), scene.height, scene.width)
    if area.is_empty():
        both = (named[0], " and ", named[1]) if len(named) > 1 else (named[0],)
        raise UsageError(*both, f": no pixel of {scene.path} lies there")
    return area


def _box(bounds: Sequence[float]) -> Any:
    if len(bounds) != 4 or not np.isfinite(bounds).all():
        raise UsageError(
            Argument("bounds", tuple(bounds)), ": takes four numbers: left, bottom, right, top"
        )
    left, bottom, right, top = bounds
    if left >= right or bottom >= top:
        raise UsageError(
            Argument("bounds", tuple(bounds)),
            ": left must be less than right and bottom less than top",
        )
    return shapely.box(left, bottom, right, top)


def _in_scene(aoi: AskedArea, scene: Scene) -> Any:
    """Reads polygons and reprojects them into the scene's coordinates."""
    if not is_path(aoi):
        geometry, crs = polygons_of(aoi)
        if crs is None:
            return geometry
    if scene.crs is None:
        raise UsageError(
            Argument("aoi"),
            f": {scene.path} has no coordinate reference system; use ",
            Argument("bounds"),
            " instead",
        )
    if is_path(aoi):
        geometry, crs = read_polygons(aoi)
    if crs == scene.crs:
        return geometry
    try:
        near = _around(scene, crs)
        if near is not None:
            geometry = shapely.intersection(geometry, near)
        if geometry.is_empty:
            return geometry
        left, bottom, right, top = geometry.bounds
        step = max(right - left, top - bottom) / _STEPS
        if not geometry.length <= step * _MOST_STEPS:
            raise UsageError(
                shown(aoi),
                f": its edges are too long and too many to be reprojected; simplify it, "
                f"or reproject it to {scene.crs.to_string()} first",
            )
        geometry = shapely.segmentize(geometry, step)
        points = shapely.get_coordinates(geometry)
        moved = np.stack(transform(crs, scene.crs, *points.T), axis=1)
    except GDAL_ERRORS as error:
        raise UsageError(
            shown(aoi),
            f": cannot be reprojected to {scene.crs.to_string()} ({reason(error)})",
        ) from error
    if not np.isfinite(moved).all():
        raise UsageError(shown(aoi), f": reaches beyond where {scene.crs.to_string()} is defined")
    return shapely.make_valid(shapely.set_coordinates(geometry, moved))


def _around(scene: Scene, crs: CRS) -> Any:
    """Returns a generous box around the scene in other coordinates, or None.

    What lies beyond it need not be reprojected, which may be impossible.
    """
    a, b, c, d, e, f = tuple(scene.transform)[:6]
    columns, rows = np.meshgrid([0, scene.width], [0, scene.height])
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    left, bottom, right, top = transform_bounds(
        scene.crs, crs, x.min(), y.min(), x.max(), y.max(), densify_pts=51
    )
    if not np.isfinite([left, bottom, right, top]).all() or left >= right:
        return None  # Across the 180th meridian, or where there is no such box.
    across, along = 0.1 * (right - left), 0.1 * (top - bottom)
    return shapely.box(left - across, bottom - along, right + across, top + along)
