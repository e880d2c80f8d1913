"""Parts of a batch: each scene is in one of them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.batch.listing import list_scenes
from cloudgan_geo.batch.sharding import Shard, settle_shard
from cloudgan_geo.errors import UsageError

NAMES = st.lists(st.text("abcXYZ019_-.", min_size=1, max_size=12), min_size=1, max_size=40)


@given(NAMES, st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_scene_is_in_one_shard_whatever_the_order_of_the_listing(names, count, order):
    paths = [f"/archive/{name}/s.tif" for name in names]
    shards = []
    for number in range(1, count + 1):
        # Every job may list the archive otherwise, and some scenes twice.
        listed = random.Random(order.random()).sample(paths, len(paths)) + paths[:1]
        shards.append([s.key for s in Shard(number, count).of(list_scenes(listed))])
    together = [key for shard in shards for key in shard]
    assert len(together) == len(set(together))
    assert set(together) == {scene.key for scene in list_scenes(paths)}
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


def slurm(task, first, last, count, step=1):
    names = ("ID", "MIN", "MAX", "COUNT", "STEP")
    values = (task, first, last, count, step)
    return {
        f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in zip(names, values, strict=True)
    }


@pytest.mark.parametrize(
    ("asked", "environment", "number", "count"),
    [
        (None, {}, 1, 1),
        ("2/8", {}, 2, 8),
        ("2/8", slurm(5, 1, 9, 9), 2, 8),
        (None, slurm(1, 1, 4, 4), 1, 4),
        (None, slurm(0, 0, 3, 4), 1, 4),
        (None, slurm(3, 0, 3, 4), 4, 4),
        (None, slurm(14, 10, 18, 5, 2), 3, 5),
        ("/4", slurm(3, 0, 3, 4), 4, 4),
        ("/8", {"AWS_BATCH_JOB_ARRAY_INDEX": "0"}, 1, 8),
        ("/8", {"AWS_BATCH_JOB_ARRAY_INDEX": "7"}, 8, 8),
        (None, {"AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "3"}, 3, 3),
    ],
)
def test_which_part_a_job_does(asked, environment, number, count):
    shard = settle_shard(asked, environment)
    assert (shard.number, shard.count) == (number, count)


@pytest.mark.parametrize(
    ("asked", "environment", "said"),
    [
        ("0/4", {}, "counted from 1 to 4"),
        ("5/4", {}, "counted from 1 to 4"),
        ("two", {}, "takes a part such as 2/8"),
        ("1/0", {}, "counted from 1 to 0"),
        ("/0", {}, "takes a count"),
        ("/8", {}, "no array job"),
        (None, {"AWS_BATCH_JOB_ARRAY_INDEX": "3"}, "tells no count; state it, as in /8"),
        ("/8", {"AWS_BATCH_JOB_ARRAY_INDEX": "8"}, "counted from 1 to 8"),
        # Two of eight that failed and are run again are not halves of the archive.
        (None, slurm(7, 3, 7, 2), "have gaps"),
        ("/8", slurm(3, 3, 3, 1), "has 1 jobs; state which part"),
    ],
)
def test_a_part_that_cannot_be_told_is_refused(asked, environment, said):
    with pytest.raises(UsageError, match=said):
        settle_shard(asked, environment)
