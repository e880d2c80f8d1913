"""The plugin with the real program, in qgis_process and in this QGIS: few runs, each of seconds."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import processing
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingFeedback

PROCESS = next(
    (
        path
        for path in ("/usr/bin/qgis_process.bin", "/usr/bin/qgis_process")
        if os.path.exists(path)
    ),
    "qgis_process",
)
# Not `auto`, which takes the number format that a trial finds faster.
MODEL = {"MODEL": "article", "PRECISION": "fp32"}


class QgisProcess:
    """qgis_process with a profile of its own, into which the zip was installed."""

    def __init__(self, home: Path, plugin: Path, backend: str) -> None:
        (home / "run").mkdir(mode=0o700)
        # As "Install from ZIP" does.
        with zipfile.ZipFile(plugin) as archive:
            archive.extractall(home / "profiles" / "default" / "python" / "plugins")
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "QGIS_CUSTOM_CONFIG_PATH": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "CLOUDGAN_GEO_EXECUTABLE": backend,
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }
        assert self("plugins", "enable", "cloudgan_geo_qgis").returncode == 0

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [PROCESS, *map(str, arguments)],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def decloud(self, scene, output, **environment):
        asked = {"INPUT": scene, "OUTPUT": output, **MODEL}
        parameters = (f"--{name}={value}" for name, value in asked.items())
        return self("--json", "run", "cloudgan:decloud", *parameters, **environment)


@pytest.fixture(scope="module")
def qgis_process(tmp_path_factory, make_zip, real_backend):
    plugin = make_zip(tmp_path_factory.mktemp("zip"))
    return QgisProcess(tmp_path_factory.mktemp("home"), plugin, real_backend)


@pytest.fixture
def by_command_line(tmp_path_factory, real_backend):
    """What the program writes for a scene when it is typed."""

    def run(scene):
        output = tmp_path_factory.mktemp("cli") / "out.tif"
        command = [real_backend, "decloud", scene, "-o", output]
        command += ["--model", "article", "--precision", "fp32"]
        subprocess.run(command, check=True, capture_output=True)
        return output.read_bytes()

    return run


def test_the_same_bytes_as_by_command_line(qgis_process, by_command_line, sample_data, tmp_path):
    """From and to a path with spaces and letters of several alphabets."""
    folder = tmp_path / "Wolken über 東京 (д)"
    folder.mkdir()
    scene = shutil.copy(sample_data / "scene.tif", folder / "Szene 1.tif")
    # PROJ and GDAL of another version, as QGIS has them, must not reach the program.
    hostile = {"PROJ_LIB": "/nowhere", "GDAL_DATA": "/nowhere", "GDAL_DRIVER_PATH": "/nowhere"}
    result = qgis_process.decloud(scene, folder / "Ergebnis ß.tif", **hostile)
    assert result.returncode == 0, result.stderr
    output = folder / "Ergebnis ß.tif"
    assert json.loads(result.stdout)["results"]["OUTPUT"] == str(output)
    # Of the same file, which is named in the tags.
    assert output.read_bytes() == by_command_line(scene)
    # QGIS keeps statistics of the input in a file beside it.
    names = {path.name for path in folder.iterdir()} - {"Szene 1.tif.aux.xml"}
    assert names == {"Ergebnis ß.tif", "Szene 1.tif"}


def test_a_hostile_environment(
    provider, by_command_line, real_backend, scene, tmp_path, monkeypatch
):
    """All that is known to break the program; a QGIS that runs already does not mind."""
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
    (tmp_path / "torch.py").write_text("raise ImportError('not this one')")
    expected = by_command_line(scene.source())
    for name in ("PYTHONHOME", "PYTHONPATH", "PROJ_LIB", "PROJ_DATA", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    output = tmp_path / "o.tif"
    processing.run("cloudgan:decloud", {"INPUT": scene, "OUTPUT": str(output), **MODEL})
    assert output.read_bytes() == expected


def test_the_default_model_and_its_quality_band(
    provider, real_backend, scene, tmp_path, monkeypatch
):
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
    names = ("OUTPUT", "QA", "OPACITY", "ERROR")
    ours = {name: tmp_path / f"{name}.tif" for name in names}
    parameters = {name: str(path) for name, path in ours.items()}
    processing.run("cloudgan:decloud", {"INPUT": scene, "PRECISION": "fp32", **parameters})
    typed = {name: tmp_path / f"typed {name}.tif" for name in names}
    command = [real_backend, "decloud", scene.source(), "--precision", "fp32"]
    for name, path in typed.items():
        command += [f"--{name.lower()}", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in names:
        assert ours[name].read_bytes() == typed[name].read_bytes()
    classes = set(gdal.Open(str(ours["QA"])).ReadAsArray().flat)
    assert classes <= {1, 2, 3}


def test_a_folder_is_an_input(qgis_process, stub, product, tmp_path):
    stub.does("tells")
    started = {"CLOUDGAN_GEO_EXECUTABLE": str(stub.path)}
    result = qgis_process.decloud(product, tmp_path / "o.tif", **started)
    assert result.returncode == 0, result.stderr
    assert stub.asked[:2] == ["decloud", str(product)]


def test_no_backend(qgis_process, sample_data, tmp_path):
    listed = qgis_process("list", CLOUDGAN_GEO_EXECUTABLE="/nowhere/cloudgan-geo")
    for name in ("decloud", "evaluate", "simulate"):
        assert f"cloudgan:{name}" in listed.stdout
    result = qgis_process.decloud(
        sample_data / "scene.tif", tmp_path / "o.tif", CLOUDGAN_GEO_EXECUTABLE="/nowhere/geo"
    )
    assert result.returncode != 0
    assert "The program /nowhere/geo" in result.stderr
    assert "is not there" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_error_of_the_program(qgis_process, tmp_path, sample_data):
    """Three bands of 16 bits of which none can tell whether there is an offset."""
    clear = gdal.Open(str(sample_data / "scene_clear.tif"))
    made = gdal.GetDriverByName("GTiff").Create(
        str(tmp_path / "s.tif"), clear.RasterXSize, clear.RasterYSize, 3, gdal.GDT_UInt16
    )
    made.WriteArray(clear.ReadAsArray()[:3] + 1000)
    # Only this writes it completely.
    del made
    result = qgis_process.decloud(tmp_path / "s.tif", tmp_path / "o.tif")
    assert result.returncode != 0
    assert "cannot tell whether" in result.stderr
    assert '"Radiometry" dn' in result.stderr
    assert "--" not in result.stderr.partition("cannot tell whether")[2].splitlines()[0]
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("o.tif*"))


@pytest.fixture
def large(tmp_path, sample_data):
    """A scene that takes a while: the sample, many times."""
    path = tmp_path / "large.tif"
    gdal.Translate(str(path), str(sample_data / "scene.tif"), width=4000, height=4000)
    return path


def wait_for_partial(tmp_path):
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("o.tif.partial-*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)


def programs_at_work(folder):
    """Returns the ids of the processes whose command line names a folder, but for QGIS."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        name = os.path.basename(command.split(b"\0")[0])
        if os.fsencode(folder) in command and not name.startswith(b"qgis"):
            found.append(int(process.name))
    return found


