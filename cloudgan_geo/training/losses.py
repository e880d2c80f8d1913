"""Adversarial losses on logits."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from cloudgan_geo.choices import Adversarial


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Returns the mean of both cross-entropies: real images to 1, generated ones to 0.

    Source: Goodfellow et al. 2014, "Generative Adversarial Nets", equation 1. Chance is
    log 2 = .693; unlike the article's, which put a sigmoid before it, it can reach 0.

    Args:
        real: Logits of real images, shape (batch,).
        fake: Logits of generated images, shape (batch,).

    Returns:
        Scalar, 0 or more.
    """
    return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2


def adversarial_loss(fake: Tensor, kind: Adversarial) -> Tensor:
    """Returns the generator's loss on the discriminator's logits.

    `minimax` is E[log(1 - D(G(z)))] (Goodfellow et al. 2014, equation 1), which is flat where
    the discriminator is sure; `non-saturating` is -E[log D(G(z))] (same paper, section 3).

    Args:
        fake: Logits of generated images, shape (batch,).
        kind: Which of the two.

    Returns:
        Scalar to minimise; the minimax loss is 0 or less.
    """
    if kind == "minimax":
        return -F.softplus(fake).mean()
    return F.softplus(-fake).mean()
