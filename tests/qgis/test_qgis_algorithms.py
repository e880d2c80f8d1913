"""What the algorithms ask of the backend, and what they make of its results; with a stub."""

import re
import threading
import time

import processing
import pytest
from cloudgan_geo_qgis.decloud import RemoveThinClouds
from cloudgan_geo_qgis.evaluate import EvaluateAgainstClear
from cloudgan_geo_qgis.options import Choice, Flag, Number, Output, Raster
from cloudgan_geo_qgis.simulate import SimulateThinClouds
from cloudgan_geo_qgis.wording import in_dialog_words
from listening import Listener, decloud, value
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
)

#: Values other than the defaults, and how they are typed.
OTHERS = {
    "RADIOMETRY": ("dn-offset", ["--radiometry", "dn-offset"]),
    "BANDS": ("B02=1,B03=2,B04=3,B08=4", ["--bands", "B02=1,B03=2,B04=3,B08=4"]),
    "LEVEL": ("2A", ["--level", "2A"]),
    "TRUST_INPUT": (True, ["--trust-input"]),
    "CORRECT": ("10m", ["--correct", "10m"]),
    "KEEP_BELOW": (0.1, ["--keep-below", "0.1"]),
    "THICK_ABOVE": (0.7, ["--thick-above", "0.7"]),
    "THICK": ("nodata", ["--thick", "nodata"]),
    "THICK_ERROR": (0.02, ["--thick-error", "0.02"]),
    "DEVICE": ("cuda:1", ["--device", "cuda:1"]),
    "PRECISION": ("bf16", ["--precision", "bf16"]),
    "COMPILE": (True, ["--compile"]),
    "OVERLAP": (8, ["--overlap", "8"]),
    "BATCH_SIZE": (4, ["--batch-size", "4"]),
    "WRITE": ("all", ["--write", "all"]),
    "RGB_ONLY": (True, ["--rgb-only"]),
    "COG": (True, ["--cog"]),
    "CO": (
        "COMPRESS=DEFLATE|PREDICTOR=2",
        ["--co", "COMPRESS=DEFLATE", "--co", "PREDICTOR=2"],
    ),
}
PROTOCOL = ["--progress", "json", "--stop-when-stdin-closes"]


def test_defaults_are_left_to_the_program(provider, stub, scene, tmp_path):
    start = ["decloud", scene.source(), "--output", str(tmp_path / "o.tif"), "--overwrite"]
    decloud(scene, tmp_path)
    assert stub.asked == [*start, *PROTOCOL]
    # As the dialog does, which gives every parameter; and what is emptied is not asked for.
    shown = {
        option.name: option.default
        for option in RemoveThinClouds.OPTIONS
        if option.default is not None
    }
    decloud(scene, tmp_path, **shown, BANDS="", CO="", WEIGHTS="", BOUNDS=None, AOI=None)
    assert stub.asked == [*start, *PROTOCOL]
    decloud(scene, tmp_path, DEVICE="", BATCH_SIZE=" auto ")
    assert stub.asked == [*start, *PROTOCOL]


def test_every_option(provider, stub, scene, tmp_path):
    names = ("QA", "OPACITY", "ERROR", "REPORT")
    files = {name: str(tmp_path / f"{name}.tif") for name in names}
    result = decloud(
        scene, tmp_path, **{name: value for name, (value, _) in OTHERS.items()}, **files
    )
    assert result == {"OUTPUT": str(tmp_path / "o.tif"), **files}
    asked = stub.asked
    for name, path in files.items():
        assert value(asked, f"--{name.lower()}") == path
    typed = [part for _, parts in OTHERS.values() for part in parts]
    start = asked.index("--overwrite") + 1
    assert asked[start : -len(PROTOCOL)] == typed
    # No parameter of the table was forgotten here.
    elsewhere = {"INPUT", "BAND_FILES", "OUTPUT", "MODEL", "WEIGHTS", "BOUNDS", "AOI"}
    assert {option.name for option in RemoveThinClouds.OPTIONS} == {*OTHERS, *files, *elsewhere}


