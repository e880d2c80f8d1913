"""The plugin in other languages: complete, loaded, and taken back."""

import importlib.util
import re
import string
from pathlib import Path

import pytest
from cloudgan_geo_qgis import language
from cloudgan_geo_qgis.decloud import RemoveThinClouds
from cloudgan_geo_qgis.wording import in_dialog_words
from qgis.PyQt.QtCore import QTranslator

PLUGIN = Path(__file__).resolve().parents[2] / "qgis_plugin"
LANGUAGES = ["de", "es"]


@pytest.fixture(scope="module")
def translate():
    found = importlib.util.spec_from_file_location("translate", PLUGIN / "translate.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def fields(text):
    """What is filled in."""
    return sorted(str(part[1:]) for part in string.Formatter().parse(text) if part[1] is not None)


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_text_is_translated(translate, name):
    """And what `python3 qgis_plugin/translate.py` has compiled is what the sources say."""
    texts, known = translate.texts(), translate.translated(name)
    assert len(texts) > 150
    assert [text for text in texts if text not in known] == []
    assert set(known) == set(texts)
    for text in texts:
        assert fields(known[text]) == fields(text), text
    compiled = QTranslator()
    assert compiled.load(str(language.FOLDER / f"cloudgan_{name}.qm"))
    assert [compiled.translate(language.CONTEXT, text) for text in texts] == [
        known[text] for text in texts
    ]


@pytest.mark.parametrize(
    ("locale", "title", "label"),
    [
        ("de_AT", "Dünne Wolken entfernen", "Bewölktes Bild"),
        ("es", "Quitar nubes finas", "Imagen nublada"),
        ("en_GB", "Remove thin clouds", "Cloudy image"),
        ("xx", "Remove thin clouds", "Cloudy image"),
    ],
)
def test_it_speaks_the_language_of_qgis(provider, locale, title, label):
    translator = language.speak(locale)
    try:
        algorithm = RemoveThinClouds().create()
        assert algorithm.displayName() == title
        # Ids stay.
        assert (algorithm.name(), algorithm.groupId()) == ("decloud", "thinclouds")
        assert algorithm.parameterDefinition("INPUT").description() == label
        said = in_dialog_words("Invalid value for 'SCENE'", RemoveThinClouds.OPTIONS, language.tr)
        assert said == f'Invalid value for "{label}"'
    finally:
        language.silence(translator)
    assert RemoveThinClouds().displayName() == "Remove thin clouds"


def test_they_are_in_the_zip(make_zip, tmp_path):
    import zipfile

    with zipfile.ZipFile(make_zip(tmp_path)) as archive:
        found = [name for name in archive.namelist() if re.search(r"/i18n/.*\.qm$", name)]
    assert len(found) == len(LANGUAGES)
