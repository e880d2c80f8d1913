"""Several processes that train as one: what each does of a step, and what they tell each other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import RunError, UsageError
from cloudgan_geo.networks.precision import choose_device

# Rank 0 validates, draws panels and writes while the others wait.
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True)
class Ranks:
    """The processes of a run, as one of them sees them.

    Attributes:
        rank: Number of this one, from 0.
        count: How many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def part(self, chips: Any) -> Any:
        """Returns what this process takes of the chips of a step.

        Parts differ by one chip at most. Of fewer chips than there are processes everyone takes
        all, which comes to the same.

        Args:
            chips: A sequence, or a tensor whose first axis they are along.
        """
        if len(chips) < self.count:
            return chips
        first, last = (len(chips) * rank // self.count for rank in (self.rank, self.rank + 1))
        return chips[first:last]

    def weight(self, chips: int, device: torch.device) -> float:
        """Returns the weight of this process's mean in the mean over all chips of a step.

        Args:
            chips: That this process has.
            device: Where it computes.
        """
        if self.count == 1:
            return 1.0
        everywhere = torch.tensor(float(chips), device=device)
        distributed.all_reduce(everywhere)
        return chips / everywhere.item()

    def add_gradients(self, network: nn.Module) -> None:
        """Adds up the gradients of all processes; each then has the sum."""
        if self.count == 1:
            return
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view(gradient.shape))

    def add(self, losses: Mapping[str, float], device: torch.device) -> dict[str, float]:
        """Adds up numbers of all processes.

        Args:
            losses: Numbers by name; the same names everywhere.
            device: Where this process computes.
        """
        if self.count == 1:
            return dict(losses)
        flat = torch.tensor(list(losses.values()), dtype=torch.float64, device=device)
        distributed.all_reduce(flat)
        return dict(zip(losses, flat.tolist(), strict=True))

    def alike(self, *networks: nn.Module) -> None:
        """Gives all processes the weights of the first."""
        if self.count == 1:
            return
        for network in networks:
            for tensor in network.state_dict().values():
                content = tensor.contiguous()
                distributed.broadcast(content, 0)
                tensor.copy_(content)


#: One process, which does all.
ALONE = Ranks()


def started_ranks() -> Ranks:
    """Returns the processes that torchrun started, or this one alone."""
    return Ranks(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


@contextlib.contextmanager
def joined(ranks: Ranks, device: str) -> Iterator[torch.device]:
    """Joins processes that train as one: by NCCL on CUDA, where each has a GPU, by gloo on CPUs.

    Args:
        ranks: Those that torchrun started.
        device: That was asked for.

    Yields:
        Where this process computes.

    Raises:
        UsageError: If the device is not available to all of them.
        RunError: If another process is lost meanwhile.
    """
    chosen = choose_device(device)
    if ranks.count == 1:
        yield chosen
        return
    settings: dict[str, Any] = {"backend": "gloo", "timeout": _PATIENCE}
    if chosen.type == "cuda":
        chosen = _own_gpu()
        torch.cuda.set_device(chosen)
        settings |= {"backend": "nccl", "device_id": chosen}
    elif chosen.type != "cpu":
        raise UsageError(
            Argument("device", device), f": {ranks.count} processes train on CPUs or on CUDA"
        )
    try:
        distributed.init_process_group(**settings)
        yield chosen
    except (RunError, UsageError):
        raise
    except (distributed.DistError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RunError(f"another process of this run is lost ({said})") from error
    finally:
        with contextlib.suppress(Exception):  # Whatever it is, this is the end.
            distributed.destroy_process_group()


def _own_gpu() -> torch.device:
    local, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if local >= there:
        raise UsageError(f"this machine has {there} GPUs and none for process {local} of it")
    return torch.device("cuda", local)


class _Sum(torch.autograd.Function):
    """The sum over all processes, of which each gets the gradient of everyone's loss."""

    @staticmethod
    def forward(ctx: Any, local: Tensor) -> Tensor:
        total = local.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].clone()
        distributed.all_reduce(total)
        return total


class GatheredBatchNorm2d(nn.BatchNorm2d):
    """Batch norm by the statistics of the chips of all processes.

    torch's `SyncBatchNorm` does the same on CUDA only.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, channels, height, width) to the same shape."""
        if not self.training:
            unchanged: Tensor = super().forward(x)
            return unchanged
        with torch.autocast(x.device.type, enabled=False):
            y = x.float()
            count = y.new_full((1,), y.numel() / y.shape[1])
            sums = _Sum.apply(torch.cat([y.sum((0, 2, 3)), count]))  # type: ignore[no-untyped-call]
            mean, number = sums[:-1] / sums[-1], sums[-1].detach()
            y = y - mean[:, None, None]
            # Not from sums of squares, which would cancel out.
            variance = _Sum.apply(y.square().sum((0, 2, 3))) / number  # type: ignore[no-untyped-call]
            self._remember(mean.detach(), variance.detach(), number)
            factor = self.weight * torch.rsqrt(variance + self.eps)
            y = y * factor[:, None, None] + self.bias[:, None, None]
        out: Tensor = y.to(x.dtype)
        return out

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, number: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * number / (number - 1), self.momentum)


def gather_statistics(network: nn.Module) -> None:
    """Has all batch norms of a network gather statistics; its state dict stays as it is."""
    for name, child in network.named_children():
        if type(child) is nn.BatchNorm2d:
            gathered = GatheredBatchNorm2d(child.num_features, child.eps, child.momentum)
            device = child.weight.device
            gathered.to(device).load_state_dict(child.state_dict())
            setattr(network, name, gathered)
        else:
            gather_statistics(child)
