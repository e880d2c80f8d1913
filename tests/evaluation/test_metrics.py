"""Scores against torchmetrics and against arithmetic."""

import json
import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import peak_signal_noise_ratio

from cloudgan_geo.errors import DatasetError
from cloudgan_geo.evaluation.metrics import concatenate, score_chips
from cloudgan_geo.evaluation.report import SuiteReport
from cloudgan_geo.evaluation.suites import article_suite
from cloudgan_geo.training.eurosat import load_chips


@pytest.fixture
def images():
    torch.manual_seed(0)
    truth = torch.rand(3, 3, 32, 32)
    return (truth + 0.1 * torch.randn_like(truth)).clamp(0, 1), truth


def test_scores_are_those_of_torchmetrics_chip_by_chip(images):
    noisy, truth = images
    scores = score_chips(noisy, truth)
    for k in range(3):
        expected = peak_signal_noise_ratio(noisy[k], truth[k], data_range=1.0).item()
        assert scores.psnr[k] == pytest.approx(expected, abs=1e-4)
        assert scores.l1[k] == pytest.approx((noisy[k] - truth[k]).abs().mean().item(), abs=1e-6)
        assert scores.ssim[k] == pytest.approx(score_chips(noisy[k : k + 1], truth[k : k + 1]).ssim)
    assert (scores.ssim < 0.99).all()


def test_a_perfect_image_scores_perfectly(images):
    scores = score_chips(images[1], images[1]).means()
    assert scores["l1"] == 0
    assert math.isinf(scores["psnr"])
    assert scores["ssim"] == pytest.approx(1)


def test_a_constant_error_has_the_psnr_of_its_size():
    truth = torch.full((1, 3, 16, 16), 0.5)
    assert score_chips(truth + 0.1, truth).psnr[0] == pytest.approx(20, abs=1e-4)


def test_batches_join_in_order(images):
    noisy, truth = images
    whole = score_chips(noisy, truth)
    parts = concatenate([score_chips(noisy[:1], truth[:1]), score_chips(noisy[1:], truth[1:])])
    assert np.allclose(parts.l1, whole.l1)
    assert np.allclose(parts.ssim, whole.ssim)


class Unchanged:
    """A generator that gives its input back."""

    name, sha256, precision = "unchanged", "0" * 64, "fp32"

    def clean(self, batch):
        return batch


def test_the_suite_scores_the_input_and_the_generator_alike(sample_data):
    done = []
    report = article_suite(load_chips(sample_data / "chips"), Unchanged(), progress=done.append)
    assert report.chips == sum(done) == 5
    assert report.rows["unchanged"] == report.rows["unprocessed input"]
    assert 0.02 < report.rows["unchanged"]["l1"] < 0.5


def test_the_suite_is_the_same_every_time_and_can_be_cut(sample_data):
    chips = load_chips(sample_data / "chips")
    assert article_suite(chips, Unchanged()) == article_suite(chips, Unchanged())
    assert article_suite(chips, Unchanged(), limit=2).chips == 2
    with pytest.raises(DatasetError, match="too few"):
        article_suite(chips.take([0]), Unchanged())


def test_report_prints_as_json_and_as_a_table():
    rows = {
        "unprocessed input": {"l1": 0.145, "psnr": 17.8, "ssim": 0.61},
        "article": {"l1": 0.0301, "psnr": 28.456, "ssim": 0.8},
    }
    report = SuiteReport("article", "test", 8100, 3, rows, {"name": "article"})
    assert json.loads(report.to_json())["rows"] == rows
    table = report.to_markdown().splitlines()
    assert table[0] == "**article**: test; 8,100 chips, seed 3"
    assert table[2:] == [
        "| method | L1 | PSNR dB | SSIM |",
        "|---|---:|---:|---:|",
        "| unprocessed input | 0.1450 | 17.80 | 0.610 |",
        "| article | 0.0301 | 28.46 | 0.800 |",
    ]