@pytest.mark.parametrize("asked", [("QA",), ("OPACITY", "ERROR")])
def test_what_a_model_does_not_give(provider, stub, scene, tmp_path, asked):
    files = {name: str(tmp_path / f"{name}.tif") for name in asked}
    listener = Listener()
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), "MODEL": "article", **files}
    with pytest.raises(QgsProcessingException) as failed:
        processing.run("cloudgan:decloud", parameters, feedback=listener)
    said = " ".join([str(failed.value), *listener.wrong])
    assert "The model article estimates no opacity" in said
    labels = {option.name: option.label for option in RemoveThinClouds.OPTIONS}
    assert all(f'"{labels[name]}"' in said for name in asked)
    assert not stub.has_been_asked
    # Nor without the dialog's own check, as in batches.
    context = QgsProcessingContext()
    _, done = RemoveThinClouds().create().run(parameters, context, listener)
    assert not done
    assert not stub.has_been_asked
    decloud(scene, tmp_path, MODEL="article", QA=None)
    assert value(stub.asked, "--model") == "article"
    decloud(scene, tmp_path, MODEL="article", WEIGHTS="/my/w.safetensors", **files)


def test_weights_instead_of_a_model(provider, stub, scene, tmp_path):
    decloud(scene, tmp_path, MODEL="article", WEIGHTS="/my/w.safetensors")
    assert value(stub.asked, "--model") == "/my/w.safetensors"
    assert stub.asked.count("--model") == 1


@pytest.mark.parametrize("kind", [RemoveThinClouds, SimulateThinClouds, EvaluateAgainstClear])
def test_parameters_are_what_the_tables_say(provider, kind):
    algorithm = kind().create()
    shown = {found.name(): found for found in algorithm.parameterDefinitions()}
    assert [*shown][: len(kind.OPTIONS)] == [option.name for option in kind.OPTIONS]
    for option in kind.OPTIONS:
        parameter = shown[option.name]
        assert parameter.description() == option.label
        assert parameter.help() == in_dialog_words(" ".join(option.texts), kind.OPTIONS)
        assert not re.search(r"--[a-z]", parameter.help())
        flags = parameter.flags()
        assert bool(flags & parameter.Flag.FlagAdvanced) == option.advanced
        if not isinstance(option, Output):
            assert parameter.defaultValue() == option.default
        if isinstance(option, Choice):
            assert parameter.options() == list(option.choices)
            assert parameter.usesStaticStrings()
        if isinstance(option, Number):
            for bound, found in ((option.least, parameter.minimum()),
                                 (option.largest, parameter.maximum())):  # fmt: skip
                assert bound is None or found == bound
        must = isinstance(option, Raster) and option.is_argument
        must = must or option.name == "OUTPUT" or isinstance(option, (Choice, Flag))
        must = must or (isinstance(option, Number) and option.default is not None)
        assert bool(flags & parameter.Flag.FlagOptional) != must


def test_a_layer_that_is_not_a_file(provider, stub, scene, tmp_path):
    web = QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png", "Web map", "wms")
    copy = gdal.GetDriverByName("GTiff").CreateCopy("/vsimem/scene.tif", gdal.Open(scene.source()))
    copy.FlushCache()
    memory = QgsRasterLayer("/vsimem/scene.tif", "In memory")
    for layer in (web, memory):
        QgsProject.instance().addMapLayer(layer)
        with pytest.raises(QgsProcessingException, match=f"{layer.name()} is not a file"):
            decloud(layer, tmp_path)


