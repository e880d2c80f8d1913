"""Another sensor is one file and one test: a stand-in of Landsat 8, through all of `decloud`."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import Affine
from scenes import UTM, StandIn, ground, read, write_safe, write_scene

import cloudgan_geo.sensors as room
from cloudgan_geo.bands import BandSet
from cloudgan_geo.clouds.detector import add_noise
from cloudgan_geo.clouds.spectral_drawing import draw_spectral_cloud
from cloudgan_geo.correction.pipeline import decloud, default_output
from cloudgan_geo.errors import BandError, CloudganWarning, RadiometryError, SceneError, UsageError
from cloudgan_geo.networks.checkpoint import save_generator
from cloudgan_geo.networks.cleaned import Cleaned
from cloudgan_geo.networks.thin import ThinGenerator
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.sensors.sentinel2 import SENSOR as SENTINEL_2
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.clouded_scenes import simulate_scene

ADDED = Path(__file__).with_name("added")
PRODUCT = "LC08_L2SP_196030_20200715_20200912_02_T1"
SEVEN = ("B1", "B2", "B3", "B4", "B5", "B6", "B7")
FOUR = ("B2", "B3", "B4", "B5")
SCALE, OFFSET, DOMAIN = 2.75e-5, -0.2, 0.5
GRID = {**UTM, "transform": Affine(30.0, 0.0, 399960.0, 0.0, -30.0, 4693200.0), "nodata": 0}


@pytest.fixture(scope="module", autouse=True)
def landsat():
    """Landsat 8, known to the package for as long as this module's tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "__path__", [*room.__path__, str(ADDED)])
        room.sensors.cache_clear()
        yield room.sensors()["Landsat 8"]
    room.sensors.cache_clear()
    sys.modules.pop("cloudgan_geo.sensors.landsat8")


@pytest.fixture
def bands(landsat):
    return BandSet(FOUR, FOUR, (DOMAIN,) * 4, ("visible", "nir"), landsat)


@pytest.fixture
def pixels():
    """DN of reflectance from .01 to .4, with gaps."""
    reflectance = ground(90, 100, 7, "float32")
    dn = np.rint((reflectance - OFFSET) / SCALE).astype(np.uint16)
    dn[:, 20:30, 40:60] = 0
    return dn


def stack(path, pixels, names=None, **profile):
    write_scene(path, pixels, **{**GRID, **profile})
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = names or (None,) * len(pixels)
    return path


def product(folder, pixels, names=SEVEN):
    """Writes a product as USGS delivers it, one band a file."""
    place = folder / PRODUCT
    place.mkdir()
    for name, band in zip(names, pixels, strict=True):
        write_scene(place / f"{PRODUCT}_SR_{name}.TIF", band[None], **GRID)
    write_scene(place / f"{PRODUCT}_QA_PIXEL.TIF", pixels[:1], **GRID)
    return place


def described(folder, pixels):
    return stack(folder / "s.tif", pixels, [f"SR_{name}" for name in SEVEN])


def files(folder, pixels):
    return sorted(product(folder, pixels).glob("*_SR_B*"))


FORMS = pytest.mark.parametrize("write", [product, described, files])


class LandsatStandIn(StandIn):
    """A generator with a gain and a shift for every band that it corrects."""

    def __init__(self, bands, gain=1.0, shift=0.0):
        super().__init__()
        self.bands = bands
        self.gain, self.shift = (
            np.broadcast_to(np.float32(of), len(bands.corrects))[:, None, None]
            for of in (gain, shift)
        )

    def clean(self, batch, view=None):
        assert batch.shape[1:] == (len(self.bands.reads), 64, 64)
        self.batches.append(batch.copy())
        return Cleaned(batch[:, list(self.bands.corrected)] * self.gain + self.shift)


@FORMS
def test_identity_gives_the_scene_back_bit_for_bit(tmp_path, pixels, bands, write):
    generator = LandsatStandIn(bands)
    result = decloud(write(tmp_path, pixels), tmp_path / "o.tif", model=generator)
    assert (read(result.output) == pixels[list(order_of(result.output))]).all()
    assert result.bands_read == {name: index_of(result.output, name) for name in FOUR}
    assert set(result.bands_copied) == set(SEVEN) - set(FOUR)
    assert result.radiometry == "c2-sr"
    assert result.level == (None if write is described else "2A")


def names_of(path):
    """Bands of a file, as they are described."""
    with rasterio.open(path) as dataset:
        return [text.removeprefix("SR_") for text in dataset.descriptions]


def order_of(path):
    return [SEVEN.index(name) for name in names_of(path)]


def index_of(path, name):
    return names_of(path).index(name) + 1


