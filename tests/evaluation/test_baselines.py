"""The dark-channel prior: what the papers say it does, and the figures of real scenes."""

import numpy as np
import pytest
import torch

from cloudgan_geo.evaluation.baselines import RADIUS, dark_channel_prior, guided_filter
from cloudgan_geo.evaluation.scenes import compare_scenes
from cloudgan_geo.evaluation.sources import pairs_in, read_ground


def test_the_guided_filter_is_that_of_the_paper():
    rng = np.random.default_rng(0)
    guide, values = rng.random((2, 20, 150))
    # Window by window: a line is fitted in each, and the lines through a pixel are averaged.
    lines = np.zeros((2, 20, 150))
    windows = [
        (np.s_[:], np.s_[max(0, column - RADIUS) : column + RADIUS + 1]) for column in range(150)
    ]
    for column, window in enumerate(windows):
        x, y = guide[window], values[window]
        slope = np.cov(x.ravel(), y.ravel(), bias=True)[0, 1] / (x.var() + 1e-3)
        lines[:, :, column] = np.array([slope, y.mean() - slope * x.mean()])[:, None]
    expected = np.stack(
        [lines[0][w].mean() * guide[:, k] + lines[1][w].mean() for k, w in enumerate(windows)], 1
    )
    found = guided_filter(torch.from_numpy(guide), torch.from_numpy(values)).numpy()
    assert found == pytest.approx(expected, abs=1e-9)


def test_it_removes_a_veil_from_ground_that_has_dark_pixels():
    rng = np.random.default_rng(1)
    ground = rng.uniform(0, 0.5, (3, 128, 128)).astype(np.float32)
    # The airlight shows where a patch of 15 pixels holds nothing else.
    ground[:, 60:80, 60:80] = 0.9
    veiled = 0.6 * ground + 0.4 * 0.9
    cleared = dark_channel_prior(veiled.astype(np.float32))
    assert np.abs(cleared - ground).mean() < 0.25 * np.abs(veiled - ground).mean()
    assert 0 <= cleared.min() <= cleared.max() <= 1


def test_black_ground_stays_black():
    assert not dark_channel_prior(np.zeros((3, 64, 64), np.float32)).any()


@pytest.mark.parametrize(
    ("name", "psnr"),
    [("ts146_2018-03-22", 23.2), ("ts146_2018-11-12", 23.3), ("cr_1970_fall_85", 18.3)],
)
def test_real_pairs_score_as_measured_elsewhere(shared_data, name, psnr):
    pairs = pairs_in(shared_data / "pairs")
    cloudy, clear = next(paths for key, paths in pairs.items() if key.startswith(name))
    cleared = dark_channel_prior(read_ground(cloudy))
    error = np.square(cleared - read_ground(clear), dtype=np.float64).mean()
    assert -10 * np.log10(error) == pytest.approx(psnr, abs=0.5)
    before = compare_scenes({"before": cloudy}, clear, radiometry="dn").lines[0].scores.psnr
    assert before == pytest.approx({"ts146_2018-03-22": 19.75}.get(name, before), abs=0.01)
