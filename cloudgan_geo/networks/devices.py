"""Which devices torch finds on this machine, and which of them compute in bf16."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

import torch

#: Values of oneDNN's ONEDNN_MAX_CPU_ISA that leave no instructions for bf16 on a CPU.
_WITHOUT_BF16 = frozenset(
    {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"}
)
#: Those that leave AVX512-BF16 and hide AMX.
_WITHOUT_AMX = frozenset({"AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512", "AVX10_2_512"})


@dataclass(frozen=True)
class Bf16Support:
    """Whether a device computes in bf16.

    Attributes:
        native: By instructions of its own; else bf16 is emulated, several times slower than
            fp32.
        reason: What tells so, for people.
    """

    native: bool
    reason: str


@dataclass(frozen=True)
class Device:
    """Somewhere to compute.

    Attributes:
        name: What `device` takes.
        description: For people.
        bf16: Whether it computes in bf16.
    """

    name: str
    description: str
    bf16: Bf16Support


def available_devices() -> tuple[Device, ...]:
    """Returns all devices that generators can run on, the CPU first."""
    threads = torch.get_num_threads()
    names = {"cpu": f"{platform.machine()}, {threads} thread{'s' if threads != 1 else ''}"}
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(index)
            size = f"{properties.total_memory / 2**30:.0f} GiB"
            names[f"cuda:{index}"] = f"{properties.name}, {size}"
    if torch.backends.mps.is_available():
        names["mps"] = "Apple GPU"
    return tuple(
        Device(name, description, bf16_support(torch.device(name)))
        for name, description in names.items()
    )


def bf16_support(device: torch.device) -> Bf16Support:
    """Returns whether a device computes in bf16 natively, as torch tells.

    What hides a processor's instructions from torch hides them here: ATEN_CPU_CAPABILITY,
    ONEDNN_MAX_CPU_ISA.
    """
    if device.type == "cpu":
        return _cpu_bf16()
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        return Bf16Support(major >= 8, f"the GPU's compute capability is {major}.{minor}")
    return Bf16Support(False, f"bf16 is not used on {device.type}")


def torch_version() -> str:
    """Returns the version of torch, with what it was built for."""
    return str(torch.__version__)


def _cpu_bf16() -> Bf16Support:
    # Older versions of torch lack these questions.
    questions = {"AMX": "_is_amx_tile_supported", "AVX512-BF16": "_is_avx512_bf16_supported"}
    found = [name for name, ask in questions.items() if getattr(torch.cpu, ask, lambda: False)()]
    if not found:
        return Bf16Support(False, "the processor has neither AVX512-BF16 nor AMX")
    has = f"the processor has {' and '.join(found)}"
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return Bf16Support(False, f"{has}, but this torch was built without oneDNN")
    level = torch.backends.cpu.get_cpu_capability()
    if "AVX512" not in level:
        return Bf16Support(False, f"{has}, but torch uses {level} (see ATEN_CPU_CAPABILITY)")
    variable, limit = _onednn_limit()
    if limit in _WITHOUT_BF16 or (limit in _WITHOUT_AMX and found == ["AMX"]):
        return Bf16Support(False, f"{has}, but {variable}={limit} hides it")
    return Bf16Support(True, has)


def _onednn_limit() -> tuple[str, str]:
    """Returns the variable that limits oneDNN's instructions, and its value in capitals."""
    # The second is the older name, which it still reads.
    for variable in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        if limit := os.environ.get(variable, ""):
            return variable, limit.upper()
    return "", ""
