"""Two generators for veils in one: whose word counts where, how they are joined and stored."""

import copy

import numpy as np
import pytest
import torch

from cloudgan_geo.bands import BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import VeilPairGenerator, pair_up, without_cirrus

WIDTHS = (4, 6, 8, 10)
BANDS = BandSet(
    reads=("B02", "B03", "B04", "B10"),
    corrects=("B02", "B03", "B04"),
    domain=(0.5, 0.5, 0.5, 0.12),
    groups=("visible",),
    asks_level=True,
)
#: In the domain of B10: clear, between, and cirrus.
CLEAR, BETWEEN, CIRRUS = 0.002 / 0.12, 0.008 / 0.12, 0.03 / 0.12


def generator(bands, seed):
    torch.manual_seed(seed)
    network = VeilGenerator(bands, WIDTHS)
    torch.nn.init.normal_(network.output.weight, std=0.1)
    return network.eval()


@pytest.fixture(scope="module")
def seeing():
    return generator(BANDS, 0)


@pytest.fixture(scope="module")
def blind():
    """Is sure of a cloud everywhere."""
    network = generator(without_cirrus(BANDS), 1)
    with torch.no_grad():
        network.output.bias[2 * 3] = 3.0
    return network


def prepared(network):
    return PreparedGenerator(LoadedGenerator(network, "tiny", "0"), precision="fp32")


def windows(cirrus):
    pixels = np.random.default_rng(0).random((3, 4, 64, 64), np.float32)
    pixels[:, 3] = cirrus
    return pixels


@pytest.mark.parametrize(("cirrus", "share"), [(CLEAR, 0), (BETWEEN, 0.5), (CIRRUS, 1)])
def test_the_brighter_the_cirrus_band_the_more_counts_who_sees_it(seeing, blind, cirrus, share):
    batch = windows(cirrus)
    both = prepared(pair_up(seeing, blind)).clean(batch)
    with_it, without = prepared(seeing).clean(batch), prepared(blind).clean(batch[:, :3])
    for name in ("image", "opacity", "error"):
        mixed = (1 - share) * getattr(without, name) + share * getattr(with_it, name)
        np.testing.assert_allclose(getattr(both, name), mixed, atol=1e-5)


def test_who_never_saw_cirrus_is_not_believed_where_it_sees_no_cloud(seeing, blind):
    doubtful = copy.deepcopy(blind)
    with torch.no_grad():
        doubtful.output.bias[2 * 3] = -5.0
    batch = windows(CLEAR)
    both = prepared(pair_up(seeing, doubtful)).clean(batch)
    with_it = prepared(seeing).clean(batch)
    np.testing.assert_allclose(both.image, with_it.image, atol=1e-6)


def test_a_scene_without_the_cirrus_band_gets_the_blind_one_alone(seeing, blind):
    batch = windows(CIRRUS)
    told = prepared(pair_up(seeing, blind)).for_scene((True, True, True, False), "2A").clean(batch)
    alone = prepared(blind).for_scene((True, True, True), "2A").clean(batch[:, :3])
    np.testing.assert_array_equal(told.image, alone.image)
    np.testing.assert_array_equal(told.opacity, alone.opacity)


def test_a_pixel_of_another_window_changes_nothing(seeing, blind):
    network = prepared(pair_up(seeing, blind))
    batch = windows(CLEAR)
    alone = network.clean(batch[:2]).image
    batch[2, 3] = CIRRUS
    np.testing.assert_allclose(network.clean(batch).image[:2], alone, atol=1e-6)


def test_what_makes_no_pair_is_refused_in_words(seeing, blind):
    with pytest.raises(WeightsError, match="B10"):
        pair_up(blind, seeing)
    with pytest.raises(WeightsError, match="feature maps"):
        pair_up(seeing, VeilGenerator(without_cirrus(BANDS), (4, 6, 8, 12)))


def test_bands_that_a_pair_is_not_for_are_refused():
    with pytest.raises(WeightsError, match="B10"):
        VeilPairGenerator(BANDS, WIDTHS)
