"""Scenes and generators of other bands than red, green and blue."""

import json
import subprocess
import sys

import numpy as np
import pytest
import rasterio
from scenes import UTM, ground, read, write_safe, write_scene, zipped

from cloudgan_geo.bands import BandSet
from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import BandError, CloudganWarning, UsageError, WeightsError
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.sensors.sentinel2 import SENSOR

NAMES = SENSOR.names
FOUR = ("B02", "B03", "B04", "B08")
THREE_GROUPS = ("visible", "nir", "swir")


def band_set(reads=NAMES, corrects=None, groups=("all",), **more):
    reads = tuple(reads)
    corrects = tuple(name for name in reads if name != "B10") if corrects is None else corrects
    return BandSet(reads, tuple(corrects), (0.5,) * len(reads), groups, **more)


class BandsStandIn:
    """A generator of any bands that applies a gain and a shift to each, and remembers."""

    name, sha256, device, precision = "stand-in", "0" * 64, "cpu", "fp32"
    precision_reason = "asked for"
    suggested_batch_size = 4
    estimates = False
    sees_surroundings = False

    def __init__(self, bands, gain=1.0, shift=0.0):
        self.bands = bands
        count = len(bands.corrects)
        self.gain = np.broadcast_to(np.float32(gain), count)[:, None, None]
        self.shift = np.broadcast_to(np.float32(shift), count)[:, None, None]
        self.seen = []
        self.told = []

    def clean(self, batch, view=None):
        assert batch.shape[1:] == (len(self.bands.reads), 64, 64)
        self.seen.append(batch.copy())
        return Cleaned(batch[:, list(self.bands.corrected)] * self.gain + self.shift)


class EstimatingBandsStandIn(BandsStandIn):
    """The same, with opacity .5 everywhere and an error of .01 times its number a group."""

    estimates = True
    sees_surroundings = True

    def clean(self, batch, view=None):
        assert view.shape == (len(batch), 3 * len(self.bands.reads) + 1, 40, 40)
        image = super().clean(batch).image
        groups = len(self.bands.groups)
        error = np.arange(1, groups + 1, dtype=np.float32)[None, :, None, None] * np.float32(0.01)
        size = (len(batch), 1, 64, 64)
        return Cleaned(
            image,
            np.full(size, 0.5, np.float32),
            np.broadcast_to(error, (len(batch), groups, 64, 64)).astype(np.float32),
        )


class AskingStandIn(BandsStandIn):
    """One that wants to know what a scene has."""

    def for_scene(self, present, level):
        self.told.append((present, level))
        return self


def stack(path, names=NAMES, size=(100, 90), **profile):
    pixels = ground(*size, len(names))
    write_scene(path, pixels, **profile)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = names
    return path


@pytest.fixture
def scene(tmp_path):
    return stack(tmp_path / "s.tif")


@pytest.mark.parametrize("nodata", [None, 300])
@pytest.mark.parametrize("size", [(100, 90), (40, 130), (64, 64)])
def test_identity_gives_every_band_back_bit_for_bit(tmp_path, size, nodata):
    scene = stack(tmp_path / "s.tif", size=size, nodata=nodata)
    result = decloud(scene, model=BandsStandIn(band_set()), overlap=20)
    assert (read(result.output) == read(scene)).all()
    assert result.bands_corrected == tuple(name for name in NAMES if name != "B10")
    assert result.bands_copied == ("B10",)
    assert result.bands_missing == ()


def test_every_band_gets_its_own_gain_and_shift(scene):
    gain, shift = np.linspace(0.6, 0.9, 12), np.linspace(0.0, 0.04, 12)
    generator = BandsStandIn(band_set(), gain, shift)
    result = decloud(scene, model=generator)
    before, after = read(scene).astype(float), read(result.output)
    corrected = [position for position, name in enumerate(NAMES) if name != "B10"]
    model = np.clip(before[corrected] / 5000, 0, 1)
    change = (model * gain[:, None, None] + shift[:, None, None] - model) * 5000
    assert abs(after[corrected] - (before[corrected] + change)).max() <= 0.51
    assert (after[NAMES.index("B10")] == before[NAMES.index("B10")]).all()
    with rasterio.open(result.output) as dataset:
        assert dataset.descriptions == NAMES


