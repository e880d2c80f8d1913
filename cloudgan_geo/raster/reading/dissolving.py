"""Putting polygons together, where it may take long in a process of its own with limits.

A polygon of 1,500 random vertices crosses itself half a million times: making it valid takes
minutes and gigabytes in a library that cannot be interrupted, and some damaged geometries end
the process. As a program this reads geometries from stdin and writes their union to stdout.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import shapely

# Geometries of fewer bytes are put together here: they cannot be entangled enough to matter.
_FEW_BYTES = 4096

# Of the process: seconds of a processor, seconds, bytes.
_PROCESSOR_SECONDS, _SECONDS, _MEMORY = 3, 20, 2**30

# Of the union: pixels are told apart by them strip by strip.
_MOST_VERTICES = 500_000

_START = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"

#: Well-known binary geometries whose polygons overlap to nothing: what an odd number of them
#: covers is meant. One geometry means itself.
Figure = Sequence[bytes]


def dissolve(figures: Sequence[Figure]) -> Any:
    """Returns the union of figures.

    Returns:
        A valid polygon or multipolygon in two dimensions, which may be empty.

    Raises:
        ValueError: If the geometries are damaged, or so entangled that it takes too long.
        ShapelyError: If they are damaged.
    """
    size = sum(len(geometry) for figure in figures for geometry in figure)
    if size <= _FEW_BYTES or not sys.executable:
        union = _dissolved(figures)
    else:
        union = shapely.from_wkb(_elsewhere(figures))
    if shapely.get_num_coordinates(union) > _MOST_VERTICES:
        raise ValueError(f"its polygons have more than {_MOST_VERTICES:,} vertices; simplify them")
    return union


def _elsewhere(figures: Sequence[Figure]) -> bytes:
    program = _START.format(path=sys.path, module=__name__)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        run = subprocess.run(
            [sys.executable, "-I", "-c", program],
            input=_packed(figures),
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(_entangled()) from error
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(said[-1] if said and run.returncode == 1 else _entangled())
    return run.stdout


def _entangled() -> str:
    return (
        "it crosses itself, or its polygons each other, so often that putting them together takes "
        "too much time or memory; simplify it"
    )


def _packed(figures: Sequence[Figure]) -> bytes:
    parts = [struct.pack("<I", len(figures))]
    for figure in figures:
        parts.append(struct.pack("<I", len(figure)))
        for geometry in figure:
            parts.extend((struct.pack("<I", len(geometry)), geometry))
    return b"".join(parts)


def _unpacked(content: bytes) -> list[list[bytes]]:
    place = 0

    def number() -> int:
        nonlocal place
        place += 4
        return int.from_bytes(content[place - 4 : place], "little")

    def piece() -> bytes:
        nonlocal place
        length = number()
        place += length
        return content[place - length : place]

    return [[piece() for _ in range(number())] for _ in range(number())]


def _dissolved(figures: Sequence[Figure]) -> Any:
    return shapely.union_all([part for figure in figures for part in _parts(figure)])


def _parts(figure: Figure) -> list[Any]:
    """Returns the polygons of a figure, valid and flat."""
    first, *others = (list(_polygons(shapely.from_wkb(geometry))) for geometry in figure)
    if not others:
        return first
    covered = shapely.union_all(first)
    for other in others:
        covered = shapely.symmetric_difference(covered, shapely.union_all(other))
    return list(_polygons(covered))


def _polygons(geometry: Any) -> Iterator[Any]:
    """Yields the polygons of a geometry, made valid and flat."""
    for part in shapely.get_parts(shapely.force_2d(shapely.make_valid(geometry))):
        if part.geom_type == "Polygon":
            yield part
        elif hasattr(part, "geoms"):
            yield from _polygons(part)


def main() -> None:
    """Reads figures from stdin and writes their union to stdout."""
    try:
        import resource
    except ImportError:  # Windows: the seconds are left.
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        union = _dissolved(_unpacked(sys.stdin.buffer.read()))
    except MemoryError:
        sys.exit(2)
    except (ValueError, RecursionError, shapely.errors.ShapelyError) as error:
        said = " ".join(str(error).split())
        sys.exit(2 if "bad_alloc" in said else said or type(error).__name__)
    sys.stdout.buffer.write(shapely.to_wkb(union))
