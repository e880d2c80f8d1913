"""Training on 13-band chips under veils: batches, what is told, the loss, whole runs."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cloudgan_geo import load_generator
from cloudgan_geo.chips.eurosat import Split
from cloudgan_geo.chips.multispectral import BANDS as CHIP_BANDS
from cloudgan_geo.chips.multispectral import SpectralChips
from cloudgan_geo.networks.thin import Estimate
from cloudgan_geo.training import loop
from cloudgan_geo.training.objectives import objective_of
from cloudgan_geo.training.recipe import recipe_named
from cloudgan_geo.training.samples import sample_rows
from cloudgan_geo.training.spectra import VEIL, SpectralData
from cloudgan_geo.training.trainer import Trainer

TINY = replace(recipe_named("veil"), epochs=2, repeats=1, batch_size=4, width=3, validation=2)
#: At full resolution, of red, green and blue.
TINY_RGB = replace(
    recipe_named("veil-rgb"), epochs=2, repeats=4, batch_size=4, width=3, validation=2
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    level = rng.uniform(300, 3000, (6, len(CHIP_BANDS), 1, 1))
    images = level + rng.normal(0, 80, (6, len(CHIP_BANDS), 64, 64))
    names = tuple(f"Forest/Forest_{number}" for number in range(6))
    split = Split(train=(0, 1, 2, 3), validation=(4, 5), test=())
    return SpectralData(split, TINY, SpectralChips(names, images.clip(1).astype(np.uint16)))


def test_a_batch_is_a_function_of_its_step(data):
    fresh = SpectralData(data.split, data.recipe, data.chips)
    late = [data.batch(step) for step in range(4)][3]
    assert all(torch.equal(a, b) for a, b in zip(late, fresh.batch(3), strict=True))
    assert not torch.equal(late.cloudy, fresh.batch(2).cloudy)
    assert late.cloudy.shape == (4, 13, 64, 64)
    assert late.clear.shape == (4, 12, 64, 64)
    assert late.told.shape == (4, 15)


@pytest.mark.parametrize(("uses", "met_again"), [(1, False), (4, True)])
def test_a_chip_is_met_as_often_as_the_recipe_says(data, uses, met_again):
    recipe = replace(TINY_RGB, uses=uses, batch_size=64)
    drawn = SpectralData(data.split, recipe, data.chips)
    # A veil is known by its densest pixel, however it is turned.
    densest = [drawn.batch(step).opacity.amax(dim=(1, 2, 3)) for step in range(6)]
    veils = torch.cat(densest)
    veils = veils[veils > 0]
    assert (len(veils.unique()) < len(veils)) == met_again


def test_red_green_and_blue_are_of_level_1c_alone(data):
    batch = SpectralData(data.split, replace(TINY_RGB, batch_size=64), data.chips).batch(0)
    assert batch.cloudy.shape == batch.clear.shape == (64, 3, 64, 64)
    assert not batch.told[:, -1].any()


def test_all_bands_are_there_and_mostly_the_level_is_told(data):
    recipe = replace(TINY, batch_size=128)
    batch = SpectralData(data.split, recipe, data.chips).batch(0)
    assert batch.told[:, :13].all()
    assert not batch.told[:, 14].any()
    assert 0.7 < batch.told[:, 13].mean() < 0.95


def test_without_the_cirrus_band_a_third_look_like_level_2a(data):
    recipe = replace(recipe_named("veil-no-b10"), batch_size=128, repeats=1)
    batch = SpectralData(data.split, recipe, data.chips).batch(0)
    assert batch.cloudy.shape == batch.clear.shape == (128, 12, 64, 64)
    assert batch.told.shape == (128, 14)
    assert batch.told[:, :12].all()
    levels = batch.told[:, 12:]
    assert (levels.sum(dim=1) <= 1).all()
    assert 0.4 < levels[:, 0].mean() < 0.7
    assert 0.2 < levels[:, 1].mean() < 0.4
    # Level 2A lacks the air's own light, most of which is blue's.
    blue = batch.clear[:, VEIL.corrects.index("B02")].amin(dim=(1, 2))
    assert blue[levels[:, 1] == 1].median() < blue[levels[:, 0] == 1].median()


def test_clear_chips_differ_from_their_ground_by_noise_alone(data):
    batch = SpectralData(data.split, replace(TINY, batch_size=128), data.chips).batch(0)
    clear = batch.opacity.amax(dim=(1, 2, 3)) == 0
    change = (batch.cloudy[:, VEIL.selected] - batch.clear).abs().mean(dim=(1, 2, 3))
    assert 2 <= clear.sum() < 64
    assert change[clear].max() < 0.003
    assert change[~clear].mean() > 0.01


def test_the_loss_is_least_for_the_truth(data):
    batch, objective = data.batch(0), objective_of(TINY)
    truth = batch.clear - batch.cloudy[:, VEIL.selected]
    error = torch.full((4, 3, 64, 64), 0.01)
    losses = [
        objective.loss(Estimate(truth + bias, batch.opacity * part, error), batch).item()
        for bias, part in ((0.0, 1.0), (0.02, 1.0), (0.0, 0.5), (truth.std() * -1, 1.0))
    ]
    assert losses[0] == min(losses)


def train(data, folder, stop_at=None, resume=False):
    folder.path.mkdir(exist_ok=True)
    trainer = Trainer(data.recipe, torch.device("cpu"), "fp32")
    if resume:
        trainer.load_state_dict(loop.load_checkpoint(folder))

    def on_step(row):
        if trainer.step == stop_at:
            raise SystemExit("killed")

    loop.run(
        trainer, data, folder, on_step=on_step, on_epoch=lambda epoch: None, checkpoint_every=2
    )
    return trainer


@pytest.mark.parametrize("recipe", [TINY, TINY_RGB], ids=["veil", "veil-rgb"])
def test_a_killed_run_goes_on_bit_for_bit_and_leaves_a_generator(tmp_path, data, recipe):
    def again():
        return SpectralData(data.split, recipe, data.chips)

    whole = train(again(), loop.RunFolder(tmp_path / "whole"))
    folder = loop.RunFolder(tmp_path / "killed")
    with pytest.raises(SystemExit):
        train(again(), folder, stop_at=5)
    resumed = train(again(), folder, resume=True)
    assert resumed.step == whole.step == 8
    ours, theirs = resumed.averaged.state_dict(), whole.averaged.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    loaded = load_generator(folder.latest)
    assert loaded.bands.corrects == (VEIL.corrects if recipe is TINY else ("B04", "B03", "B02"))
    assert loaded.card["recipe"]["clouds"] == "veil"
    (cloudy, clear, generated), *_ = sample_rows(whole.averaged, again(), [4])
    assert cloudy.shape == clear.shape == generated.shape == (64, 64, 3)


#: At full resolution the floor of the logarithm, -5.8, is near from the start.
@pytest.mark.parametrize(("recipe", "fall"), [(TINY, 2.0), (TINY_RGB, 0.9)])
def test_the_recipe_learns_a_batch_by_heart(data, recipe, fall):
    trainer = Trainer(replace(recipe, width=6, generator_lr=5e-3), torch.device("cpu"), "fp32")
    batch = SpectralData(data.split, recipe, data.chips).batch(0)
    losses = [trainer.train_step(batch, 100)["generator"] for _ in range(100)]
    assert np.mean(losses[-10:]) < losses[0] - fall
