"""Windows cut, cleaned and blended on the device, as numpy does it; here the device is the CPU."""

import numpy as np
import pytest
import torch

from cloudgan_geo.bands import RGB, BandSet
from cloudgan_geo.networks.blending import DeviceMosaic
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.windows.grid import WindowGrid, cut
from cloudgan_geo.windows.mosaic import CorrectionMosaic, Layout
from cloudgan_geo.windows.surroundings import nearest_blocks

SCALE, OFFSET = (1 / 2750, 1 / 2800, 1 / 2700), (0.0, -0.1, 0.05)


class Unchanged(torch.nn.Module):
    """A network that gives its windows back."""

    bands, input_shapes, estimates, exact = RGB, ((3, 64, 64),), False, ("output",)
    sees_surroundings = asks_about_scenes = False

    def __init__(self):
        super().__init__()
        self.output = torch.nn.Identity()

    def forward(self, x):
        return self.output(x)


def cleaner_of(network, precision="fp32"):
    return PreparedGenerator(
        LoadedGenerator(network.eval(), "tiny", "0" * 64), device="cpu", precision=precision
    )


def factors(cleaner):
    """Scale and offset of as many bands as it reads."""
    return (np.resize(np.float32(of), len(cleaner.bands.reads)) for of in (SCALE, OFFSET))


def mosaic_of(cleaner, grid):
    return DeviceMosaic(cleaner, grid, nearest_blocks, *factors(cleaner))


def values(dtype, height, width, seed=0, bands=3):
    """Dark to very bright: the upper half of uint16, too, and below 0 where a dtype has it."""
    low, high = {"uint8": (0, 255), "uint16": (0, 65_535), "int16": (-3000, 30_000)}.get(
        dtype, (-100, 5000)
    )
    return np.random.default_rng(seed).uniform(low, high, (bands, height, width)).astype(dtype)


def by_numpy(cleaner, grid, pixels, arounds, strips, batch_size, replaced=()):
    """Corrections of a raster and how they are made, in the words of numpy."""
    scale, offset = (factor[:, None, None] for factor in factors(cleaner))
    model = np.clip(pixels.astype(np.float32) * scale + offset, 0, 1)
    groups = len(cleaner.bands.groups) if cleaner.estimates else 0
    layout = Layout(len(cleaner.bands.corrects), groups)
    mosaic, finished = CorrectionMosaic(grid, layout, cleaner.bands.corrected), []
    for strip, around in zip(strips, arounds, strict=True):
        mosaic.begin(strip)
        for rows, columns in batches_of(grid, strip, batch_size):
            windows = cut(model, grid.tops[rows], grid.lefts[columns])
            for position, filled in gaps_of(rows, columns, replaced):
                windows[position] = filled
            if cleaner.estimates:
                views = cut(around, *view_starts(grid, strip, rows, columns), 40)
                cleaned = cleaner.clean(windows, views)
            else:
                cleaned = cleaner.clean(windows)
            mosaic.add(rows, columns, windows, cleaned.parts)
        finished.append(mosaic.finish(strip))
    return np.concatenate(finished, axis=1)


def on_the_device(cleaner, grid, pixels, arounds, strips, batch_size, replaced=()):
    """The same, by the class under test."""
    mosaic, finished = mosaic_of(cleaner, grid), []
    for strip, around in zip(strips, arounds, strict=True):
        mosaic.begin(strip.first, pixels[:, strip.top : strip.bottom], around)
        for rows, columns in batches_of(grid, strip, batch_size):
            found = gaps_of(rows, columns, replaced)
            gaps = np.array([position for position, _ in found], np.intp)
            filled = np.array([window for _, window in found], np.float32)
            filled = filled.reshape(-1, len(pixels), 64, 64)
            mosaic.add(rows, columns, gaps, filled)
        finished.append(mosaic.finish(strip.finished - strip.top))
    return np.concatenate(finished, axis=1)


def batches_of(grid, strip, size):
    """The windows of a strip, of which every fifth is left out, and at last an empty batch."""
    rows, columns = np.divmod(np.arange(len(grid)), len(grid.lefts))
    wanted = (rows >= strip.first) & (rows < strip.stop) & (np.arange(len(grid)) % 5 != 3)
    rows, columns = rows[wanted], columns[wanted]
    for start in range(0, len(rows) + size, size):
        yield rows[start : start + size], columns[start : start + size]


def gaps_of(rows, columns, replaced):
    where = {(row, column): window for row, column, window in replaced}
    pairs = enumerate(zip(rows.tolist(), columns.tolist(), strict=True))
    return [(position, where[pair]) for position, pair in pairs if pair in where]


def view_starts(grid, strip, rows, columns):
    above = nearest_blocks(grid.tops[rows]) - nearest_blocks(np.array(strip.top))
    return above, nearest_blocks(grid.lefts[columns])


