"""Reading the geometries of a GeoPackage, a database that anybody may have written."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path
from typing import Any

from rasterio.crs import CRS

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError
from cloudgan_geo.raster.reading.dissolving import Figure

# Bytes of the envelope before the geometry, by its code in the flags of a GeoPackage's blob.
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}

# Seconds and rows that reading one may take; it is asked after so many steps of SQLite's.
_SECONDS, _STEPS = 3.0, 10_000
_MOST_ROWS = 200_000
_MOST_BYTES_OF_CRS = 2**16


def read_layer(file: Path) -> tuple[list[Figure], CRS]:
    """Reads the one layer of a GeoPackage.

    Only tables are read: views may be nested, recursive, or compute whatever they like.

    Raises:
        UsageError: If it has not exactly one layer.
        ValueError: If it is damaged or takes too long.
        sqlite3.Error: If it is no database.
    """
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        deadline = time.monotonic() + _SECONDS
        database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        database.set_authorizer(_only_reading)
        return _read(database, file)
    finally:
        database.close()


def _only_reading(action: int, subject: str | None, *_: str | None) -> int:
    """Allows nothing but reading columns, and what kind they are: no function, no recursion."""
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) or (
        action == sqlite3.SQLITE_PRAGMA and subject == "table_xinfo"
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _read(database: sqlite3.Connection, file: Path) -> tuple[list[Figure], CRS]:
    for table in ("gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        _check_table(database, table)
    layers = database.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns LIMIT 100"
    ).fetchall()
    if len(layers) != 1:
        names = ", ".join(str(name) for name, *_ in layers)[:300] or "none"
        raise UsageError(
            Argument("aoi", file), f": must have one layer of polygons, and has {names}"
        )
    ((table, column, srs),) = layers
    _check_table(database, table)
    systems = database.execute(
        "SELECT organization, organization_coordsys_id, definition "
        "FROM gpkg_spatial_ref_sys WHERE srs_id = ? LIMIT 2",
        (srs,),
    ).fetchall()
    if len(systems) != 1:
        raise ValueError(f"its reference system {srs} is not described")
    crs = _reference_system(*systems[0])
    table, column = (name.replace('"', '""') for name in (table, column))
    rows = database.execute(f'SELECT "{column}" FROM "{table}" LIMIT {_MOST_ROWS + 1}').fetchall()
    if len(rows) > _MOST_ROWS:
        raise ValueError(f"it has more than {_MOST_ROWS:,} rows")
    return [[_blob(blob)] for (blob,) in rows if blob is not None], crs


def _check_table(database: sqlite3.Connection, name: Any) -> None:
    """Refuses what is no plain table: a view, a virtual table, or one that computes columns."""
    found = database.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", (name,)
    ).fetchall()
    kind, text = found[0] if len(found) == 1 else ("nothing", "")
    plain = kind == "table" and not re.match(r"\s*CREATE\s+VIRTUAL", str(text), re.IGNORECASE)
    if plain:
        quoted = str(name).replace('"', '""')
        columns = database.execute(f'PRAGMA table_xinfo("{quoted}")').fetchall()
        plain = not any(hidden for *_, hidden in columns)
    if not plain:
        raise ValueError(f"{name} is no table, or no plain one; export the layer to a new file")


def _reference_system(organization: Any, code: Any, definition: Any) -> CRS:
    if isinstance(organization, str) and organization.upper() == "EPSG":
        return CRS.from_epsg(int(code))
    if not isinstance(definition, str) or len(definition) > _MOST_BYTES_OF_CRS:
        raise ValueError("its reference system is not described")
    return CRS.from_wkt(definition)


def _blob(blob: Any) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        raise ValueError("a geometry is none")
    return blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :]
