"""Opening a raster: what is it, and can it be worked on?"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

import rasterio
from rasterio.enums import ColorInterp, MaskFlags

from cloudgan_geo.errors import CloudganWarning, SceneError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.bands import find_rgb
from cloudgan_geo.raster.reading.scene import Band, FileState, Scene, open_raster
from cloudgan_geo.raster.reading.source import ScenePaths, Source, find_source

_DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
# What other programs write beside a raster when they show it: no change of its pixels.
_VOLATILE = (".aux.xml", ".ovr")
_FILE_DOMAINS = ("IMAGE_STRUCTURE", "SUBDATASETS", "DERIVED_SUBDATASETS", "TIFF", "RPC")


def open_scene(
    scene: ScenePaths, *, bands: Sequence[int] | None = None, rgb_only: bool = False
) -> Scene:
    """Opens a raster, checks that it can be worked on and finds its visible bands.

    Warns if it has no coordinate reference system.

    Args:
        scene: Anything GDAL opens: a file, a `/vsi...` path, a URL; a Sentinel-2 product: a
            .SAFE folder or its zip; or several single-band files whose names tell the band.
        bands: Red, green and blue, counted from 1; None to find them.
        rgb_only: Leave out all other bands.

    Raises:
        SceneNotFoundError: If there is no such file.
        SceneError: If it is no raster, or one of complex or mixed dtypes.
        BandError: If its red, green and blue bands cannot be told.
        UsageError: If `bands` are not three of its bands.
    """
    source = find_source(scene)
    with rasterio.Env(**GDAL_OPTIONS), open_raster(source.dataset, source.name) as dataset:
        try:
            opened = _describe(dataset, source, bands)
        except GDAL_ERRORS as error:
            raise SceneError(f"{source.name}: is damaged ({reason(error)})") from error
    if rgb_only:
        opened = opened.visible()
    _check_dtypes(opened)
    if opened.crs is None:
        warnings.warn(
            f"{source.name}: has no coordinate reference system, so the output has none either",
            CloudganWarning,
            stacklevel=2,
        )
    return opened


def _describe(dataset: Any, source: Source, requested: Sequence[int] | None) -> Scene:
    path = source.name
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
        dataset=source.dataset,
        files=tuple(
            FileState.of(file)
            # A virtual raster's own parts among them.
            for file in dict.fromkeys((*source.files, *dataset.files))
            if os.path.isfile(file) and not file.lower().endswith(_VOLATILE)
        ),
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
