"""Damaged inputs of every kind, each a function of its number."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import rasterio
import shapely
from scenes import ground, write_jp2, write_safe, write_scene, zipped

#: What numbers in tags and texts are replaced by.
NUMBERS = (
    *("inf", "-inf", "nan", "0", "-0", "-1", "0.5", "1.7", "1e300", "-1e300", "1e-300", "1e999"),
    *("65535", "65536", "4294967296", "99999999999999999999", "0x10", "1,5", "", " ", "text"),
    *("1e-4", "-0.1", "-1000", "10000", "255.5", "\u0661", "1_0", "+1", "TRUE", "1e5"),
)
TEXTS = (
    "",
    "/etc/passwd",
    "../x",
    "http://127.0.0.1:9/x",
    "<",
    "&",
    "\0",
    "\xff",
    "a" * 5000,
    "]]>",
)

TIFFS = {
    "strips": {},
    "deflate": {"compress": "deflate", "predictor": 2},
    "tiled": {"compress": "lzw", "tiled": True, "blockxsize": 16, "blockysize": 16},
    "bands": {"interleave": "band", "compress": "zstd", "nodata": 0},
    "big": {"bigtiff": "yes", "endianness": "big"},
}
# Written as they are and then replaced in the file, where GDAL could not be made to write it.
SCALE, OFFSET, NODATA = "0.000123456789", "-0.00123456789", "12345"
STATISTIC = "111.222333444555"


def damaged(content, rng, head=400):
    """Returns bytes with one to a few things wrong, as often in the head as in the body."""
    data = bytearray(content)
    end = len(data) if rng.random() < 0.5 else min(len(data), head)
    for _ in range(rng.integers(1, 6)):
        place = int(rng.integers(0, max(1, min(end, len(data)) - 8)))
        kind = rng.integers(0, 6)
        if kind == 0:
            data[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            data[place] = int(rng.integers(256))
        elif kind == 2:
            extremes = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")
            data[place : place + 4] = extremes[rng.integers(4)]
        elif kind == 3:
            length = int(rng.integers(1, 40))
            data[place : place + length] = rng.bytes(length)
        elif kind == 4:
            del data[place : place + int(rng.integers(1, 40))]
        elif len(data) > 40:
            del data[int(rng.integers(0, len(data))) :]
        if not data:
            break
    return bytes(data)


def retold(text, rng):
    """Returns a text with one to a few of its words, numbers or pieces replaced."""
    for _ in range(rng.integers(1, 4)):
        kind = rng.integers(0, 8) - 3  # Numbers more often than all else.
        places = [i for i, c in enumerate(text) if c in "0123456789"]
        if kind < 2 and places:
            start = stop = places[rng.integers(len(places))]
            while stop < len(text) and text[stop] in "0123456789.eE+-":
                stop += 1
            text = text[:start] + str(rng.choice(NUMBERS)) + text[stop:]
        elif kind == 2:
            start, stop = sorted(rng.integers(0, len(text) + 1, 2))
            text = text[:start] + text[stop : stop + 10_000]
        elif kind == 3:
            start, stop = sorted(rng.integers(0, len(text) + 1, 2))
            text = text[:stop] + text[start:]
        else:
            place = int(rng.integers(0, len(text) + 1))
            text = text[:place] + str(rng.choice(TEXTS)) + text[place:]
        if not text:
            break
    return text


def told(text, rng):
    """Returns a damaged text as bytes: by its characters, or else by its bytes."""
    if rng.random() < 0.7:
        return retold(text, rng).encode("utf-8", "surrogatepass")
    return damaged(text.encode(), rng)


def tiffs(folder):
    files = [
        write_scene(folder / f"{name}.tif", ground(40, 50), **profile)
        for name, profile in TIFFS.items()
    ]
    files.append(write_scene(folder / "float.tif", ground(40, 50, dtype="float32"), predictor=3))
    bases = [file.read_bytes() for file in files]

    def make(rng, path):
        path = path.with_suffix(".tif")
        path.write_bytes(damaged(bases[rng.integers(len(bases))], rng))
        return path

    return make


def tags(folder):
    """TIFFs whose pixels are sound, and whose tags are not."""
    bases = []
    for dtype in ("uint16", "uint8", "int16", "float32"):
        for masked in (False, True):
            path = folder / f"tags_{dtype}_{masked}.tif"
            pixels = ground(40, 50, 4, dtype)
            with (
                rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
                rasterio.open(
                    *(path, "w", "GTiff", 50, 40, 4),
                    dtype=dtype,
                    nodata=12345 if dtype != "uint8" else 123,
                ) as dataset,
            ):
                dataset.write(pixels)
                dataset.scales, dataset.offsets = (float(SCALE),) * 4, (float(OFFSET),) * 4
                dataset.descriptions = ("B04", "B03", "B02", "B08")
                dataset.update_tags(1, STATISTICS_MEAN=STATISTIC, STATISTICS_MAXIMUM=STATISTIC)
                dataset.update_tags(
                    QUANTIFICATION_VALUE=STATISTIC,
                    RADIO_ADD_OFFSET=STATISTIC,
                    PROCESSING_BASELINE=STATISTIC,
                )
                if masked:
                    dataset.write_mask(np.arange(2000).reshape(40, 50) % 7 > 0)
            content = path.read_bytes()
            assert SCALE.encode() in content
            bases.append(content)

    def make(rng, path):
        data = bases[rng.integers(len(bases))]
        for word in (SCALE, OFFSET, STATISTIC):
            parts = data.split(word.encode())
            data = parts[0]
            for part in parts[1:]:
                # A sound value stays sound often enough that others are looked at.
                kept = rng.random() < 0.93
                number = {SCALE: "0.0001", OFFSET: "0", STATISTIC: "4"}[word]
                text = number if kept else str(rng.choice(NUMBERS))
                data += text.encode()[: len(word)].ljust(len(word)) + part
        for word in (b"12345\0", b"123\0"):
            if word in data:
                text = str(rng.choice([*NUMBERS, "0", "0", "300"])).encode()[: len(word) - 1]
                data = data.replace(word, text.ljust(len(word), b"\0"), 1)
                break
        if rng.random() < 0.2:
            data = damaged(data, rng)
        path = path.with_suffix(".tif")
        path.write_bytes(data)
        return path

    return make


def jp2s(folder):
    files = [
        write_jp2(folder / "s.jp2", ground(40, 50)),
        write_jp2(folder / "tci.jp2", ground(40, 50, dtype="uint8")),
    ]
    bases = [file.read_bytes() for file in files]

    def make(rng, path):
        path = path.with_suffix(".jp2")
        path.write_bytes(damaged(bases[rng.integers(len(bases))], rng))
        return path

    return make


def safes(folder):
    bands = dict(zip(("B04", "B03", "B02"), ground(40, 50), strict=True))
    products = [
        write_safe(folder / "A.SAFE", bands, offset=-1000),
        write_safe(folder / "B.SAFE", bands, level="2A"),
    ]
    zips = [zipped(product).read_bytes() for product in products]
    metadata = [next(product.glob("MTD*.xml")) for product in products]
    texts = [file.read_text() for file in metadata]

    def make(rng, path):
        number = rng.integers(2)
        if rng.random() < 0.4:
            path = path.with_suffix(".zip")
            head = 400 if rng.random() < 0.5 else 10**9
            path.write_bytes(damaged(zips[number], rng, head))
            return path
        metadata[number].write_bytes(told(texts[number], rng))
        return products[number]

    return make


def virtuals(folder):
    write_scene(folder / "part.tif", ground(40, 50, 4), nodata=0)

    def make(rng, path):
        text = (
            '<VRTDataset rasterXSize="50" rasterYSize="40"><SRS>EPSG:32631</SRS>'
            "<GeoTransform>399960, 10, 0, 4693200, 0, -10</GeoTransform>"
        )
        for band, name in enumerate(("B04", "B03", "B02", "B08"), 1):
            text += (
                f'<VRTRasterBand dataType="UInt16" band="{band}"><Description>{name}</Description>'
                f"<NoDataValue>0</NoDataValue><Offset>0</Offset><Scale>0.0001</Scale>"
                '<ComplexSource><SourceFilename relativeToVRT="1">part.tif</SourceFilename>'
                f'<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="50" ySize="40"/>'
                '<DstRect xOff="0" yOff="0" xSize="50" ySize="40"/></ComplexSource></VRTRasterBand>'
            )
        path = path.with_suffix(".vrt")
        path.write_bytes(told(text + "</VRTDataset>", rng))
        return path

    return make


def geojsons(_):
    ring = shapely.geometry.mapping(shapely.box(1.7, 42.0, 2.3, 42.5))
    pair = shapely.geometry.mapping(
        shapely.MultiPolygon([shapely.box(1.7, 42, 1.79, 42.5), shapely.box(2.2, 42, 2.3, 42.3)])
    )
    texts = [
        json.dumps(ring),
        json.dumps({"type": "Feature", "properties": {}, "geometry": pair}),
        json.dumps(
            {
                "type": "FeatureCollection",
                "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
                "features": [{"type": "Feature", "geometry": each} for each in (ring, pair)],
            }
        ),
    ]

    def make(rng, path):
        path = path.with_suffix(".geojson")
        path.write_bytes(told(texts[rng.integers(3)], rng))
        return path

    return make


def geopackages(folder):
    path = folder / "area.gpkg"
    with sqlite3.connect(path) as database:
        database.executescript(
            "PRAGMA page_size = 512; VACUUM;"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT);"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT,"
            " organization_coordsys_id INT, definition TEXT);"
            "INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 32631);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES (32631, 'EPSG', 32631, '');"
            "CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB);"
        )
        for x in (399900, 400100, 400200):
            raw = shapely.to_wkb(shapely.box(x, 4692900, x + 90, 4693150))
            database.execute("INSERT INTO areas (geom) VALUES (?)", (b"GP\0\x01w\x7f\0\0" + raw,))
    database.close()
    content = path.read_bytes()

    def make(rng, path):
        path = path.with_suffix(".gpkg")
        data = damaged(content, rng, 100)
        # Within a geometry or the schema, which are few of all bytes.
        if rng.random() < 0.5:
            data = bytearray(content)
            start = content.rfind(b"GP\0") if rng.random() < 0.5 else content.find(b"CREATE TABLE")
            for _ in range(rng.integers(1, 8)):
                place = start + int(rng.integers(-20, 110))
                data[min(place, len(data) - 1)] = rng.integers(256)
        path.write_bytes(data)
        return path

    return make


def shapefiles(folder):
    import struct

    ring = np.array(shapely.box(399900, 4692900, 400400, 4693150).exterior.coords)
    record = struct.pack("<i4d2i", 5, *ring.min(axis=0), *ring.max(axis=0), 1, len(ring))
    record += struct.pack("<i", 0) + ring.astype("<f8").tobytes()
    content = struct.pack(">i20xi", 9994, (108 + len(record)) // 2) + bytes(72)
    content += struct.pack(">2i", 1, len(record) // 2) + record
    projection = rasterio.crs.CRS.from_epsg(32631).to_wkt()

    def make(rng, path):
        path = path.with_suffix(".shp")
        path.write_bytes(damaged(content, rng) if rng.random() < 0.8 else content)
        text = told(projection, rng) if rng.random() < 0.3 else projection.encode()
        path.with_suffix(".prj").write_bytes(text)
        return path

    return make


def weights(folder):
    import torch

    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.generator import UNetGenerator
    from cloudgan_geo.networks.thin import ThinGenerator

    torch.manual_seed(0)
    thin, unet = ThinGenerator(width=1), UNetGenerator(width=1)
    scale = {"opacity": [0.0, 0.5, 1.0], "factor": [1.0, 2.0, 1.5]}
    save_generator(thin, folder / "thin.safetensors", {"name": "tiny", "error_scale": scale})
    save_generator(unet, folder / "unet.safetensors", {"name": "tiny"}, half=True)
    torch.save(unet.state_dict(), folder / "zip.pth")
    torch.save(unet.state_dict(), folder / "old.pth", _use_new_zipfile_serialization=False)
    names = ("thin.safetensors", "unet.safetensors", "zip.pth", "old.pth")
    bases = [(Path(name).suffix, (folder / name).read_bytes()) for name in names]

    def make(rng, path):
        suffix, content = bases[rng.integers(4)]
        path = path.with_suffix(suffix)
        if suffix == ".safetensors" and rng.random() < 0.6:
            length = int.from_bytes(content[:8], "little")
            header = told(content[8 : 8 + length].decode(), rng)
            said = len(header) if rng.random() < 0.9 else int(rng.integers(2**40))
            path.write_bytes(said.to_bytes(8, "little") + header + content[8 + length :])
        else:
            path.write_bytes(damaged(content, rng, 4000))
        return path

    return make


#: Tasks and what prepares them, by kind.
KINDS = {
    "tiff": ("scene", tiffs),
    "tags": ("scene", tags),
    "jp2": ("scene", jp2s),
    "safe": ("scene", safes),
    "vrt": ("scene", virtuals),
    "geojson": ("area", geojsons),
    "gpkg": ("area", geopackages),
    "shp": ("area", shapefiles),
    "weights": ("weights", weights),
}
