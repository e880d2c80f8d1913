"""STAC items: those that name scenes, and those that are written beside outputs."""

import datetime
import json

import numpy as np
import pystac
import pystac.validation
import pytest
import rasterio
import shapely
from rasterio.warp import transform_bounds
from scenes import ground, read, write_scene

from cloudgan_geo.batch.items import read_items
from cloudgan_geo.batch.listing import list_scenes
from cloudgan_geo.batch.run import decloud_all
from cloudgan_geo.errors import UsageError

WHEN = datetime.datetime(2020, 5, 17, 10, 50, 31, tzinfo=datetime.timezone.utc)


def item_of(name, assets, **properties):
    square = [[1, 42], [2, 42], [2, 43], [1, 43], [1, 42]]
    outline = {"type": "Polygon", "coordinates": [square]}
    properties = {"platform": "sentinel-2a", "gsd": 10, "secret": "kept out", **properties}
    item = pystac.Item(name, outline, [1, 42, 2, 43], WHEN, properties)
    for key, (href, fields) in assets.items():
        item.add_asset(key, pystac.Asset(href, extra_fields=dict(fields)))
    return item


def common(name):
    return {"eo:bands": [{"name": f"X{len(name)}", "common_name": name}]}


@pytest.fixture
def items(archive, monkeypatch):
    """Three items: single bands by common names, a stack that says its bands, bands by keys."""
    monkeypatch.chdir(archive.folder)
    pixels = ground(80, 90, 4, seed=3)
    for name, band in zip(("B04", "B03", "B02", "B08"), pixels, strict=True):
        for tile in ("T31", "K"):
            write_scene(archive.folder / f"in/{tile}_{name}.tif", band[None], nodata=0)
    write_scene(archive.folder / "in/stack.tif", pixels[::-1], nodata=0, photometric="MINISBLACK")
    files = {name: f"./in/T31_{name}.tif" for name in ("B04", "B03", "B02", "B08")}
    single = {
        "thumbnail": ("./in/look.png", common("red")),
        "red": (files["B04"], common("red")),
        "green": (files["B03"], common("green")),
        "blue": (files["B02"], common("blue")),
        "nir": (files["B08"], common("nir")),
        "scl": ("./in/scl.tif", {}),
    }
    single["thumbnail"][1]["roles"] = ["thumbnail"]
    order = [{"common_name": name} for name in ("nir", "blue", "green", "red")]
    found = [
        item_of("S2A single/1", single),
        item_of("stack", {"data": ("./in/stack.tif", {"eo:bands": order})}),
        item_of("keys", {name: (f"./in/K_{name}.tif", {}) for name in files}),
    ]
    found[0].assets["thumbnail"].roles = ["thumbnail"]
    text = json.dumps(pystac.ItemCollection(found).to_dict())
    (archive.folder / "items.json").write_text(text)
    return found


def test_items_name_scenes_by_common_names_of_bands(archive, items):
    single, stack, keys = read_items("items.json")
    here = str(archive.folder)
    assert [path.removeprefix(f"{here}/in/") for path in single.paths] == [
        *("T31_B02.tif", "T31_B03.tif", "T31_B04.tif", "T31_B08.tif"),
    ]
    assert keys.paths == tuple(path.replace("T31_", "K_") for path in single.paths)
    assert stack.bands == {"B08": 1, "B02": 2, "B03": 3, "B04": 4}
    assert (single.name, single.time) == ("S2A_single_1", WHEN)
    assert single.properties == {"platform": "sentinel-2a", "gsd": 10}


def test_items_of_stac_1_1_and_items_in_python(archive, items):
    bands = [{"name": "X", "eo:common_name": name} for name in ("red", "green", "blue")]
    new = item_of("new", {"data": (str(archive.folder / "in/stack.tif"), {"bands": bands})})
    (scene,) = list_scenes([new])
    assert scene.bands == {"B04": 1, "B03": 2, "B02": 3}
    assert [each.name for each in list_scenes([pystac.ItemCollection([new])])] == ["new"]


def test_an_item_alone_and_what_is_none(archive, items):
    path = archive.folder / "one.json"
    path.write_text(json.dumps(items[1].to_dict()))
    (scene,) = list_scenes(["one.json"])
    assert scene.name == "stack"
    path.write_text(json.dumps(item_of("no", {"red": ("./r.tif", common("red"))}).to_dict()))
    with pytest.raises(UsageError, match=r"item no: has no assets whose .*; bands found: B04"):
        list_scenes(["one.json"])
    path.write_text('{"type": "Feature", "id": "x"}')
    with pytest.raises(UsageError, match=r"one.json: holds no STAC items"):
        list_scenes(["one.json"])


