"""Coverage, correlation and flags against numpy, and the factor that mends the coverage."""

import numpy as np
import pytest

from cloudgan_geo.evaluation.calibration import KNOTS, Errors
from cloudgan_geo.evaluation.coverage import EstimateSums
from cloudgan_geo.evaluation.methods import ClearedImage


@pytest.fixture
def cleaned():
    """Estimates, clear truth and true opacity of an image."""
    rng = np.random.default_rng(0)
    opacity = rng.random((80, 90)).astype(np.float32)
    clear = rng.random((3, 80, 90)).astype(np.float32)
    predicted = np.clip(opacity + 0.05 * rng.standard_normal(opacity.shape), 0, 1)
    # Errors are normal and grow with the opacity; their 90 % interval is 1.645 deviations.
    spread = 0.01 + 0.1 * opacity
    image = clear + spread * rng.standard_normal(clear.shape)
    parts = (part.astype(np.float32) for part in (image, predicted, 1.645 * spread))
    return ClearedImage(*parts), clear, opacity


def test_sums_say_what_numpy_says(cleaned):
    estimates, clear, opacity = cleaned
    sums, halves = EstimateSums(), [EstimateSums(), EstimateSums()]
    sums.add(*cleaned)
    for half, rows in zip(halves, (slice(None, 30), slice(30, None)), strict=True):
        part = ClearedImage(
            estimates.image[:, rows], estimates.opacity[rows], estimates.error[rows]
        )
        half.add(part, clear[:, rows], opacity[rows])
    for found in (sums, halves[0] + halves[1]):
        expected = np.corrcoef(estimates.opacity.ravel(), opacity.ravel())[0, 1]
        assert found.correlation == pytest.approx(expected)
        assert found.coverage == pytest.approx([90] * 5, abs=1.5)
        thick = opacity > 0.9
        # By an opacity above 0.9, or a reflectance that is expected to be off by more than 0.035.
        doubtful = (estimates.opacity > 0.05) & (estimates.error * 0.275 > 0.035)
        flagged = 100 * ((estimates.opacity > 0.9) | doubtful)[thick].mean()
        assert found.flagged_share == pytest.approx(flagged)
        assert sum(row["pixels"] for row in found.rows().values()) == opacity.size


def test_nothing_is_said_of_what_there_is_not(cleaned):
    estimates, clear, _ = cleaned
    sums = EstimateSums()
    sums.add(estimates, clear, np.zeros((80, 90), np.float32))
    assert sums.correlation is None
    assert sums.flagged_share is None
    assert sums.coverage[1:] == [None] * 4


def test_a_factor_of_the_predicted_opacity_mends_the_coverage_by_the_true_one():
    rng = np.random.default_rng(1)
    truth = rng.beta(0.6, 1.5, 60_000)
    predicted = np.clip(truth + 0.08 * rng.standard_normal(truth.size), 0, 1)
    size = 0.35 + 0.5 * predicted**2 + 0.3 * truth
    error = size[:, None] * np.abs(rng.standard_normal((truth.size, 3)))
    errors = Errors(predicted, np.minimum((5 * truth).astype(int), 4), np.log(error + 1e-6))
    before = errors.coverage(np.ones(len(KNOTS)))
    factor = errors.fit()
    assert max(before) - min(before) > 20
    assert errors.coverage(factor) == pytest.approx([90] * 5, abs=0.3)
    assert factor[0] < factor[-1]


def test_a_factor_does_not_run_away_where_opacity_tells_nothing():
    rng = np.random.default_rng(2)
    where = rng.integers(0, 5, 5000)
    ratio = np.log(10.0 ** (where - 2))[:, None] + rng.standard_normal((5000, 3))
    factor = Errors(np.full(5000, 0.3), where, ratio).fit()
    assert 0.399 <= factor.min() <= factor.max() <= 2.501
