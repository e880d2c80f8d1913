"""A whole run beside its parts: the network alone, reading alone, writing alone.

    python tests/benchmarks/engine.py [--json]

A synthetic scene of 4096 x 4096 pixels, uint16, three bands; the bundled `article` generator,
loaded once. The parts and the run take turns; the best of the rounds counts.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
from synthetic import write_synthetic_scene

from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.correction.plan import Plan, make_plan
from cloudgan_geo.correction.streaming import compute_ahead
from cloudgan_geo.networks.cores import shared_cores
from cloudgan_geo.networks.inference import PreparedGenerator, load_cleaner
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.rows import Rows
from cloudgan_geo.raster.writing.writer import SceneWriter
from cloudgan_geo.windows.grid import cut

SIZE, ROUNDS = 4_096, 3


class Parts:
    """The parts of a run on a scene, each alone, on what they get in the run."""

    def __init__(self, source: Path, folder: Path) -> None:
        self._source, self._folder = source, folder
        self._plan: Plan = make_plan(open_scene(source))
        self._cleaner: PreparedGenerator = load_cleaner("article", device="cpu")
        print(f"the network runs in {self._cleaner.precision}", file=sys.stderr)
        self._clear: list[Rows] = []
        with closing(self._rows()) as pieces:
            image = np.concatenate([rows.pixels for rows in pieces], axis=1)
        self._model = self._plan.radiometry.to_model(image)

    def _rows(self) -> Iterator[Rows]:
        scene, bottoms = self._plan.scene, [0]
        for strip in self._plan.grid.strips(self._plan.strip_rows()):
            bottoms.append(min(strip.bottom, scene.height))
        return scene.read(pairwise(bottoms))

    def _windows(self) -> Iterator[np.ndarray]:
        grid, size = self._plan.grid, self._cleaner.suggested_batch_size
        rows, columns = np.divmod(np.arange(len(grid)), len(grid.lefts))
        for start in range(0, len(grid), size):
            part = slice(start, start + size)
            yield cut(self._model, grid.tops[rows[part]], grid.lefts[columns[part]])

    def network(self) -> None:
        """All windows, one batch after the other on all cores."""
        for batch in self._windows():
            self._cleaner.clean(batch)

    def network_shared(self) -> None:
        """All windows, two batches at a time on half of the cores each, as in the run."""
        with shared_cores(self._cleaner) as (workers, begin):
            for _ in compute_ahead(self._cleaner.clean, self._windows(), workers, begin):
                pass

    def read(self) -> None:
        """All rows of the scene."""
        for _ in self._rows():
            pass

    def write(self) -> None:
        """All rows of the corrected scene."""
        corrected = self._folder / "run.tif"
        if not self._clear:
            self._clear = list(_all_rows(corrected))
        target = self._folder / "written.tif"
        with SceneWriter(target, target, self._plan.scene) as writer:
            for rows in self._clear:
                writer.write(rows)

    def run(self) -> None:
        """The run, from file to file."""
        decloud(self._source, self._folder / "run.tif", model=self._cleaner, overwrite=True)


def _all_rows(path: Path) -> Iterator[Rows]:
    scene = open_scene(path)
    return scene.read(scene.spans())


def seconds(function: Callable[[], None]) -> tuple[float, float]:
    """Returns what a call took, and what it took of the processors, other threads included."""
    start, start_cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - start_cpu


def measure() -> dict[str, list[tuple[float, float]]]:
    """Returns the seconds and processor seconds of every part in every round."""
    with tempfile.TemporaryDirectory() as folder:
        source = write_synthetic_scene(Path(folder) / "scene.tif", SIZE, SIZE)
        parts = Parts(source, Path(folder))
        todo = (parts.run, parts.network, parts.network_shared, parts.read, parts.write)
        for part in (parts.run, parts.write):  # first touches of memory do not count
            part()
        times: dict[str, list[tuple[float, float]]] = {part.__name__: [] for part in todo}
        print("all parts are loaded", file=sys.stderr)
        for _ in range(ROUNDS):
            for part in todo:
                wall, cpu = seconds(part)
                times[part.__name__].append((wall, cpu))
                print(f"{part.__name__}: {wall:.2f} s, of processors {cpu:.2f} s", file=sys.stderr)
    return times


def best(times: dict[str, list[tuple[float, float]]]) -> dict[str, np.ndarray]:
    """Returns the shortest seconds and processor seconds of every part."""
    return {part: np.min(values, axis=0) for part, values in times.items()}


def ratios(times: dict[str, list[tuple[float, float]]]) -> tuple[float, float]:
    """Returns run / slowest part, in seconds and in processor seconds."""
    shortest = best(times)
    network = np.minimum(shortest["network"], shortest["network_shared"])
    seconds, cpu = shortest["run"] / np.max([network, shortest["read"], shortest["write"]], axis=0)
    return float(seconds), float(cpu)


def table(times: dict[str, list[tuple[float, float]]]) -> str:
    """Returns the times as Markdown."""
    names = {
        "run": "the run, from file to file",
        "network": "network alone, a batch on all cores",
        "network_shared": "network alone, two batches on half the cores each",
        "read": "read alone",
        "write": "write alone",
    }
    shortest = best(times)
    return "\n".join([
        f"| {SIZE} x {SIZE} x 3, uint16 | seconds | processor seconds |",
        "|---|---:|---:|",
        *(f"| {name} | {shortest[p][0]:.2f} | {shortest[p][1]:.2f} |" for p, name in names.items()),
        "| **run / slowest part** | {:.3f} | {:.3f} |".format(*ratios(times)),
    ])  # fmt: skip


def main() -> None:
    times = measure()
    print(json.dumps(times) if "--json" in sys.argv else table(times))


if __name__ == "__main__":
    main()