def test_one_that_reads_thirteen_and_corrects_four(scene):
    result = decloud(scene, model=BandsStandIn(band_set(corrects=FOUR), 0.5))
    changed = (read(result.output) != read(scene)).any(axis=(1, 2))
    assert [name for name, is_new in zip(NAMES, changed, strict=True) if is_new] == list(FOUR)
    assert set(result.bands_copied) == set(NAMES) - set(FOUR)


@pytest.mark.parametrize(
    ("correct", "changed"),
    [("rgb", {"B02", "B03", "B04"}), ("10m", set(FOUR)), ("all", set(NAMES) - {"B10"})],
)
def test_less_can_be_asked_for(scene, correct, changed):
    groups = {"groups": THREE_GROUPS}
    result = decloud(scene, model=EstimatingBandsStandIn(band_set(**groups), 0.5), correct=correct)
    new = (read(result.output) != read(scene)).any(axis=(1, 2))
    assert {name for name, is_new in zip(NAMES, new, strict=True) if is_new} == changed
    touched = {SENSOR.band(name).group for name in changed}
    assert set(result.mean_error) == touched


def test_other_bands_are_copied_and_named(tmp_path):
    scene = stack(tmp_path / "s.tif", ("scl", "B04", "B03", "B02", "B11"))
    result = decloud(scene, model=BandsStandIn(band_set(FOUR[:3]), 0.5))
    assert result.bands_copied == ("scl", "B11")
    assert (read(result.output)[[0, 4]] == read(scene)[[0, 4]]).all()


def test_a_band_that_is_needed_and_missing(tmp_path):
    scene = stack(tmp_path / "s.tif", FOUR)
    with pytest.raises(
        BandError, match=r"s\.tif: has no band B01, B05.*needs.*with bands.*another model"
    ):
        decloud(scene, model=BandsStandIn(band_set()))
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_a_band_that_may_be_missing_is_zero_and_told(tmp_path):
    scene = stack(tmp_path / "s.tif", FOUR)
    optional = tuple(name for name in NAMES if name not in ("B04", "B03", "B02"))
    generator = AskingStandIn(band_set(optional=optional, asks_level=True), 0.5)
    result = decloud(scene, model=generator, level="2A")
    assert generator.told == [(tuple(name in FOUR for name in NAMES), "2A")]
    there = [name in FOUR for name in NAMES]
    assert [bool(band.any()) for band in generator.seen[0][0]] == there
    assert set(result.bands_corrected) == set(FOUR)
    assert set(result.bands_missing) == set(NAMES) - set(FOUR)
    assert result.level == "2A"
    assert (read(result.output) != read(scene)).any(axis=(1, 2)).all()


def test_a_cirrus_band_of_nothing_is_none(tmp_path):
    pixels = ground(80, 80, 13)
    pixels[NAMES.index("B10")] = 0
    scene = write_scene(tmp_path / "s.tif", pixels)
    with rasterio.open(scene, "r+") as dataset:
        dataset.descriptions = NAMES
    with (
        pytest.warns(CloudganWarning, match="B10, holds nothing but 0"),
        pytest.raises(BandError, match="has no band B10"),
    ):
        decloud(scene, model=BandsStandIn(band_set()))


def test_errors_of_groups_of_bands(scene, tmp_path):
    error = tmp_path / "error.tif"
    generator = EstimatingBandsStandIn(band_set(groups=THREE_GROUPS), 0.9)
    result = decloud(scene, model=generator, error=error, thick_error=0.5)
    with rasterio.open(error) as dataset:
        assert [text.rpartition(", ")[2] for text in dataset.descriptions] == list(THREE_GROUPS)
        values = dataset.read()
    # .01 of a domain of .5, in DN.
    assert values.mean(axis=(1, 2)) == pytest.approx([50, 100, 150])
    assert result.mean_error == pytest.approx(dict(zip(THREE_GROUPS, (50, 100, 150), strict=True)))


