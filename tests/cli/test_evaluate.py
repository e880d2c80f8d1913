"""The pictures of evaluate, as a stranger would ask for them."""

import numpy as np
import pytest
from PIL import Image
from scenes import write_scene


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


def test_pictures_are_refused_where_there_can_be_none(program, data):
    (program.folder / "file").touch()
    line = program.fails(2, "evaluate", "--suite", "clear", *data, "--pictures", "out")
    assert "--suite real-pairs" in line
    line = program.fails(1, "evaluate", "--suite", "real-pairs", *data, "--pictures", "file/out")
    assert "file/out" in line
    assert "--pictures" in line