@FORMS
def test_gain_and_shift_are_right_in_reflectance(tmp_path, pixels, bands, write):
    gain, shift = np.array([0.6, 0.7, 0.8, 0.9]), np.array([0.0, 0.01, 0.02, 0.03])
    generator = LandsatStandIn(bands, gain, shift)
    result = decloud(write(tmp_path, pixels), tmp_path / "o.tif", model=generator)
    after = read(result.output)
    valid = pixels[0] > 0
    for name, factor, addend in zip(FOUR, gain, shift, strict=True):
        before = pixels[SEVEN.index(name)][valid] * SCALE + OFFSET
        wanted = before * factor + addend * DOMAIN
        found = after[index_of(result.output, name) - 1][valid] * SCALE + OFFSET
        assert abs(found - wanted).max() <= 0.51 * SCALE, name
    assert (after[:, ~valid] == 0).all()


def test_what_is_seen_is_reflectance_over_the_domain(tmp_path, pixels, bands):
    generator = LandsatStandIn(bands)
    decloud(described(tmp_path, pixels), model=generator)
    wanted = (pixels[[1, 2, 3, 4], :20, :40] * SCALE + OFFSET) / DOMAIN
    assert abs(generator.batches[0][0][:, :20, :40] - wanted).max() < 1e-6


class TestFindingBands:
    def test_a_stack_without_names_by_its_count(self, tmp_path, pixels, landsat):
        scene = open_scene(stack(tmp_path / "s.tif", pixels), sensor=landsat)
        assert scene.named.indexes == {name: at for at, name in enumerate(SEVEN, 1)}
        assert scene.rgb.reason == "the Landsat 8 order of 7 bands"

    @pytest.mark.parametrize(("factor", "unit"), [(1, "Nanometers"), (0.001, "Micrometers")])
    def test_by_their_wavelengths(self, tmp_path, pixels, landsat, factor, unit):
        path = stack(tmp_path / "s.tif", pixels[:4])
        with rasterio.open(path, "r+") as dataset:
            for at, wavelength in enumerate((864.7, 483, 560.5, 654.6), 1):
                tags = {"wavelength": wavelength * factor, "wavelength_units": unit}
                dataset.update_tags(at, **tags)
            dataset.colorinterp = [rasterio.enums.ColorInterp.undefined] * 4
        scene = open_scene(path, sensor=landsat)
        assert scene.named.indexes == {"B5": 1, "B2": 2, "B3": 3, "B4": 4}
        assert scene.rgb.reason == "by their wavelengths"

    def test_few_bands_without_names_are_not_guessed(self, tmp_path, pixels, landsat):
        path = stack(tmp_path / "s.tif", pixels[:4], photometric="MINISBLACK")
        with pytest.raises(BandError, match=r"which of its 4 bands are red.*bands="):
            open_scene(path, sensor=landsat)

    def test_a_cirrus_band_of_nothing_is_none(self, tmp_path, pixels, landsat):
        names = [f"SR_{name}" for name in (*SEVEN[:6], "B9")]
        pixels[6] = 0
        path = stack(tmp_path / "s.tif", pixels, names, nodata=None)
        with pytest.warns(CloudganWarning, match="band 7, B9, holds nothing but 0"):
            scene = open_scene(path, sensor=landsat, also=("B9",))
        assert "B9" not in scene.named.indexes

    def test_a_product_without_a_visible_band(self, tmp_path, pixels):
        folder = product(tmp_path, pixels)
        (folder / f"{PRODUCT}_SR_B3.TIF").unlink()
        with pytest.raises(SceneError, match="its band B3 is missing"):
            open_scene(folder)


class TestWhichSensor:
    """The generator's card says whose bands it takes; what is another's is refused."""

    @FORMS
    def test_one_of_landsat_is_not_for_a_generator_of_sentinel_2(self, tmp_path, pixels, write):
        with pytest.raises(
            BandError, match=r"is of Landsat 8, and the generator is for Sent.*another model"
        ):
            decloud(write(tmp_path, pixels), tmp_path / "o.tif", model=StandIn())
        assert not (tmp_path / "o.tif").exists()

    def test_nor_the_other_way_round(self, tmp_path, bands):
        safe = write_safe(
            tmp_path / "S2A.SAFE", {name: ground(70, 70)[0] for name in ("B04", "B03", "B02")}
        )
        with pytest.raises(BandError, match="is of Sentinel-2, and the generator is for Landsat"):
            decloud(safe, tmp_path / "o.tif", model=LandsatStandIn(bands))

    def test_who_names_the_bands_may(self, tmp_path, pixels):
        scene = described(tmp_path, pixels)
        result = decloud(scene, model=StandIn(), bands=(4, 3, 2), radiometry="dn")
        assert result.bands_read == {"B04": 4, "B03": 3, "B02": 2}

    @FORMS
    def test_without_a_generator_the_scene_tells(self, tmp_path, pixels, landsat, write):
        scene = open_scene(write(tmp_path, pixels))
        assert scene.sensor == landsat
        radiometry = choose_radiometry(scene)
        assert (radiometry.scale, radiometry.offset) == ((SCALE,) * 3, (OFFSET,) * 3)

    def test_what_says_nothing_is_of_sentinel_2(self, tmp_path):
        scene = open_scene(write_scene(tmp_path / "s.tif", ground(70, 70)))
        assert scene.sensor == SENTINEL_2

    def test_its_radiometry_is_not_guessed(self, tmp_path, pixels, landsat):
        scene = open_scene(stack(tmp_path / "s.tif", pixels), sensor=landsat)
        with pytest.raises(RadiometryError, match=r"uint16 values are is not.*radiometry='c2-sr'$"):
            choose_radiometry(scene)
        with pytest.raises(UsageError, match="no such profile; choose auto, c2-sr, reflectance"):
            choose_radiometry(scene, "dn")
        assert choose_radiometry(scene, "c2-sr").reason == "as given"


