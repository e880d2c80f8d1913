"""The dialogs that name, test and install the program."""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from cloudgan_geo_qgis import install, install_dialog
from cloudgan_geo_qgis.backend import SETTING
from cloudgan_geo_qgis.dialog import BackendDialog
from cloudgan_geo_qgis.facts import requirement, stated
from cloudgan_geo_qgis.install_dialog import InstallDialog, environments
from cloudgan_geo_qgis.runner import BackendError
from processing.core.ProcessingConfig import ProcessingConfig
from waiting import wait_until

STUB = Path(__file__).with_name("stub_backend.py")


@pytest.fixture
def setting(provider):
    yield lambda value: ProcessingConfig.setSettingValue(SETTING, value)
    ProcessingConfig.settings[SETTING].setValue("")
    ProcessingConfig.settings[SETTING].save()


@pytest.fixture
def stub(stub, monkeypatch):
    monkeypatch.delenv("CLOUDGAN_GEO_EXECUTABLE")
    return stub


def answer_of(dialog):
    dialog.test()
    wait_until(dialog.test_button.isEnabled, dialog.said.toPlainText)
    return dialog.said.toPlainText()


def agree(dialog):
    """Presses OK, and waits for what comes of it; tells whether the dialog took it."""
    dialog.accept()
    wait_until(dialog.test_button.isEnabled, dialog.said.toPlainText)
    return dialog.result() == dialog.DialogCode.Accepted


def test_it_tests_and_stores(stub, setting):
    dialog = BackendDialog()
    dialog.file.setFilePath(str(stub.path))
    said = answer_of(dialog)
    assert "It works." in said
    assert "cloudgan-geo 9.9, torch 2" in said
    assert "cpu: stub, 1 thread" in said
    assert agree(dialog)
    assert ProcessingConfig.getSetting(SETTING) == str(stub.path)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("stranger", "is not cloudgan-geo"),
        ("old", "No such option"),
        ("future", "cloudgan-geo 9.9, which speaks protocol 2; the plugin speaks 1"),
    ],
)
def test_ok_refuses_what_fails_the_test(stub, setting, does, said):
    stub.does(does)
    dialog = BackendDialog()
    dialog.file.setFilePath(str(stub.path))
    assert said in answer_of(dialog)
    assert not agree(dialog)
    assert said in dialog.said.toPlainText()
    assert not ProcessingConfig.getSetting(SETTING)


def test_ok_tests_what_nobody_has_tested(stub, setting):
    dialog = BackendDialog()
    # As somebody pastes it.
    dialog.file.setFilePath(f'"{stub.path.parent}"')
    assert agree(dialog)
    assert stub.asked == ["devices", "--json"]
    assert ProcessingConfig.getSetting(SETTING) == str(stub.path)


def test_it_refuses_what_is_no_program(setting, tmp_path):
    dialog = BackendDialog()
    dialog.file.setFilePath(str(tmp_path / "nothing"))
    assert "is not there" in answer_of(dialog)
    assert not agree(dialog)
    assert not ProcessingConfig.getSetting(SETTING)


