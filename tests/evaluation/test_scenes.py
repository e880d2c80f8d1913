"""compare: scores of whole scenes, against torchmetrics and numpy."""

import json
import sys

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from rasterio.transform import Affine
from scenes import ground, write_scene
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    spectral_angle_mapper,
    structural_similarity_index_measure,
)

from cloudgan_geo.cli.main import main
from cloudgan_geo.errors import SceneError
from cloudgan_geo.evaluation.scenes import compare_scenes, spectral_angle


@pytest.fixture(autouse=True)
def many_pieces(monkeypatch):
    """Scenes are gone through in pieces of few rows, so that their seams would show."""
    monkeypatch.setattr("cloudgan_geo.evaluation.scenes._PIXELS", 70 * 20)


@pytest.fixture
def clear():
    # Reflectances up to .25, so that the model domain clips nothing.
    return ground(90, 70, dtype="float32") * np.float32(0.6)


@pytest.fixture
def cloudy(clear):
    return clear * np.float32(0.6) + np.float32(0.08)


def write(folder, **images):
    return {name: write_scene(folder / f"{name}.tif", pixels) for name, pixels in images.items()}


def scores(found, image="result", where="all"):
    (line,) = (line for line in found.lines if (line.image, line.where) == (image, where))
    return line.scores


def test_the_scores_are_those_of_torchmetrics(tmp_path, clear, cloudy):
    files = write(tmp_path, clear=clear, result=cloudy)
    found = scores(compare_scenes({"result": files["result"]}, files["clear"]))
    image, truth = (torch.from_numpy(pixels / 0.275)[None] for pixels in (cloudy, clear))
    assert found.pixels == 90 * 70
    psnr = peak_signal_noise_ratio(image, truth, data_range=1.0).item()
    assert found.psnr == pytest.approx(psnr, abs=1e-4)
    assert found.mae == pytest.approx((image - truth).abs().mean().item(), abs=1e-6)
    ssim = structural_similarity_index_measure(image, truth, data_range=1.0).item()
    assert found.ssim == pytest.approx(ssim, abs=1e-5)
    sam = np.degrees(spectral_angle_mapper(image, truth).item())
    assert found.sam == pytest.approx(sam, rel=1e-4)


def test_pixels_without_data_do_not_count(tmp_path, clear, cloudy):
    holes = np.zeros((90, 70), bool)
    holes[30:40, 20:60] = True
    spoilt = cloudy.copy()
    spoilt[:, holes] = np.nan
    files = write(tmp_path, clear=clear, result=cloudy, spoilt=spoilt)
    images = {"result": files["result"], "spoilt": files["spoilt"]}
    found = compare_scenes(images, files["clear"])
    one, other = scores(found), scores(found, "spoilt")
    assert one == other
    assert one.pixels == (~holes).sum()
    error = np.abs(cloudy - clear)[:, ~holes] / 0.275
    assert one.mae == pytest.approx(error.mean(), rel=1e-5)
    assert one.ssim is not None


def test_classes_of_the_quality_band(tmp_path, clear, cloudy):
    quality = np.full((1, 90, 70), 1, np.uint8)
    quality[:, 20:50] = 2
    quality[:, 50:] = 3
    quality[:, :2] = 0
    result = np.where(quality == 1, clear, cloudy)
    files = write(tmp_path, clear=clear, result=result, qa=quality)
    found = compare_scenes({"result": files["result"]}, files["clear"], qa=files["qa"])
    same = scores(found, where="clear")
    assert (same.pixels, same.mae, same.psnr) == (18 * 70, 0, None)
    corrected, thick = scores(found, where="corrected"), scores(found, where="thick")
    assert (corrected.pixels, thick.pixels) == (30 * 70, 40 * 70)
    error = np.square(cloudy - clear)[:, 50:] / 0.275**2
    assert thick.psnr == pytest.approx(-10 * np.log10(error.mean()), abs=1e-4)
    assert scores(found).pixels == 90 * 70
    assert "| result | clear | 1,260 | infinite | " in found.to_markdown()


def test_the_angle_does_not_depend_on_brightness():
    red, green, black = np.eye(3, dtype=np.float32)[:, :, None][[0, 1, 2]] * [[[1]], [[1]], [[0]]]
    assert spectral_angle(red[:, None], green[:, None]) == pytest.approx(90)
    assert spectral_angle(red[:, None] * 5, red[:, None]) == pytest.approx(0)
    assert np.isnan(spectral_angle(black[:, None], red[:, None])).all()


def test_other_grids_are_refused(tmp_path, clear):
    files = write(tmp_path, clear=clear, small=clear[:, 1:])
    for name, east in (("moved", 10), ("rounded", 1e-6)):
        transform = Affine(10, 0, 399960 + east, 0, -10, 4693200)
        files[name] = write_scene(tmp_path / f"{name}.tif", clear, transform=transform)
    with pytest.raises(SceneError, match=r"small.tif: is 70 x 89 pixels, but .* is 70 x 90"):
        compare_scenes({"result": files["small"]}, files["clear"])
    with pytest.raises(SceneError, match=r"moved.tif: lies on another grid"):
        compare_scenes({"result": files["moved"]}, files["clear"])
    assert scores(compare_scenes({"result": files["rounded"]}, files["clear"])).mae == 0
    with pytest.raises(SceneError, match=r"clear.tif: is no quality band of 70 x 90 pixels"):
        compare_scenes({"result": files["clear"]}, files["clear"], qa=files["clear"])


def test_nothing_to_compare(tmp_path, clear):
    files = write(tmp_path, clear=clear, nothing=np.full_like(clear, np.nan))
    arguments = {"result": files["nothing"]}, files["clear"]
    with pytest.raises(SceneError, match="no pixel holds data"):
        compare_scenes(*arguments, radiometry="reflectance")


def test_the_command(tmp_path, clear, cloudy):
    files = write(tmp_path, clear=clear, before=cloudy, result=(clear + cloudy) / 2)
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    asked = ["compare", files["result"], files["clear"], "--before", files["before"]]
    asked += ["--json", data, "--html", page]
    result = CliRunner().invoke(main, [*map(str, asked)])
    assert result.exit_code == 0, result.stderr
    head, _, before, after = result.stdout.splitlines()
    assert head == "| image | pixels of | pixels | PSNR dB | SSIM | MAE | SAM degrees |"
    assert before.startswith("| before | all | 6,300 | ")
    told = json.loads(data.read_text())
    assert told["lines"][1]["psnr"] - told["lines"][0]["psnr"] == pytest.approx(6.02, abs=0.01)
    assert f"{told['lines'][1]['psnr']:.2f}" in after
    assert "<td>before</td><td>all</td><td>6,300</td>" in page.read_text()
    refused = CliRunner().invoke(main, [*map(str, asked)])
    assert refused.exit_code == 2
    assert f"{data}: exists already; --overwrite replaces it" in refused.stderr
    heard = CliRunner().invoke(main, [*map(str, asked), "--overwrite", "--progress", "json"])
    *_, last = map(json.loads, heard.stdout.splitlines())
    assert last["lines"] == told["lines"]


def test_a_package_that_is_missing_is_named(tmp_path, clear, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchmetrics", None)
    monkeypatch.setitem(sys.modules, "torchmetrics.functional.image", None)
    file = str(write(tmp_path, clear=clear)["clear"])
    result = CliRunner().invoke(main, ["compare", file, file])
    assert result.exit_code == 1
    assert "the Python package torchmetrics" in result.stderr
    assert "pip install 'cloudgan-geo[train]'" in result.stderr
