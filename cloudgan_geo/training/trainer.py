"""Networks, optimisers and one training step."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

from cloudgan_geo import defaults
from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.errors import RunError
from cloudgan_geo.networks.architectures import Generator
from cloudgan_geo.networks.discriminator import ResNetDiscriminator
from cloudgan_geo.networks.precision import autocast, choose_training_precision
from cloudgan_geo.training.data import ChipBatch, Data
from cloudgan_geo.training.losses import adversarial_loss, discriminator_loss
from cloudgan_geo.training.objectives import objective_of
from cloudgan_geo.training.ranks import ALONE, Ranks, gather_statistics
from cloudgan_geo.training.recipe import Recipe


class Trainer:
    """Networks, optimisers and progress of one run.

    Args:
        recipe: What to do; stored in the checkpoint.
        device: Where to do it.
        precision: `auto`, `fp32` or `bf16`.
        ranks: The processes that train as one, of which this is one.

    Attributes:
        step: Steps done.
        joined: Whether the discriminator has taken part in any.
        best_l1: Lowest validation L1 so far.
        averaged: The generator that is validated and kept.
    """

    def __init__(
        self,
        recipe: Recipe,
        device: torch.device,
        precision: AskedPrecision = defaults.PRECISION,
        ranks: Ranks = ALONE,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.device = device
        self.ranks = ranks
        layout: Any = {"device": device, "memory_format": torch.channels_last}
        self.objective = objective_of(recipe)
        self.generator: Generator = self.objective.network().to(**layout)
        self.discriminator = ResNetDiscriminator().to(**layout)
        self.averaged = copy.deepcopy(self.generator).eval()
        if ranks.count > 1:
            gather_statistics(self.generator)
            gather_statistics(self.discriminator)
        self.generator_optimiser = torch.optim.AdamW(
            self.generator.parameters(), weight_decay=recipe.weight_decay
        )
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), recipe.discriminator_lr
        )
        self.dtype = choose_training_precision(precision, device)
        self.step = 0
        self.joined = False
        self.best_l1 = float("inf")

    def start_from(self, network: nn.Module) -> None:
        """Takes over the weights of a trained generator before the first step.

        Raises:
            ValueError: If it is of another architecture or width.
        """
        state = network.state_dict()
        own = self.generator.state_dict()
        if {name: t.shape for name, t in state.items()} != {n: t.shape for n, t in own.items()}:
            raise ValueError("another architecture or width")
        for generator in (self.generator, self.averaged):
            generator.load_state_dict(state)

    def train_step(self, batch: ChipBatch, total_steps: int) -> dict[str, float]:
        """Updates discriminator and generator once; returns the row of the log."""
        lr = self.recipe.generator_lr * schedule_factor(self.recipe, self.step, total_steps)
        self.generator_optimiser.param_groups[0]["lr"] = lr
        weight = adversarial_weight(self.recipe, self.step / total_steps)
        batch = self._place(batch)
        # Of a mean over all chips this process computes its part.
        share = self.ranks.weight(len(batch.clear), self.device)
        self.generator.train()
        with autocast(self.device, self.dtype):
            prediction = self.objective.predict(self.generator, batch)
        generated = self.objective.image(prediction, batch)
        losses = {"l1": F.l1_loss(generated.detach(), batch.clear).item()}
        losses |= {"adversarial": math.nan, "discriminator": math.nan}
        loss = self.objective.loss(prediction, batch)
        if weight is not None:
            self.joined = True
            losses["discriminator"] = self._discriminate(batch.clear, generated.detach(), share)
            with autocast(self.device, self.dtype):
                logits = self.discriminator(generated)
            adversarial = adversarial_loss(logits, self.recipe.adversarial)
            losses["adversarial"] = adversarial.item()
            loss = loss + weight * adversarial
        losses["generator"] = loss.item()
        weighted = {name: share * of for name, of in losses.items()}
        row = {"step": self.step, "lr": lr, **self.ranks.add(weighted, self.device)}
        if not math.isfinite(row["generator"]):
            raise RunError(f"step {self.step}: the loss is not finite; lower the learning rate")
        self.generator_optimiser.zero_grad(set_to_none=True)
        (share * loss).backward()  # type: ignore[no-untyped-call]
        self.ranks.add_gradients(self.generator)
        if self.recipe.clip:
            clip_grad_norm_(self.generator.parameters(), self.recipe.clip)
        self.generator_optimiser.step()
        self.step += 1
        self._average()
        return row

    @torch.inference_mode()
    def validate(self, data: Data) -> float:
        """Returns the L1 of the averaged generator on the validation chips."""
        total, count = 0.0, 0
        for batch in map(self._place, data.validation()):
            with autocast(self.device, self.dtype):
                prediction = self.objective.predict(self.averaged, batch)
            generated = self.objective.image(prediction, batch)
            total += F.l1_loss(generated, batch.clear).item() * len(generated)
            count += len(generated)
        return total / max(count, 1)

    def state_dict(self) -> dict[str, Any]:
        """Returns all that a resumed run needs to go on bit for bit."""
        return {
            "recipe": self.recipe.as_dict(),
            "step": self.step,
            "joined": self.joined,
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
        self.joined = state["joined"]
        self.dtype = getattr(torch, state["dtype"].removeprefix("torch."))
        for part in ("generator", "discriminator", "averaged"):
            getattr(self, part).load_state_dict(state[part])
        for part in ("generator_optimiser", "discriminator_optimiser"):
            getattr(self, part).load_state_dict(state[part])

    def _discriminate(self, real: Tensor, fake: Tensor, share: float) -> float:
        with autocast(self.device, self.dtype):
            real_logits, fake_logits = self.discriminator(real), self.discriminator(fake)
        loss = discriminator_loss(real_logits, fake_logits)
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        (share * loss).backward()  # type: ignore[no-untyped-call]
        self.ranks.add_gradients(self.discriminator)
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

    def _place(self, batch: ChipBatch) -> ChipBatch:
        return ChipBatch(
            *(_channels_last(part.to(self.device, non_blocking=True)) for part in batch)
        )


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


def _channels_last(part: Tensor) -> Tensor:
    return part.to(memory_format=torch.channels_last) if part.ndim == 4 else part


def _floats(network: nn.Module) -> list[Tensor]:
    return [t for t in network.state_dict().values() if t.is_floating_point()]