def test_bad_requests(scene):
    generator = BandsStandIn(band_set())
    with pytest.raises(UsageError, match="correct='some': takes one of rgb, 10m, all"):
        decloud(scene, model=generator, correct="some")
    with pytest.raises(UsageError, match="write='20m': takes"):
        decloud(scene, model=generator, write="20m")
    with pytest.raises(UsageError, match="level='3': takes"):
        decloud(scene, model=generator, level="3")
    with pytest.raises(UsageError, match="corrects none that"):
        decloud(scene, model=BandsStandIn(band_set(corrects=("B11",))), correct="rgb")


# Pixels along a side of a band, by its resolution.
SIZES = {10: 120, 20: 60, 60: 20}


class TestProducts:
    @pytest.fixture(params=["1C", "2A"])
    def level(self, request):
        return request.param

    @pytest.fixture
    def bands(self, level):
        names = [band for band in SENSOR.bands if level == "1C" or band.name != "B10"]
        sizes = {band.name: SIZES[int(band.resolution)] for band in names}
        return {
            name: ground(size, size, 1, seed=number)[0]
            for number, (name, size) in enumerate(sizes.items())
        }

    @pytest.mark.parametrize("pack", [lambda folder: folder, zipped], ids=["folder", "zip"])
    def test_coarser_bands_are_read_on_the_finest_grid(self, tmp_path, bands, level, pack):
        safe = pack(write_safe(tmp_path / "p.SAFE", bands, level))
        generator = AskingStandIn(band_set(bands))
        result = decloud(safe, tmp_path / "o.tif", model=generator, radiometry="dn")
        assert result.count == 4
        assert result.level == level
        assert generator.told == [((True,) * len(bands), level)]
        for name, seen in zip(generator.bands.reads, generator.seen[0][0], strict=True):
            whole = magnified(bands[name], 120)
            assert abs(seen * 5000 - np.clip(whole, 0, 5000)[:64, :64]).max() <= 1.01, name

    def test_all_bands_can_be_written(self, tmp_path, bands, level):
        safe = write_safe(tmp_path / "p.SAFE", bands, level)
        generator = BandsStandIn(band_set(bands))
        result = decloud(safe, tmp_path / "o.tif", model=generator, radiometry="dn", write="all")
        assert result.count == len(bands)
        with rasterio.open(result.output) as dataset:
            assert set(dataset.descriptions) == set(bands)
            for name, pixels in zip(dataset.descriptions, dataset.read(), strict=True):
                assert abs(pixels - magnified(bands[name], 120)).max() <= 1, name

    def test_an_rgb_generator_reads_no_coarse_band(self, tmp_path, bands, level):
        scene = open_scene(write_safe(tmp_path / "p.SAFE", bands, level), also=("B04", "B03"))
        assert [band.description for band in scene.bands] == ["B04", "B03", "B02", "B08"]

    def test_results_do_not_depend_on_strips(self, tmp_path, bands, level):
        from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene

        safe = write_safe(tmp_path / "p.SAFE", bands, level)
        outputs = []
        for rows in (1, 2, "auto"):
            options = DecloudOptions(radiometry="dn", write="all", strip_rows=rows)
            model = BandsStandIn(band_set(bands), 0.7)
            target = tmp_path / f"o{rows}.tif"
            outputs.append(read(decloud_scene(safe, target, model=model, options=options).output))
        assert (outputs[0] == outputs[1]).all()
        assert (outputs[0] == outputs[2]).all()


