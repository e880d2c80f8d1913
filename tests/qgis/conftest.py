"""A real QGIS with the plugin in it, and a stub in place of the backend.

Run by `make test-qgis`, which has QGIS's own Python; another Python skips these tests.
"""

import functools
import importlib.util
import json
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "qgis_plugin"))
sys.path.append("/usr/share/qgis/python/plugins")

try:
    import qgis.core
except ImportError:
    qgis = None
    # What needs no QGIS stays.
    collect_ignore_glob = ["test_qgis_[!z]*.py"]


def pytest_terminal_summary(terminalreporter):
    if qgis is None:
        terminalreporter.line("tests/qgis: skipped without QGIS; `make test-qgis` runs them in one")


class Stub:
    """A program that speaks the protocol, with GDAL alone; `does` says what it does.

    Attributes:
        path: Of the executable.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cloudgan-geo"
        self._asked = folder / "asked.json"
        self.does("copies")

    def does(self, what: str) -> None:
        script = Path(__file__).with_name("stub_backend.py")
        self.path.write_text(
            f"#!/bin/sh\nexec '{sys.executable}' '{script}' {what} '{self._asked}' \"$@\"\n"
        )
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    @property
    def has_been_asked(self) -> bool:
        """Whether anyone has started it."""
        return self._asked.exists()

    @property
    def asked(self) -> list[str]:
        """The arguments it got last."""
        return json.loads(self._asked.read_text())


@pytest.fixture
def stub(tmp_path, monkeypatch) -> Stub:
    folder = tmp_path / "stub"
    folder.mkdir()
    stub = Stub(folder)
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", str(stub.path))
    return stub


@pytest.fixture(scope="session")
def sample_data(sample_data, tmp_path_factory) -> Path:
    """A copy: QGIS writes files of statistics beside the rasters it opens."""
    folder = tmp_path_factory.mktemp("sample")
    for path in sample_data.glob("scene*.tif"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def zip_module():
    """What `make plugin` runs."""
    found = importlib.util.spec_from_file_location("make_zip", ROOT / "qgis_plugin/make_zip.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make_zip(zip_module):
    """Makes a zip to try."""
    return functools.partial(zip_module.make_zip, allow_placeholders=True)


@pytest.fixture(scope="session")
def real_backend() -> str:
    path = Path(os.environ.get("CLOUDGAN_GEO_TESTED", ROOT / ".venv" / "bin" / "cloudgan-geo"))
    assert path.is_file(), f"{path}: not there; `make test-qgis` installs it"
    return str(path)


@pytest.fixture(scope="session")
def provider(qgis_app, qgis_processing):
    """The provider, loaded into QGIS as the plugin does it."""
    from cloudgan_geo_qgis import classFactory

    plugin = classFactory(None)
    plugin.initProcessing()
    yield plugin.provider
    plugin.unload()


@pytest.fixture
def scene(qgis_new_project, sample_data):
    """The sample scene as a layer of the project, true colour, red first."""
    from qgis.core import QgsProject, QgsRasterLayer

    layer = QgsRasterLayer(str(sample_data / "scene.tif"), "scene")
    assert layer.isValid()
    layer.renderer().setRedBand(3)
    layer.renderer().setGreenBand(2)
    layer.renderer().setBlueBand(1)
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def product(sample_data, tmp_path) -> Path:
    """A Sentinel-2 product with as little inside as makes one."""
    from osgeo import gdal

    folder = tmp_path / "S2A_MSIL1C_20150726.SAFE"
    images = folder / "GRANULE" / "L1C_T23KKR" / "IMG_DATA"
    images.mkdir(parents=True)
    (folder / "MTD_MSIL1C.xml").write_text("<n1:Level-1C_User_Product/>")
    red = str(images / "T23KKR_20150726T105026_B04.jp2")
    gdal.Translate(red, str(sample_data / "scene.tif"), format="JP2OpenJPEG", bandList=[3])
    return folder


@pytest.fixture
def patient_stub(stub):
    """A stub that works until it is told to stop."""
    stub.does("works")
    return stub
