"""Our engine beside MONAI's, geoai's and opensr-utils': same generator, windows and overlap.

    python tests/benchmarks/peers.py [--json]

They are installed, the first time, in `.venv/peers`, without what they do not need for this:
see REQUIREMENTS. Engines take turns; each runs in a process of its own that has loaded
everything, so that the seconds are from file to file. The best of the rounds counts. Where
other work cannot be kept off the machine, `OMP_NUM_THREADS=1` and processor seconds compare
more fairly than seconds.
"""

import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
import rasterio
import torch
from synthetic import write_synthetic_scene

from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.zoo import load_generator
from cloudgan_geo.windows.grid import WindowGrid

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv" / "peers"
#: With all they depend on, and without: torchvision (which does not import beside the CPU
#: build of torch), and the many libraries of geoai that tiled inference does not import.
REQUIREMENTS = (
    "rasterio",
    "monai",
    "pytorch-lightning",
    "xarray",
    "einops",
    "pillow",
    "tqdm",
    "safetensors",
)
WITHOUT_DEPENDENCIES = ("geoai-py", "opensr-utils")
SIZE, ROUNDS = 2_048, 2
#: With our prepared network instead of the plain one, to tell the engine from the network.
OURS_INSIDE = "MONAI + our network"
REFERENCE = "ours, fp32"
NAMES = ("MONAI", "geoai", "opensr-utils")


def install() -> None:
    """Makes the environment of the others, once."""
    if (PEERS / "installed").exists():
        return
    print("installing the other engines in .venv/peers", file=sys.stderr)
    venv.create(PEERS, with_pip=True, clear=True)
    pip = [PEERS / "bin" / "python", "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--constraint", ROOT / "constraints.txt"]
    subprocess.run([*pip, "torch", *REQUIREMENTS], check=True)
    subprocess.run([*pip, "--no-deps", *WITHOUT_DEPENDENCIES], check=True)
    (PEERS / "installed").touch()


class Peer:
    """An engine in a process of its own."""

    def __init__(self, name: str, precision: str) -> None:
        script = Path(__file__).with_name("peer_engines.py")
        threads = str(torch.get_num_threads())
        self._process = subprocess.Popen(
            [PEERS / "bin" / "python", script, name, threads, precision],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def __call__(self, source: Path, output: Path) -> tuple[float, float]:
        """Returns the seconds from file to file, and the processor seconds."""
        self._process.stdin.write(f"{source} {output}\n")
        self._process.stdin.flush()
        seconds, cpu = map(float, self._process.stdout.readline().split())
        return seconds, cpu

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


class Ours:
    """Our engine, with the generator loaded."""

    def __init__(self, precision: str) -> None:
        self._cleaner = PreparedGenerator(
            load_generator("article"), device="cpu", precision=precision
        )
        self.precision = self._cleaner.precision

    def __call__(self, source: Path, output: Path) -> tuple[float, float]:
        """Returns the seconds from file to file, and the processor seconds."""
        start, start_cpu = time.perf_counter(), time.process_time()
        decloud(source, output, model=self._cleaner, overwrite=True)
        return time.perf_counter() - start, time.process_time() - start_cpu

    def close(self) -> None:
        """Does nothing."""


def single(size: int) -> np.ndarray:
    """Tells which pixels of a square scene lie in one window only, away from the edges.

    Nothing is blended there, so that the engines have to agree. At the edges geoai's weights
    come so close to 0 that what it adds to them counts.
    """
    grid = WindowGrid(size, size)
    count = np.zeros(size, int)
    for start in grid.tops:
        count[start : start + grid.window] += 1
    once = count == 1
    once[: grid.overlap] = once[-grid.overlap :] = False
    return np.logical_and.outer(once, once)


def read(path: Path) -> np.ndarray:
    """Returns a scene as int."""
    with rasterio.open(path) as dataset:
        return dataset.read().astype(int)


def compare(folder: Path) -> list[dict]:
    """Lets all engines take turns and compares what they wrote with ours in float32."""
    small = write_synthetic_scene(folder / "small.tif", 256, 256)
    scene = write_synthetic_scene(folder / "scene.tif", SIZE, SIZE)
    ours = Ours("auto")
    engines = {f"ours ({ours.precision} as auto chooses)": ours, REFERENCE: Ours("fp32")}
    engines |= {name: Peer(name, ours.precision) for name in (*NAMES, OURS_INSIDE)}
    outputs = {name: folder / f"out{number}.tif" for number, name in enumerate(engines)}
    times = {name: [] for name in engines}
    for engine in engines.values():
        engine(small, folder / "warm.tif")
    print("all engines are loaded", file=sys.stderr)
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            wall, cpu = engine(scene, outputs[name])
            times[name].append((wall, cpu))
            print(f"{name}: {wall:.2f} s, of processors {cpu:.2f} s", file=sys.stderr)
    for engine in engines.values():
        engine.close()
    reference, alone = read(outputs[REFERENCE]), single(SIZE)
    rows = []
    for name in engines:
        difference = np.abs(read(outputs[name]) - reference)
        rows.append({
            "engine": name,
            "seconds": min(seconds for seconds, _ in times[name]),
            "cpu_seconds": min(cpu for _, cpu in times[name]),
            "alone_max_dn": int(difference[:, alone].max()),
            "blended_mean_dn": float(difference[:, ~alone].mean()),
            "blended_p99_dn": float(np.percentile(difference[:, ~alone], 99)),
        })  # fmt: skip
    return rows


def ratio(rows: list[dict], key: str) -> float:
    """Returns how many times as long as ours the fastest of the others takes.

    Args:
        rows: Of all engines, ours first.
        key: `seconds` or `cpu_seconds`.
    """
    return min(row[key] for row in rows if row["engine"] in NAMES) / rows[0][key]


def table(rows: list[dict]) -> str:
    """Returns the measurements as Markdown."""
    return "\n".join([
        f"| {SIZE} x {SIZE} x 3, uint16 | seconds | processor seconds | times ours "
        "| off ours in fp32, DN: unblended, max | blended, mean | blended, 99 % |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row['engine']} | {row['seconds']:.2f} | {row['cpu_seconds']:.2f} "
            f"| {row['seconds'] / rows[0]['seconds']:.2f} | {row['alone_max_dn']} "
            f"| {row['blended_mean_dn']:.2f} | {row['blended_p99_dn']:.0f} |"
            for row in rows
        ),
    ])  # fmt: skip


def measure() -> list[dict]:
    """Installs what is missing, and compares."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder))


def main() -> None:
    rows = measure()
    print(json.dumps(rows) if "--json" in sys.argv else table(rows))


if __name__ == "__main__":
    main()
