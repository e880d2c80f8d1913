"""Scenes that STAC items name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from cloudgan_geo.batch.listing import ListedScene, file_name
from cloudgan_geo.errors import UsageError
from cloudgan_geo.sensors import DEFAULT

# Common names of bands, as STAC has them, and the bands of Sentinel-2 that have them.
_COMMON = {
    "coastal": "B01",
    "blue": "B02",
    "green": "B03",
    "red": "B04",
    "rededge071": "B05",
    "rededge075": "B06",
    "rededge078": "B07",
    "nir": "B08",
    "nir08": "B8A",
    "nir09": "B09",
    "cirrus": "B10",
    "swir16": "B11",
    "swir22": "B12",
}
_VISIBLE = {"B04", "B03", "B02"}

# What holds for an output as it does for what it was made of.
_KEPT = ("platform", "constellation", "instruments", "gsd", "eo:cloud_cover", "license")


def read_items(path: str) -> list[ListedScene]:
    """Reads the scenes of a file of STAC items.

    Args:
        path: JSON: an item or a collection of items.

    Raises:
        UsageError: If it is neither, or an item has no assets of red, green and blue.
    """
    import pystac

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content.get("type") == "Feature":
            items = [pystac.Item.from_dict(content, href=path)]
        elif content.get("type") == "FeatureCollection":
            items = [pystac.Item.from_dict(each, href=path) for each in content["features"]]
        else:
            raise ValueError("neither an item nor a collection of items")
        for item in items:
            # What is relative is so to this file, whatever the item says of itself.
            item.set_self_href(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # pystac raises whatever its migrations stumble over
        said = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: holds no STAC items ({said})") from error
    return [_scene_of(item) for item in items]


def scenes_of_items(given: Any) -> Iterator[ListedScene]:
    """Yields the scenes of a pystac item, or of a collection of items.

    Raises:
        UsageError: If an item has no assets of red, green and blue.
    """
    for item in [given] if hasattr(given, "assets") else given.items:
        yield _scene_of(item)


def _scene_of(item: Any) -> ListedScene:
    """Finds the assets of an item: a file of all bands, or files of one band each."""
    single: dict[str, tuple[float, str]] = {}
    for key, asset in item.assets.items():
        names = [_band(each) for each in _bands(asset)] or [_band({"name": key})]
        if names == [None] or _is_other(asset):
            continue
        if set(names) >= _VISIBLE:
            numbers = {name: number for number, name in enumerate(names, 1) if name}
            return _listed(item, (_href(asset),), numbers)
        if len(names) == 1 and names[0]:
            # Of several resolutions of a band the finest.
            size = float(asset.extra_fields.get("gsd") or DEFAULT.band(names[0]).resolution)
            single.setdefault(names[0], (size, _href(asset)))
            single[names[0]] = min(single[names[0]], (size, _href(asset)), key=lambda each: each[0])
    if not set(single) >= _VISIBLE:
        found = ", ".join(sorted(single)) or "none"
        raise UsageError(
            f"STAC item {item.id}: has no assets whose common names are red, green and blue; "
            f"bands found: {found}"
        )
    ordered = [single[name][1] for name in DEFAULT.names if name in single]
    return _listed(item, tuple(ordered), None)


def _listed(item: Any, paths: tuple[str, ...], bands: dict[str, int] | None) -> ListedScene:
    kept = {key: item.properties[key] for key in _KEPT if key in item.properties}
    name = file_name(str(item.id))
    return ListedScene(paths, name, bands=bands, time=item.datetime, properties=kept)


def _bands(asset: Any) -> list[dict[str, Any]]:
    """Returns what is said of an asset's bands, as before STAC 1.1 or since."""
    fields = asset.extra_fields
    return [*(fields.get("eo:bands") or fields.get("bands") or [])]


def _band(told: dict[str, Any]) -> str | None:
    common = told.get("eo:common_name") or told.get("common_name")
    name = str(told.get("name") or told.get("description") or "")
    if common == "rededge" or common not in _COMMON:
        # Three bands are called so; their names differ.
        spelled = DEFAULT.spelled(name)
        known = spelled[0] if len(spelled) == 1 and spelled[0] in DEFAULT.names else None
        return known or _COMMON.get(name.lower())
    return _COMMON[common]


def _is_other(asset: Any) -> bool:
    """Tells whether an asset is none of the measurements: a picture, metadata, another form."""
    roles = set(asset.roles or ())
    kind = str(asset.media_type or "").lower()
    shown = roles & {"thumbnail", "overview", "visual", "metadata"}
    return bool(shown) or any(part in kind for part in ("png", "jpeg", "xml", "json", "html"))


def _href(asset: Any) -> str:
    href = str(asset.get_absolute_href() or asset.href)
    parts = urlsplit(href)
    return unquote(parts.path) if parts.scheme == "file" else href
