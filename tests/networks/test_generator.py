"""The two networks of the article: exact sizes, shapes, gradients."""

import pytest
import torch

from cloudgan_geo.bands import SENTINEL_2, BandSet
from cloudgan_geo.networks.discriminator import ResNetDiscriminator
from cloudgan_geo.networks.generator import UNetGenerator


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_sizes_are_the_articles():
    assert parameters(UNetGenerator()) == 7_766_819
    assert parameters(ResNetDiscriminator()) == 5_035_489


def test_state_dict_has_the_articles_names():
    generator = set(UNetGenerator(width=2).state_dict())
    for layer in [f"conv_{n}.double_conv.{k}" for n in range(1, 10) for k in (0, 1, 3, 4)]:
        assert f"{layer}.weight" in generator
    assert {f"upconv_{n}.bias" for n in range(1, 5)} | {"output.weight"} <= generator
    discriminator = set(ResNetDiscriminator().state_dict())
    assert {"conv1.0.weight", "layer3.0.downsample.0.weight", "fc.bias"} <= discriminator
    assert {f"layer{n}.0.conv{k}.0.weight" for n in range(4) for k in (1, 2)} <= discriminator


@pytest.mark.parametrize(("channels", "width"), [(3, 4), (4, 8), (1, 2)])
@pytest.mark.parametrize("size", [(64, 64), (16, 48)])
def test_generator_keeps_shape_and_range(channels, width, size):
    bands = SENTINEL_2.names[:channels]
    generator = UNetGenerator(BandSet(bands, bands, (0.3,) * channels), width).eval()
    image = torch.rand(2, channels, *size)
    out = generator(image)
    assert out.shape == image.shape
    assert 0 < out.min() <= out.max() < 1


@pytest.mark.parametrize("size", [(32, 32), (64, 64), (33, 50), (96, 128)])
def test_discriminator_gives_one_logit_an_image_at_any_size(size):
    discriminator = ResNetDiscriminator().eval()
    images = torch.rand(3, 3, *size)
    logits = discriminator(images)
    assert logits.shape == (3,)
    assert torch.allclose(discriminator(images[1:2]), logits[1:2], atol=1e-5)


def test_discriminator_returns_logits_not_probabilities():
    discriminator = ResNetDiscriminator().eval()
    with torch.no_grad():
        discriminator.fc.bias.fill_(-40)
        assert (discriminator(torch.rand(2, 3, 64, 64)) < -1).all()


def test_output_is_computed_in_float32_under_autocast():
    generator = UNetGenerator(width=4).eval()
    with torch.autocast("cpu", torch.bfloat16):
        out = generator(torch.rand(1, 3, 64, 64))
    assert out.dtype == torch.float32
    # A bfloat16 has 8 bits: its values in (0.25, 0.5) are multiples of 2**-10.
    assert (out * 1024 % 1 != 0).any()
