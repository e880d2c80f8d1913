"""Opening a raster: what is it, and can it be worked on?"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import BandError, CloudganWarning, SceneError
from cloudgan_geo.raster.gdal import GDAL_ERRORS, GDAL_OPTIONS, reason
from cloudgan_geo.raster.reading.band_finding import AskedBands, NamedBands, find_bands
from cloudgan_geo.raster.reading.extent import check_extent, interleave_of
from cloudgan_geo.raster.reading.files import FileState, open_raster
from cloudgan_geo.raster.reading.rows import Band
from cloudgan_geo.raster.reading.scene import Scene
from cloudgan_geo.raster.reading.source import ScenePaths, Source, find_source
from cloudgan_geo.raster.reading.source_names import described
from cloudgan_geo.raster.reading.trust import trusting_input
from cloudgan_geo.raster.reading.wavelengths import wavelengths
from cloudgan_geo.sensors import DEFAULT, recognised
from cloudgan_geo.sensors.product import Labels
from cloudgan_geo.sensors.sensor import Sensor

#: Of values that can be worked on.
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
# What other programs write beside a raster when they show it: no change of its pixels.
_VOLATILE = (".aux.xml", ".ovr")
# What is looked at where names are missing: so many pieces along a side, of so many pixels.
_PIECES, _PIECE = 4, 64
_FILE_DOMAINS = ("IMAGE_STRUCTURE", "SUBDATASETS", "DERIVED_SUBDATASETS", "TIFF", "RPC")


def open_scene(
    scene: ScenePaths,
    *,
    bands: AskedBands | None = None,
    rgb_only: bool = False,
    also: Collection[str] = (),
    sensor: Sensor | None = None,
    trust_input: bool = False,
) -> Scene:
    """Opens a raster, checks that it can be worked on and finds its visible bands.

    Warns if it has no coordinate reference system.

    Args:
        scene: Anything GDAL opens: a file, a `/vsi...` path, a URL; a product of a sensor, such
            as Sentinel-2's .SAFE folder or its zip; or several single-band files whose names
            tell the band.
        bands: Red, green and blue, counted from 1, or numbers by band names; None to find them.
        rgb_only: Leave out all other bands.
        also: Names of bands that are wanted of a product besides those of the smallest pixels.
        sensor: Whose bands are wanted; None for those of whatever sensor the scene is of.
        trust_input: Let it reach for whatever it names, see `trust`.

    Raises:
        SceneNotFoundError: If there is no such file.
        SceneError: If it is no raster, or one that reaches for what it should not, or one of
            complex or mixed dtypes.
        BandError: If its red, green and blue bands cannot be told, or are another sensor's.
        UsageError: If `bands` are not three of its bands.
    """
    if trust_input:
        with trusting_input(True):
            return open_scene(scene, bands=bands, rgb_only=rgb_only, also=also, sensor=sensor)
    source = find_source(scene, () if rgb_only else also, sensor)
    with (
        rasterio.Env(**GDAL_OPTIONS),
        open_raster(source.dataset, source.name, source.drivers) as dataset,
    ):
        try:
            check_extent(source.name, dataset, source.files)
            opened = _describe(dataset, source, bands, also, sensor)
        except GDAL_ERRORS as error:
            raise SceneError(f"{source.name}: is damaged ({reason(error)})") from error
    if opened.named.warning:
        warnings.warn(CloudganWarning(*opened.named.warning), stacklevel=2)
    if rgb_only:
        opened = opened.visible()
        visible = {name: opened.named.indexes[name] for name in opened.sensor.visible}
        opened = replace(opened, named=replace(opened.named, indexes=visible), resampled=())
    _check_dtypes(opened)
    _check_nodata(opened)
    if opened.crs is None:
        warnings.warn(
            f"{source.name}: has no coordinate reference system, so the output has none either",
            CloudganWarning,
            stacklevel=2,
        )
    return opened


def _describe(
    dataset: Any,
    source: Source,
    requested: AskedBands | None,
    also: Collection[str],
    asked: Sensor | None,
) -> Scene:
    path = source.name
    if dataset.count == 0:
        inside = ", ".join(dataset.subdatasets) or "nothing"
        raise SceneError(f"{path}: holds no image itself but {inside}; name one of these")
    colours = dataset.colorinterp
    names = [colour.name for colour in colours]
    descriptions = described(dataset)
    labels = Labels(path, dataset.tags(), tuple(descriptions))
    sensor = _sensor(labels, source.sensor, asked, requested is not None)
    named = find_bands(
        path,
        descriptions,
        names,
        requested,
        lambda indexes: _sample(dataset, indexes),
        sensor,
        wavelengths(dataset),
    )
    rgb = named.rgb
    cirrus = sensor.cirrus
    if cirrus is not None and cirrus in also and cirrus in named.indexes:
        named = _without_blank(path, cirrus, named, dataset)
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
        named=named,
        used=rgb.indexes,
        resampled=source.resampled,
        alpha=alpha[0] if alpha else None,
        has_mask=MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags,
        crs=dataset.crs or gcp_crs,
        transform=dataset.transform,
        gcps=tuple(gcps),
        rpcs=dataset.rpcs,
        block_shape=dataset.block_shapes[rgb.indexes[0] - 1],
        interleave=interleave_of(dataset),
        tags=dataset.tags(),
        domains={
            name: dataset.tags(ns=name)
            for name in dataset.tag_namespaces()
            if name not in _FILE_DOMAINS and not name.startswith("xml:")
        },
        drivers=source.drivers,
    )


def _sensor(
    labels: Labels, of_product: Sensor | None, asked: Sensor | None, bands_are_named: bool
) -> Sensor:
    """Settles whose bands a raster has.

    Raises:
        BandError: If it says that they are another sensor's than is asked for, unless the user
            names the bands.
    """
    told = of_product or (asked if asked and asked.recognises(labels) else recognised(labels))
    if asked is not None and told not in (None, asked) and not bands_are_named:
        assert told is not None
        raise BandError(
            f"{labels.path}: is of {told.name}, and the generator is for {asked.name}; take ",
            "another ",
            Argument("model"),
            ", or say with ",
            Argument("bands"),
            " which bands are like those of its own sensor",
        )
    return asked or told or DEFAULT


def _without_blank(path: str, cirrus: str, named: NamedBands, dataset: Any) -> NamedBands:
    """Takes the cirrus band for missing where it is all 0, as some providers fill it in."""
    if _sample(dataset, [named.indexes[cirrus]]).any():
        return named
    return without_band(path, cirrus, named)


def without_band(path: str, cirrus: str, named: NamedBands) -> NamedBands:
    """Takes a band that is all 0 for missing, and warns of that."""
    index = named.indexes[cirrus]
    left = {name: at for name, at in named.indexes.items() if name != cirrus}
    said = f"{path}: band {index}, {cirrus}, holds nothing but 0 and is taken for missing"
    before = (*named.warning, "; ") if named.warning else ()
    return replace(named, indexes=left, warning=(*before, said))


def _sample(dataset: Any, indexes: Sequence[int]) -> NDArray[Any]:
    """Reads pieces from all over a raster: (bands, pixels), 0 where there is no data."""
    for index in indexes:
        _check_dtype(dataset.name, dataset.dtypes[index - 1])
    parts = []
    for window in sampled(dataset.height, dataset.width):
        pixels = dataset.read(list(indexes), window=window, masked=True)
        parts.append(pixels.filled(0).reshape(len(indexes), -1))
    return np.concatenate(parts, axis=1)


def sampled(height: int, width: int) -> Iterator[Window]:
    """Yields the pieces, from all over a raster of a size, that are looked at to judge a band."""
    high, wide = min(_PIECE, height), min(_PIECE, width)
    for row in np.linspace(0, height - high, _PIECES).astype(int):
        for column in np.linspace(0, width - wide, _PIECES).astype(int):
            yield Window(int(column), int(row), wide, high)


def _check_dtypes(scene: Scene) -> None:
    dtypes = {band.dtype for band in scene.bands}
    visible = {band.dtype for band in scene.visible_bands}
    for dtype in visible:
        _check_dtype(scene.path, dtype)
    if len(visible) > 1:
        raise SceneError(f"{scene.path}: red, green and blue differ in type: {_list(visible)}")
    if len(dtypes) > 1:
        raise SceneError(
            f"{scene.path}: its bands differ in type: {_list(dtypes)}; ",
            Argument("rgb_only", True),
            " leaves out all but red, green and blue",
        )


def _check_nodata(scene: Scene) -> None:
    """Refuses bands whose validity a GeoTIFF, with one nodata value for all, would change."""
    codes = {band.code: str(band.nodata).lower() for band in scene.bands}
    if len(codes) > 1:
        raise SceneError(
            f"{scene.path}: its bands declare different nodata values: {_list(set(codes.values()))}"
            ", and a GeoTIFF has one for all; give them one (gdal_translate -a_nodata) or, where "
            "only others than red, green and blue differ, leave these out with ",
            Argument("rgb_only", True),
        )


def _check_dtype(path: str, dtype: str) -> None:
    if dtype not in DTYPES:
        raise SceneError(
            f"{path}: its values are {dtype}, which is no reflectance; "
            f"{', '.join(DTYPES)} can be used"
        )


def _list(dtypes: set[str]) -> str:
    return ", ".join(sorted(dtypes))
