"""RGB scenes give the same pixels as ever; `write_hashes.py` stores what they are.

The generators are arithmetic, step by step in float32, so the hashes hold on every processor.
`compare.py` does the same with the bundled generators, between two checkouts on one machine.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from golden_cases import cases, hashes_of
from scenes import EstimatingStandIn, StandIn

HASHES = Path(__file__).with_name("hashes.json")


def darker(batch):
    """Takes more away where it is brighter, in other amounts of every band."""
    share = np.float32([0.25, 0.125, 0.5])[:, None, None]
    return batch - batch * batch * share


def estimates(batch, view):
    """Image, opacity and error of windows and of what surrounds them, here and there."""
    around = view.repeat(2, axis=2).repeat(2, axis=3)
    image = darker(batch) - around[:, 0:3, :64, 16:] * np.float32(0.125)
    opacity = (around[:, 7:8, 8:72, 8:72] + batch[:, 1:2]) * np.float32(0.5)
    error = around[:, 9:, 16:, 16:] * (batch[:, 2:] * np.float32(0.125) + np.float32(0.03125))
    return image, opacity, error


def models():
    return {"image only": (StandIn(darker), {}), "estimates": (EstimatingStandIn(estimates), {})}


def found(case, folder, kind):
    model, options = models()[kind]
    return hashes_of(case, folder, model, kind == "estimates", **options)


@pytest.mark.parametrize("kind", ["image only", "estimates"])
@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_pixels_are_what_they_were(tmp_path, case, kind):
    stored = json.loads(HASHES.read_text())
    assert found(case, tmp_path, kind) == stored[f"{case.name}, {kind}"]


def test_every_stored_hash_is_looked_at():
    names = {f"{case.name}, {kind}" for case in cases() for kind in models()}
    assert set(json.loads(HASHES.read_text())) == names
