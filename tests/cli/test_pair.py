"""`pair`, as a stranger would type it."""

from dataclasses import replace

import pytest
import torch

from cloudgan_geo.bands import BandSet
from cloudgan_geo.networks.checkpoint import read_generator, save_generator
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import VeilPairGenerator, without_cirrus

WIDTHS = (4, 6, 8, 10)
BANDS = BandSet(
    reads=("B02", "B03", "B04", "B10"),
    corrects=("B02", "B03", "B04"),
    domain=(0.5, 0.5, 0.5, 0.12),
    groups=("visible",),
    asks_level=True,
)


@pytest.fixture
def weights(tmp_path):
    """Weights of both kinds, as training leaves them."""
    for name, bands in (("seeing", BANDS), ("blind", without_cirrus(BANDS))):
        torch.manual_seed(0)
        network = VeilGenerator(bands, WIDTHS)
        save_generator(network, tmp_path / f"{name}.safetensors", {"recipe": {"name": name}})
    return tmp_path


def test_two_become_one_that_knows_its_parts(program, weights):
    done = program("pair", "seeing.safetensors", "blind.safetensors", "--out", "pair.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    read = read_generator(weights / "pair.safetensors")
    assert isinstance(read.network, VeilPairGenerator)
    assert read.bands == replace(BANDS, optional=("B10",))
    assert read.card["pair_of"]["blind"]["recipe"] == {"name": "blind"}
    parts = {name: read_generator(weights / f"{name}.safetensors") for name in ("seeing", "blind")}
    for name, part in parts.items():
        stored = getattr(read.network, name).state_dict()
        assert all(torch.equal(stored[key], of) for key, of in part.network.state_dict().items())
        assert read.card["pair_of"][name]["sha256"] == part.sha256


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("blind.safetensors", "seeing.safetensors"), "but for B10"),
        (("seeing.safetensors", "thin"), "of the architecture veil"),
    ],
)
def test_what_makes_no_pair_is_refused_in_words(program, weights, given, said):
    assert said in program.fails(1, "pair", *given, "--out", "pair.safetensors")