def test_errors_are_in_the_dialogs_words(provider, stub, scene, tmp_path):
    stub.does("fails")
    with pytest.raises(QgsProcessingException) as failed:
        decloud(scene, tmp_path)
    assert 'scene.tif: is not what it should be; "Bands" mends it' in str(failed.value)
    assert "Traceback" not in str(failed.value)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("give --radiometry dn or dn-offset.", 'give "Radiometry" dn or dn-offset.'),
        ("Invalid value for '--thick-above': 2", 'Invalid value for "Thick above this opacity": 2'),
        ("Invalid value for 'SCENE': no file", 'Invalid value for "Cloudy image": no file'),
        ("see --model", 'see "Model"'),
        ("--bands.", '"Bands".'),
        ("(--qa, --error)", '("Quality band", "Expected error")'),
        ("--overwrite and --thick-abov stay", "--overwrite and --thick-abov stay"),
        ("/my/--qa.tif, a--qa, --qa.tif, SCENE", "/my/--qa.tif, a--qa, --qa.tif, SCENE"),
    ],
)
def test_options_in_the_dialogs_words(said, shown):
    assert in_dialog_words(said, RemoveThinClouds.OPTIONS) == shown


def test_what_the_backend_says_is_in_the_log(provider, stub, scene, tmp_path):
    listener = Listener()
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")}
    processing.run("cloudgan:decloud", parameters, feedback=listener)
    assert "cloudgan-geo 9.9" in listener.said
    assert "Radiometry: dn (a stub says so)" in listener.said
    assert listener.warned == ["the stub removes no cloud"]
    assert listener.progress() == 100


def test_cancel(provider, patient_stub, scene, tmp_path):
    feedback = QgsProcessingFeedback()
    asked = []

    def cancel():
        while not list(tmp_path.glob("o.tif.partial-*")):
            time.sleep(0.01)
        asked.append(time.monotonic())
        feedback.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    parameters = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")}
    processing.run("cloudgan:decloud", parameters, feedback=feedback)
    assert time.monotonic() - asked[0] < 2
    assert not list(tmp_path.glob("o.tif*"))


def test_simulate(provider, stub, scene, tmp_path):
    files = {"OUTPUT": str(tmp_path / "o.tif"), "OPACITY_OUT": str(tmp_path / "t.tif")}
    parameters = {"INPUT": scene, "SEED": 7, "FAMILY": "patches", "OPACITY": 0.4, **files}
    assert processing.run("cloudgan:simulate", parameters) == files
    asked = stub.asked
    assert asked[:3] == ["simulate", scene.source(), files["OUTPUT"]]
    assert value(asked, "--opacity-out") == files["OPACITY_OUT"]
    assert (value(asked, "--seed"), value(asked, "--family")) == ("7", "patches")
    assert "--trust-input" not in asked
    assert value(asked, "--opacity") == "0.4"
    assert "--coverage" not in asked
    del parameters["OPACITY_OUT"]
    assert processing.run("cloudgan:simulate", parameters) == {"OUTPUT": files["OUTPUT"]}
    # The truth that nobody asked for lies among QGIS's temporary files.
    assert not value(stub.asked, "--opacity-out").startswith(str(tmp_path))


def test_evaluate(provider, stub, scene, sample_data, tmp_path):
    clear, page = str(sample_data / "scene_clear.tif"), str(tmp_path / "r.html")
    parameters = {"INPUT": scene, "CLEAR": clear, "BEFORE": scene, "QA": clear, "HTML": page}
    parameters |= {"BANDS": "3,2,1", "TRUST_INPUT": True}
    result = processing.run("cloudgan:evaluate", {**parameters, "TABLE": "TEMPORARY_OUTPUT"})
    assert stub.asked[:3] == ["compare", scene.source(), clear]
    assert value(stub.asked, "--before") == scene.source()
    assert value(stub.asked, "--qa") == clear
    assert value(stub.asked, "--bands") == "3,2,1"
    assert "--trust-input" in stub.asked
    assert (result["PSNR"], result["SSIM"], result["MAE"]) == (20.5, 0.75, 0.125)
    assert result["HTML"] == page
    table = result["TABLE"]
    assert not table.isSpatial()
    assert table.crs() == QgsCoordinateReferenceSystem()
    rows = [feature.attributes() for feature in table.getFeatures()]
    assert [row[:4] for row in rows][:2] == [
        ["before", "all", 90000, 10.25],
        ["result", "all", 90000, 20.5],
    ]
    assert len(rows) == 3
