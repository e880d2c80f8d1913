"""One of several parts of a batch, each done by a job of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import UsageError

T = TypeVar("T")

_SHARD = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True)
class Shard:
    """The part `number` of `count`, counted from 1.

    Attributes:
        number: Which, 1 to `count`.
        count: How many there are.
        reason: What it was told by, for people.

    Raises:
        UsageError: If there is no such part.
    """

    number: int
    count: int
    reason: str = "asked for"

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise UsageError(
                Argument("shard", f"{self.number}/{self.count}"),
                f": shards are counted from 1 to {self.count}",
            )

    def of(self, things: Sequence[T]) -> list[T]:
        """Returns its part of things; every thing is in one part, parts differ by one at most.

        Args:
            things: The same in the same order for all parts.
        """
        return list(things[self.number - 1 :: self.count])


def parse_shard(text: str) -> Shard:
    """Reads a part such as `2/8`.

    Raises:
        UsageError: If it is none.
    """
    found = _SHARD.fullmatch(text)
    if found is None:
        raise UsageError(Argument("shard", text), ": takes a part such as 2/8, counted from 1")
    return Shard(int(found[1]), int(found[2]))


def settle_shard(asked: str | None, environment: Mapping[str, str]) -> Shard:
    """Settles which part of a batch this job is to do.

    Args:
        asked: A part such as `2/8`; only `/8` for the one that the environment names of so many;
            None to go by the environment, which is all where it names none.
        environment: Variables of the job. SLURM tells number, first and count; AWS Batch
            tells the number only, counted from 0.

    Raises:
        UsageError: If the part cannot be told.
    """
    count = None
    if asked is not None and asked.startswith("/"):
        if not asked[1:].isdecimal() or int(asked[1:]) < 1:
            raise UsageError(Argument("shard", asked), ": takes a count, as in /8")
        count = int(asked[1:])
    elif asked is not None:
        return parse_shard(asked)
    number, of, reason = _of_job(environment)
    if number is None:
        if count is not None:
            raise UsageError(
                Argument("shard", asked),
                ": this is no array job of SLURM or AWS Batch; take a part such as 1/8",
            )
        return Shard(1, 1, "all of it")
    if count is None and of is None:
        raise UsageError(Argument("shard"), f": {reason} tells no count; state it, as in /8")
    if count and of and count != of:
        raise UsageError(
            Argument("shard", asked),
            f": this array has {of} jobs; state which part of how many this is",
        )
    return Shard(number, count or of or 1, reason)


def _of_job(environment: Mapping[str, str]) -> tuple[int | None, int | None, str]:
    """Returns the number of an array job, counted from 1, how many there are, and by what."""

    def value(name: str) -> int | None:
        text = environment.get(name, "")
        return int(text) if text.isdecimal() else None

    task = value("SLURM_ARRAY_TASK_ID")
    if task is not None:
        first, count = value("SLURM_ARRAY_TASK_MIN"), value("SLURM_ARRAY_TASK_COUNT")
        last, step = value("SLURM_ARRAY_TASK_MAX"), value("SLURM_ARRAY_TASK_STEP") or 1
        first = 0 if first is None else first
        if count and last is not None and (last - first) // step + 1 != count:
            raise UsageError(
                Argument("shard"),
                ": the numbers of this SLURM array have gaps, so its parts cannot be told; "
                "state which part of how many this is",
            )
        return (task - first) // step + 1, count, "SLURM_ARRAY_TASK_ID"
    index = value("AWS_BATCH_JOB_ARRAY_INDEX")
    if index is not None:
        return index + 1, value("AWS_BATCH_JOB_ARRAY_SIZE"), "AWS_BATCH_JOB_ARRAY_INDEX"
    return None, None, ""
