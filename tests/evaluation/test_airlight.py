"""The law of real veils beside that of simulated ones."""

import numpy as np
import pytest

from cloudgan_geo.clouds.spectral import Optics, depth_by_pixel, far_ground
from cloudgan_geo.evaluation.airlight import (
    BANDS,
    LINE,
    airlight_tables,
    cirrus_excess,
    fit_airlight,
)

MEANS = np.array([0.13, 0.10, 0.09, 0.07, 0.10, 0.20, 0.24, 0.23, 0.26, 0.09, 0.0015, 0.16, 0.09])


@pytest.fixture(scope="module")
def ground():
    rng = np.random.default_rng(0)
    texture = rng.uniform(0.6, 1.4, (len(BANDS), 24, 24)).repeat(4, 1).repeat(4, 2)
    return (MEANS[:, None, None] * texture).astype(np.float32)


def veiled(ground, path, share, opacity=0.2):
    """Ground under a veil that grows from nothing to an opacity, P and s the same everywhere."""
    count = len(BANDS)
    optics = Optics(
        BANDS, (1.0,) * count, (path,) * count, (path,) * count, (share,) * count,
        (share,) * count, cirrus=0.45,
    )  # fmt: skip
    height, width = ground.shape[1:]
    depth = -np.log1p(-opacity * np.linspace(0, 1, width, dtype=np.float32))
    depths = depth_by_pixel(np.tile(depth, (height, 1)), BANDS)
    return optics.apply(ground, far_ground(ground, 400), depths)


@pytest.mark.parametrize(("path", "share"), [(0.03, 1.2), (0.06, 0.9), (0.15, 0.3)])
def test_a_fit_gives_back_the_path_light_and_share_that_were_simulated(ground, path, share):
    cloudy = veiled(ground, path, share)
    fit = fit_airlight(cloudy, ground, cirrus_excess(cloudy, ground))
    found_path, found_share, correlation = fit.line
    assert found_path == pytest.approx(path, abs=0.012)
    assert found_share == pytest.approx(share, abs=0.06)
    assert correlation > 0.98
    # Opacity is the excess of B10 by the light that the cirrus band sees of an opaque veil.
    loss = 1 / (0.45 * (path + share * MEANS[BANDS.index("B03")]))
    assert fit.loss[BANDS.index("B08")] == pytest.approx(loss, rel=0.1)


def test_what_changed_on_the_ground_hardly_moves_the_fit(ground):
    cloudy = veiled(ground, 0.06, 0.9)
    excess = cirrus_excess(cloudy, ground)
    changed = cloudy.copy()
    changed[:, 20:30, 20:40] += 0.3
    before, after = (fit_airlight(image, ground, excess).line for image in (cloudy, changed))
    assert after[:2] == pytest.approx(before[:2], abs=0.03)


def test_the_tables_show_real_and_simulated_pairs_beside_each_other(data_root):
    airlights, lines = airlight_tables(data_root / "pairs")
    real = "`ts146_2018-11-12`"
    assert set(airlights.rows[f"{real}, airlight"]) == set(BANDS)
    assert set(airlights.rows) > {"simulated, median airlight", "simulated, median ground"}
    assert list(lines.rows) == [
        real,
        "simulated, lowest tenth",
        "simulated, median",
        "simulated, highest tenth",
    ]
    assert "| P | s | correlation |" in lines.to_markdown()


@pytest.mark.slow
def test_the_law_of_training_is_that_of_the_real_pairs(shared_data):
    _, lines = airlight_tables(shared_data / "pairs")
    low, high = (lines.rows[f"simulated, {end} tenth"] for end in ("lowest", "highest"))
    # Of the pair without real change on the ground that is dense, thin and in between.
    for name in ("ts146_2018-03-22", "ts146_2018-01-06", "cr_1970_fall_85_p782_SWAPPED"):
        row = lines.rows[f"`{name}`"]
        assert low["P"] - 0.02 < row["P"] < high["P"] + 0.02
        assert low["s"] - 0.2 < row["s"] < high["s"] + 0.2
    assert lines.rows["simulated, median"]["correlation"] > 0.95
    assert len(LINE) == 8
