"""Whole training runs, small: they learn, stop, go on, and leave what they promise."""

import csv
import itertools
import math
from dataclasses import replace

import pytest
import torch

from cloudgan_geo import load_generator
from cloudgan_geo.chips.eurosat import load_chips, split
from cloudgan_geo.errors import RunError, UsageError
from cloudgan_geo.training import loop
from cloudgan_geo.training.data import VisibleData
from cloudgan_geo.training.recipe import RECIPES, Recipe, recipe_named
from cloudgan_geo.training.trainer import Trainer, adversarial_weight, schedule_factor

TINY = Recipe("tiny", epochs=3, batch_size=4, width=2, validation=1, ema=0.9, augment=True)

TINY_THIN = replace(TINY, clouds="scattering", adversarial_start=0.5, clip=1.0)


@pytest.fixture(scope="session")
def chips(sample_data):
    return load_chips(sample_data / "chips")


def data_for(chips, recipe):
    return VisibleData(split(chips, recipe.validation), recipe, chips)


def train(chips, folder, recipe=TINY, *, stop_at=None, resume=False):
    folder.path.mkdir(exist_ok=True)
    trainer = Trainer(recipe, torch.device("cpu"), "fp32")
    if resume:
        trainer.load_state_dict(loop.load_checkpoint(folder))

    def on_step(row):
        if trainer.step == stop_at:
            raise SystemExit("killed")

    loop.run(
        trainer,
        data_for(chips, recipe),
        folder,
        on_step=on_step,
        on_epoch=lambda epoch: None,
        checkpoint_every=2,
    )
    return trainer


def rows(path):
    with path.open() as log:
        return list(csv.DictReader(log))


# Steps 1 and 3 fall between checkpoints, 4 on one, 5 in another epoch.
@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [3, 4, 5])
@pytest.mark.parametrize("recipe", [TINY, TINY_THIN], ids=["article", "thin"])
def test_a_killed_run_goes_on_bit_for_bit(tmp_path, chips, recipe, stop_at):
    whole = train(chips, loop.RunFolder(tmp_path / "whole"), recipe)
    folder = loop.RunFolder(tmp_path / "killed")
    with pytest.raises(SystemExit):
        train(chips, folder, recipe, stop_at=stop_at)
    resumed = train(chips, folder, recipe, resume=True)
    assert resumed.step == whole.step == 9
    for part in ("generator", "discriminator", "averaged"):
        ours, theirs = getattr(resumed, part).state_dict(), getattr(whole, part).state_dict()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs), part
    for name in ("steps.csv", "epochs.csv"):
        assert (folder.path / name).read_text() == (tmp_path / "whole" / name).read_text()


@pytest.mark.slow
def test_a_run_learns_and_logs_every_step(tmp_path, chips):
    recipe = replace(
        TINY, epochs=20, width=4, generator_lr=3e-3, ema=0, adversarial_start=0.5, augment=False
    )
    folder = loop.RunFolder(tmp_path / "run")
    trainer = train(chips, folder, recipe)
    log = rows(folder.steps)
    assert [int(row["step"]) for row in log] == list(range(trainer.step))
    assert int(log[-1]["epoch"]) == 20
    losses = [float(row["l1"]) for row in log]
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])
    # The discriminator joins half-way, its weight ramped up.
    joined = [not math.isnan(float(row["discriminator"])) for row in log]
    assert joined.index(True) == len(log) // 2
    assert all(joined[len(log) // 2 :])
    for row in log:
        if math.isnan(float(row["adversarial"])):
            assert float(row["generator"]) == pytest.approx(100 * float(row["l1"]), rel=1e-5)


@pytest.mark.slow
def test_the_thin_recipe_learns_correction_opacity_and_error(tmp_path, chips):
    recipe = replace(
        TINY_THIN, epochs=40, width=4, generator_lr=3e-3, adversarial_weight=0, augment=False
    )
    folder = loop.RunFolder(tmp_path / "run")
    trainer = train(chips, folder, recipe)
    losses = [float(row["generator"]) for row in rows(folder.steps)]
    assert sum(losses[-20:]) < sum(losses[:20]) - 20 * 0.3
    batch = data_for(chips, recipe).under_clouds(range(10), epoch=10**6)
    # With the batch's own statistics: those of 120 steps of four chips are not worth much.
    with torch.no_grad():
        estimate = trainer.generator.train()(batch.cloudy, batch.view)
    before = (batch.cloudy - batch.clear).abs()
    after = (batch.cloudy + estimate.correction - batch.clear).abs()
    assert after.mean() < before.mean()
    assert estimate.opacity.std() > 0.02
    assert estimate.error.std() > 0.005


@pytest.mark.slow
def test_best_is_the_epoch_of_lowest_validation_l1(tmp_path, chips):
    folder = loop.RunFolder(tmp_path / "run")
    train(chips, folder, replace(TINY, epochs=6, generator_lr=3e-2))
    scores = {int(r["epoch"]): float(r["validation_l1"]) for r in rows(folder.epochs)}
    card = load_generator(folder.best).card
    assert len(scores) == 6
    assert card["epoch"] == min(scores, key=scores.get)
    assert card["validation_l1"] == min(scores.values())
    assert card["recipe"]["generator_lr"] == 3e-2


def test_every_chip_is_seen_once_an_epoch_in_a_new_order(chips):
    data = data_for(chips, replace(TINY, augment=False))
    epochs = []
    for epoch in range(2):
        seen = [data.batch(epoch * data.steps_per_epoch + k).clear for k in range(3)]
        assert [len(batch) for batch in seen] == [4, 4, 2]
        epochs.append([chip.numpy().tobytes() for batch in seen for chip in batch])
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1])


