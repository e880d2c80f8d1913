"""Adversarial losses against torch's own cross-entropy."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from cloudgan_geo.training.losses import adversarial_loss, discriminator_loss


@pytest.fixture
def logits():
    torch.manual_seed(0)
    return torch.randn(2, 50) * 5


def test_discriminator_loss_is_the_mean_of_two_cross_entropies(logits):
    real, fake = logits
    expected = (bce(real, torch.ones(50)) + bce(fake, torch.zeros(50))) / 2
    assert torch.allclose(discriminator_loss(real, fake), expected)


def test_chance_is_log_2_and_certainty_is_0():
    zero, sure = torch.zeros(4), torch.full((4,), 60.0)
    assert discriminator_loss(zero, zero).item() == pytest.approx(math.log(2))
    assert discriminator_loss(sure, -sure).item() == pytest.approx(0, abs=1e-6)


def test_generator_losses_are_goodfellows(logits):
    fake = logits[0]
    probability = torch.sigmoid(fake.double())
    non_saturating = -probability.log().mean()
    minimax = (1 - probability).log().mean()
    assert adversarial_loss(fake, "non-saturating").item() == pytest.approx(non_saturating.item())
    assert adversarial_loss(fake, "minimax").item() == pytest.approx(minimax.item(), rel=1e-4)


@pytest.mark.parametrize(("kind", "learns"), [("minimax", False), ("non-saturating", True)])
def test_only_the_non_saturating_loss_learns_from_a_sure_discriminator(kind, learns):
    fake = torch.tensor([-30.0], requires_grad=True)
    adversarial_loss(fake, kind).backward()
    assert (abs(fake.grad.item()) > 0.5) is learns
