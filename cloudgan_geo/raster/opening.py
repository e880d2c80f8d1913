"""Opening a raster: what is it, and can it be worked on?"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from typing import Any

import rasterio
from rasterio.enums import ColorInterp, MaskFlags

from cloudgan_geo.errors import CloudganWarning, SceneError, SceneNotFoundError
from cloudgan_geo.raster.bands import find_rgb
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.scene import Band, Scene, open_raster

_DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
_FILE_DOMAINS = ("IMAGE_STRUCTURE", "SUBDATASETS", "DERIVED_SUBDATASETS", "TIFF", "RPC")


def open_scene(
    path: str | os.PathLike[str], *, bands: Sequence[int] | None = None, rgb_only: bool = False
) -> Scene:
    """Opens a raster, checks that it can be worked on and finds its visible bands.

    Warns if it has no coordinate reference system.

    Args:
        path: Anything GDAL opens: a file, a `/vsi...` path, a URL.
        bands: Red, green and blue, counted from 1; None to find them.
        rgb_only: Leave out all other bands.

    Raises:
        SceneNotFoundError: If there is no such file.
        SceneError: If it is no raster, or one of complex or mixed dtypes.
        BandError: If its red, green and blue bands cannot be told.
        UsageError: If `bands` are not three of its bands.
    """
    path = os.fspath(path)
    if _is_local(path) and not os.path.exists(path):
        raise SceneNotFoundError(f"{path}: there is no such file")
    with rasterio.Env(**GDAL_OPTIONS), open_raster(path) as dataset:
        try:
            scene = _describe(dataset, path, bands)
        except GDAL_ERRORS as error:
            raise SceneError(f"{path}: is damaged ({reason(error)})") from error
    if rgb_only:
        scene = scene.visible()
    _check_dtypes(scene)
    if scene.crs is None:
        warnings.warn(
            f"{path}: has no coordinate reference system, so the output has none either",
            CloudganWarning,
            stacklevel=2,
        )
    return scene


def _describe(dataset: Any, path: str, requested: Sequence[int] | None) -> Scene:
    if dataset.count == 0:
        inside = ", ".join(dataset.subdatasets) or "nothing"
        raise SceneError(f"{path}: holds no image itself but {inside}; name one of these")
    colours = dataset.colorinterp
    rgb = find_rgb(path, dataset.descriptions, [colour.name for colour in colours], requested)
    bands = tuple(
        Band(
            index,
            dataset.dtypes[index - 1],
            dataset.nodatavals[index - 1],
            dataset.descriptions[index - 1],
            colours[index - 1],
            dataset.scales[index - 1],
            dataset.offsets[index - 1],
            dataset.units[index - 1],
            dataset.tags(index),
        )
        for index in dataset.indexes
    )
    alpha = [band.index for band in bands if band.colour == ColorInterp.alpha]
    flags = dataset.mask_flag_enums[rgb.indexes[0] - 1]
    gcps, gcp_crs = dataset.gcps
    return Scene(
        path=path,
        width=dataset.width,
        height=dataset.height,
        file_count=dataset.count,
        bands=bands,
        rgb=rgb,
        alpha=alpha[0] if alpha else None,
        has_mask=MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags,
        crs=dataset.crs or gcp_crs,
        transform=dataset.transform,
        gcps=tuple(gcps),
        rpcs=dataset.rpcs,
        block_shape=dataset.block_shapes[rgb.indexes[0] - 1],
        interleave=dataset.profile.get("interleave", "band"),
        tags=dataset.tags(),
        domains={
            name: dataset.tags(ns=name)
            for name in dataset.tag_namespaces()
            if name not in _FILE_DOMAINS and not name.startswith("xml:")
        },
    )


def _check_dtypes(scene: Scene) -> None:
    dtypes = {band.dtype for band in scene.bands}
    visible = {band.dtype for band in scene.visible_bands}
    for dtype in visible:
        if dtype not in _DTYPES:
            raise SceneError(
                f"{scene.path}: its values are {dtype}, which is no reflectance; "
                f"{', '.join(_DTYPES)} can be used"
            )
    if len(visible) > 1:
        raise SceneError(f"{scene.path}: red, green and blue differ in type: {_list(visible)}")
    if len(dtypes) > 1:
        raise SceneError(
            f"{scene.path}: its bands differ in type: {_list(dtypes)}; --rgb-only leaves out all "
            "but red, green and blue"
        )


def _list(dtypes: set[str]) -> str:
    return ", ".join(sorted(dtypes))


def _is_local(path: str) -> bool:
    """Whether a path names a file, rather than something that only GDAL knows to open."""
    return not re.match(r"/vsi|\w+://|[A-Za-z0-9_]{2,}:", path)