def test_cancel(provider, real_backend, large, tmp_path, monkeypatch):
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
    feedback = QgsProcessingFeedback()
    cancelled = []

    def cancel():
        wait_for_partial(tmp_path)
        cancelled.append(time.monotonic())
        feedback.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    parameters = {"INPUT": str(large), "OUTPUT": str(tmp_path / "o.tif"), **MODEL}
    processing.run("cloudgan:decloud", parameters, feedback=feedback)
    assert time.monotonic() - cancelled[0] < 2
    assert programs_at_work(tmp_path) == []
    assert not list(tmp_path.glob("o.tif*"))


def test_killed_qgis_leaves_no_orphan(qgis_process, large, tmp_path):
    asked = (f"--INPUT={large}", f"--OUTPUT={tmp_path / 'o.tif'}", "--MODEL=article")
    process = qgis_process.start("run", "cloudgan:decloud", *asked)
    wait_for_partial(tmp_path)
    assert len(programs_at_work(tmp_path)) == 1
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while programs_at_work(tmp_path) or list(tmp_path.glob("o.tif*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_simulate_then_evaluate(provider, real_backend, sample_data, tmp_path, monkeypatch):
    """A simulated cloud is an error; none is none."""
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", real_backend)
    clear = str(sample_data / "scene_clear.tif")
    cloudy = str(tmp_path / "cloudy.tif")
    asked = {"INPUT": clear, "FAMILY": "veil", "OPACITY": 0.4, "OUTPUT": cloudy}
    processing.run("cloudgan:simulate", asked)
    page = tmp_path / "report.html"
    result = processing.run(
        "cloudgan:evaluate",
        {
            **{"INPUT": clear, "CLEAR": clear, "BEFORE": cloudy, "HTML": str(page)},
            "TABLE": "TEMPORARY_OUTPUT",
        },
    )
    assert (result["MAE"], result["SSIM"]) == (0, pytest.approx(1))
    rows = {feature["image"]: feature for feature in result["TABLE"].getFeatures()}
    assert rows["before"]["mae"] > 0.01
    assert 5 < rows["before"]["psnr"] < 40
    assert "<table>" in page.read_text(encoding="utf-8")
