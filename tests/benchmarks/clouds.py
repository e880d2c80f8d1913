"""Training's clouds: chips a second and core, drawing included, and where the time goes.

    python tests/benchmarks/clouds.py [--json]

Times are processor seconds of one thread, so that other work on the machine weighs less.
Families are interleaved; the median over the rounds counts.
"""

import json
import os
import sys
import time

# Before numpy is imported: its matrix product would use every core.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from cloudgan_geo.clouds.drawing import FAMILIES, TRAINING, draw_cloud, overcast

ROUNDS, CHIPS = 15, 64


def seconds(family: str | None, round_number: int, images: np.ndarray) -> tuple[float, float]:
    """Returns processor seconds for drawing and for laying a batch of clouds."""
    start = time.process_time()
    clouds = [
        draw_cloud(np.random.default_rng((0, round_number, chip)), family)
        for chip in range(len(images))
    ]
    drawn = time.process_time()
    overcast(images, clouds)
    return drawn - start, time.process_time() - drawn


def main() -> None:
    images = np.random.default_rng(0).random((CHIPS, 3, 64, 64), dtype=np.float32)
    seconds(None, ROUNDS, images)
    kinds = ("training", *FAMILIES)
    times = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        for kind in kinds:
            times[kind].append(seconds(None if kind == "training" else kind, number, images))
    result = {}
    for kind in kinds:
        draw, lay = np.median(times[kind], axis=0) / CHIPS
        result[kind] = {
            "draw_ms": 1e3 * draw,
            "lay_ms": 1e3 * lay,
            "chips_a_second": 1 / (draw + lay),
        }
    if "--json" in sys.argv:
        print(json.dumps(result))
        return
    print("| clouds | drawing, ms a chip | laying, ms a chip | chips/s on one core |")
    print("|---|---:|---:|---:|")
    for kind, row in result.items():
        known = "" if kind == "training" or kind in TRAINING else " (not in training)"
        print(
            f"| {kind}{known} | {row['draw_ms']:.3f} | {row['lay_ms']:.3f} "
            f"| {row['chips_a_second']:,.0f} |"
        )


if __name__ == "__main__":
    main()
