import os
import subprocess
import sys
from pathlib import Path

import pytest

# Its tables of options need no QGIS.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "qgis_plugin"))


class Program:
    """The program, run as a user does: in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments, environment=None, **settings):
        """Starts the program and returns the process."""
        return subprocess.Popen(
            [sys.executable, "-m", "cloudgan_geo", *map(str, arguments)],
            cwd=self.folder,
            # More threads only get into each other's way with networks this small.
            env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings},
        )

    def __call__(self, *arguments, **settings):
        process = self.start(*arguments, **settings)
        output, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def fails(self, code, *arguments, **settings):
        """Runs the program; returns the one line that it must say to fail."""
        before = self.files()
        result = self(*arguments, **settings)
        assert result.returncode == code, result
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("Error: ")
        assert "Traceback" not in result.stderr
        assert self.files() == before
        return line

    def files(self):
        """Names and sizes of all files in the folder."""
        return {path.name: path.stat().st_size for path in self.folder.iterdir()}


@pytest.fixture
def program(tmp_path) -> Program:
    return Program(tmp_path)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """Weights of a generator that is quick, and of no other use."""
    import torch

    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.generator import UNetGenerator

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_generator(UNetGenerator(width=2), path, {"name": "tiny"})
    return path


@pytest.fixture(scope="session")
def tiny_thin_model(tmp_path_factory) -> Path:
    """The same of a generator that estimates opacity and error."""
    import torch

    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.thin import ThinGenerator

    torch.manual_seed(0)
    network = ThinGenerator(width=2)
    # Zeros, with which training begins, would estimate the same everywhere.
    torch.nn.init.normal_(network.output.weight, std=20)
    path = tmp_path_factory.mktemp("model") / "tiny-thin.safetensors"
    save_generator(network, path, {"name": "tiny-thin"})
    return path
