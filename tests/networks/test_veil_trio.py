"""A pair for all bands with one for red, green and blue: which bands get what, and the file."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator, read_generator, save_generator
from cloudgan_geo.networks.fine import FineGenerator
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.networks.thin_pair import checked_share, pair_with
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import pair_up, without_cirrus
from cloudgan_geo.networks.veil_trio import VeilTrioGenerator, join
from cloudgan_geo.networks.zoo import load_generator

WIDTHS = (4, 6, 8, 10)
BANDS = BandSet(
    reads=("B02", "B03", "B04", "B08", "B10"),
    corrects=("B02", "B03", "B04", "B08"),
    domain=(0.5, 0.5, 0.5, 0.8, 0.12),
    groups=("visible", "nir"),
    asks_level=True,
)


def noisy(network, seed):
    torch.manual_seed(seed)
    torch.nn.init.normal_(network.output.weight, std=0.05)
    return network.eval()


@pytest.fixture(scope="module")
def veil():
    seeing, blind = (
        noisy(VeilGenerator(bands, WIDTHS), 1) for bands in (BANDS, without_cirrus(BANDS))
    )
    with torch.no_grad():
        blind.output.bias[2 * 4] = 3.0
    return pair_up(seeing, blind)


@pytest.fixture(scope="module")
def visible():
    rgb = replace(RGB, domain=(0.5,) * 3)
    return pair_with(noisy(ThinGenerator(2), 2), noisy(FineGenerator(rgb, 2), 3))


def prepared(network):
    return PreparedGenerator(LoadedGenerator(network, "tiny", "0"), precision="fp32")


@pytest.fixture
def windows():
    rng = np.random.default_rng(0)
    return rng.random((3, 5, 64, 64), np.float32) * 0.5, rng.random((3, 16, 40, 40), np.float32)


def test_a_scene_with_the_cirrus_band_gets_the_pair_bit_for_bit(veil, visible, windows):
    trio, alone = prepared(join(veil, visible)).clean(*windows), prepared(veil).clean(windows[0])
    for mine, theirs in zip(trio.parts, alone.parts, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_without_it_red_green_and_blue_are_the_mean_of_both(veil, visible, windows):
    there = (True, True, True, True, False)
    pixels, view = windows
    trio = prepared(join(veil, visible)).for_scene(there, "2A").clean(pixels, view)
    alone = prepared(veil).for_scene(there, "2A").clean(pixels)
    rgb, channels = [2, 1, 0], [2, 1, 0, 7, 6, 5, 12, 11, 10, 15]
    other = prepared(visible).clean(pixels[:, rgb].copy(), view[:, channels].copy())
    own = torch.from_numpy(alone.image[:, rgb] - pixels[:, rgb])
    share = checked_share(own, torch.from_numpy(other.image - pixels[:, rgb])).numpy()
    assert 0.02 < share.mean() < 0.9
    np.testing.assert_array_equal(trio.image[:, 3], alone.image[:, 3])
    mixed = (1 - share) * alone.image[:, rgb] + share * other.image
    np.testing.assert_allclose(trio.image[:, rgb], mixed, atol=1e-5)
    opacity = (1 - share) * alone.opacity + share * other.opacity
    np.testing.assert_allclose(trio.opacity, opacity, atol=1e-5)
    # Where the two differ the error is larger than either expects in the mean; others' stay.
    mean = (1 - share) * alone.error[:, :1] + share * other.error
    assert (trio.error[:, :1] >= mean - 1e-6).all()
    np.testing.assert_array_equal(trio.error[:, 1], alone.error[:, 1])


def test_it_comes_back_from_a_file(tmp_path, veil, visible, windows):
    network = join(veil, visible)
    save_generator(network, tmp_path / "tiny.safetensors", {"name": "tiny"})
    read = read_generator(tmp_path / "tiny.safetensors").network
    assert isinstance(read, VeilTrioGenerator)
    for mine, theirs in zip(
        prepared(network).clean(*windows).parts, prepared(read).clean(*windows).parts, strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_the_bundled_one_holds_the_bundled_visible_and_so_thin():
    trio = load_generator("veil").network
    for part, name in ((trio.visible, "visible"), (trio.visible.thin, "thin")):
        state = load_generator(name).network.state_dict()
        assert all(torch.equal(part.state_dict()[key], of) for key, of in state.items())


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        (replace(BANDS, corrects=("B02", "B03", "B08"), optional=("B10",)), "red, green and blue"),
        (replace(BANDS, groups=("all",), optional=("B10",)), "error of the visible"),
    ],
)
def test_bands_that_it_is_not_for_are_refused(bands, said):
    with pytest.raises(WeightsError, match=said):
        VeilTrioGenerator(bands, WIDTHS)


def test_generators_of_other_domains_are_refused(veil):
    other = pair_with(ThinGenerator(2), FineGenerator(replace(RGB, domain=(0.4,) * 3), 2))
    with pytest.raises(WeightsError, match=r"0\.5.*0\.4"):
        join(veil, other)
