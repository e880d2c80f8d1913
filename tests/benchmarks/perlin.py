"""The article's cloud: its pixel loop beside ours, interleaved, on one core.

    python tests/benchmarks/perlin.py [--json]

Times are processor seconds of one thread, so that other work on the machine weighs less.
"""

import json
import os
import sys
import time

# Before numpy is imported: its matrix product would use every core.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import noise
import numpy as np

from cloudgan_geo.clouds.article import article_cloud

ROUNDS, OURS_A_ROUND = 12, 100


def articles_loop(base_scale: float) -> np.ndarray:
    total = np.zeros((64, 64))
    for octave in range(1, 13):
        scale = base_scale / octave
        layer = np.zeros((64, 64))
        for i in range(64):
            for j in range(64):
                layer[i][j] = noise.pnoise2(
                    i / scale, j / scale, octaves=1, persistence=0.5, lacunarity=2,
                    repeatx=64, repeaty=64, base=0,
                )  # fmt: skip
        total += layer * 0.5**octave
    return (total - total.min()) / (total.max() - total.min())


def main() -> None:
    rng = np.random.default_rng(0)
    article_cloud(60.0)
    theirs, ours = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        articles_loop(rng.uniform(5, 120))
        theirs.append(time.process_time() - start)
        scales = rng.uniform(5, 120, OURS_A_ROUND)
        start = time.process_time()
        for scale in scales:
            article_cloud(scale)
        ours.append((time.process_time() - start) / OURS_A_ROUND)
    result = {
        "loop_ms": 1e3 * float(np.median(theirs)),
        "ours_ms": 1e3 * float(np.median(ours)),
        "ratio": float(np.median(theirs) / np.median(ours)),
    }
    if "--json" in sys.argv:
        print(json.dumps(result))
    else:
        print("| the article's loop, ms a chip | ours, ms a chip | ratio |\n|---:|---:|---:|")
        print(f"| {result['loop_ms']:.1f} | {result['ours_ms']:.3f} | {result['ratio']:.0f} |")


if __name__ == "__main__":
    main()