def test_an_output_is_called_after_the_product(tmp_path, pixels):
    folder = product(tmp_path, pixels)
    assert default_output(folder) == tmp_path / f"{PRODUCT}_decloud.tif"


def test_clouds_are_drawn_over_its_bands(landsat):
    over = np.random.default_rng(0).uniform(0, 0.3, (8, 40, 50)).astype(np.float32)
    for kind in ("cirrus", "water", "haze", "smoke"):
        rng = np.random.default_rng(1)
        cloud = draw_spectral_cloud(rng, landsat.names, kind, sensor=landsat, clear_share=0)
        veiled, opacity = cloud.apply(over)
        clear = opacity == 0
        assert not clear.all()
        assert (veiled[:, clear] == over[:, clear]).all()
        seen = veiled[landsat.names.index("B9")] > over[landsat.names.index("B9")]
        assert seen.any() == (kind in ("cirrus", "water"))
        noise = add_noise(rng, veiled, landsat.names, landsat) - veiled
        assert (noise.std(axis=(1, 2)) > 0).all()


@pytest.fixture
def weights(tmp_path, bands):
    """Writes weights of four of its bands, with a gain and a shift for all of them."""

    def write(gain, shift):
        path = tmp_path / "landsat.safetensors"
        network = ThinGenerator(width=4, bands=bands).eval()
        # Before it is trained it adds to a window what its last layer is biased by.
        network.output.bias.data[:8] = torch.tensor([gain - 1] * 4 + [shift] * 4)
        save_generator(network, path, {"name": "landsat"})
        return path

    return write


class TestCommandLine:
    def run(self, *arguments):
        known = (
            f"import cloudgan_geo.sensors as room; room.__path__.append({str(ADDED)!r}); "
            "from cloudgan_geo.cli.main import main; main()"
        )
        command = [sys.executable, "-c", known, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    def test_identity(self, tmp_path, pixels, weights):
        scene, report = product(tmp_path, pixels), tmp_path / "r.json"
        run = self.run("decloud", scene, "--model", weights(1.0, 0.0), "--report", report)
        assert run.returncode == 0, run.stderr
        assert (read(tmp_path / f"{PRODUCT}_decloud.tif") == pixels).all()
        told = json.loads(report.read_text())["result"]
        assert told["bands_corrected"] == list(FOUR)
        assert (told["radiometry"], told["level"]) == ("c2-sr", "2A")
        assert list(told["mean_error"]) == ["visible", "nir"]

    def test_gain_and_shift(self, tmp_path, pixels, weights):
        scene = stack(tmp_path / "s.tif", pixels[list(map(SEVEN.index, FOUR))], FOUR)
        model, options = weights(0.75, 0.0625), ("--radiometry", "c2-sr", "--precision", "fp32")
        run = self.run("decloud", scene, "--model", model, *options)
        assert run.returncode == 0, run.stderr
        before, after = read(scene), read(tmp_path / "s_decloud.tif")
        valid = before > 0
        wanted = (before * SCALE + OFFSET) * 0.75 + 0.0625 * DOMAIN
        assert abs(after * SCALE + OFFSET - wanted)[valid].max() <= 0.51 * SCALE
        assert (after[~valid] == 0).all()

    def test_info_and_refusals(self, tmp_path, pixels, weights):
        scene = described(tmp_path, pixels)
        run = self.run("info", scene, "--model", weights(1.0, 0.0), "--json")
        told = json.loads(run.stdout)
        assert told["bands_found"] == {name: at for at, name in enumerate(SEVEN, 1)}
        assert told["bands_copied"] == ["B1", "B6", "B7"]
        assert (told["scale"], told["offset"]) == ([SCALE] * 4, [OFFSET] * 4)
        for command in ("decloud", "info"):
            run = self.run(command, scene)
            assert run.returncode == 2
            (line,) = run.stderr.splitlines()
            assert "is of Landsat 8, and the generator is for Sentinel-2" in line


def test_simulate_lays_its_veil_over_every_band(tmp_path, pixels):
    done = simulate_scene(
        described(tmp_path, pixels), tmp_path / "o.tif", CloudOptions(opacity=0.4, seed=1)
    )
    assert done.bands == SEVEN
    (opacity,) = read(done.opacity)
    assert np.isnan(opacity[20:30, 40:60]).all()
    changed = read(done.output) != pixels
    assert changed[:, opacity > 0.2].mean() > 0.9
    assert not changed[:, 20:30, 40:60].any()