def test_no_validation_chip_is_trained_on(chips):
    data = data_for(chips, replace(TINY, augment=False))
    trained = {chip.numpy().tobytes() for k in range(3) for chip in data.batch(k).clear}
    for batch in data.validation():
        assert batch.clear[0].numpy().tobytes() not in trained


def test_a_run_that_diverges_says_so(tmp_path, chips):
    trainer = Trainer(TINY, torch.device("cpu"), "fp32")
    with torch.no_grad():
        trainer.generator.output.bias.fill_(float("nan"))
    with pytest.raises(RunError, match="learning rate"):
        trainer.train_step(data_for(chips, TINY).batch(0), 9)


def test_the_recipe_named_article_is_the_articles():
    recipe = recipe_named("article")
    assert (recipe.epochs, recipe.batch_size, recipe.l1_weight) == (15, 64, 100)
    assert (recipe.generator_lr, recipe.discriminator_lr) == (1e-4, 1e-5)
    assert (recipe.schedule, recipe.width, recipe.seed) == ("constant", 32, 231)
    assert adversarial_weight(recipe, 0.0) == 1
    with pytest.raises(UsageError, match="article"):
        recipe_named("nonesuch")


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_its_checkpoint(name):
    recipe = recipe_named(name)
    assert Recipe.from_dict(recipe.as_dict() | {"from a later version": 1}) == recipe


def test_schedules():
    step = replace(TINY, schedule="step", epochs=30)
    factors = [schedule_factor(step, s, 300) for s in (0, 99, 100, 299)]
    assert factors == pytest.approx([1, 1, 0.1, 0.01])
    cosine = replace(TINY, schedule="cosine")
    curve = [schedule_factor(cosine, s, 1000) for s in range(1000)]
    assert max(curve) == pytest.approx(1, abs=0.01)
    assert curve[0] < 0.1
    assert curve[-1] == pytest.approx(0.01, abs=1e-4)
    assert all(a >= b for a, b in itertools.pairwise(curve[20:]))


def test_the_adversarial_term_comes_late_and_ramps_up():
    recipe = replace(TINY, adversarial_start=0.8, adversarial_weight=0.5)
    assert adversarial_weight(recipe, 0.79) is None
    assert adversarial_weight(recipe, 0.825) == pytest.approx(0.25)
    assert adversarial_weight(recipe, 0.99) == 0.5
    assert adversarial_weight(replace(TINY, adversarial_weight=0), 0.99) is None


def test_damaged_checkpoints_are_refused(tmp_path):
    folder = loop.RunFolder(tmp_path)
    with pytest.raises(RunError, match="no checkpoint"):
        loop.load_checkpoint(folder)
    folder.last.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(RunError, match="damaged"):
        loop.load_checkpoint(folder)
