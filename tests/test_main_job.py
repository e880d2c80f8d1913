"""The main job with the bundled weights: what README promises, on the sample and on real scenes."""

import subprocess
import sys

import numpy as np
import pytest
import rasterio
import torch

from cloudgan_geo import decloud, load_generator
from cloudgan_geo.chips.eurosat import load_chips
from cloudgan_geo.evaluation.suites import article_suite
from cloudgan_geo.networks.inference import load_cleaner

REAL = {
    "T31TDH_20150726_B04B03B02B08_uint16.tif": "auto",
    "dolomites_B04B03B02B08_uint16.tif": "dn-offset",
    "dolomites_rgb_uint8.tif": "auto",
    "cirrus_veil_fall136_13band_uint16.tif": "auto",
}

#: L1 that `article` has to stay below on all 8,100 test chips, in fp32.
BAR = 0.0290
#: Of these chips, the first of the shuffled split, `make test` scores only so many. Weights that
#: got .03014 on all of them in fp32 got .03086 on these. The ratio is not quite the same for all
#: that is scored (1.001 for the unprocessed input), hence the 1 % beside it.
SAMPLE, SAMPLE_OVER_ALL = 500, 1.024


def same_grid(before, after):
    with rasterio.open(before) as a, rasterio.open(after) as b:
        for key in ("crs", "transform", "width", "height", "count", "dtype", "nodata"):
            assert a.profile[key] == b.profile[key], key
        assert a.descriptions == b.descriptions
        assert a.tags().items() <= b.tags().items()
        return a.read(), b.read(), b.tags()


def test_decloud_writes_beside_the_scene_and_says_so(tmp_path, sample_data):
    scene = tmp_path / "scene.tif"
    scene.write_bytes((sample_data / "scene.tif").read_bytes())
    run = subprocess.run(
        [sys.executable, "-m", "cloudgan_geo", "decloud", "scene.tif"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.startswith("Wrote scene_decloud.tif (300 x 300, 4 bands) in ")
    before, after, tags = same_grid(scene, tmp_path / "scene_decloud.tif")
    assert np.array_equal(before[3], after[3])
    assert (before[:3] != after[:3]).mean() > 0.9
    assert tags["CLOUDGAN_MODEL"] == "visible"
    assert tags["CLOUDGAN_WEIGHTS_SHA256"] == load_generator("visible").sha256


@pytest.mark.slow
@pytest.mark.parametrize(("name", "radiometry"), REAL.items())
def test_real_scenes_keep_their_grid_and_their_gaps(tmp_path, shared_data, name, radiometry):
    scene = shared_data / "scenes" / name
    result = decloud(scene, tmp_path / "out.tif", radiometry=radiometry)
    before, after, _ = same_grid(scene, tmp_path / "out.tif")
    bands = [index - 1 for index in result.bands]
    corrected = [result.bands_read[band] - 1 for band in result.bands_corrected]
    others = [k for k in range(len(before)) if k not in corrected]
    assert np.array_equal(before[others], after[others])
    assert result.windows + result.windows_skipped > 0
    with rasterio.open(scene) as dataset:
        nodata = dataset.nodata
    if nodata is not None:
        assert np.array_equal(before[bands] == nodata, after[bands] == nodata)


def test_a_generator_loaded_once_serves_many_scenes(tmp_path, sample_data):
    generator = load_generator("article")
    results = [
        decloud(sample_data / "scene.tif", tmp_path / f"{n}.tif", model=generator, precision="fp32")
        for n in range(2)
    ]
    first, second = (rasterio.open(r.output).read() for r in results)
    assert np.array_equal(first, second)
    assert results[0].radiometry in ("dn", "declared")


@pytest.mark.parametrize("precision", ["fp32", pytest.param("bf16", marks=pytest.mark.slow)])
def test_batches_and_cores_change_nothing_but_speed(tmp_path, sample_data, precision):
    cleaner = load_cleaner("article", device="cpu", precision=precision)
    outputs, threads = [], torch.get_num_threads()
    try:
        for cores, batch_size in [(1, 16), (2, 5)]:
            torch.set_num_threads(cores)
            output = tmp_path / f"{cores}_{batch_size}.tif"
            decloud(sample_data / "scene.tif", output, model=cleaner, batch_size=batch_size)
            assert torch.get_num_threads() == cores
            with rasterio.open(output) as dataset:
                outputs.append(dataset.read().astype(int))
    finally:
        torch.set_num_threads(threads)
    assert np.abs(outputs[1] - outputs[0]).max() <= 1


@pytest.fixture(scope="module")
def chips(shared_data):
    return load_chips(shared_data / "eurosat_rgb.zip")


def article_in_fp32(chips, limit=None):
    """Returns mean absolute errors on the article's own test: the generator's, the input's."""
    cleaner = load_cleaner("article", device="cpu", precision="fp32")
    report = article_suite(chips, cleaner, limit=limit)
    rows = report.tables[0].rows
    return report.count, rows["article"]["mae"], rows["unprocessed input"]["mae"]


@pytest.mark.slow
def test_bundled_weights_score_well_on_a_sample_of_chips(chips):
    count, article, unprocessed = article_in_fp32(chips, limit=SAMPLE)
    assert count == 500
    assert unprocessed == pytest.approx(0.14673, abs=1e-4)
    assert article < BAR * SAMPLE_OVER_ALL * 1.01


@pytest.mark.slow
def test_bundled_weights_keep_the_score_on_their_card(chips):
    count, article, unprocessed = article_in_fp32(chips)
    assert count == 8100
    scores = load_generator("article").card["scores"]["article suite"]
    assert article == pytest.approx(scores["l1"], abs=5e-5)
    assert unprocessed == pytest.approx(0.14657, abs=1e-4)
    # The article's own result is about .033.
    assert article < BAR
