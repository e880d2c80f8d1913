"""What an input is: one raster, a set of single-band files, or a product of a sensor."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rasterio.io import DatasetReader, MemoryFile

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import SceneError, SceneNotFoundError, UsageError
from cloudgan_geo.raster.reading.formats import check_content, drivers_for
from cloudgan_geo.raster.reading.opened import is_opened, name_of
from cloudgan_geo.raster.reading.stack import stack_files
from cloudgan_geo.raster.reading.trust import REMEDY, input_is_trusted
from cloudgan_geo.raster.reading.virtual import check_virtual
from cloudgan_geo.sensors import DEFAULT, recognised, sensors
from cloudgan_geo.sensors.product import Labels, Product
from cloudgan_geo.sensors.sensor import Sensor

#: One path, or what rasterio has open.
ScenePath: TypeAlias = str | os.PathLike[str] | DatasetReader | MemoryFile
#: The same, or those of several single-band files.
ScenePaths: TypeAlias = ScenePath | Sequence[ScenePath]


@dataclass(frozen=True)
class Source:
    """What GDAL is to open for an input.

    Attributes:
        name: The input as given, for messages.
        dataset: What GDAL opens: the same, or a virtual raster (XML) of several files.
        files: Local files that the input consists of, as far as they are known.
        resampled: Indexes, from 1, of the bands that are brought to a finer grid.
        drivers: Of GDAL, that may open it; none for any.
        sensor: Of whose products it is one; None if it is none.
    """

    name: str
    dataset: str
    files: tuple[str, ...]
    drivers: tuple[str, ...]
    resampled: tuple[int, ...] = ()
    sensor: Sensor | None = None


_IMAGE = re.compile(r"\.(?:tiff?|jp2)$", re.IGNORECASE)


def scene_paths(scene: ScenePaths) -> tuple[str, ...]:
    """Returns the paths of an input.

    Raises:
        UsageError: If it is none.
    """
    if isinstance(scene, (str, os.PathLike)) or is_opened(scene):
        return (_text(scene),)
    if not isinstance(scene, Sequence) or not scene:
        raise UsageError(f"{scene!r}: is no scene; give a path, or those of several files")
    return tuple(_text(path) for path in scene)


def _text(path: ScenePath) -> str:
    if is_opened(path):
        path = name_of(path)
    if not isinstance(path, (str, os.PathLike)):
        raise UsageError(f"{path!r}: is no path of a scene")
    text = os.fspath(path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise UsageError(f"{text!r}: is no path of a scene")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # GDAL takes names as UTF-8.
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise UsageError(f"{shown}: its name is no UTF-8; rename it") from error
    return text


def find_source(
    scene: ScenePaths, also: Collection[str] = (), asked: Sensor | None = None
) -> Source:
    """Finds out what an input is.

    Args:
        scene: A raster, anything GDAL opens; a product of a sensor, such as Sentinel-2's .SAFE
            folder, the zip of that, or its MTD_MSIL1C.xml or MTD_MSIL2A.xml; or several
            single-band files.
        also: Names of bands that are wanted of a product besides those of the smallest pixels.
        asked: Whose bands are wanted; None for those of whatever sensor it is of.

    Raises:
        SceneNotFoundError: If there is no such file.
        SceneError: If the files do not belong together, or the product cannot be read, or what
            is not trusted is not what its name says or reaches for other files.
        BandError: If the bands of files cannot be told by their names.
    """
    paths = scene_paths(scene)
    for path in paths:
        if is_local(path):
            if not os.path.exists(path):
                raise SceneNotFoundError(f"{path}: there is no such file")
            check_content(path)
            check_virtual(path)
        elif path.startswith("<") and not input_is_trusted():
            raise SceneError(f"{path[:40]}...: is a virtual raster, not a file; ", *REMEDY)
    name = ", ".join(paths)
    if len(paths) != 1:
        sensor = asked or recognised(Labels(name)) or DEFAULT
        stack = stack_files(paths, sensor=sensor)
        return Source(name, stack.xml, paths, ("VRT",), stack.resampled)
    for sensor in dict.fromkeys((asked or DEFAULT, *sensors().values())):
        product = sensor.find_product(name) if is_local(name) else None
        if product is not None:
            return _of_product(name, sensor, product, also)
    _check_single(name, asked or DEFAULT)
    return Source(name, name, paths, drivers_for(name))


def _of_product(name: str, sensor: Sensor, product: Product, also: Collection[str]) -> Source:
    chosen = product.chosen((*sensor.finest, *also))
    bands = tuple(chosen.values())
    files = bands if Path(name).is_dir() or name.lower().endswith(".xml") else (name,)
    stack = stack_files(bands, tuple(chosen), product.tags, product.nodata)
    return Source(name, stack.xml, files, ("VRT",), stack.resampled, sensor)


def _check_single(path: str, sensor: Sensor) -> None:
    """Refuses a folder or a zip that is no product, with what it holds instead.

    Raises:
        SceneError: If it is one.
    """
    if not is_local(path):
        return
    if os.path.isdir(path):
        held, each = sorted(name for name in os.listdir(path) if _IMAGE.search(name)), ""
        if not held:
            return  # There are formats that are folders.
        end = os.path.splitext(held[0])[1]
        what, example = "folder", f"{path.rstrip('/')}/{sensor.some_files}{end}"
    elif path.lower().endswith(".zip") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            held = sorted(name for name in archive.namelist() if _IMAGE.search(name))
        what, each = "zip", held[0] if held else "NAME"
        example = f"/vsizip/{os.path.abspath(path)}/{each}"
    else:
        return
    raise SceneError(
        f"{path}: is a {what} without {sensor.metadata}; it holds {len(held)} images: name them, "
        f"as in {example}"
    )


def is_local(path: str) -> bool:
    """Whether a path names a file, rather than something that only GDAL knows to open."""
    return not re.match(r"/vsi|\w+://|[A-Za-z0-9_]{2,}:|<", path)


def default_output(scene: ScenePaths) -> Path:
    """Returns `<scene>_decloud.tif` beside the scene.

    Raises:
        UsageError: If the scene is several files, or none of its own.
    """
    paths = scene_paths(scene)
    if len(paths) != 1 or not is_local(paths[0]):
        what = "several files" if len(paths) != 1 else paths[0]
        raise UsageError(f"{what}: where to write to must be said with ", Argument("output"))
    path = Path(paths[0])
    for sensor in sensors().values():
        path = sensor.named_by(path)
    return path.with_name(f"{path.stem}_decloud.tif")
