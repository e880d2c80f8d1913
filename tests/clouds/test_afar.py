"""The ground from afar, rows at a time, is that of the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudgan_geo.clouds.afar import BLOCK, FarGround
from cloudgan_geo.clouds.spectral import block_means, far_ground

#: Reflectance by which the two may differ: two DN. Where the ground is narrower than the blur
#: `far_ground` ends its Gaussian earlier.
TOLERANCE = 2e-4


class Blocks:
    """Blocks of an array, which are forgotten as they are by whoever reads a scene."""

    def __init__(self, ground, known=None):
        known = np.ones(ground.shape, bool) if known is None else known
        self.shares = block_means(known.astype(np.float32), BLOCK)
        sums = block_means(np.where(known, ground, np.float32(0)), BLOCK)
        self.means = np.divide(sums, self.shares, out=np.zeros_like(sums), where=self.shares > 0)
        self.forgotten = 0

    def rows(self, first, stop):
        assert first >= self.forgotten
        self.forgotten = first
        return self.means[:, first:stop], self.shares[:, first:stop]


def from_afar(ground, sigmas, known=None, rows=48):
    _, height, width = ground.shape
    far = FarGround(Blocks(ground, known), height, width, sigmas)
    pieces = [far.rows(top, min(top + rows, height)) for top in range(0, height, rows)]
    return [np.concatenate(parts, axis=1) for parts in zip(*pieces, strict=True)]


def grounds(height, width, seed=0):
    rng = np.random.default_rng(seed)
    slope = np.linspace(0, 0.4, height, dtype=np.float32)[:, None]
    return (rng.uniform(0, 0.5, (2, height, width)) + slope).astype(np.float32)


@settings(deadline=None, max_examples=30)
@given(
    height=st.integers(1, 400),
    width=st.integers(1, 400),
    sigma=st.floats(15, 200),
    seed=st.integers(0, 9),
)
def test_it_is_that_of_the_whole_within_two_dn(height, width, sigma, seed):
    ground = grounds(height, width, seed)
    (far,) = from_afar(ground, [sigma])
    assert far.shape == ground.shape
    assert far.dtype == np.float32
    np.testing.assert_allclose(far, far_ground(ground, sigma), rtol=0, atol=TOLERANCE)


def test_in_ground_wider_than_the_blur_it_is_the_same_to_rounding():
    ground = grounds(500, 2100)
    np.testing.assert_allclose(
        from_afar(ground, [40])[0], far_ground(ground, 40), rtol=0, atol=2e-6
    )


@pytest.mark.parametrize("rows", [1, 7, 8, 100, 203])
def test_rows_may_come_in_any_number(rows):
    ground = grounds(203, 90)
    for some, all_at_once in zip(
        from_afar(ground, [15, 60], rows=rows), from_afar(ground, [15, 60], rows=203), strict=True
    ):
        np.testing.assert_allclose(some, all_at_once, rtol=0, atol=2e-6)


def test_blurs_of_several_widths_are_as_each_alone():
    ground = grounds(203, 90)
    both = from_afar(ground, [20, 150])
    for sigma, far in zip([20, 150], both, strict=True):
        np.testing.assert_array_equal(far, from_afar(ground, [sigma])[0])


def test_what_is_not_known_counts_for_nothing():
    ground = np.full((2, 150, 170), 0.2, np.float32)
    known = np.ones(ground.shape, bool)
    known[:, 40:90, 30:101] = False
    known[1, :, 133:] = False
    ground[~known] = 1e6
    (far,) = from_afar(ground, [20], known)
    np.testing.assert_allclose(far[known], 0.2, rtol=1e-5)


def test_where_nothing_is_known_nothing_breaks():
    ground = grounds(60, 700)
    known = np.zeros(ground.shape, bool)
    known[:, :, :5] = True
    (far,) = from_afar(ground, [15], known)
    assert np.isfinite(far).all()
    assert far[known].min() > 0.1