def magnified(pixels, size):
    """Interpolates between pixel centres, by the definition."""
    times = size // len(pixels)
    at = np.clip((np.arange(size) + 0.5) / times - 0.5, 0, len(pixels) - 1)
    low = np.minimum(at.astype(int), len(pixels) - 2 if len(pixels) > 1 else 0)
    share = at - low
    rows = pixels[low] * (1 - share)[:, None] + pixels[low + 1] * share[:, None]
    return rows[:, low] * (1 - share) + rows[:, low + 1] * share


def test_files_of_several_resolutions(tmp_path):
    fine, coarse = ground(60, 60, 3), ground(30, 30, 1)
    paths = [
        write_scene(tmp_path / f"T_{name}.tif", pixels[None])
        for name, pixels in zip(("B04", "B03", "B02"), fine, strict=True)
    ]
    transform = UTM["transform"] * UTM["transform"].scale(2)
    swir = write_scene(tmp_path / "T_B11.tif", coarse, transform=transform)
    generator = BandsStandIn(band_set(("B04", "B03", "B02", "B11")))
    result = decloud([*paths, swir], tmp_path / "o.tif", model=generator, write="all")
    assert abs(read(result.output)[3] - magnified(coarse[0], 60)).max() <= 1


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """Weights of 13 bands that change nothing: those of a network before its training."""
    path = tmp_path_factory.mktemp("model") / "identity.safetensors"
    network = ThinGenerator(width=4, bands=band_set(groups=THREE_GROUPS)).eval()
    save_generator(network, path, {"name": "identity"})
    return path


class TestCommandLine:
    def run(self, *arguments):
        command = [sys.executable, "-m", "cloudgan_geo", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    def test_decloud(self, scene, identity, tmp_path):
        report = tmp_path / "r.json"
        run = self.run("decloud", scene, "--model", identity, "--report", report, "--error",
                       tmp_path / "e.tif", "--precision", "fp32")  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert "Corrected: B01, B02" in run.stderr
        assert "Copied: B10" in run.stderr
        assert (read(tmp_path / "s_decloud.tif") == read(scene)).all()
        told = json.loads(report.read_text())["result"]
        assert told["bands_read"] == {name: at for at, name in enumerate(NAMES, 1)}
        assert list(told["mean_error"]) == list(THREE_GROUPS)
        assert len(read(tmp_path / "e.tif")) == 3

    def test_bands_by_name(self, tmp_path, identity):
        pixels = ground(70, 70, 13)
        scene = write_scene(tmp_path / "s.tif", pixels)
        asked = ",".join(f"{name}={at}" for at, name in enumerate(NAMES, 1))
        run = self.run("decloud", scene, "--model", identity, "--bands", asked)
        assert run.returncode == 0, run.stderr
        twice = self.run("decloud", scene, "--model", identity, "--bands", "B04=1,B04=2")
        assert twice.returncode == 2
        assert "names B04 twice" in twice.stderr

    def test_info(self, scene, identity):
        run = self.run("info", scene, "--model", identity, "--json")
        told = json.loads(run.stdout)
        assert told["bands_found"] == {name: at for at, name in enumerate(NAMES, 1)}
        assert told["bands_read"] == list(NAMES)
        assert told["bands_copied"] == ["B10"]
        plain = self.run("info", scene)
        assert "Generator:        veil" in plain.stdout
        assert "Copied:           B10" in plain.stdout
        plain = self.run("info", scene, "--model", "thin")
        assert "Corrected:        B04, B03, B02" in plain.stdout

    def test_a_scene_that_lacks_bands(self, tmp_path, identity):
        scene = stack(tmp_path / "s.tif", FOUR)
        for command in ("decloud", "info"):
            run = self.run(command, scene, "--model", identity)
            assert run.returncode == 2, run.stderr
            (line,) = run.stderr.splitlines()
            assert "has no band B01" in line


def test_a_generator_that_returns_other_bands(scene):
    generator = BandsStandIn(band_set())
    generator.clean = lambda batch, view=None: Cleaned(batch)
    with pytest.raises(WeightsError, match="returns"):
        decloud(scene, model=generator)
