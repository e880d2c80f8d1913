"""The plugin in QGIS: provider, setting, dialogs, batch, models."""

import os
import re
from pathlib import Path

import processing
import pytest
from cloudgan_geo_qgis import backend, classFactory
from cloudgan_geo_qgis.backend import SETTING, VARIABLE, find_backend
from cloudgan_geo_qgis.runner import BackendError
from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
)
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtWidgets import QPlainTextEdit, QTextBrowser, QWidget

IDS = ["cloudgan:decloud", "cloudgan:evaluate", "cloudgan:simulate"]
#: These need no program.
ALONE = ["cloudgan:applyquality", "cloudgan:ndvi"]


def algorithm(name):
    return QgsApplication.processingRegistry().createAlgorithmById(name)


@pytest.fixture
def no_backend(monkeypatch, tmp_path):
    monkeypatch.delenv("CLOUDGAN_GEO_EXECUTABLE", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def setting(provider):
    yield lambda value: ProcessingConfig.setSettingValue(SETTING, value)
    ProcessingConfig.settings[SETTING].setValue("")
    ProcessingConfig.settings[SETTING].save()


def test_algorithms_are_listed_without_a_backend(provider, no_backend):
    assert sorted(found.id() for found in provider.algorithms()) == sorted([*ALONE, *IDS])
    assert all(algorithm(name).canExecute() == (True, "") for name in ALONE)
    assert not provider.icon().isNull()
    assert os.path.isfile(provider.svgIconPath())
    assert provider.versionInfo() == "0.1.0"
    for name in IDS:
        can, why = algorithm(name).canExecute()
        assert not can
        assert "cloudgan-geo is not installed" in why
        assert "Choose the backend... installs it" in why
        assert "Settings > Options > Processing > Providers > Cloudgan" in why


def test_the_help_button_opens_a_page_with_pictures(provider):
    page = Path(QUrl(algorithm(IDS[0]).helpUrl()).toLocalFile())
    text = page.read_text(encoding="utf-8")
    assert "Choose the backend" in text
    (base,) = re.findall(r'<base href="([^"]+)"', text)
    pictures = re.findall(r'<img src="([^"]+)"', text)
    assert pictures
    for picture in pictures:
        assert (Path(QUrl(base).toLocalFile()) / picture).is_file()


@pytest.mark.parametrize("name", [*IDS, *ALONE])
def test_everything_is_documented(provider, name):
    found = algorithm(name)
    text = found.shortHelpString()
    assert len(found.parameterDefinitions()) >= 4
    for parameter in found.parameterDefinitions():
        assert len(parameter.help()) > 15, parameter.name()
        assert f"<h3>{parameter.description()}</h3>" in text
    assert found.shortDescription()
    assert found.group() == "Thin clouds"
    assert "Sentinel-2" in found.tags()
    assert not found.icon().isNull()


def test_where_the_backend_is_looked_for(provider, stub, setting, tmp_path, monkeypatch):
    assert find_backend().found_by == "the environment variable CLOUDGAN_GEO_EXECUTABLE"
    monkeypatch.delenv("CLOUDGAN_GEO_EXECUTABLE")
    setting(str(stub.path))
    assert find_backend() == (str(stub.path), "the setting of the provider")
    setting("")
    monkeypatch.setenv("PATH", f"{stub.path.parent}:/usr/bin:/bin")
    assert find_backend() == (str(stub.path), "its name")
    monkeypatch.setenv("CLOUDGAN_GEO_EXECUTABLE", str(tmp_path / "gone"))
    with pytest.raises(
        BackendError, match=r"which the environment variable .* names, is not there"
    ):
        find_backend()
    (tmp_path / "gone").write_text("no program")
    with pytest.raises(BackendError, match="cannot be run"):
        find_backend()


def a_program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_backend_as_people_type_it(provider, no_backend, setting, tmp_path):
    """In quotes, with ~, and the folder of its environment or of the program."""
    program = a_program(tmp_path / "my env" / "bin" / "cloudgan-geo")
    folder = program.parent.parent
    typed = ["~/my env/bin/cloudgan-geo", f'"{program}"', f"' {program}'", "$HOME/my env"]
    for text in [*typed, str(folder), str(program.parent), f'"{folder}/"', "~/my env/"]:
        assert backend.checked(text, "somebody") == str(program), text
        setting(text)
        assert find_backend().executable == str(program)
    with pytest.raises(BackendError, match=r"which somebody names, is a folder without"):
        backend.checked(str(tmp_path), "somebody")
    # The page of settings says so too.
    with pytest.raises(ValueError, match=r"the setting of the provider names, is not there"):
        setting(str(tmp_path / "gone"))


@pytest.mark.parametrize("windows", [False, True])
def test_nothing_of_the_current_folder_is_started(
    provider, no_backend, tmp_path, monkeypatch, windows
):
    """Such as a program that lies beside the images of somebody else."""
    monkeypatch.setattr(backend, "_WINDOWS", windows)
    monkeypatch.setenv("PATHEXT", ".COM;.EXE")
    name = "cloudgan-geo.EXE" if windows else "cloudgan-geo"
    a_program(tmp_path / "images" / name)
    monkeypatch.chdir(tmp_path / "images")
    for path in ("", ".", "/usr/bin:", ":./:../images", "/usr/bin"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(BackendError, match="is not installed"):
            find_backend()
        monkeypatch.setenv(VARIABLE, "cloudgan-geo")
        with pytest.raises(BackendError, match=r"which the environment variable .* names"):
            find_backend()
        monkeypatch.delenv(VARIABLE)
    right = a_program(tmp_path / "bin" / name)
    monkeypatch.setenv("PATH", f".:{right.parent}")
    assert find_backend() == (str(right), "its name")
    monkeypatch.setenv(VARIABLE, "cloudgan-geo")
    assert find_backend().executable == str(right)
    monkeypatch.setenv(VARIABLE, str(right.parent / "cloudgan-geo"))
    assert find_backend().executable == str(right)


def test_the_setting_is_among_those_of_processing(provider, qgis_iface):
    settings = ProcessingConfig.getSettings()["Cloudgan"]
    assert [found.name for found in settings] == [SETTING]
    assert settings[0].valuetype == settings[0].FILE


class Window:
    """What a plugin gets of QGIS's window."""

    def __init__(self):
        self.window = QWidget()
        self.menu = []

    def mainWindow(self):
        return self.window

    def addPluginToMenu(self, menu, action):
        self.menu.append((menu, action.text()))

    def removePluginMenu(self, menu, action):
        self.menu.remove((menu, action.text()))


def test_the_menu_comes_and_goes(provider):
    window = Window()
    plugin = classFactory(window)
    plugin.initProcessing = lambda: None  # The fixture has done that.
    plugin.initGui()
    assert {menu for menu, _ in window.menu} == {"Cloudgan"}
    assert [text for _, text in window.menu] == [
        "Preview on the map",
        "Compare with the input",
        "Choose the backend...",
        "Help",
    ]
    plugin.unload()
    assert window.menu == []


@pytest.fixture
def whole_iface(qgis_iface, monkeypatch):
    """pytest-qgis's window with what the dialogs of Processing want of it."""
    model = QgsBrowserGuiModel()
    monkeypatch.setattr(type(qgis_iface), "browserModel", lambda _: model, raising=False)
    return qgis_iface


@pytest.mark.parametrize("name", [*IDS, *ALONE])
def test_the_dialog_of_an_algorithm_opens(provider, stub, scene, whole_iface, name):
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    dialog = AlgorithmDialog(algorithm(name), parent=whole_iface.mainWindow())
    try:
        dialog.show()
        parameters = dialog.createProcessingParameters()
        assert parameters["INPUT"] == scene.id()
        help_text = " ".join(found.toPlainText() for found in dialog.findChildren(QTextBrowser))
        assert dialog.algorithm().parameterDefinition("INPUT").description() in help_text
        assert dialog.findChildren(QPlainTextEdit) is not None
    finally:
        dialog.close()


def test_batch_mode_opens(provider, stub, scene, whole_iface):
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(algorithm("cloudgan:decloud"), parent=whole_iface.mainWindow())
    try:
        assert dialog.mainWidget().batchRowCount() >= 1
    finally:
        dialog.close()


def test_in_a_model(provider, stub, scene, tmp_path):
    """Simulate, then remove: the output of one is the input of the other."""
    model = QgsProcessingModelAlgorithm("there and back", "test")
    model.addModelParameter(
        QgsProcessingParameterRasterLayer("clear"), QgsProcessingModelParameter("clear")
    )
    first = QgsProcessingModelChildAlgorithm("cloudgan:simulate")
    first.setChildId("simulate")
    source = QgsProcessingModelChildParameterSource
    first.addParameterSources("INPUT", [source.fromModelParameter("clear")])
    model.addChildAlgorithm(first)
    second = QgsProcessingModelChildAlgorithm("cloudgan:decloud")
    second.setChildId("decloud")
    second.addParameterSources("INPUT", [source.fromChildOutput("simulate", "OUTPUT")])
    output = QgsProcessingModelOutput("result")
    output.setChildOutputName("OUTPUT")
    second.setModelOutputs({"result": output})
    model.addChildAlgorithm(second)
    model.initAlgorithm()
    target = str(tmp_path / "result.tif")
    destination = next(p.name() for p in model.destinationParameterDefinitions())
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    _, done = model.run({"clear": scene.source(), destination: target}, context, feedback)
    assert done, feedback.textLog()
    assert os.path.isfile(target)
    assert stub.asked[0] == "decloud"
    assert re.search(r"OUTPUT\.tif$|\.tif$", stub.asked[1])


def test_from_the_python_console(provider, stub, scene, tmp_path):
    target = str(tmp_path / "o.tif")
    result = processing.run("cloudgan:decloud", {"INPUT": scene, "OUTPUT": target})
    assert result == {"OUTPUT": target}
