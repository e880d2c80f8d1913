"""The zip against the rules of the official plugin repository; needs no QGIS."""

import ast
import configparser
import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = (
    *("name", "description", "about", "version", "author", "email", "qgisMinimumVersion"),
    *("tracker", "repository", "hasProcessingProvider", "icon"),
)


@pytest.fixture(scope="module")
def archive(make_zip, tmp_path_factory):
    with zipfile.ZipFile(make_zip(tmp_path_factory.mktemp("zip"))) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(archive):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    text = archive.read("cloudgan_geo_qgis/metadata.txt").decode()
    parser.read_file(io.StringIO(text))
    return parser["general"]


def test_one_folder_whose_name_python_can_import(archive):
    folders = {name.partition("/")[0] for name in archive.namelist()}
    assert folders == {"cloudgan_geo_qgis"}
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", *folders)
    assert all("/" in name for name in archive.namelist())


def test_small_and_without_rubbish(archive):
    assert sum(entry.file_size for entry in archive.infolist()) < 25 * 2**20
    for name in archive.namelist():
        assert not re.search(r"\.pyc|__pycache__|__MACOSX|/\.|\.\.|\\", name), name
        assert not name.endswith((".so", ".dll", ".exe", ".zip"))


def test_what_must_be_inside(archive, metadata):
    names = {name.partition("/")[2] for name in archive.namelist()}
    assert {"__init__.py", "metadata.txt", "LICENSE", metadata["icon"]} <= names
    assert {"styles/quality.qml", "styles/opacity.qml"} <= names
    assert b"def classFactory(" in archive.read("cloudgan_geo_qgis/__init__.py")
    assert b"MIT License" in archive.read("cloudgan_geo_qgis/LICENSE")


def test_the_help_and_its_pictures(archive):
    text = archive.read("cloudgan_geo_qgis/help/qgis.md").decode()
    pictures = re.findall(r"\]\((images/[^)]+)\)", text)
    assert pictures
    assert {f"cloudgan_geo_qgis/help/{name}" for name in pictures} <= set(archive.namelist())
    # What lies beside it in the repository is not in the zip.
    assert not re.search(r"\]\([\w-]+\.md", text)


def test_metadata(metadata):
    for name in REQUIRED:
        assert metadata.get(name), name
    assert metadata["hasProcessingProvider"] == "yes"
    assert re.fullmatch(r"3\.22", metadata["qgisMinimumVersion"])
    # Qt 6 is not claimed while nobody has tried it; the menu is Plugins, as without a category.
    assert metadata["qgisMaximumVersion"] == "3.99"
    assert "supportsQt6" not in metadata
    assert "category" not in metadata
    for name in ("homepage", "tracker", "repository"):
        assert metadata[name].startswith("https://")
    assert "plugin" not in metadata["name"].lower()
    assert all(ord(letter) < 128 for letter in metadata["name"])


def test_versions_agree(metadata):
    package = (ROOT / "cloudgan_geo/__init__.py").read_text()
    assert f'__version__ = "{metadata["version"]}"' in package


def test_the_backend_is_not_imported(archive):
    for name in archive.namelist():
        if name.endswith(".py"):
            text = archive.read(name).decode()
            found = re.findall(r"^\s*(?:from|import) +(\w+)", text, re.MULTILINE)
            assert not {"torch", "cloudgan_geo", "rasterio", "scipy", "PyQt5", "PyQt6"} & set(found)


def test_python_of_the_oldest_qgis_can_read_it(archive):
    """QGIS 3.22 to 3.40 bring Python 3.9 on Windows and macOS."""
    for name in archive.namelist():
        if name.endswith(".py"):
            text = archive.read(name).decode()
            ast.parse(text, feature_version=(3, 9))
            assert "from __future__ import annotations" in text


def test_the_same_files_give_the_same_zip(make_zip, tmp_path):
    one, other = make_zip(tmp_path / "a"), make_zip(tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()


class TestPlaceholders:
    @pytest.fixture
    def released(self, zip_module, tmp_path, monkeypatch):
        """The plugin with addresses that are somebody's."""
        plugin = shutil.copytree(zip_module.PLUGIN, tmp_path / "cloudgan_geo_qgis")
        text = re.sub(r"example\.org", "cloudgan.invalid", zip_module.metadata())
        (plugin / "metadata.txt").write_text(text)
        monkeypatch.setattr(zip_module, "PLUGIN", plugin)

    def test_none_in_a_release(self, zip_module, released, tmp_path):
        assert zip_module.make_zip(tmp_path / "dist").is_file()

    def test_refused(self, zip_module, tmp_path, monkeypatch):
        monkeypatch.setattr(zip_module, "metadata", lambda: "version=1\nemail=me@example.com\n")
        with pytest.raises(SystemExit, match=r"(?s)placeholders.*email=me@example\.com"):
            zip_module.make_zip(tmp_path / "dist")
        assert not (tmp_path / "dist").exists()

    def test_on_the_command_line(self, zip_module, tmp_path):
        command = [sys.executable, ROOT / "qgis_plugin/make_zip.py", tmp_path]
        refused = subprocess.run(command, capture_output=True, text=True)
        assert bool(refused.returncode) == bool(zip_module.placeholders())
        assert "Traceback" not in refused.stderr
        made = subprocess.run([*command, "--allow-placeholders"], capture_output=True, text=True)
        assert made.returncode == 0
        assert Path(made.stdout.strip()).is_file()

    def test_they_stand_in_one_place(self, zip_module):
        """So that a release needs one file to be changed."""
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
        if listed.returncode:
            pytest.skip("no checkout")
        address = re.compile(rb"(?://|@)example\.(?:com|net|org)")
        found = [name for name in listed.stdout.splitlines() if address.search(read(name))]
        assert set(found) <= {"qgis_plugin/cloudgan_geo_qgis/metadata.txt", THIS}


THIS = Path(__file__).relative_to(ROOT).as_posix()


def read(name):
    path = ROOT / name
    return path.read_bytes() if path.is_file() else b""
