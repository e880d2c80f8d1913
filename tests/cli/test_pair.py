"""`pair`, as a stranger would type it."""

from dataclasses import replace

import pytest
import torch

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.networks.checkpoint import read_generator, save_generator
from cloudgan_geo.networks.fine import FineGenerator
from cloudgan_geo.networks.thin_pair import ThinPairGenerator
from cloudgan_geo.networks.veil import VeilGenerator
from cloudgan_geo.networks.veil_pair import VeilPairGenerator, without_cirrus
from cloudgan_geo.networks.veil_trio import VeilTrioGenerator
from cloudgan_geo.networks.zoo import load_generator

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


def test_thin_and_one_at_full_resolution_become_one_without_thin_in_the_file(program, weights):
    rgb = BandSet(RGB.reads, RGB.corrects, (0.5,) * 3, RGB.groups)
    save_generator(FineGenerator(rgb, 2), weights / "fine.safetensors", {"recipe": {"name": "f"}})
    done = program("pair", "thin", "fine.safetensors", "--out", "both.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    read = read_generator(weights / "both.safetensors")
    assert isinstance(read.network, ThinPairGenerator)
    assert read.card["pair_of"]["fine"]["recipe"] == {"name": "f"}
    thin = load_generator("thin")
    assert read.card["parts"] == {"thin": {"model": "thin", "sha256": thin.sha256}}
    stored = read.network.thin.state_dict()
    assert all(torch.equal(stored[name], of) for name, of in thin.network.state_dict().items())
    assert (weights / "both.safetensors").stat().st_size < 300_000


def test_both_pairs_become_one_by_the_name_of_its_file(program, weights):
    rgb = BandSet(RGB.reads, RGB.corrects, (0.5,) * 3, RGB.groups)
    save_generator(FineGenerator(rgb, 2), weights / "fine.safetensors", {})
    for first, second, out in (
        ("seeing.safetensors", "blind.safetensors", "pair.safetensors"),
        ("thin", "fine.safetensors", "both.safetensors"),
        ("pair.safetensors", "both.safetensors", "all.safetensors"),
    ):
        done = program("pair", first, second, "--out", out)
        assert (done.returncode, done.stderr) == (0, "")
    read = read_generator(weights / "all.safetensors")
    assert isinstance(read.network, VeilTrioGenerator)
    assert read.name == "all"
    assert read.card["pair_of"]["blind"]["recipe"] == {"name": "blind"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("blind.safetensors", "seeing.safetensors"), "but for B10"),
        (("seeing.safetensors", "thin"), "thin of thin: a pair is made of two"),
    ],
)
def test_what_makes_no_pair_is_refused_in_words(program, weights, given, said):
    assert said in program.fails(1, "pair", *given, "--out", "pair.safetensors")
