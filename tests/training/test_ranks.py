"""Several processes that train as one, started by torchrun as a user does."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from torch import nn

from cloudgan_geo.chips.eurosat import load_chips, split
from cloudgan_geo.training.data import VisibleData
from cloudgan_geo.training.feeding import Feed, settle_workers
from cloudgan_geo.training.ranks import ALONE, GatheredBatchNorm2d, Ranks, gather_statistics
from cloudgan_geo.training.recipe import Recipe

# Ten steps of five chips, or four; the discriminator joins half-way.
TINY = ("--epochs", "3", "--batch-size", "5", "--width", "2", "--checkpoint-every", "1")
TINY += ("--device", "cpu", "--precision", "fp32", "-q")


@pytest.fixture(scope="session")
def chips(sample_data):
    return sample_data / "chips"


def command(processes, chips, out, *arguments):
    program = ["-m", "cloudgan_geo"]
    if processes > 1:
        program = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
        program += [str(processes), "-m", "cloudgan_geo"]
    return [sys.executable, *program, "train", "--data", str(chips), "--out", str(out), *arguments]


def start(*arguments):
    return subprocess.Popen(
        command(*arguments),
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def trained(*arguments):
    process = start(*arguments)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return output


def rows(folder, name="steps"):
    with (folder / f"{name}.csv").open() as log:
        return list(csv.DictReader(log))


def same_losses(ones, twos):
    assert len(ones) == len(twos) > 0
    for one, two in zip(ones, twos, strict=True):
        for name, value in one.items():
            # So far apart is one process from itself with another number of threads: Adam's first
            # steps go by the signs of gradients, and the discriminator's are small.
            rel = 0.03 if name in ("adversarial", "discriminator") else 0.01
            assert float(two[name]) == pytest.approx(float(value), rel=rel, nan_ok=True), name


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["article", "thin"])
def test_two_processes_train_as_one_does(tmp_path, chips, recipe):
    for count in (1, 2):
        said = trained(count, chips, tmp_path / str(count), "--recipe", recipe, *TINY)
        # Only one of them speaks.
        assert said.count("Trained ") == 1
    ones, twos = rows(tmp_path / "1"), rows(tmp_path / "2")
    same_losses(ones, twos)
    # Before the first update there is nothing but rounding.
    for name in ("generator", "l1", "adversarial", "discriminator"):
        assert float(twos[0][name]) == pytest.approx(float(ones[0][name]), 1e-3, nan_ok=True)
    same_losses(rows(tmp_path / "1", "epochs"), rows(tmp_path / "2", "epochs"))
    names = [sorted(path.name for path in (tmp_path / each).rglob("*")) for each in "12"]
    assert names[0] == names[1]
    one, two = (torch.load(tmp_path / each / "last.pt", weights_only=True) for each in "12")
    assert one["discriminator"].keys() == two["discriminator"].keys()
    for part in ("generator", "averaged"):
        assert one[part].keys() == two[part].keys()
        for name, tensor in one[part].items():
            assert torch.allclose(tensor.float(), two[part][name].float(), rtol=0.05, atol=0.01)


@pytest.mark.slow
def test_a_run_goes_on_after_a_process_was_killed(tmp_path, chips):
    trained(2, chips, tmp_path / "whole", *TINY)
    process = start(2, chips, tmp_path / "run", *TINY)
    until = time.monotonic() + 120
    while not (tmp_path / "run/last.pt").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    children = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
    )
    os.kill(int(children.stdout.split()[-1]), signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode != 0, errors
    done = len(rows(tmp_path / "run"))
    assert done < len(rows(tmp_path / "whole"))
    trained(2, chips, tmp_path / "run", *(option for option in TINY[6:]), "--resume")
    same_losses(rows(tmp_path / "whole"), rows(tmp_path / "run"))


def test_parts_make_a_whole():
    chips = list(range(10))
    for count in (1, 2, 3, 10):
        parts = [Ranks(rank, count).part(chips) for rank in range(count)]
        assert [chip for part in parts for chip in part] == chips
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
    # Of too few everyone takes all.
    assert Ranks(1, 3).part([1, 2]) == [1, 2]
    assert ALONE.part(chips) == chips


def test_a_step_of_one_process_is_what_all_of_them_have_together(chips):
    images = load_chips(chips)
    recipe = Recipe("tiny", clouds="scattering", batch_size=5, augment=True, validation=1)
    data = VisibleData(split(images, 1), recipe, images)
    whole = data.batch(1)
    parts = [data.batch(1, Ranks(rank, 2)) for rank in range(2)]
    for one, two in zip(whole, zip(*parts, strict=True), strict=True):
        assert torch.equal(one, torch.cat(two))


@pytest.mark.slow
def test_processes_draw_what_a_thread_draws(chips):
    images = load_chips(chips)
    recipe = Recipe("tiny", clouds="scattering", batch_size=4, augment=True, validation=1)
    data = VisibleData(split(images, 1), recipe, images)
    # Threads that a forked process does not have, and must not wait for.
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.ones(2000, 2000).sum()
    torch.set_num_threads(threads)
    found = []
    for workers in (0, 2):
        with Feed(data, workers=workers) as feed:
            found.append(list(feed.batches(1, 7)))
            assert feed.waited > 0
    assert len(found[0]) == len(found[1]) == 6
    for one, two in zip(*found, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_how_many_draw():
    assert settle_workers("auto", "cpu") == 0
    assert settle_workers(3, "cpu") == 3
    assert 1 <= settle_workers("auto", "cuda") <= 8


@pytest.fixture
def alone():
    """A group of this process only."""
    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_gathered_batch_norm_of_one_process_is_torchs(alone):
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Sequential(nn.BatchNorm2d(3)), nn.Conv2d(3, 2, 1))
    gathered = nn.Sequential(nn.Sequential(nn.BatchNorm2d(3)), nn.Conv2d(3, 2, 1))
    nn.init.normal_(plain[0][0].weight)
    gathered.load_state_dict(plain.state_dict())
    gather_statistics(gathered)
    assert isinstance(gathered[0][0], GatheredBatchNorm2d)
    x = torch.rand(4, 3, 8, 8) * 3 + 100
    given = [x.clone().requires_grad_() for _ in range(2)]
    for network, of in zip((plain, gathered), given, strict=True):
        network(of).square().sum().backward()
    close = {"rtol": 1e-3, "atol": 1e-3}
    assert torch.allclose(given[0].grad, given[1].grad, **close)
    for one, two in zip(plain.parameters(), gathered.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, **close)
    states = plain.state_dict(), gathered.state_dict()
    assert states[0].keys() == states[1].keys()
    for name, tensor in states[0].items():
        assert torch.allclose(tensor.float(), states[1][name].float(), rtol=1e-4), name
    for network in (plain, gathered):
        network.eval()
    assert torch.allclose(plain(x), gathered(x), rtol=1e-4)
