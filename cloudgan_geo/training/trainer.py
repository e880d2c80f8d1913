"""Networks, optimisers and one training step."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.errors import RunError
from cloudgan_geo.networks.discriminator import ResNetDiscriminator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.precision import autocast, choose_precision
from cloudgan_geo.training.batches import Data
from cloudgan_geo.training.losses import adversarial_loss, discriminator_loss
from cloudgan_geo.training.recipe import Recipe


class Trainer:
    """Networks, optimisers and progress of one run.

    Args:
        recipe: What to do; stored in the checkpoint.
        device: Where to do it.
        precision: `auto`, `fp32` or `bf16`.
    """

    def __init__(self, recipe: Recipe, device: torch.device, precision: str = "auto") -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.device = device
        layout: Any = {"device": device, "memory_format": torch.channels_last}
        self.generator = UNetGenerator(width=recipe.width).to(**layout)
        self.discriminator = ResNetDiscriminator().to(**layout)
        self.averaged = copy.deepcopy(self.generator).eval()
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters())
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), recipe.discriminator_lr
        )
        self.dtype = choose_precision(precision, self.generator, device)
        self.step = 0
        self.best_l1 = float("inf")

    def train_step(self, cloudy: Tensor, clear: Tensor, total_steps: int) -> dict[str, float]:
        """Updates discriminator and generator once; returns the row of the log."""
        progress = self.step / total_steps
        lr = self.recipe.generator_lr * schedule_factor(self.recipe, self.step, total_steps)
        self.generator_optimiser.param_groups[0]["lr"] = lr
        weight = adversarial_weight(self.recipe, progress)
        cloudy, clear = self._place(cloudy), self._place(clear)
        self.generator.train()
        with autocast(self.device, self.dtype):
            generated = self.generator(cloudy)
        row = {"step": self.step, "lr": lr, "adversarial": math.nan, "discriminator": math.nan}
        loss = self.recipe.l1_weight * (l1 := F.l1_loss(generated, clear))
        row["l1"] = l1.item()
        if weight is not None:
            row["discriminator"] = self._discriminate(clear, generated.detach())
            with autocast(self.device, self.dtype):
                logits = self.discriminator(generated)
            adversarial = adversarial_loss(logits, self.recipe.adversarial)
            row["adversarial"] = adversarial.item()
            loss = loss + weight * adversarial
        row["generator"] = loss.item()
        if not math.isfinite(row["generator"]):
            raise RunError(f"step {self.step}: the loss is not finite; lower the learning rate")
        self.generator_optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.generator_optimiser.step()
        self.step += 1
        self._average()
        return row

    @torch.inference_mode()
    def validate(self, data: Data) -> float:
        """Returns the L1 of the averaged generator on the validation chips."""
        total, count = 0.0, 0
        for cloudy, clear in data.validation():
            with autocast(self.device, self.dtype):
                generated = self.averaged(self._place(cloudy))
            total += (generated - self._place(clear)).abs().mean().item() * len(cloudy)
            count += len(cloudy)
        return total / max(count, 1)

    def state_dict(self) -> dict[str, Any]:
        """Returns all that a resumed run needs to go on bit for bit."""
        return {
            "recipe": self.recipe.as_dict(),
            "step": self.step,
            "best_l1": self.best_l1,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "averaged": self.averaged.state_dict(),
            "generator_optimiser": self.generator_optimiser.state_dict(),
            "discriminator_optimiser": self.discriminator_optimiser.state_dict(),
            "dtype": str(self.dtype),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores what `state_dict` returned."""
        self.step, self.best_l1 = state["step"], state["best_l1"]
        self.dtype = getattr(torch, state["dtype"].removeprefix("torch."))
        for part in ("generator", "discriminator", "averaged"):
            getattr(self, part).load_state_dict(state[part])
        for part in ("generator_optimiser", "discriminator_optimiser"):
            getattr(self, part).load_state_dict(state[part])

    def _discriminate(self, real: Tensor, fake: Tensor) -> float:
        with autocast(self.device, self.dtype):
            real_logits, fake_logits = self.discriminator(real), self.discriminator(fake)
        loss = discriminator_loss(real_logits, fake_logits)
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimiser.step()
        return loss.item()

    @torch.no_grad()
    def _average(self) -> None:
        # A short memory at first, or the random start would weigh on the average for long.
        decay = min(self.recipe.ema, self.step / (self.step + 10))
        pairs: tuple[list[Tensor], list[Tensor]] = ([], [])
        for averaged, current in zip(_floats(self.averaged), _floats(self.generator), strict=True):
            pairs[0].append(averaged)
            pairs[1].append(current)
        torch._foreach_lerp_(pairs[0], pairs[1], 1 - decay)

    def _place(self, images: Tensor) -> Tensor:
        return images.to(self.device, memory_format=torch.channels_last, non_blocking=True)


def schedule_factor(recipe: Recipe, step: int, total_steps: int) -> float:
    """Returns what the generator's learning rate is multiplied with at a step."""
    if recipe.schedule == "constant":
        return 1.0
    progress = step / total_steps
    if recipe.schedule == "step":
        return math.pow(0.1, int(progress * recipe.epochs) // 10)
    warm_up = 0.02
    if progress < warm_up:
        return (step + 1) / (warm_up * total_steps + 1)
    falling = (progress - warm_up) / (1 - warm_up)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * falling)) / 2


def adversarial_weight(recipe: Recipe, progress: float) -> float | None:
    """Returns the adversarial term's weight at a share of the run, None before it starts."""
    if recipe.adversarial_weight == 0 or progress < recipe.adversarial_start:
        return None
    if recipe.adversarial_start == 0:
        return recipe.adversarial_weight
    ramp = (progress - recipe.adversarial_start) / (1 - recipe.adversarial_start) * 4
    return recipe.adversarial_weight * min(1.0, ramp)


def _floats(network: nn.Module) -> list[Tensor]:
    return [t for t in network.state_dict().values() if t.is_floating_point()]
