"""Areas of interest that are in memory: a geometry of shapely's, or a table of geometries."""

from __future__ import annotations

import os
from typing import Any, Protocol, TypeAlias, TypeGuard, runtime_checkable

import numpy as np
import shapely
from rasterio.crs import CRS
from rasterio.errors import CRSError

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError


@runtime_checkable
class Geometries(Protocol):
    """What has geometries and says where they lie, such as geopandas' GeoDataFrame."""

    @property
    def geometry(self) -> Any:
        """The geometries, shapely's, one after another."""

    @property
    def crs(self) -> Any:
        """Their coordinate reference system, as rasterio or pyproj have it, or None."""


#: A vector file; a geometry in the scene's coordinates; or geometries that say where they lie.
AskedArea: TypeAlias = str | os.PathLike[str] | shapely.Geometry | Geometries


def is_path(aoi: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tells whether an area is the path of a file."""
    return isinstance(aoi, (str, os.PathLike))


def shown(aoi: AskedArea) -> Argument:
    """Returns an area as messages name it: not with all its coordinates."""
    return Argument("aoi", aoi) if is_path(aoi) else Argument("aoi")


def described(aoi: object) -> str | None:
    """Returns geometries as text, for tags and reports; None if it is none."""
    if isinstance(aoi, shapely.Geometry):
        return str(aoi.wkt)
    if isinstance(aoi, Geometries):
        return f"{type(aoi).__name__} of {len(aoi.geometry)} geometries in {aoi.crs}"
    return None


def polygons_of(aoi: shapely.Geometry | Geometries) -> tuple[Any, CRS | None]:
    """Returns all polygons of an area as one geometry.

    Returns:
        A valid polygon or multipolygon in two dimensions, and its coordinate reference system:
        None for a geometry, which has none of its own.

    Raises:
        UsageError: If it is neither a geometry nor a table of geometries, or holds no polygon.
    """
    if isinstance(aoi, shapely.Geometry):
        return _union([aoi]), None
    if not isinstance(aoi, Geometries):
        raise UsageError(
            Argument("aoi"),
            f": takes the path of a vector file, a geometry of shapely's or a GeoDataFrame, no "
            f"{type(aoi).__name__}",
        )
    if aoi.crs is None:
        raise UsageError(
            Argument("aoi"),
            f": the {type(aoi).__name__} has no crs; set it, or give a geometry of shapely's in "
            "the scene's coordinates",
        )
    return _union([each for each in aoi.geometry if each is not None]), _crs(aoi.crs)


def _crs(crs: Any) -> CRS:
    try:
        # pyproj's own objects as text: rasterio would look into them otherwise.
        return CRS.from_user_input(crs.to_wkt() if hasattr(crs, "to_wkt") else crs)
    except (CRSError, TypeError, ValueError) as error:
        raise UsageError(Argument("aoi"), f": its crs is not understood ({error})") from error


def _union(geometries: list[Any]) -> Any:
    if not np.isfinite(shapely.get_coordinates(geometries)).all():
        raise UsageError(Argument("aoi"), ": a coordinate of the geometry is no finite number")
    try:
        parts = shapely.get_parts(shapely.make_valid(shapely.force_2d(geometries)))
        # Of collections in collections, too.
        union = shapely.union_all([part for part in shapely.get_parts(parts) if part.area > 0])
    except shapely.errors.ShapelyError as error:
        raise UsageError(Argument("aoi"), f": the geometry is damaged ({error})") from error
    if union.is_empty:
        raise UsageError(Argument("aoi"), ": the geometry has no area; it takes polygons")
    return union
