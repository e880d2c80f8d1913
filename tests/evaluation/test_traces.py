"""Seams and grids that are laid into a correction, and what knows none."""

import numpy as np
import pytest

from cloudgan_geo.evaluation.traces import PERIODS, lattice_gradient, periodic_power
from cloudgan_geo.windows.grid import WindowGrid

GRID = WindowGrid(208, 304)
ALL = np.ones((208, 304), bool)


@pytest.fixture
def smooth():
    """A veil's correction: random, as wide as a window, in two bands, with a little noise."""
    rng = np.random.default_rng(0)
    rows, columns = np.arange(208)[:, None], np.arange(304)
    waves = [
        np.sin(rng.uniform(-0.06, 0.06) * rows + rng.uniform(-0.06, 0.06) * columns + k)
        for k in range(8)
    ]
    return np.sum(waves, axis=0)[None] + 0.001 * rng.standard_normal((2, 208, 304))


def test_a_veil_has_neither_seams_nor_grid(smooth):
    assert lattice_gradient(smooth, ALL, GRID, 0, 0) == pytest.approx(1, abs=0.05)
    for period in PERIODS:
        assert periodic_power(smooth, period) == pytest.approx(1, abs=0.4)


def test_steps_between_windows_show_in_the_gradient(smooth):
    seamed = smooth.copy()
    for place in (48, 64, 96, 112):
        seamed[:, place:] += 0.5
    found = lattice_gradient(seamed, ALL, GRID, 0, 0)
    # By the definition: rows 48, 64, ... and columns 48, 64, ... begin or end a window.
    down, across = (np.abs(np.diff(seamed, axis=axis)).mean(axis=0) for axis in (1, 2))
    rows = np.isin(np.arange(1, 208), [*GRID.tops, *(GRID.tops + 64)])
    columns = np.isin(np.arange(1, 304), [*GRID.lefts, *(GRID.lefts + 64)])
    on = np.concatenate([down[rows].ravel(), across[:, columns].ravel()]).mean()
    off = np.concatenate([down[~rows].ravel(), across[:, ~columns].ravel()]).mean()
    assert found == pytest.approx(on / off)
    assert found > 1.5
    # The same steps anywhere else are the ground's affair.
    moved = np.roll(seamed, 5, axis=1)[:, 10:]
    assert lattice_gradient(moved, ALL[10:], GRID, 10, 0) < 1


def test_a_part_of_a_scene_knows_where_its_windows_lie(smooth):
    seamed = smooth.copy()
    seamed[:, 96:] += 0.5
    seamed[:, :, 112:] += 0.5
    part = np.s_[:, 20:180, 30:270]
    found = lattice_gradient(seamed[part], ALL[part[1:]], GRID, 20, 30)
    assert found > 1.2
    assert lattice_gradient(seamed[part], ALL[part[1:]], GRID, 21, 31) < found


def test_the_edge_of_the_data_is_no_seam(smooth):
    cut, valid = smooth.copy(), ALL.copy()
    valid[:48] = False
    cut[:, :48] = 0
    whole = lattice_gradient(cut[:, 48:], ALL[48:], GRID, 48, 0)
    assert lattice_gradient(cut, valid, GRID, 0, 0) == pytest.approx(whole)


def test_nothing_is_said_of_what_does_not_change():
    flat = np.zeros((3, 208, 304))
    assert lattice_gradient(flat, ALL, GRID, 0, 0) is None
    assert periodic_power(flat, 2) is None
    small = np.random.default_rng(0).standard_normal((3, 40, 40))
    one_window = WindowGrid(40, 40)
    assert lattice_gradient(small, ALL[:40, :40], one_window, 0, 0) is None
    assert periodic_power(small, 4) is None


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("axis", [1, 2])
def test_waves_of_few_pixels_show_in_the_spectrum(period, axis):
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((3, 303, 302))
    other = next(p for p in PERIODS if p != period)
    before = {p: periodic_power(noise, p) for p in PERIODS}
    assert before == pytest.approx(dict.fromkeys(PERIODS, 1), abs=0.15)
    length = noise.shape[axis]
    wave = np.cos(2 * np.pi * np.arange(length) / period)
    waved = noise + 0.3 * np.expand_dims(wave, (0, 3 - axis))
    # Of unit noise under a Hann window a wave of amplitude a adds to the power a^2 N / 6, at
    # two pixels, where both signs of its frequency meet, four times that.
    count = length // 4 * 4
    power = 1 + 0.3**2 * count / 6 * (4 if period == 2 else 1)
    assert periodic_power(waved, period) == pytest.approx(power, rel=0.15)
    assert periodic_power(waved, other) == pytest.approx(before[other], rel=0.2)
