"""What the dimensions, coordinates and attributes of xarray's arrays say, and theirs in turn."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cloudgan_geo.arguments import Argument
from cloudgan_geo.arrays.given import Reflectance
from cloudgan_geo.correction.layers import LAYERS
from cloudgan_geo.errors import BandError, UsageError
from cloudgan_geo.raster.reading.band_finding import sensor_band
from cloudgan_geo.sensors.sensor import Sensor

if TYPE_CHECKING:
    import xarray

#: Dimensions of bands, and of groups of bands that errors are estimated of.
BAND, GROUP = "band", "group"

# Of rows and columns, as rioxarray and odc-stac call them.
_SPACES = (("y", "x"), ("latitude", "longitude"), ("lat", "lon"))
_GRID = "grid_mapping"


@dataclass(frozen=True)
class Axes:
    """Names of the dimensions of a scene.

    Attributes:
        y: Of rows.
        x: Of columns.
    """

    y: str
    x: str


def axes_of(da: Any) -> Axes:
    """Returns the dimensions of an array.

    Raises:
        UsageError: If it is no DataArray, or lacks bands, rows or columns.
    """
    kind = type(da)
    if kind.__name__ == "Dataset" and hasattr(da, "to_dataarray"):
        raise UsageError(
            Argument("da"), f": takes a DataArray; make one of bands: to_dataarray({BAND!r})"
        )
    if not all(hasattr(da, name) for name in ("dims", "sizes", "coords", "attrs")):
        raise UsageError(Argument("da"), f": takes xarray's DataArray, no {kind.__name__}")
    space = next((pair for pair in _SPACES if set(pair) <= set(da.dims)), None)
    if space is None or BAND not in da.dims:
        raise UsageError(
            Argument("da"),
            f": has the dimensions {', '.join(map(str, da.dims))}; {BAND}, y and x are needed: "
            "rename them",
        )
    if not da.size:
        raise UsageError(Argument("da"), f": is empty: {dict(da.sizes)}")
    return Axes(*space)


def told_bands(da: xarray.DataArray, sensor: Sensor) -> tuple[str | None, ...]:
    """Returns the sensor's names of the bands of an array, None for those of no such name.

    By the coordinate `band`, or else the attribute `long_name`.

    Raises:
        BandError: If neither names red, green and blue.
    """
    count = da.sizes[BAND]
    stated = [da.coords[BAND].values.tolist()] if BAND in da.coords else []
    long_name = da.attrs.get("long_name", ())
    stated.append([long_name] if isinstance(long_name, str) else list(long_name))
    for texts in stated:
        names = tuple(sensor_band(t, sensor) if isinstance(t, str) else None for t in texts)
        if len(names) == count and set(sensor.visible) <= set(names):
            return names
    raise BandError(
        f"da: neither its coordinate {BAND} nor its attribute long_name names red, green and blue "
        f"({', '.join(sensor.visible)}); name its {count} bands with ",
        Argument("bands"),
    )


def told_reflectance(da: xarray.DataArray) -> Reflectance:
    """Returns scale and offset as the attributes of an array say.

    Raises:
        UsageError: If they say none.
    """
    scale, offset = da.attrs.get("scale_factor", 1.0), da.attrs.get("add_offset", 0.0)
    if (scale, offset) == (1.0, 0.0):
        raise UsageError(
            "da: how its values make reflectance is not stated; say ",
            Argument("reflectance", (0.0001, 0.0), (0.0001, -0.1), (1.0, 0.0)),
            ": DN, DN with the offset of 1000, reflectance itself",
        )
    return scale, offset


def told_nodata(da: xarray.DataArray) -> float | None:
    """Returns the value that means no data as the attributes of an array say, or None."""
    stated = (da.attrs.get(name) for name in ("_FillValue", "nodata"))
    return next((value for value in stated if value is not None), None)


def check_valid(valid: Any, da: xarray.DataArray, axes: Axes) -> None:
    """Refuses what does not say which pixels of an array mean something.

    Raises:
        UsageError: If it is no DataArray of truth values of dimensions of the array.
    """
    if valid is None:
        return
    sizes = dict(getattr(valid, "sizes", {}))
    fits = all(da.sizes.get(name) == size for name, size in sizes.items()) and BAND not in sizes
    if not fits or not {axes.y, axes.x} <= set(sizes) or valid.dtype != np.bool_:
        raise UsageError(
            Argument("valid"),
            f": takes a DataArray of True and False, of the dimensions of da but {BAND}: "
            f"{ {name: size for name, size in da.sizes.items() if name != BAND} }",
        )
    for name in (axes.y, axes.x):
        if name in valid.coords and name in da.coords and not np.array_equal(valid[name], da[name]):
            raise UsageError(Argument("valid"), f": its {name} are others than those of da")


def with_attributes(
    layers: Sequence[xarray.DataArray], da: xarray.DataArray, groups: Sequence[str]
) -> xarray.Dataset:
    """Returns layers as a dataset that says what they are.

    Args:
        layers: Image, and opacity, error and quality if they are estimated.
        da: What the image was made of: it has its attributes, encoding and order of dimensions.
        groups: Of bands, of which errors are estimated.
    """
    import xarray

    layers = [_with_coordinates(layer, da) for layer in layers]
    named = {"image": layers[0].transpose(*da.dims)}
    named["image"].attrs.update(da.attrs)
    named["image"].encoding.update(da.encoding)
    about = {layer.part: layer for layer in LAYERS}
    for part, layer in zip(("opacity", "error", "quality"), layers[1:], strict=False):
        values = layer.transpose(*_group_where_bands_were(da, part == "error"))
        values.attrs["long_name"] = about[part].description
        values.attrs["_FillValue"] = np.dtype(about[part].dtype).type(about[part].nodata)
        if about[part].categories:
            titles = [category.title.replace(" ", "_") for category in about[part].categories]
            values.attrs["flag_values"] = np.arange(len(titles), dtype=np.uint8)
            values.attrs["flag_meanings"] = " ".join(titles)
        if _GRID in da.encoding:
            values.encoding[_GRID] = da.encoding[_GRID]
        elif _GRID in da.attrs:
            values.attrs[_GRID] = da.attrs[_GRID]
        named[part] = values
    dataset = xarray.Dataset(named)
    return dataset.assign_coords({GROUP: list(groups)}) if groups else dataset


def _with_coordinates(layer: xarray.DataArray, da: xarray.DataArray) -> xarray.DataArray:
    """Returns a layer with the coordinates of an array, which computing left bare."""
    fitting = {name: of for name, of in da.coords.items() if set(of.dims) <= set(layer.dims)}
    return layer.reset_coords(drop=True).assign_coords(fitting)


def _group_where_bands_were(da: xarray.DataArray, has_groups: bool) -> list[Hashable]:
    """Returns the dimensions of an array with groups instead of bands, or without them."""
    if has_groups:
        return [GROUP if name == BAND else name for name in da.dims]
    return [name for name in da.dims if name != BAND]
