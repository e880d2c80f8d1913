"""What the engine costs beside reading and writing, for a scene of all thirteen bands.

Usage: bands.py [--rows 10980] [--rounds 1] [--ground SCENE]

Makes a scene of 10980 columns, 13 bands and so many rows, uint16, and of a quarter of the rows: of
blocks and noise, not compressed, or a real scene repeated, compressed as the output is. Copies it
with rasterio alone, 512 rows at a time, with the creation options of `decloud`, and has `decloud`
correct it with a generator that gives every band back as it is: in turns, each in a process of its
own with one thread of torch. What it takes to start these processes, most of it to import torch, is
measured too. Prints processor seconds and peak memory. The copy must be the scene, bit for bit.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "correction")]

import numpy as np  # noqa: E402
import rasterio  # noqa: E402
from rasterio.transform import from_origin  # noqa: E402
from rasterio.windows import Window  # noqa: E402

WIDTH, BLOCK = 10_980, 512
COMPRESSED = {"compress": "zstd", "predictor": 2, "zstd_level": 1}


def blocks_and_noise():
    from cloudgan_geo.sensors.sentinel2 import SENSOR

    rng = np.random.default_rng(0)
    coarse = rng.normal(1500, 300, (13, BLOCK // 8, WIDTH // 8 + 1)).astype(np.float32)
    tile = np.repeat(np.repeat(coarse, 8, 1), 8, 2)[:, :, :WIDTH]
    tile += rng.normal(0, 20, tile.shape).astype(np.float32)
    tile = np.clip(tile, 1, 9000).astype(np.uint16)
    tile[SENSOR.names.index("B10")] = 20
    return tile


def repeated(ground):
    """A real scene beside itself, and 512 rows of that."""
    with rasterio.open(ground) as dataset:
        pixels = dataset.read()
    down, across = -(-BLOCK // pixels.shape[1]), -(-WIDTH // pixels.shape[2])
    return np.tile(pixels, (1, down, across))[:, :BLOCK, :WIDTH]


def make(path, rows, ground=None):
    from cloudgan_geo.sensors.sentinel2 import SENSOR

    tile = blocks_and_noise() if ground is None else repeated(ground)
    profile = {"count": 13, "dtype": "uint16", "tiled": True, "BIGTIFF": "YES"}
    profile |= {"blockxsize": BLOCK, "blockysize": BLOCK, "width": WIDTH, "height": rows}
    profile |= {} if ground is None else COMPRESSED
    place = {"crs": "EPSG:32631", "transform": from_origin(500_000, 5_000_000, 10, 10)}
    with rasterio.open(path, "w", driver="GTiff", **profile, **place) as dataset:
        dataset.descriptions = SENSOR.names
        for window in windows(rows):
            dataset.write(tile[:, : window.height], window=window)


def windows(rows):
    return [Window(0, top, WIDTH, min(BLOCK, rows - top)) for top in range(0, rows, BLOCK)]


def copy(scene, output):
    """Reads and writes with rasterio alone."""
    options = COMPRESSED | {"BIGTIFF": "YES"}
    with rasterio.open(scene) as source:
        profile = source.profile | options | {"blockxsize": 256, "blockysize": 256}
        with rasterio.open(output, "w", **profile) as target:
            for window in windows(source.height):
                target.write(source.read(window=window), window=window)


def nothing(scene, output):
    """What is imported already is all that `copy` takes."""


def start(scene, output):
    """Imports what `correct` does, and the network's library with it."""
    import test_any_bands  # noqa: F401
    import torch  # noqa: F401

    import cloudgan_geo.correction.pipeline  # noqa: F401


def correct(scene, output):
    """Runs `decloud` with a generator that changes nothing."""
    from test_any_bands import BandsStandIn, band_set

    from cloudgan_geo.correction.pipeline import decloud
    from cloudgan_geo.networks.cleaned import Cleaned

    class Identity(BandsStandIn):
        def clean(self, batch, view=None):
            return Cleaned(batch[:, list(self.bands.corrected)])

    decloud(scene, output, model=Identity(band_set()))


def measured(work, scene, output):
    """Returns what a piece of work costs in a process of its own."""
    output.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--work", work, str(scene), str(output)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def peak():
    """Returns the most memory that was in use, in MB; not that of the program before it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if "VmHWM" in line)


def same(one, other):
    with rasterio.open(one) as a, rasterio.open(other) as b:
        return all((a.read(window=w) == b.read(window=w)).all() for w in windows(a.height))


def main():
    if sys.argv[1:2] == ["--work"]:
        work = globals()[sys.argv[2]]
        work(*map(Path, sys.argv[3:]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        cost = {"processor": used.ru_utime + used.ru_stime, "memory": peak()}
        print(json.dumps(cost))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_980)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--ground", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scene, quarter, output = (Path(folder) / f"{n}.tif" for n in ("scene", "quarter", "out"))
        make(scene, asked.rows, asked.ground)
        make(quarter, asked.rows // 4, asked.ground)
        costs = {"nothing": [], "start": [], "copy": [], "correct": []}
        for _ in range(asked.rounds):
            for work, found in costs.items():
                found.append(measured(work, scene, output))
        assert same(scene, output)
        costs["quarter"] = [measured("correct", quarter, output)]
    tell(costs)


def tell(costs):
    print("| what | processor seconds | peak memory, MB |\n|---|---:|---:|")
    names = {
        "nothing": "starting, with rasterio alone",
        "start": "starting, with all that `decloud` takes",
        "copy": "rasterio alone",
        "correct": "`decloud`, generator that changes nothing",
        "quarter": "the same, a quarter of the rows",
    }
    for work, found in costs.items():
        seconds = ", ".join(f"{cost['processor']:.1f}" for cost in found)
        print(f"| {names[work]} | {seconds} | {max(cost['memory'] for cost in found):.0f} |")
    used = {work: [cost["processor"] for cost in found] for work, found in costs.items()}
    rounds = list(
        zip(*(used[work] for work in ("nothing", "start", "copy", "correct")), strict=True)
    )
    print("ratios", *(f"{full / copy:.2f}" for *_, copy, full in rounds))
    work = ((full - start) / (copy - none) for none, start, copy, full in rounds)
    print("without starting", *(f"{ratio:.2f}" for ratio in work))


if __name__ == "__main__":
    main()
