"""What the source archive and the wheel hold."""

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Builds both as `pip` and `build` do, and returns their folder."""
    folder = tmp_path_factory.mktemp("dist")
    code = "import sys; from hatchling import build as b;"
    code += "b.build_sdist(sys.argv[1]); b.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def source(built):
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        yield {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def wheel(built):
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def ours(folder):
    """Names of the files in a folder of the repository, without what Python leaves there."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.suffix != ".pyc" and not path.name.endswith("_decloud.tif")
        and path.name != "before_after.png" and ".partial" not in path.name
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder", ["cloudgan_geo", "tests", "docs", "sample_data", "qgis_plugin", ".ci"]
)
def test_the_source_archive_holds_what_the_repository_holds(source, folder):
    assert ours(folder) - source == set()


@pytest.mark.slow
def test_the_source_archive_holds_what_every_project_has_and_nothing_made(source):
    every = {"README.md", "LICENSE", "CHANGELOG.md", "Makefile", "constraints.txt"}
    assert every | {"pyproject.toml", "PKG-INFO"} <= source
    assert not [name for name in source if name.endswith((".pyc", "_decloud.tif"))]


@pytest.mark.slow
def test_the_wheel_holds_the_package_alone(wheel):
    names = [n for n in wheel.namelist() if ".dist-info/" not in n]
    reference = "cloudgan_geo/networks/weights/article.safetensors"
    assert set(names) == ours("cloudgan_geo") - {reference}
    for needed in ("py.typed", "networks/weights/thin.safetensors"):
        assert f"cloudgan_geo/{needed}" in names


@pytest.mark.slow
def test_the_wheel_is_small(built):
    (path,) = built.glob("*.whl")
    assert path.stat().st_size <= 10e6


@pytest.mark.slow
def test_the_reference_that_the_wheel_leaves_out_is_found_beside_it(wheel, tmp_path):
    wheel.extractall(tmp_path / "installed")
    reference = ROOT / "cloudgan_geo/networks/weights/article.safetensors"
    run = [sys.executable, "-m", "cloudgan_geo", "info", str(ROOT / "sample_data/scene.tif")]
    options = {"cwd": tmp_path / "installed", "capture_output": True, "text": True}
    without = subprocess.run([*run, "--model", "article"], **options)
    assert without.returncode == 2
    assert "article: is not in the wheel" in without.stderr
    assert "Traceback" not in without.stderr
    environment = {**os.environ, "CLOUDGAN_GEO_WEIGHTS": str(reference.parent)}
    found = subprocess.run([*run, "--model", "article"], env=environment, **options)
    assert found.returncode == 0, found.stderr


@pytest.mark.slow
def test_nothing_needs_a_compiler_but_the_tests(wheel):
    (metadata,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    told = email.message_from_bytes(wheel.read(metadata))
    assert set(told.get_all("Provides-Extra")) == {
        *("train", "dask", "stac", "s3", "xarray"),
        *("docs", "test", "dev"),
    }
    needs = [line for line in told.get_all("Requires-Dist") if line.startswith("noise")]
    assert {line.partition(";")[2].strip().replace('"', "'") for line in needs} == {
        *("extra == 'test'", "extra == 'dev'"),
    }
    assert told["License-Expression"] == "MIT"
    assert told.get_all("Classifier")