@pytest.fixture
def wheel(tmp_path):
    """A wheel of the plugin's version whose program is the stub."""
    version = stated("version")
    path = tmp_path / f"cloudgan_geo-{version}-py3-none-any.whl"
    info = f"cloudgan_geo-{version}.dist-info"
    tells = f"import os, sys; os.execv({sys.executable!r}, [{sys.executable!r}, {str(STUB)!r}, "
    files = {
        "made_up.py": f"def main():\n    {tells}'devices', os.devnull, *sys.argv[1:]])\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: cloudgan-geo\n"
        f"Version: {version}\nProvides-Extra: train\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ncloudgan-geo = made_up:main\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """Where the environments are made."""
    monkeypatch.setattr(install_dialog, "environments", lambda: tmp_path / "profile")
    return tmp_path / "profile"


@pytest.fixture
def dialog(provider, qgis_app, profile):
    return InstallDialog()


def ended(dialog):
    wait_until(dialog.start_button.isEnabled, dialog.log.toPlainText, seconds=120)
    return dialog.log.toPlainText()


def test_environments_are_in_the_profile(provider):
    from qgis.core import QgsApplication

    assert str(environments()).startswith(QgsApplication.qgisSettingsDirPath())
    assert requirement() == f"cloudgan-geo[train]=={stated('version')}"


def test_a_wheel_is_installed_and_works(dialog, stub, setting, wheel, profile):
    """And replaces the one before, once it is complete."""
    (profile / "environment-1").mkdir(parents=True)
    dialog.wheel.setFilePath(f'"{wheel.parent}"')
    shares = []
    dialog.bar.valueChanged.connect(shares.append)
    dialog.start()
    said = ended(dialog)
    assert "Installed: " in said
    assert "Successfully installed cloudgan-geo" in said
    assert shares == sorted(shares)
    assert (len(shares) > 2, shares[-1]) == (True, 100)
    program = Path(dialog.installed)
    assert program.is_relative_to(profile / "environment-2")
    assert not (profile / "environment-1").exists()
    asks = BackendDialog()
    asks.file.setFilePath(str(program))
    assert "It works." in answer_of(asks)
    assert agree(asks)
    # Nothing of it is in the Python of QGIS.
    found = subprocess.run(
        ["/usr/bin/python3", "-m", "pip", "show", "cloudgan-geo"], capture_output=True
    )
    assert found.returncode != 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("other-1.0-py3-none-any.whl", "is not the wheel of this plugin"),
        (f"cloudgan_geo-{stated('version')}-py3-none-any.whl", "ERROR: "),
        ("nothing", "there is no cloudgan_geo-"),
    ],
)
def test_what_cannot_be_installed_leaves_nothing(dialog, profile, tmp_path, name, why):
    if name != "nothing":
        (tmp_path / name).write_text("no wheel")
    (profile / "environment-1").mkdir(parents=True)
    dialog.wheel.setFilePath(str(tmp_path / name))
    dialog.start()
    assert why in ended(dialog)
    assert dialog.installed == ""
    assert [path.name for path in profile.iterdir()] == ["environment-1"]


def test_an_installation_can_be_cancelled(dialog, profile, wheel):
    dialog.wheel.setFilePath(str(wheel))
    dialog.start()
    wait_until(lambda: (profile / "environment-1").exists(), dialog.log.toPlainText)
    asked = time.monotonic()
    dialog.cancel()
    assert "Cancelled; nothing was installed." in ended(dialog)
    assert time.monotonic() - asked < 3
    assert list(profile.iterdir()) == []


def test_no_package_of_that_name_is_taken_from_anywhere(dialog, profile, monkeypatch):
    """While the addresses are placeholders nobody knows whose it would be."""
    monkeypatch.setattr(install_dialog, "stated", lambda name: ".".join(("https://example", "org")))
    dialog.start()
    assert "name the wheel file, or the index" in dialog.log.toPlainText()
    assert dialog.start_button.isEnabled()
    assert not profile.exists()


def test_what_pip_is_told():
    wanted = install.Wanted("cloudgan-geo[train]==1", "", "https://index.invalid/simple", True)
    command = install.pip_command("python", "what", wanted)
    assert command[-5:] == [
        *("--index-url", "https://index.invalid/simple"),
        *("--extra-index-url", install.CPU_INDEX, "what"),
    ]


def test_a_python_that_is_new_enough(tmp_path, monkeypatch):
    """One that is too old, or has no venv, is passed over."""

    def python(name, said):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{said}\n")
        path.chmod(0o755)
        return str(path)

    old, broken = python("old", "echo 3 9"), python("broken", "exit 1")
    new = python("new", "echo 3 13")
    assert install.find_python(candidates=[old, broken, str(tmp_path / "gone"), new]) == new
    with pytest.raises(BackendError, match=r"There is no Python 3\.10 or later"):
        install.find_python(candidates=[old, broken])
    monkeypatch.setenv("PATH", f".:{tmp_path}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    python("python3.14", "echo 3 14")
    assert install.find_python() == str(tmp_path / "python3.14")
