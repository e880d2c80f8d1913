"""Weights on disk: ours, the article's, and what must be refused."""

import json
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from cloudgan_geo import load_generator
from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks.architectures import ARCHITECTURES
from cloudgan_geo.networks.checkpoint import read_generator, save_generator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.header import read_bands, read_card
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.thin import ThinGenerator


class NotebookBlock(nn.Module):
    """Written from the article's description, to stand for its own code."""

    def __init__(self, i, o):
        super().__init__()
        layers = []
        for a, b in ((i, o), (o, o)):
            layers += [nn.Conv2d(a, b, 3, 1, 1), nn.BatchNorm2d(b), nn.ReLU()]
        self.double_conv = nn.Sequential(*layers)


class NotebookGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [3, 32, 64, 128, 256, 512]
        for n in range(5):
            setattr(self, f"conv_{n + 1}", NotebookBlock(sizes[n], sizes[n + 1]))
        for n in range(4):
            high, low = sizes[5 - n], sizes[4 - n]
            setattr(self, f"upconv_{n + 1}", nn.ConvTranspose2d(high, low, 2, 2))
            setattr(self, f"conv_{n + 6}", NotebookBlock(high, low))
        self.output = nn.Conv2d(32, 3, 3, 1, 1)

    def forward(self, x):
        skips = []
        for n in range(1, 5):
            x = getattr(self, f"conv_{n}").double_conv(x)
            skips.append(x)
            x = nn.functional.max_pool2d(x, 2)
        x = self.conv_5.double_conv(x)
        for n in range(1, 5):
            x = torch.cat((getattr(self, f"upconv_{n}")(x), skips.pop()), 1)
            x = getattr(self, f"conv_{n + 5}").double_conv(x)
        return self.output(x).sigmoid()


@pytest.fixture
def small():
    torch.manual_seed(0)
    return UNetGenerator(width=4).eval()


def test_the_notebooks_generator_pth_gives_the_notebooks_output(tmp_path):
    torch.manual_seed(1)
    theirs = NotebookGenerator()
    image = torch.rand(2, 3, 64, 64)
    theirs(image)  # moves the running statistics away from their start
    theirs.eval()
    torch.save(theirs.state_dict(), tmp_path / "generator.pth")
    ours = load_generator(tmp_path / "generator.pth")
    assert ours.name == "generator"
    with torch.no_grad():
        assert torch.allclose(ours.network(image), theirs(image), atol=1e-6)


@pytest.mark.parametrize(("half", "tolerance"), [(False, 0), (True, 2e-3)])
def test_saved_weights_come_back_with_their_card(tmp_path, small, half, tolerance):
    path = tmp_path / "mine.safetensors"
    save_generator(small, path, {"name": "mine", "licence": "MIT"}, half=half)
    loaded = read_generator(path)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert (loaded.network(image) - small(image)).abs().max() <= tolerance
    assert loaded.name == "mine"
    assert loaded.card == read_card(path)
    assert loaded.card == {
        "name": "mine", "licence": "MIT", "architecture": "unet", "channels": 3, "width": 4,
    }  # fmt: skip
    assert len(loaded.sha256) == 64


BANDS = BandSet(
    ("B02", "B03", "B04", "B08", "B11"),
    ("B11", "B04"),
    (0.275, 0.275, 0.275, 0.6, 0.7),
    ("visible", "swir"),
)


#: Small ones of every architecture that takes any bands: a pair does not, see test_veil_pair.py
#: and test_thin_pair.py.
SIZES = {
    "unet": {"width": 2},
    "thin": {"width": 2},
    "veil": {"widths": (2, 3, 4, 5)},
    "fine": {"width": 2},
}


