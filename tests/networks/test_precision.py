"""bf16 is chosen by what the processor can do and by how far it lies off, never by timing."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import rasterio
import torch

from cloudgan_geo import decloud
from cloudgan_geo.errors import UsageError
from cloudgan_geo.networks import precision as module
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.inference import load_cleaner
from cloudgan_geo.networks.precision import (
    BF16_TOLERANCE,
    Precision,
    choose_precision,
    choose_training_precision,
    settle_precision,
)
from cloudgan_geo.networks.zoo import bundled, load_generator

CPU = torch.device("cpu")


@pytest.fixture
def processor(monkeypatch):
    """Says what torch is to find, whatever this processor has."""

    def has(*, bf16, amx, level="AVX512", **settings):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16, raising=False)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx, raising=False)
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: level)
        for variable in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
            monkeypatch.delenv(variable, raising=False)
        for variable, value in settings.items():
            monkeypatch.setenv(variable, value)

    return has


@pytest.fixture
def exact_in_bf16(monkeypatch):
    """A generator whose results bf16 leaves as they are."""
    monkeypatch.setattr(module, "BF16_OFF_FP32", {UNetGenerator: BF16_TOLERANCE})
    return UNetGenerator(width=2).eval()


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"bf16": True, "amx": False}, "the processor has AVX512-BF16"),
        ({"bf16": False, "amx": True}, "the processor has AMX"),
        ({"bf16": True, "amx": True}, "the processor has AMX and AVX512-BF16"),
        ({"bf16": True, "amx": True, "ONEDNN_MAX_CPU_ISA": "avx512_core_bf16"}, "AVX512-BF16"),
        ({"bf16": True, "amx": False, "ONEDNN_MAX_CPU_ISA": "ALL"}, "AVX512-BF16"),
    ],
)
def test_a_processor_with_the_instructions_computes_in_bf16(
    processor, exact_in_bf16, found, reason
):
    processor(**found)
    chosen = settle_precision("auto", exact_in_bf16, CPU)
    assert chosen.name == "bf16"
    assert reason in chosen.reason
    assert choose_precision("auto", exact_in_bf16, CPU) == torch.bfloat16
    assert choose_training_precision("auto", CPU) == torch.bfloat16


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"bf16": False, "amx": False}, "neither AVX512-BF16 nor AMX"),
        ({"bf16": True, "amx": True, "level": "AVX2"}, "torch uses AVX2 (see ATEN_CPU_CAPABILITY"),
        ({"bf16": True, "amx": True, "ONEDNN_MAX_CPU_ISA": "AVX2"}, "ONEDNN_MAX_CPU_ISA=AVX2"),
        ({"bf16": True, "amx": False, "DNNL_MAX_CPU_ISA": "avx512_core"}, "=AVX512_CORE hides"),
        ({"bf16": False, "amx": True, "ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16"}, "hides it"),
    ],
)
def test_without_them_or_where_they_are_hidden_it_is_fp32(processor, exact_in_bf16, found, reason):
    processor(**found)
    chosen = settle_precision("auto", exact_in_bf16, CPU)
    assert chosen.name == "fp32"
    assert reason in chosen.reason
    assert choose_training_precision("auto", CPU) == torch.float32


def test_what_hides_instructions_is_honoured_in_a_real_process():
    code = (
        "import torch; from cloudgan_geo.networks.devices import bf16_support;"
        "torch.cpu._is_avx512_bf16_supported = lambda: True;"
        "print(bf16_support(torch.device('cpu')))"
    )
    for setting in ({"ATEN_CPU_CAPABILITY": "avx2"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **setting}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "native=False" in run.stdout


def test_what_is_asked_for_is_taken(processor, exact_in_bf16):
    processor(bf16=False, amx=False)
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        assert choose_precision(name, exact_in_bf16, CPU) == dtype
        assert choose_training_precision(name, CPU) == dtype
    assert settle_precision("bf16", exact_in_bf16, CPU).reason == "asked for"
    with pytest.raises(UsageError, match="precision='fp8': takes one of auto, fp32, bf16"):
        choose_training_precision("fp8", CPU)


def test_a_generator_that_was_not_measured_runs_in_fp32(processor):
    processor(bf16=True, amx=True)
    chosen = settle_precision("auto", torch.nn.Identity(), CPU)
    assert (chosen.name, "not measured" in chosen.reason) == ("fp32", True)


def test_choosing_computes_nothing(processor, exact_in_bf16, monkeypatch):
    processor(bf16=True, amx=True)

    def forward(*tensors):
        raise AssertionError("the network was run")

    monkeypatch.setattr(exact_in_bf16, "forward", forward)
    assert settle_precision("auto", exact_in_bf16, CPU).name == "bf16"


def off_fp32(scene, folder, name):
    """Returns how far bf16 lies off fp32: DN, 99.9th percentile of the corrected bands."""
    corrected = []
    for precision in ("fp32", "bf16"):
        output = folder / f"{name}_{precision}.tif"
        cleaner = load_cleaner(name, device="cpu", precision=precision)
        result = decloud(scene, output, model=cleaner)
        with rasterio.open(output) as dataset:
            corrects = [result.bands_read[band] for band in result.bands_corrected]
            corrected.append(dataset.read(corrects).astype(int))
    return np.percentile(np.abs(corrected[1] - corrected[0]), 99.9)


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled())
@pytest.mark.parametrize("scene", ["sample", "real"])
def test_bf16_that_lies_off_by_more_than_2_dn_is_not_chosen(
    request, tmp_path, sample_data, processor, name, scene
):
    shared = request.getfixturevalue("shared_data")
    if name == "veil":
        scenes = {"sample": "pairs/ts146_2018-03-22_cloudy", "real": "scenes/cirrus_veil_fall136"}
        (path,) = shared.glob(f"{scenes[scene]}*.tif")
    elif scene == "sample":
        path = sample_data / "scene.tif"
    else:
        path = shared / "scenes/T31TDH_20150726_B04B03B02B08_uint16.tif"
    off = off_fp32(path, tmp_path, name)
    processor(bf16=True, amx=True)
    network = load_generator(name).network
    if settle_precision("auto", network, CPU).name == "bf16":
        assert off <= 2
    # What is written down is the worse of the two scenes.
    assert off <= module.BF16_OFF_FP32[type(network)] * 1.25


def test_the_report_says_which_and_why(tmp_path, sample_data):
    chosen = settle_precision("auto", load_generator("visible").network, CPU)
    for asked, expected in (("auto", chosen), ("fp32", Precision("fp32", "asked for"))):
        report = tmp_path / f"{asked}.json"
        output = tmp_path / f"{asked}.tif"
        result = decloud(
            sample_data / "scene.tif", output, report=report, precision=asked, device="cpu"
        )
        told = json.loads(report.read_text())["result"]
        assert (told["precision"], told["precision_reason"]) == (expected.name, expected.reason)
        assert (result.precision, result.precision_reason) == (expected.name, expected.reason)
