import json
import os
import subprocess

import pytest
import rasterio
from cli.conftest import Program, tiny_thin_model  # noqa: F401  # the program as a user runs it
from click.testing import CliRunner
from scenes import ground, read, write_scene
from stores import store, store_server  # noqa: F401  # an S3 server on this machine

from cloudgan_geo.cli.main import main


class Archive(Program):
    """A folder `in` of small scenes, and the program in the folder above it."""

    def __init__(self, folder, model):
        super().__init__(folder)
        self.model = model
        (folder / "in").mkdir()

    def add(self, *names, size=100, **profile):
        """Adds scenes; returns their paths."""
        for name in names:
            seed = sum(map(ord, name))
            write_scene(
                self.folder / "in" / f"{name}.tif",
                ground(size, size, seed=seed),
                nodata=0,
                **profile,
            )
        return [f"in/{name}.tif" for name in names]

    def options(self, *arguments):
        """The command line of a batch with a quick generator, in this process."""
        return ["batch", "--out-dir", "out", "--model", self.model, *arguments]

    def here(self, *arguments, environment=None):
        """Runs the program in this process, which has imported torch already."""
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            run = CliRunner().invoke(main, list(map(str, arguments)), env=environment)
        finally:
            os.chdir(before)
        return subprocess.CompletedProcess(arguments, run.exit_code, run.stdout, run.stderr)

    def batch(self, *arguments, environment=None):
        return self.here(*self.options(*arguments), "--jobs", "1", environment=environment)

    def outputs(self):
        """Names of all that is in the folder for outputs."""
        return sorted(path.name for path in (self.folder / "out").iterdir())

    def pixels(self, name):
        return read(self.folder / "out" / f"{name}_decloud.tif")

    def tags(self, name):
        with rasterio.open(self.folder / "out" / f"{name}_decloud.tif") as dataset:
            return dataset.tags()


def lines(text):
    """What lines of JSON say, by the name of the scene."""
    told = [json.loads(line) for line in text.splitlines()]
    return {each["scene"][0]: each for each in told}


@pytest.fixture
def archive(tmp_path, tiny_thin_model):  # noqa: F811
    return Archive(tmp_path, tiny_thin_model)
