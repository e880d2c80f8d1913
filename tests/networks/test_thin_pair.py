"""`thin` and a generator at full resolution in one: who is believed where, and how it is stored."""

import hashlib
import json

import numpy as np
import pytest
import torch

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.checkpoint import LoadedGenerator, read_generator, save_generator
from cloudgan_geo.networks.fine import FineGenerator, smoothed
from cloudgan_geo.networks.header import bundled, read_card
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.parts import bundled_part
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.networks.thin_pair import ThinPairGenerator, pair_with
from cloudgan_geo.networks.zoo import load_generator

BANDS = BandSet(RGB.reads, RGB.corrects, (0.5,) * 3, RGB.groups)
SCALE = 0.275 / 0.5


def shifting(network, shift):
    """Lets a generator say the same of every pixel: to add this, in its own domain."""
    with torch.no_grad():
        for weight in (network.output.weight, network.output.bias):
            weight.zero_()
        network.output.bias[3:6] = shift
    return network.eval()


def thin(shift=0.0):
    return shifting(ThinGenerator(2), shift)


def fine(shift=0.0):
    return shifting(FineGenerator(BANDS, 2), shift / 0.3)


def prepared(network):
    return PreparedGenerator(LoadedGenerator(network, "tiny", "0"), precision="fp32")


@pytest.fixture
def windows():
    rng = np.random.default_rng(0)
    return rng.random((3, 3, 64, 64), np.float32) * 0.4, rng.random((3, 10, 40, 40), np.float32)


def added(network, windows):
    return prepared(network).clean(*windows).image - windows[0]


@pytest.mark.parametrize(
    ("seen", "believed"), [(0.0, 0.0), (0.1, 0.0), (0.2, 0.5), (0.3, 1.0), (1.0, 1.0), (5.0, 1.0)]
)
def test_the_second_counts_by_what_it_corrects_if_the_first_sees_a_veil(windows, seen, believed):
    claimed = 0.1
    both = pair_with(thin(-seen * claimed / SCALE), fine(-claimed))
    share = believed / (1 + seen)
    wanted = -claimed * (seen * (1 - share) + share)
    np.testing.assert_allclose(added(both, windows), wanted, atol=5e-6)


def test_thin_sees_what_it_sees_alone(windows):
    torch.manual_seed(0)
    first = ThinGenerator(2)
    for layer in (first.output, first.veil):
        torch.nn.init.normal_(layer.weight, std=0.05)
    pixels, view = windows[0] * SCALE, windows[1].copy()
    view[:, :9] *= SCALE
    own = [torch.from_numpy(of) for of in windows]
    with torch.no_grad():
        alone = first.eval().estimate(smoothed(first.raw(*own)), own[0])
    # What claims so much more is not believed at all.
    cleaned = prepared(pair_with(first, fine(-50))).clean(pixels, view)
    np.testing.assert_allclose(cleaned.image / SCALE, own[0] + alone.correction, atol=1e-5)
    np.testing.assert_allclose(cleaned.opacity, alone.opacity, atol=1e-5)
    np.testing.assert_allclose(cleaned.error / SCALE, alone.error, atol=1e-5)


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("axis", [2, 3])
def test_what_is_predicted_has_no_periods_of_upsampling(period, axis):
    wave = torch.cos(2 * torch.pi * (torch.arange(64) + 0.3) / period)
    maps = 1 + wave.reshape([-1 if each == axis else 1 for each in range(4)]).expand(1, 1, 64, 64)
    inside = smoothed(maps)[..., 4:-4, 4:-4]
    assert abs(inside - 1).max() < 1e-5


def test_what_is_smoothed_stays_where_it_is():
    ramp = torch.arange(64.0).expand(1, 1, 64, 64)
    assert torch.equal(smoothed(ramp)[..., 4:-4], ramp[..., 4:-4])


def test_what_is_brighter_than_thin_knows_is_left_to_it_as_saturated(windows):
    both = pair_with(thin(-0.1), fine(-0.05))
    bright = np.full_like(windows[0], 0.9)
    assert abs(added(both, (bright, windows[1]))).max() == 0


def test_a_pair_with_the_bundled_thin_does_not_store_it(tmp_path):
    first = load_generator("thin")
    network = pair_with(first.network, fine(-0.1))
    card = {"name": "tiny", "parts": {"thin": bundled_part(first.sha256)}}
    save_generator(network, tmp_path / "tiny.safetensors", card)
    assert (tmp_path / "tiny.safetensors").stat().st_size < 300_000
    read = read_generator(tmp_path / "tiny.safetensors")
    assert isinstance(read.network, ThinPairGenerator)
    mine, theirs = network.state_dict(), read.network.state_dict()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    # Whoever stores it again, as calibrate does, stores as little.
    save_generator(read.network, tmp_path / "again.safetensors", read.card)
    again, first_file = (tmp_path / f"{name}.safetensors" for name in ("again", "tiny"))
    assert abs(again.stat().st_size - first_file.stat().st_size) < 1000


def test_a_pair_with_another_thin_is_stored_whole(tmp_path):
    path = tmp_path / "tiny.safetensors"
    save_generator(pair_with(thin(-0.2), fine(-0.1)), path, {"name": "tiny"})
    read = read_generator(path)
    assert read.network.thin.output.bias[3].item() == pytest.approx(-0.2)
    assert read.bands == BANDS


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "not understood"),
        ({"thin": "thin"}, "thin is a bundled model, which it is not"),
        ({"thin": {"model": "../../thin", "sha256": "0"}}, "a bundled model, which it is not"),
        ({"thin": {"model": "thin", "sha256": "0" * 64}}, "made with another thin"),
        ({"other": None}, "other is a bundled model"),
        ({}, "is nothing and should be"),
    ],
)
def test_parts_that_are_not_there_are_refused_in_words(tmp_path, parts, said):
    path = tmp_path / "tiny.safetensors"
    network = pair_with(load_generator("thin").network, fine())
    save_generator(network, path, {"name": "tiny", "parts": {"thin": {}}})
    header = path.read_bytes()
    length = int.from_bytes(header[:8], "little")
    told = json.loads(header[8 : 8 + length])
    card = json.loads(told["__metadata__"]["card"])
    told["__metadata__"]["card"] = json.dumps(card | {"parts": parts})
    text = json.dumps(told).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + header[8 + length :])
    with pytest.raises(WeightsError, match=said) as caught:
        read_generator(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_the_bundled_pair_is_made_with_the_bundled_thin():
    told = read_card(bundled()["visible"])["parts"]["thin"]
    assert told["sha256"] == hashlib.sha256(bundled()["thin"].read_bytes()).hexdigest()


def test_bands_that_such_a_pair_is_not_for_are_refused():
    with pytest.raises(WeightsError, match="those of thin"):
        ThinPairGenerator(BandSet(("B04", "B03"), ("B04",), (0.5, 0.5)))


def test_a_thin_that_sees_no_surroundings_checks_nothing():
    with pytest.raises(WeightsError, match="surrounds"):
        pair_with(ThinGenerator(2, context="none"), fine())
