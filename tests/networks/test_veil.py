"""The generator for veils in any bands: what it sees and is told, how it is stored and run."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cloudgan_geo import load_generator
from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator, save_generator
from cloudgan_geo.networks.inference import PreparedGenerator, fold_batch_norm
from cloudgan_geo.networks.veil import REACH, VeilGenerator, detail

BANDS = BandSet(
    reads=("B02", "B03", "B04", "B08", "B10", "B11"),
    corrects=("B02", "B03", "B04", "B08", "B11"),
    domain=(0.5, 0.5, 0.5, 0.8, 0.12, 0.8),
    groups=("visible", "nir", "swir"),
    optional=("B10", "B11"),
    asks_level=True,
)
WIDTHS = (4, 6, 8, 10)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = VeilGenerator(BANDS, WIDTHS)
    torch.nn.init.normal_(network.output.weight, std=0.05)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # running statistics that are those of the data
    for _ in range(4):
        network(torch.rand(8, 6, 64, 64), (torch.rand(8, 8) > 0.3).float())
    return network.eval()


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).random((5, 6, 64, 64), np.float32)


def told(present=(1, 1, 1, 1, 1, 1), level=(0, 0)):
    return torch.tensor([[*present, *level]], dtype=torch.float32)


def prepared(network, card=None):
    return PreparedGenerator(LoadedGenerator(network, "tiny", "0", card or {}), precision="fp32")


@torch.no_grad()
def estimate(network, windows, *of):
    return network(torch.from_numpy(windows), told(*of).expand(len(windows), -1))


def test_an_untrained_generator_shifts_nothing(windows):
    flat = np.full_like(windows, 0.3)
    fresh = estimate(VeilGenerator(BANDS, WIDTHS).eval(), flat)
    assert fresh.correction.abs().max() < 1e-5
    assert (fresh.error > 0).all()
    assert 0 < fresh.opacity.max() < 0.2


def test_detail_is_the_difference_from_the_mean_around(windows):
    image = torch.from_numpy(windows)
    side = 2 * REACH + 1
    mean = F.avg_pool2d(F.pad(image, (REACH,) * 4, mode="reflect"), side, 1)
    assert torch.allclose(detail(image), image - mean, atol=1e-4)


def test_contrast_is_raised_where_there_is_opacity(windows):
    network = VeilGenerator(BANDS, WIDTHS).eval()
    with torch.no_grad():
        network.output.bias[2 * len(BANDS.corrects)] = 3.0
    half = estimate(network, windows * 0.5)
    gain = 1 / (1 - half.opacity)
    assert half.opacity.min() > 0.9 or torch.allclose(
        half.correction,
        (gain - 1) * detail(torch.from_numpy(windows[:, [0, 1, 2, 3, 5]] * 0.5)),
        atol=1e-3,
    )


def test_saturated_pixels_are_not_corrected(network, windows):
    bright = windows.copy()
    bright[:, :3, 20:30, 5:9] = 1
    bright[:, 0, 40:50] = 1  # one band alone still leaves two to go by
    correction = estimate(network, bright).correction
    assert (correction[:, :, 20:30, 5:9] == 0).all()
    assert (correction[:, :, 40:50] != 0).any()


def test_what_a_missing_band_holds_does_not_matter(network, windows):
    without = (1, 1, 1, 1, 0, 1)
    other = windows.copy()
    other[:, 4] = 0.9
    here, there = (estimate(network, of, without) for of in (windows, other))
    assert all(torch.equal(a, b) for a, b in zip(here, there, strict=True))
    assert not torch.equal(here.opacity, estimate(network, windows).opacity)


def test_the_level_is_told(network, windows):
    of = [estimate(network, windows, (1,) * 6, level).opacity for level in ((0, 0), (1, 0), (0, 1))]
    assert not torch.equal(of[0], of[1])
    assert not torch.equal(of[1], of[2])


def test_a_scene_is_told_once_and_leaves_the_generator_as_it_was(network, windows):
    cleaner = prepared(network)
    whole = cleaner.clean(windows)
    scene = cleaner.for_scene((True, True, True, True, False, True), "2A")
    expected = estimate(network, windows, (1, 1, 1, 1, 0, 1), (0, 1))
    assert np.allclose(scene.clean(windows).opacity, expected.opacity.numpy(), atol=1e-4)
    assert np.array_equal(cleaner.clean(windows).image, whole.image)
    assert cleaner.estimates
    assert not cleaner.sees_surroundings


def test_saved_weights_come_back_with_their_widths_and_bands(tmp_path, network, windows):
    path = tmp_path / "mine.safetensors"
    save_generator(network, path, {"name": "mine"})
    loaded = load_generator(path)
    assert loaded.bands == BANDS
    assert loaded.card["widths"] == list(WIDTHS)
    ours, theirs = estimate(network, windows), estimate(loaded.network, windows)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("widths", [None, (4, 6, 8), (5, 6, 8, 10), (4, 6, 8, -1), (4, 6, 8, 9**9)])
def test_widths_that_do_not_fit_are_refused(tmp_path, network, monkeypatch, widths):
    monkeypatch.setattr(network, "widths", () if widths is None else widths)
    save_generator(network, tmp_path / "odd.safetensors", {})
    with pytest.raises(WeightsError, match=r"odd\.safetensors: .*widths"):
        load_generator(tmp_path / "odd.safetensors")


def test_folding_keeps_all_outputs(network, windows):
    folded = fold_batch_norm(network)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    pairs = zip(estimate(folded, windows), estimate(network, windows), strict=True)
    assert all(torch.allclose(ours, theirs, atol=1e-4) for ours, theirs in pairs)