@pytest.mark.parametrize("name", SIZES)
def test_generators_of_any_bands_come_back_and_run(tmp_path, name):
    torch.manual_seed(0)
    network = ARCHITECTURES[name](bands=BANDS, **SIZES[name]).eval()
    torch.nn.init.normal_(network.output.weight, std=0.05)
    path = tmp_path / "five.safetensors"
    save_generator(network, path, {"name": "five", "bands": "of an older card"})
    assert read_bands(path) == BANDS
    loaded = read_generator(path)
    assert loaded.bands == BANDS
    inputs = [torch.rand(2, *shape) for shape in network.input_shapes]
    beside = {"unet": [], "thin": [16], "veil": [7], "fine": []}[name]
    assert [len(of[0]) for of in inputs] == [5, *beside]
    if beside == [7]:  # As long as nothing is told all bands are there, of an unknown level.
        inputs[1] = torch.tensor([[1.0] * 5 + [0.0] * 2] * 2)
    with torch.no_grad():
        outputs = [net(*inputs) for net in (network, loaded.network)]
    mine, theirs = outputs if network.estimates else ([output] for output in outputs)
    assert all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True))
    cleaner = PreparedGenerator(loaded, device="cpu", precision="fp32")
    given = inputs if network.sees_surroundings else inputs[:1]
    cleaned = cleaner.clean(*(of.numpy() for of in given))
    assert cleaned.image.shape == (2, 2, 64, 64)
    expected = mine[0].numpy() + (inputs[0][:, [4, 2]].numpy() if network.estimates else 0)
    assert abs(cleaned.image - expected).max() < 1e-4
    if network.estimates:
        assert cleaned.opacity.shape == (2, 1, 64, 64)
        assert cleaned.error.shape == (2, 2, 64, 64)


def with_card(path, network, **told):
    """Weights whose card says something else than what they are."""
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    save_file(state, path, metadata={"card": json.dumps(told)})
    return path


@pytest.mark.parametrize(
    ("network", "told", "said"),
    [
        (UNetGenerator(BANDS, 2), {}, "read 5 bands, but as its card names none .* 3: B04"),
        (UNetGenerator(width=2), BANDS.to_card(), "read 3 bands, but its card names 5: B02"),
        (
            UNetGenerator(BandSet(BANDS.reads, BANDS.reads, BANDS.domain), 2),
            BANDS.to_card(),
            r"put out 5 channels, .* 2 bands to correct \(B11, B04\)",
        ),
        (
            ThinGenerator(2, bands=BandSet(BANDS.reads, BANDS.corrects, BANDS.domain)),
            BANDS.to_card(),
            "errors of visible, swir: thin takes 7",
        ),
        (UNetGenerator(width=2), {"architecture": "resnet"}, "'resnet' .* not known: unet, thin"),
        (UNetGenerator(width=2), {"architecture": []}, "an architecture .* not known"),
        (UNetGenerator(width=2), {"architecture": "thin"}, "thin takes 8"),
        (UNetGenerator(width=2), {"bands": []}, "in a form that is not understood"),
    ],
)
def test_weights_that_are_not_what_their_card_says_are_refused(tmp_path, network, told, said):
    path = with_card(tmp_path / "odd.safetensors", network, **told)
    with pytest.raises(WeightsError, match=said) as caught:
        load_generator(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_pickle_is_of_red_green_and_blue(tmp_path, small):
    torch.save(small.state_dict(), tmp_path / "generator.pth")
    assert read_bands(tmp_path / "generator.pth") == RGB


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        (2**40).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (5).to_bytes(8, "little") + b"{nope",
        (200_001).to_bytes(8, "little") + b"{" + b"[" * 200_000,
        (20).to_bytes(8, "little") + b'{"__metadata__": 17}',
        (36).to_bytes(8, "little") + b'{"__metadata__": {"card": ["a", "b"]}}'[:36],
    ],
)
def test_damaged_headers_are_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights\.safetensors: not readable as safetensors"):
        read_bands(path)


def test_half_precision_keeps_a_large_running_variance(tmp_path, small):
    with torch.no_grad():
        small.conv_6.double_conv[1].running_var.fill_(92_328.0)
    save_generator(small, tmp_path / "w.safetensors", {}, half=True)
    loaded = read_generator(tmp_path / "w.safetensors").network
    assert (loaded.conv_6.double_conv[1].running_var == 92_328.0).all()