def arounds_of(grid, strips, channels=10):
    """Blocks around each strip, cut out of the same blocks around the raster."""
    height, width = grid.height // 8 + 42, grid.width // 8 + 42
    blocks = np.random.default_rng(7).random((channels, height, width), np.float32)
    return [blocks[:, nearest_blocks(np.array(strip.top)) :] for strip in strips]


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    unet, thin = UNetGenerator(width=2), ThinGenerator(width=2)
    torch.nn.init.normal_(thin.output.weight, std=0.05)
    torch.nn.init.normal_(thin.veil.weight, std=0.05)
    return {"unet": unet, "thin": thin, "unchanged": Unchanged()}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "uint32", "float32", "float64"])
def test_what_changes_nothing_adds_up_to_nothing(networks, dtype):
    grid = WindowGrid(140, 170, 20)
    strips = list(grid.strips(1))
    pixels = values(dtype, 140, 170)
    cleaner = cleaner_of(networks["unchanged"])
    done = on_the_device(cleaner, grid, pixels, [None] * len(strips), strips, 4)
    assert done.shape == (3, 140, 170)
    assert (done == 0).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("name", ["unet", "thin"])
def test_sums_are_those_of_numpy(networks, name, dtype):
    grid = WindowGrid(150, 190, 16)
    strips = list(grid.strips(2))
    pixels = values(dtype, 150, 190)
    before = pixels.copy()
    cleaner = cleaner_of(networks[name])
    asked = cleaner, grid, pixels, arounds_of(grid, strips), strips, 5
    expected, done = by_numpy(*asked), on_the_device(*asked)
    assert expected.std() > 1e-3
    assert done.shape == expected.shape
    assert done.dtype == np.float32
    np.testing.assert_allclose(done, expected, atol=1e-5)
    assert (pixels == before).all()


BANDS = BandSet(
    ("B02", "B8A", "B04", "B11"), ("B11", "B04"), (0.275, 0.6, 0.275, 0.7), ("swir", "visible")
)


@pytest.mark.parametrize("architecture", [UNetGenerator, ThinGenerator])
def test_sums_of_other_bands_are_those_of_numpy(architecture):
    torch.manual_seed(0)
    network = architecture(width=2, bands=BANDS)
    torch.nn.init.normal_(network.output.weight, std=0.05)
    grid = WindowGrid(70, 190, 16)
    strips = list(grid.strips(1))
    pixels, arounds = values("uint16", 70, 190, bands=4), arounds_of(grid, strips, 13)
    asked = cleaner_of(network), grid, pixels, arounds, strips, 5
    expected, done = by_numpy(*asked), on_the_device(*asked)
    assert len(done) == (5 if architecture is ThinGenerator else 2)
    assert expected.std() > 1e-3
    np.testing.assert_allclose(done, expected, atol=1e-5)


def test_in_bf16_too(networks):
    grid = WindowGrid(64, 190, 16)
    strips = list(grid.strips(2))
    cleaner = cleaner_of(networks["thin"], "bf16")
    asked = cleaner, grid, values("uint16", 64, 190), arounds_of(grid, strips), strips, 5
    np.testing.assert_allclose(on_the_device(*asked), by_numpy(*asked), atol=1 / 2750)


@pytest.mark.parametrize("name", ["unet", "thin"])
def test_batches_and_strips_change_nothing(networks, name):
    grid = WindowGrid(220, 130, 30)
    pixels, cleaner = values("uint16", 220, 130), cleaner_of(networks[name])
    results = []
    for rows, size in [(1, 1), (3, 4), (len(grid.tops), 100)]:
        strips = list(grid.strips(rows))
        arounds = arounds_of(grid, strips)
        results.append(on_the_device(cleaner, grid, pixels, arounds, strips, size))
    for result in results[1:]:
        np.testing.assert_allclose(result, results[0], atol=1e-5)


def test_filled_windows_are_shown_instead(networks):
    grid = WindowGrid(64, 200, 16)
    strips = list(grid.strips(1))
    pixels = values("float32", 64, 200)
    pixels[:, :9, 70:75] = np.nan
    rng = np.random.default_rng(3)
    replaced = [(0, column, rng.random((3, 64, 64), np.float32)) for column in (1, 2)]
    asked = cleaner_of(networks["unet"]), grid, pixels, [None], strips, 4, replaced
    done = on_the_device(*asked)
    assert np.isfinite(done).all()
    np.testing.assert_allclose(done, by_numpy(*asked), atol=1e-5)


def test_a_batch_too_large_for_memory_is_halved(networks, monkeypatch):
    grid = WindowGrid(64, 400, 16)
    strips = list(grid.strips(1))
    cleaner = cleaner_of(networks["thin"])
    asked = cleaner, grid, values("uint16", 64, 400), arounds_of(grid, strips), strips, 7
    expected, forward, seen = on_the_device(*asked), cleaner._forward, []

    def small_memory(windows, views):
        seen.append(len(windows))
        if len(windows) > 2:
            raise torch.OutOfMemoryError
        return forward(windows, views)

    monkeypatch.setattr(cleaner, "_forward", small_memory)
    np.testing.assert_allclose(on_the_device(*asked), expected, atol=1e-5)
    assert max(seen) > 2