def test_scenes_of_items_become_items(archive, items):
    run = archive.batch("items.json", "--stac", "--qa", "--report", "--log", "l.jsonl")
    assert run.returncode == 0, run
    told = [json.loads(line) for line in run.stdout.splitlines()]
    names = ("S2A_single_1", "keys", "stack")
    single, keys, stack = (archive.pixels(name) for name in names)
    # Bands in other orders are the same bands, corrected the same way.
    assert (single == keys).all()
    assert (single == stack[[1, 2, 3, 0]]).all()
    for name in names:
        path = archive.folder / f"out/{name}_decloud.json"
        item = pystac.Item.from_file(str(path))
        pystac.validation.validate_dict(item.to_dict(), extensions=[])
        checked(archive, name, item, told)


def checked(archive, name, item, told):
    """Checks what an item says against its output."""
    assert (item.id, item.datetime) == (f"{name}_decloud", WHEN)
    with rasterio.open(item.assets["image"].get_absolute_href()) as dataset:
        assert item.properties["proj:code"] == "EPSG:32631"
        assert item.properties["proj:shape"] == [dataset.height, dataset.width] == [80, 90]
        assert item.properties["proj:transform"] == list(dataset.transform)[:6]
        bounds = transform_bounds(dataset.crs, "EPSG:4326", *dataset.bounds)
    assert item.bbox == pytest.approx(bounds, abs=1e-5)
    ring = np.array(item.geometry["coordinates"][0])
    x, y = ring[:-1].T
    area = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
    assert area > 0, "rings of GeoJSON are counter-clockwise"
    assert item.properties["platform"] == "sentinel-2a"
    assert "secret" not in item.properties
    assert item.properties["processing:software"].keys() == {"cloudgan-geo"}
    (line,) = [each for each in told if each["output"].endswith(f"/{name}_decloud.tif")]
    for share in ("clear", "corrected", "thick"):
        assert item.properties[f"cloudgan:{share}_share"] == pytest.approx(line[share], abs=1e-6)
    quality = read(archive.folder / "out" / item.assets["qa"].href)
    assert (quality == 3).mean() == pytest.approx(line["thick"])
    assert item.assets["report"].media_type == "application/json"


@pytest.mark.parametrize(
    ("name", "tags", "when"),
    [
        ("S2A_MSIL2A_20200517T105031_N0500", {}, WHEN),
        ("x", {"PRODUCT_START_TIME": "2020-05-17T10:50:31.024Z"}, WHEN),
        ("tile_20200517", {}, WHEN.replace(hour=0, minute=0, second=0)),
        ("tile_20209999", {}, None),
    ],
)
def test_when_a_scene_was_taken(archive, name, tags, when):
    path = write_scene(archive.folder / f"in/{name}.tif", ground(70, 70), nodata=0)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**tags)
    assert archive.batch("in", "--stac").returncode == 0
    item = pystac.Item.from_file(str(archive.folder / f"out/{name}_decloud.json"))
    assert item.datetime == when
    if when is None:
        # It is not known; nobody took it before the satellite flew, nor after the file was made.
        start, end = (item.properties[f"{part}_datetime"] for part in ("start", "end"))
        assert start == "2015-06-23T00:00:00Z"
        assert end > start


def test_a_scene_without_coordinates_has_an_item_without_a_place(archive):
    archive.add("nowhere", crs=None, transform=None)
    assert archive.batch("in", "--stac").returncode == 0
    path = archive.folder / "out/nowhere_decloud.json"
    item = pystac.Item.from_file(str(path))
    assert (item.geometry, item.bbox) == (None, None)
    # What was there is not replaced unasked.
    path.with_suffix(".tif").unlink()
    run = archive.batch("in", "--stac")
    assert run.returncode == 3
    assert "nowhere_decloud.json: exists already; --overwrite replaces it" in run.stderr
    assert archive.outputs() == ["nowhere_decloud.json"]
    assert archive.batch("in", "--stac", "--overwrite").returncode == 0


def test_python_takes_items_and_returns_records(archive, items, monkeypatch):
    monkeypatch.chdir(archive.folder)
    good = list_scenes(["items.json"])
    records = decloud_all(["items.json"], "out", model=archive.model, jobs=1, layers=["qa"])
    assert [record.status for record in records] == ["done"] * 3
    assert {record.output for record in records} == {
        f"out/{each.name}_decloud.tif" for each in good
    }
    again = decloud_all(["items.json"], "out", model=archive.model, layers=["qa"], resume=True)
    assert [record.status for record in again] == ["skipped"] * 3
    with pytest.raises(UsageError, match="qa: is no option for all scenes"):
        decloud_all(["items.json"], "out", qa="q.tif")
    with pytest.raises(UsageError, match="aoi: of a batch it is a file"):
        decloud_all(["items.json"], "out", aoi=shapely.box(0, 0, 1, 1))
    with pytest.raises(UsageError, match="'shadow': is no layer"):
        decloud_all(["items.json"], "out", layers=["shadow"])
