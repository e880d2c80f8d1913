"""Peak memory of a run on a whole Sentinel-2 tile, and on a quarter of its rows.

    python tests/benchmarks/memory.py [--json]

Both with the bundled `article` generator, each in a process of its own, everything in it
counted: Python, torch, GDAL and the network. Linux only: it reads VmHWM from /proc.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from synthetic import write_synthetic_scene

WIDTH, HEIGHTS = 10_980, (2_745, 10_980)

#: Prints the peak resident memory in MB, after the imports and after the run, and seconds.
CHILD = """
import sys
from pathlib import Path
from cloudgan_geo import decloud
import torch, rasterio

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))

before = peak()
result = decloud(sys.argv[1], sys.argv[2], model="article")
print(before, peak(), result.seconds)
"""


def measure(scene: Path, height: int) -> dict[str, float]:
    """Returns what a run on a scene took, in a fresh process."""
    output = scene.with_name("out.tif")
    command = [sys.executable, "-c", CHILD, str(scene), str(output)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    output.unlink()
    imported, peak, seconds = map(float, run.stdout.split())
    return {"height": height, "imported_mb": imported, "peak_mb": peak, "seconds": seconds}


def measure_all() -> list[dict[str, float]]:
    """Measures every height."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for height in HEIGHTS:
            scene = write_synthetic_scene(Path(folder) / f"{height}.tif", height, WIDTH)
            rows.append(measure(scene, height))
            scene.unlink()
    return rows


def table(rows: list[dict[str, float]]) -> str:
    """Returns the measurements as Markdown."""
    return "\n".join([
        "| scene, uint16, 3 bands | peak memory, MB | of it before the run | seconds |",
        "|---|---:|---:|---:|",
        *(
            f"| {row['height']:.0f} rows of {WIDTH} | {row['peak_mb']:.0f} "
            f"| {row['imported_mb']:.0f} | {row['seconds']:.0f} |"
            for row in rows
        ),
        f"| **whole / quarter** | {rows[-1]['peak_mb'] / rows[0]['peak_mb']:.3f} | | |",
    ])  # fmt: skip


def main() -> None:
    rows = measure_all()
    print(json.dumps(rows) if "--json" in sys.argv else table(rows))


if __name__ == "__main__":
    main()
