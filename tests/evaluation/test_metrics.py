"""Scores and tables against torchmetrics and against arithmetic."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import peak_signal_noise_ratio, spectral_angle_mapper

from cloudgan_geo.evaluation.metrics import concatenate, score_chips
from cloudgan_geo.evaluation.tables import (
    Bar,
    SuiteReport,
    Table,
    reports_to_json,
    reports_to_markdown,
)


@pytest.fixture
def images():
    torch.manual_seed(0)
    truth = torch.rand(3, 3, 32, 32)
    return (truth + 0.1 * torch.randn_like(truth)).clamp(0, 1), truth


def test_scores_are_those_of_torchmetrics_chip_by_chip(images):
    noisy, truth = images
    scores = score_chips(noisy, truth)
    angles = torch.rad2deg(spectral_angle_mapper(noisy, truth, reduction="none"))
    for k in range(3):
        expected = peak_signal_noise_ratio(noisy[k], truth[k], data_range=1.0).item()
        assert scores.psnr[k] == pytest.approx(expected, abs=1e-4)
        assert scores.mae[k] == pytest.approx((noisy[k] - truth[k]).abs().mean().item(), abs=1e-6)
        assert scores.ssim[k] == pytest.approx(score_chips(noisy[k : k + 1], truth[k : k + 1]).ssim)
        assert scores.sam[k] == pytest.approx(angles[k].nanmean().item(), abs=1e-3)
    assert (scores.ssim < 0.99).all()


def test_a_perfect_image_scores_perfectly(images):
    scores = score_chips(images[1], images[1]).means()
    assert scores["mae"] == 0
    assert math.isinf(scores["psnr"])
    assert scores["ssim"] == pytest.approx(1)
    assert scores["sam"] == 0
    assert scores["gradient"] == 1
    assert scores["spectrum"] == 0


def test_a_constant_error_has_the_psnr_of_its_size():
    truth = torch.full((1, 3, 16, 16), 0.5)
    scores = score_chips(truth + 0.1, truth)
    assert scores.psnr[0] == pytest.approx(20, abs=1e-4)
    assert scores.sam[0] == pytest.approx(0, abs=1e-4)


def test_blur_and_contrast_show_in_gradient_and_spectrum(images):
    _, truth = images
    blurred = torch.nn.functional.avg_pool2d(truth, 3, 1, 1, count_include_pad=False)
    scores = score_chips(torch.cat([blurred, truth / 2]), torch.cat([truth, truth]))
    assert (scores.gradient[:3] < 0.5).all()
    assert scores.gradient[3:] == pytest.approx(0.5, abs=1e-4)
    # A quarter of the power at every frequency is 6 dB; blur takes more from the finest.
    assert scores.spectrum[3:] == pytest.approx(20 * math.log10(2), abs=1e-2)
    assert (scores.spectrum[:3] > 6).all()


def test_light_and_colour_are_no_detail(images):
    truth = images[1].repeat(1, 1, 2, 2)
    across = torch.linspace(0, 2 * math.pi, 65)[:-1]
    assert (score_chips(truth + 0.1 * torch.sin(across), truth).spectrum < 1e-3).all()


def test_black_pixels_have_no_angle():
    truth = torch.zeros(2, 3, 16, 16)
    truth[0, 0, :8], truth[0, 1, 8:12] = 0.5, 0.5
    image = truth.clone()
    image[0, 1, :8] = 0.5
    # 45 degrees over the upper half, none over a quarter; the last quarter does not count.
    assert score_chips(image, truth).sam == pytest.approx([30, 0])


def test_batches_join_in_order_and_come_apart(images):
    noisy, truth = images
    whole = score_chips(noisy, truth)
    parts = concatenate([score_chips(noisy[:1], truth[:1]), score_chips(noisy[1:], truth[1:])])
    assert np.allclose(parts.mae, whole.mae)
    assert np.allclose(parts.ssim, whole.ssim)
    assert whole.at(np.array([False, True, False])).psnr == whole.psnr[1]
    assert math.isnan(whole.at(np.zeros(3, bool)).means()["psnr"])


@pytest.fixture
def report():
    rows = {
        "unprocessed input": {"chips": 8100, "mae": 0.145, "psnr": math.inf, "correlation": None},
        "thin": {"chips": 12, "mae": 0.03014, "psnr": 28.456, "correlation": 0.91},
    }
    bars = (
        Bar("gain, dB", 9.5, least=9),
        Bar("change", 0.0041, most=0.004, decimals=4),
        Bar("coverage, %", None, 88, 92, 1),
    )
    table = Table("Means", "method", rows)
    return SuiteReport("thin-seen", "Chips.", 8100, "chips", 3, (table,), bars, {"name": "thin"})


def test_reports_print_as_tables_and_end_in_bars(report):
    text = reports_to_markdown([report]).splitlines()
    assert text[2] == "Chips. Scored: 8,100 chips, seed 3."
    assert text[6:10] == [
        "| method | chips | MAE | PSNR dB | correlation |",
        "|---|---:|---:|---:|---:|",
        "| unprocessed input | 8,100 | 0.1450 | no error | - |",
        "| thin | 12 | 0.0301 | 28.46 | 0.910 |",
    ]
    assert text[13] == "1 of 3 are met."
    assert text[-3:] == [
        "| thin-seen | gain, dB | at least 9.00 | 9.50 | yes |",
        "| thin-seen | change | at most 0.0040 | 0.0041 | **no** |",
        "| thin-seen | coverage, % | 88.0 to 92.0 | - | **no** |",
    ]


def test_a_bar_without_all_that_it_names_is_not_judged(report):
    bar = Bar("gain on here and there, dB", None, least=6, missing=("there",))
    lacking = dataclasses.replace(report, bars=(*report.bars, bar))
    text = reports_to_markdown([lacking])
    assert "1 of 3 are met; 1 not judged." in text
    assert text.endswith("there, dB | at least 6.00 | - | not judged: no there |")
    suite = json.loads(reports_to_json([lacking]))["suites"]["thin-seen"]
    assert [bar["met"] for bar in suite["bars"]] == [True, False, False, None]


def test_reports_are_strict_json(report):
    suite = json.loads(reports_to_json([report]))["suites"]["thin-seen"]
    assert suite["tables"][0]["rows"]["unprocessed input"]["psnr"] is None
    assert suite["tables"][0]["rows"]["thin"]["psnr"] == 28.456
    assert [bar["met"] for bar in suite["bars"]] == [True, False, False]
