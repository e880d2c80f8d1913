"""The pictures of evaluate, as a stranger would ask for them."""

import json

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from PIL import Image
from scenes import write_scene

from cloudgan_geo.cli.main import main
from cloudgan_geo.sensors.sentinel2 import SENSOR


@pytest.fixture
def data(tmp_path):
    """A pair, and a scene whose radiometry `decloud` alone would not settle."""
    rng = np.random.default_rng(0)
    for name in ("pairs", "scenes"):
        (tmp_path / name).mkdir()
    clear = rng.integers(300, 1500, (13, 64, 96)).astype(np.uint16)
    write_scene(tmp_path / "pairs" / "hill_clear.tif", clear)
    write_scene(tmp_path / "pairs" / "hill_cloudy.tif", clear + np.uint16(400))
    write_scene(tmp_path / "scenes" / "valley.tif", clear[:4] + np.uint16(1000))
    return "--pairs", "pairs", "--scenes", "scenes"


@pytest.mark.slow
def test_pictures_stand_in_a_folder_and_replace_those_from_before(program, data, tiny_thin_model):
    out = program.folder / "to" / "pictures"
    out.mkdir(parents=True)
    (out / "hill.png").write_text("from before")
    (out / "mine.txt").touch()
    wanted = ("--suite", "real-pairs", "--pictures", "to/pictures", "--precision", "fp32")
    done = program("evaluate", "--model", tiny_thin_model, "--device", "cpu", *data, *wanted)
    assert done.returncode == 0, done.stderr
    assert "| `hill` |" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["hill.png", "mine.txt", "valley.png"]
    # Five and four panels of 96 pixels, drawn at 256.
    assert Image.open(out / "hill.png").width == 8 + 5 * (256 + 8)
    assert Image.open(out / "valley.png").width == 8 + 4 * (256 + 8)


def test_a_generator_of_all_bands_is_given_fewer_and_held_to_bars_of_its_own(
    program, data, tmp_path
):
    from cloudgan_geo.bands import BandSet
    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.thin import ThinGenerator

    corrects = tuple(name for name in SENSOR.names if name != "B10")
    bands = BandSet(SENSOR.names, corrects, (0.5,) * 13, ("visible", "nir", "swir"))
    # Before its training a network changes nothing.
    network = ThinGenerator(width=4, bands=bands).eval()
    save_generator(network, tmp_path / "all.safetensors", {"name": "all-bands"})
    for path in (tmp_path / "pairs").iterdir():
        with rasterio.open(path, "r+") as dataset:
            dataset.descriptions = SENSOR.names
    options = ("--model", "all.safetensors", "--suite", "real-pairs", "--pairs", "pairs")
    asked = (*options, "--device", "cpu", "--precision", "fp32", "--json", "out.json")
    done = program("evaluate", *asked)
    assert done.returncode == 0, done.stderr
    suite = json.loads((tmp_path / "out.json").read_text())["suites"]["real-pairs"]
    tables = {table["title"].partition(",")[0]: table["rows"] for table in suite["tables"]}
    gain = tables["Gain in PSNR of red"]
    assert [row["mean gain"] for row in gain.values()] == [0, None, None, None]
    ratio = tables["Mean absolute error of reflectance"]["`hill`"]["all-bands, after / before"]
    assert ratio == 1
    bars = {bar["what"]: bar for bar in suite["bars"]}
    assert bars["mean gain given rgb, dB"]["met"] is None
    assert "not judged: no ts146_2018-03-22" in done.stdout


def test_pictures_are_refused_where_there_can_be_none(program, data):
    (program.folder / "file").touch()
    line = program.fails(2, "evaluate", "--suite", "clear", *data, "--pictures", "out")
    assert "--suite real-pairs" in line
    line = program.fails(1, "evaluate", "--suite", "real-pairs", *data, "--pictures", "file/out")
    assert "file/out" in line
    assert "--pictures" in line


@pytest.fixture
def without_article(tmp_path, monkeypatch):
    """The package as its wheel has it."""
    from cloudgan_geo.networks import header

    there = tmp_path / "of_the_wheel"
    there.mkdir()
    for name, path in header.bundled().items():
        if name != "article":
            (there / path.name).symlink_to(path)
    monkeypatch.setattr(header, "_WEIGHTS", there)
    monkeypatch.delenv(header.WEIGHTS_FOLDER, raising=False)


def evaluated(*asked, code=0):
    done = CliRunner().invoke(main, ["evaluate", *map(str, asked), "--device", "cpu"])
    assert done.exit_code == code, done.output
    return done


@pytest.mark.parametrize("suite", ["real-pairs", "thin-seen"])
def test_without_the_article_s_generator_its_scores_are_left_out(
    data, tmp_path, tiny_thin_model, sample_data, without_article, suite
):
    options = ("--pairs", tmp_path / "pairs", "--data", sample_data / "chips", "--limit", 16)
    asked = ("--model", tiny_thin_model, "--suite", suite, *options, "--precision", "fp32")
    done = evaluated(*asked, "--json", "-")
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Warning"))
    assert "without the article's generator" in line
    assert "CLOUDGAN_GEO_WEIGHTS" in line
    found = json.loads(done.stdout)["suites"][suite]
    assert "article" not in json.dumps([found["tables"], found["bars"]])
    assert "tiny-thin" in json.dumps(found["tables"])


def test_what_asks_for_the_article_s_generator_needs_it(
    tiny_thin_model, sample_data, data, tmp_path, without_article
):
    chips = ("--data", sample_data / "chips", "--limit", 4)
    pairs = ("--suite", "real-pairs", "--pairs", tmp_path / "pairs")
    for asked in (("--model", tiny_thin_model, *chips), ("--model", "article", *pairs)):
        done = evaluated(*asked, code=2)
        (line,) = done.stderr.strip().splitlines()
        assert line.startswith("Error: article: is not in the wheel")
