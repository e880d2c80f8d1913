"""What docs/arrays.md shows can be run."""

import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scenes import read, write_scene

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "arrays.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.slow
def test_the_examples_run_one_after_the_other(sample_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scene = write_scene(tmp_path / "scene.tif", read(sample_data / "scene.tif")[:, :80, :90])
    with rasterio.open(scene, "r+") as dataset:
        dataset.descriptions = ("B02", "B03", "B04", "B08")
    space = {}
    assert len(EXAMPLES) == 5
    for example in EXAMPLES:
        exec(example, space)
    cleaned, clear = space["cleaned"], space["clear"]
    assert cleaned.image.dtype == space["pixels"].dtype
    assert (clear.image == cleaned.image).all()
    np.testing.assert_array_equal(clear.opacity, cleaned.opacity)
    assert (read(tmp_path / "clear.tif") == cleaned.image).all()
    assert (space["first"].image == cleaned.image).all()
    assert (read(tmp_path / "from_memory.tif") == cleaned.image).all()
    half = read(tmp_path / "half.tif")
    assert (half[:, :, 45:] == space["pixels"][:, :, 45:]).all()
    assert (half[:, :, :45] == cleaned.image[:, :, :45]).all()
