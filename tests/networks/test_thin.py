"""The generator for thin cloud: what it starts as, what it sees, how it is stored and run."""

import numpy as np
import pytest
import torch

from cloudgan_geo import load_generator
from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator, save_generator
from cloudgan_geo.networks.inference import PreparedGenerator, fold_batch_norm
from cloudgan_geo.networks.thin import ThinGenerator, seen
from cloudgan_geo.windows import surroundings


def random_network(context="surroundings"):
    torch.manual_seed(0)
    network = ThinGenerator(width=4, context=context)
    torch.nn.init.normal_(network.output.weight, std=0.05)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # running statistics that are those of the data
    for _ in range(4):
        network(torch.rand(8, 3, 64, 64), torch.rand(8, 10, 40, 40))
    return network.eval()


@pytest.fixture(scope="module")
def network():
    return random_network()


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).random((5, 3, 64, 64), np.float32)


@pytest.fixture(scope="module")
def views():
    return np.random.default_rng(1).random((5, 10, 40, 40), np.float32)


def test_the_network_sees_what_the_raster_side_shows():
    for bands in (RGB, BandSet(("B08", "B04"), ("B04",), (0.5, 0.275))):
        count = len(bands.reads)
        shape = surroundings.channels(count), surroundings.VIEW, surroundings.VIEW
        assert ThinGenerator(width=2, bands=bands).input_shapes == ((count, 64, 64), shape)


def test_an_untrained_generator_changes_nothing(windows, views):
    with torch.no_grad():
        estimate = ThinGenerator(width=4)(torch.from_numpy(windows), torch.from_numpy(views))
    assert (estimate.correction == 0).all()
    assert (estimate.error > 0).all()


def test_saturated_pixels_are_not_corrected(network, windows, views):
    windows = windows.copy()
    windows[:, :, 20:30, 5:9] = 1
    windows[:, 0, 40:50] = 1  # one band alone still leaves two to go by
    with torch.no_grad():
        correction = network(torch.from_numpy(windows), torch.from_numpy(views)).correction
    assert (correction[:, :, 20:30, 5:9] == 0).all()
    assert (correction[:, :, 40:50] != 0).any()


def test_surroundings_matter_unless_there_are_to_be_none(windows, views):
    x, view = torch.from_numpy(windows), torch.from_numpy(views)
    turned = view.flip(2)
    with torch.no_grad():
        for context, by_values, by_place in (
            ("surroundings", True, True),
            ("scene", True, False),
            ("none", False, False),
        ):
            network = random_network(context)
            here = network(x, view).correction
            assert torch.allclose(here, network(x, turned).correction, atol=1e-4) is not by_place
            other = network(x, view * 0.5).correction
            assert torch.allclose(here, other, atol=1e-4) is not by_values


def test_scene_values_leave_unknown_blocks_out():
    view = torch.rand(1, 10, 40, 40) * 0.5 + 0.25
    view[:, 9] = 1
    cut = view.clone()
    cut[:, :, :20] = 0
    scene = seen(cut, "scene")
    assert torch.allclose(scene[0, :3, 0, 0], view[0, :3, 20:].amin(dim=(1, 2)))
    assert torch.allclose(scene[0, 3:6, 0, 0], view[0, 3:6, 20:].mean(dim=(1, 2)), atol=1e-6)
    assert scene[0, 9, 3, 3] == pytest.approx(0.5)


@pytest.mark.parametrize("context", ["surroundings", "none"])
def test_saved_weights_come_back_with_their_context(tmp_path, context, windows, views):
    network = random_network(context)
    path = tmp_path / "mine.safetensors"
    save_generator(network, path, {"name": "mine"})
    loaded = load_generator(path)
    assert loaded.card["architecture"] == "thin"
    assert loaded.card["context"] == loaded.network.context == context
    x, view = torch.from_numpy(windows), torch.from_numpy(views)
    with torch.no_grad():
        for ours, theirs in zip(network(x, view), loaded.network(x, view), strict=True):
            assert torch.equal(ours, theirs)


def test_an_unknown_context_is_refused(tmp_path, network, monkeypatch):
    monkeypatch.setattr(network, "context", "everything")
    save_generator(network, tmp_path / "odd.safetensors", {})
    with pytest.raises(WeightsError, match="unknown context 'everything'"):
        load_generator(tmp_path / "odd.safetensors")


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-4), ("bf16", 0.05)])
def test_cleaning_gives_image_opacity_and_error(network, windows, views, precision, tolerance):
    cleaner = PreparedGenerator(LoadedGenerator(network, "tiny", "0" * 64), precision=precision)
    assert cleaner.estimates
    cleaned = cleaner.clean(windows, views)
    assert cleaned.image.shape == (5, 3, 64, 64)
    assert cleaned.opacity.shape == cleaned.error.shape == (5, 1, 64, 64)
    with torch.no_grad():
        estimate = network(torch.from_numpy(windows), torch.from_numpy(views))
    expected = windows + estimate.correction.numpy()
    assert np.abs(cleaned.image - expected).max() < tolerance
    assert np.abs(cleaned.opacity - estimate.opacity.numpy()).max() < tolerance


def test_folding_keeps_all_outputs(network, windows, views):
    folded = fold_batch_norm(network)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    with torch.no_grad():
        pairs = zip(
            folded(torch.from_numpy(windows), torch.from_numpy(views)),
            network(torch.from_numpy(windows), torch.from_numpy(views)),
            strict=True,
        )
        assert all(torch.allclose(ours, theirs, atol=1e-4) for ours, theirs in pairs)


def test_the_cards_scale_of_the_error_is_interpolated_over_opacity(network, windows, views):
    scale = {"opacity": [0.0, 0.5, 1.0], "factor": [1.0, 3.0, 2.0]}
    plain = PreparedGenerator(LoadedGenerator(network, "tiny", "0"), precision="fp32")
    scaled = PreparedGenerator(
        LoadedGenerator(network, "tiny", "0", {"error_scale": scale}), precision="fp32"
    )
    before, after = plain.clean(windows, views), scaled.clean(windows, views)
    factor = np.interp(before.opacity, scale["opacity"], scale["factor"])
    assert np.allclose(after.error, before.error * factor, rtol=1e-4)
    assert np.array_equal(after.image, before.image)
    assert np.array_equal(after.opacity, before.opacity)


@pytest.mark.parametrize("factor", [[1.0, -1.0], [1.0, 0.0], [1.0, 1e30], [1.0, float("nan")]])
def test_an_error_scale_that_no_generator_has_is_refused(network, factor):
    card = {"error_scale": {"opacity": [0.0, 1.0], "factor": factor}}
    with pytest.raises(WeightsError, match="error_scale that makes no sense"):
        PreparedGenerator(LoadedGenerator(network, "tiny", "0", card), precision="fp32")
