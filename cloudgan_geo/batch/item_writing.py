"""A STAC item beside an output: where, when, how it was made, and how good it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasterio.warp import transform_geom

from cloudgan_geo import __version__
from cloudgan_geo.batch.outputs import SceneTask
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.correction.options import DecloudResult
from cloudgan_geo.errors import OutputError
from cloudgan_geo.raster.gdal import GDAL_ERRORS
from cloudgan_geo.raster.reading.files import open_written
from cloudgan_geo.raster.writing.uploads import output_at

_SCHEMAS = (
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
    "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
)
_GEOTIFF = "image/tiff; application=geotiff"

# Before this day no Sentinel-2 took an image.
_FIRST = datetime(2015, 6, 23, tzinfo=timezone.utc)
_STAMP = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?:T(\d\d):?(\d\d):?(\d\d))?(?!\d)")

# Points along each side of an image, whose outline is no rectangle in degrees.
_DENSE = 8


def write_item(task: SceneTask, result: DecloudResult) -> None:
    """Writes the item of an output that is complete.

    Args:
        task: That was done; it names the item.
        result: What was done.

    Raises:
        OutputError: If it cannot be written, or what it says is no valid item.
    """
    import pystac
    import pystac.validation

    assert task.item is not None
    with open_written(task.output) as dataset:
        place = _place(dataset)
        tags = dataset.tags()
    properties: dict[str, Any] = {**task.scene.properties, **place["properties"]}
    properties.update(_processing(result), **_quality(result))
    when = _when(task, tags)
    item = pystac.Item(
        id=task.output.stem,
        geometry=place["geometry"],
        bbox=place["bbox"],
        datetime=when,
        start_datetime=_FIRST if when is None else None,
        end_datetime=_no_later_than(task) if when is None else None,
        properties=properties,
        stac_extensions=list(_SCHEMAS),
    )
    for name, asset in _assets(task).items():
        item.add_asset(name, pystac.Asset(**asset))
    content = item.to_dict(include_self_link=False)
    try:
        # What every item must have; the extensions' schemas would have to be fetched.
        pystac.validation.validate_dict(content, extensions=[])
    except pystac.STACValidationError as error:
        raise OutputError(f"{task.item}: would be no valid STAC item ({error})") from error
    with output_at(task.item, overwrite=task.options.overwrite, argument="stac") as file:
        file.partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        file.commit()


def _place(dataset: Any) -> dict[str, Any]:
    """Returns outline and extent in degrees, and the grid."""
    told: dict[str, Any] = {"proj:shape": [dataset.height, dataset.width]}
    found: dict[str, Any] = {"geometry": None, "bbox": None, "properties": told}
    if dataset.crs is None or dataset.transform.is_identity:
        return found
    code = dataset.crs.to_epsg()
    told["proj:code"] = None if code is None else f"EPSG:{code}"
    if code is None:
        told["proj:wkt2"] = dataset.crs.to_wkt()
    told["proj:transform"] = list(dataset.transform)[:6]
    told["proj:bbox"] = list(dataset.bounds)
    outline = {"type": "Polygon", "coordinates": [_ring(dataset)]}
    try:
        geometry = transform_geom(dataset.crs, "EPSG:4326", outline, precision=7)
    except (*GDAL_ERRORS, ValueError):
        return found
    ring = geometry["coordinates"][0]
    longitudes, latitudes = [point[0] for point in ring], [point[1] for point in ring]
    found["geometry"] = geometry
    found["bbox"] = [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]
    return found


def _ring(dataset: Any) -> list[tuple[float, float]]:
    """Returns the outline of an image in its own coordinates, counter-clockwise."""
    steps = [step / _DENSE for step in range(_DENSE)]
    corners = [*((0, s) for s in steps), *((s, 1) for s in steps)]
    corners += [*((1, 1 - s) for s in steps), *((1 - s, 0) for s in steps), (0, 0)]
    a, b, c, d, e, f = tuple(dataset.transform)[:6]
    places = [(x * dataset.width, y * dataset.height) for x, y in corners]
    return [(a * x + b * y + c, d * x + e * y + f) for x, y in places]


def _processing(result: DecloudResult) -> dict[str, Any]:
    told: dict[str, Any] = {
        "processing:software": {"cloudgan-geo": __version__},
        "processing:lineage": (
            f"Thin clouds removed by cloudgan-geo, generator {result.model}; bands corrected: "
            f"{', '.join(result.bands_corrected)}"
        ),
        "processing:datetime": _text(datetime.now(timezone.utc)),
    }
    if result.level is not None:
        told["processing:level"] = f"L{result.level[0]}"
    return told


def _quality(result: DecloudResult) -> dict[str, Any]:
    told: dict[str, Any] = {
        "cloudgan:weights_sha256": result.weights_sha256,
        "cloudgan:radiometry": result.radiometry,
    }
    shares = result.qa_shares or {}
    for name in ("clear", "corrected", "thick"):
        if name in shares:
            told[f"cloudgan:{name}_share"] = round(shares[name], 6)
    return told


def _assets(task: SceneTask) -> dict[str, dict[str, Any]]:
    """Returns the files of an item by their names in it; they lie beside it."""
    found = {"image": _asset(task.output, "scene without thin clouds", "data")}
    for name, path in task.options.layer_files.items():
        role = "data-mask" if name == "qa" else "data"
        found[name] = _asset(path, BY_ARGUMENT[name].title, role)
    for name, path in task.options.page_files.items():
        found[name] = _asset(path, PAGES[name].title, "overview", PAGES[name].media_type)
    if task.options.report is not None:
        path = Path(task.options.report)
        found["report"] = _asset(path, "report", "metadata", "application/json")
    return found


def _asset(path: Path, title: str, role: str, kind: str = _GEOTIFF) -> dict[str, Any]:
    return {"href": f"./{path.name}", "title": title, "media_type": kind, "roles": [role]}


def _when(task: SceneTask, tags: Mapping[str, str]) -> datetime | None:
    """Returns when a scene was taken: by its STAC item, its metadata, its name; else None."""
    if task.scene.time is not None:
        return task.scene.time
    for text in (tags.get("PRODUCT_START_TIME", ""), task.scene.name):
        for found in _STAMP.finditer(text):
            numbers = [int(number or 0) for number in found.groups()]
            try:
                return datetime(*numbers, tzinfo=timezone.utc)  # type: ignore[arg-type, misc]
            except ValueError:
                continue
    return None


def _no_later_than(task: SceneTask) -> datetime:
    try:
        seconds = max(os.path.getmtime(path) for path in task.scene.paths)
    except OSError:
        return datetime.now(timezone.utc)
    return max(datetime.fromtimestamp(seconds, timezone.utc), _FIRST)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