def infinite_variance(path, small):
    with torch.no_grad():
        small.conv_6.double_conv[1].running_var[0] = float("inf")
    save_generator(small, path, {})


class Bomb:
    def __reduce__(self):
        return (print, ("a pickle ran code",))


def damaged(path, small):
    save_generator(small, path, {})
    path.write_bytes(path.read_bytes()[:-100])


def foreign(path, small):
    save_file({"layer.weight": torch.zeros(2)}, path)


def wrong_depth(path, small):
    state = small.state_dict()
    del state["conv_9.double_conv.0.weight"]
    save_file(state, path)


def not_finite(path, small):
    with torch.no_grad():
        small.output.bias[0] = float("nan")
    save_generator(small, path, {})


def whole_module(path, small):
    torch.save(small, path)


def bomb(path, small):
    path.write_bytes(pickle.dumps(Bomb()))


def text(path, small):
    path.write_text("these are not the weights you are looking for")


def empty(path, small):
    path.touch()


def missing(path, small):
    pass


def wide(path, small):
    state = small.state_dict()
    state["conv_1.double_conv.0.weight"] = torch.zeros(100_000, 3, 1, 1)
    save_file(state, path)


def absurdly_wide(path, small):
    torch.save({"conv_1.double_conv.0.weight": torch.zeros(1).expand(2**40, 3, 3, 3)}, path)


def wide_by_strides(path, small):
    with torch.device("meta"):
        shapes = {k: v.shape for k, v in UNetGenerator(width=600).state_dict().items()}
    state = {name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}
    torch.save(state, path)


def unfolding(path, small):
    torch.save({"a": torch.zeros(1)}, path)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        with archive.open("archive/data/1", "w", force_zip64=True) as member:
            for _ in range(17):
                member.write(bytes(2**26))


def names_that_are_numbers(path, small):
    torch.save({1: torch.zeros(2)}, path)


def sparse(path, small):
    torch.save({name: tensor.to_sparse() for name, tensor in small.state_dict().items()}, path)


def complex_numbers(path, small):
    state = small.state_dict()
    torch.save({name: tensor.to(torch.complex64) for name, tensor in state.items()}, path)


def a_list(path, small):
    torch.save([torch.zeros(2)], path)


def half_an_archive(path, small):
    torch.save(small.state_dict(), path)
    path.write_bytes(path.read_bytes()[:5000])


def nonsense(path, small):
    path.write_bytes(b"\x80\x04" + bytes(range(256)))


@pytest.mark.parametrize(
    "make",
    [
        wide,
        absurdly_wide,
        wide_by_strides,
        pytest.param(unfolding, marks=pytest.mark.slow),
        names_that_are_numbers,
        sparse,
        complex_numbers,
        a_list,
        half_an_archive,
        nonsense,
        damaged,
        foreign,
        wrong_depth,
        not_finite,
        infinite_variance,
        whole_module,
        bomb,
        text,
        empty,
        missing,
    ],
)
def test_bad_weights_are_refused_in_one_line(tmp_path, small, make, capfd):
    path = tmp_path / "weights.safetensors"
    make(path, small)
    with pytest.raises(WeightsError) as caught:
        load_generator(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "a pickle ran code" not in capfd.readouterr().out


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(WeightsError, match=r"nonesuch.*article"):
        load_generator("nonesuch")


def test_a_card_that_is_not_json_is_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file({"a": torch.zeros(1)}, path, metadata={"card": "{"})
    with pytest.raises(WeightsError, match=r"weights\.safetensors"):
        read_card(path)


def test_bundled_weights_say_what_they_are():
    card = load_generator("article").card
    for key in ("name", "summary", "domain", "data", "recipe", "scores", "licence"):
        assert card[key], key
    json.dumps(card)
