"""The engines we are compared with; runs in the environment that peers.py makes for them.

    python peer_engines.py NAME THREADS PRECISION

Reads lines of `SOURCE OUTPUT` and answers each with the seconds from file to file, and the
processor seconds.
"""

import contextlib
import importlib.util
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import torch
from torch import Tensor, nn

from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.zoo import load_generator

WINDOW, OVERLAP, BATCH = 64, 16, 16
#: Of the model domain, in reflectance.
FULL_SCALE = 0.275


class Corrected(nn.Module):
    """The generator as these engines take one: reflectance in, corrected reflectance out."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, reflectance: Tensor) -> Tensor:
        """Takes and returns float32, shape (windows, 3, 64, 64)."""
        model = (reflectance / FULL_SCALE).clamp(0, 1)
        return reflectance + (self.network(model) - model) * FULL_SCALE


class Prepared(nn.Module):
    """Our own prepared network inside a module: folded, channels last, bf16 where faster."""

    def __init__(self, precision: str) -> None:
        super().__init__()
        self.cleaner = PreparedGenerator(
            load_generator("article"), device="cpu", precision=precision
        )

    def forward(self, model: Tensor) -> Tensor:
        """Takes and returns windows in the model domain."""
        return torch.from_numpy(self.cleaner.clean(model.contiguous().numpy()).image)


def monai(network: nn.Module, source: str, output: str) -> None:
    """MONAI knows no files: the scene is read, given to it whole, and written as we write."""
    from monai.inferers import SlidingWindowInferer

    inferer = SlidingWindowInferer((WINDOW, WINDOW), BATCH, OVERLAP / WINDOW, mode="gaussian")
    with rasterio.open(source) as dataset:
        profile, pixels = dataset.profile, dataset.read()
    with torch.inference_mode():
        image = torch.from_numpy(pixels.astype(np.float32) / 10_000)[None]
        corrected = inferer(image, network)[0].numpy()
    profile.update(compress="zstd", zstd_level=1)
    with rasterio.open(output, "w", **profile) as dataset:
        dataset.write(np.clip(np.rint(corrected * 10_000), 0, 65_535).astype("uint16"))


def geoai(network: nn.Module, source: str, output: str) -> None:
    """Its spline blending, over the overlap, without test-time augmentation."""
    _only_the_device_module("geoai.utils", "geoai/utils/device.py")
    from geoai.inference import predict_geotiff

    predict_geotiff(
        network,
        source,
        output,
        tile_size=WINDOW,
        overlap=OVERLAP,
        batch_size=BATCH,
        num_classes=3,
        output_dtype="uint16",
        output_nodata=0,
        blend_mode="spline",
        preprocess_fn=lambda tile: tile / np.float32(10_000),
        postprocess_fn=lambda image: np.clip(np.rint(image * 10_000), 0, 65_535),
        device="cpu",
        compress="zstd",
        verbose=False,
    )


def opensr(network: nn.Module, source: str, output: str) -> None:
    """Its super-resolution pipeline at factor 1: windows to temporary files, then stitched."""
    from opensr_utils.pipeline import large_file_processing

    large_file_processing(
        root=source,
        model=network,
        window_size=(WINDOW, WINDOW),
        factor=1,
        overlap=OVERLAP,
        device="cpu",
        batch_size=BATCH,
        num_workers=0,
        output_path=output,
        overwrite=True,
    ).run()


def _only_the_device_module(package: str, path: str) -> None:
    """Loads one module of a package under the package's name.

    `predict_geotiff` wants `get_device` from a package whose other modules import dozens of
    libraries that have nothing to do with it.
    """
    if package in sys.modules:
        return
    root = importlib.util.find_spec(package.partition(".")[0])
    spec = importlib.util.spec_from_file_location(package, Path(root.origin).parents[1] / path)
    module = types.ModuleType(package)
    spec.loader.exec_module(module)
    sys.modules[package] = module


ENGINES: dict[str, Callable[[nn.Module, str, str], None]] = {
    "MONAI": monai,
    "geoai": geoai,
    "opensr-utils": opensr,
}


def main() -> None:
    name, threads, precision = sys.argv[1:]
    torch.set_num_threads(int(threads))
    answers = sys.stdout
    name, _, prepared = name.partition(" + ")
    network = Corrected(
        Prepared(precision) if prepared else load_generator("article").network
    ).eval()
    for line in sys.stdin:
        source, output = line.split()
        with contextlib.redirect_stdout(sys.stderr):
            start, start_cpu = time.perf_counter(), time.process_time()
            ENGINES[name](network, source, output)
            seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        print(seconds, cpu, file=answers, flush=True)


if __name__ == "__main__":
    main()
