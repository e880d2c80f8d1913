"""Larger windows at test time, for a generator of `--context none`: do they replace surroundings?

    python tests/benchmarks/windows.py runs/context-none/best.safetensors --data-root DATA

Windows lie side by side, without overlap, over ground of 256 x 256 pixels: mosaics of test chips
under the clouds of `thin-unseen`, and the real pairs. The network itself is judged: no pixel is
kept as it was.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.evaluation.cirrus import cirrus_scenes
from cloudgan_geo.evaluation.mosaics import mosaic
from cloudgan_geo.evaluation.sources import pairs_in, read_ground
from cloudgan_geo.evaluation.thin_suites import SEED, mosaics_of_test_chips, unseen_veils
from cloudgan_geo.networks.checkpoint import read_generator
from cloudgan_geo.networks.thin import VIEW, ThinGenerator, view_channels

Float32 = NDArray[np.float32]
SIZES = (64, 128, 256)


@torch.inference_mode()
def clean(network: ThinGenerator, image: Float32, size: int) -> Float32:
    """Cleans an image window by window, as if nothing around a window were known."""
    bands, height, width = image.shape
    cut = image.reshape(bands, height // size, size, width // size, size)
    windows = torch.from_numpy(np.ascontiguousarray(cut.transpose(1, 3, 0, 2, 4)))
    windows = windows.reshape(-1, bands, size, size)
    unknown = torch.zeros(len(windows), view_channels(network.bands), VIEW, VIEW)
    cleaned = windows + network(windows, unknown).correction
    grid = cleaned.reshape(height // size, width // size, bands, size, size)
    whole = grid.permute(2, 0, 3, 1, 4).reshape(bands, height, width)
    return np.asarray(whole.clamp(0, 1).numpy())


def psnr(image: Float32, truth: Float32) -> float:
    """Returns PSNR in dB, peak 1."""
    return float(-10 * np.log10(np.square(image - truth).mean()))


def mosaic_gains(network: ThinGenerator, root: Path, limit: int) -> dict[int, float]:
    """Returns the mean gain over chips of a mean transmittance of .4 to .95."""
    chips = load_chips(root / "eurosat_rgb.zip")
    shapes = [scene.shape for scene in cirrus_scenes(root / "pairs", root / "scenes")]
    grounds = (mosaic(chips, chosen) for chosen in mosaics_of_test_chips(chips, limit))
    gains: dict[int, list[float]] = {size: [] for size in SIZES}
    for veiled in unseen_veils(grounds, shapes, SEED + 1):
        cleaned = {size: clean(network, veiled.cloudy, size) for size in SIZES}
        for top in range(0, 256, 64):
            for left in range(0, 256, 64):
                chip = np.s_[..., top : top + 64, left : left + 64]
                if not 0.05 <= veiled.opacity[chip].mean() <= 0.6:
                    continue
                before = psnr(veiled.cloudy[chip], veiled.clear[chip])
                for size in SIZES:
                    after = psnr(cleaned[size][chip], veiled.clear[chip])
                    gains[size].append(after - before)
    return {size: float(np.mean(of)) for size, of in gains.items()}


def pair_gains(network: ThinGenerator, root: Path) -> dict[str, dict[int, float]]:
    """Returns the gain on every real pair."""
    gains = {}
    for name, (cloudy, clear) in pairs_in(root / "pairs").items():
        image, truth = read_ground(cloudy), read_ground(clear)
        before = psnr(image, truth)
        gains[name] = {size: psnr(clean(network, image, size), truth) - before for size in SIZES}
    return gains


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=1600)
    arguments = parser.parse_args()
    network = read_generator(arguments.weights).network
    if not isinstance(network, ThinGenerator) or network.context != "none":
        parser.error(f"{arguments.weights}: not trained with --context none")
    print(f"| gain in dB | {' | '.join(f'{size} px' for size in SIZES)} |")
    print("|---|" + "---:|" * len(SIZES))
    rows = {"clouds of thin-unseen": mosaic_gains(network, arguments.data_root, arguments.limit)}
    rows.update(pair_gains(network, arguments.data_root))
    for name, gains in rows.items():
        print(f"| {name} | {' | '.join(f'{gains[size]:.2f}' for size in SIZES)} |")


if __name__ == "__main__":
    main()
