"""simulate, as a stranger would type it: clouds on scenes and chips, and their truth."""

import json

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from PIL import Image
from scenes import ground, read, write_scene

from cloudgan_geo.cli.main import main
from cloudgan_geo.cli.simulate import _FAMILIES
from cloudgan_geo.clouds.drawing import FAMILIES


def simulate(*arguments, code=0):
    result = CliRunner().invoke(main, ["simulate", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


SCATTERING = ("--law", "scattering")


def test_the_truth_solves_the_law_of_scattering_for_the_ground(tmp_path, sample_data):
    clear = sample_data / "scene_clear.tif"
    asked = ("--coverage", 0.4, "--opacity", 0.5, "--family", "patches", "--seed", 3)
    said = simulate(clear, tmp_path / "cloudy.tif", *asked, *SCATTERING).output
    assert said.endswith(
        "_opacity.tif: 40.0 % under cloud of mean opacity 0.500, in B02, B03, B04\n"
    )
    opacity = read(tmp_path / "cloudy_opacity.tif")[0].astype(float)
    with rasterio.open(tmp_path / "cloudy.tif") as cloudy:
        cloud = json.loads(cloudy.tags()["CLOUDGAN_CLOUD"])
        assert cloud["law"] == "scattering"
        seen = cloudy.read([3, 2, 1]).astype(float)
    through = (1 - opacity) ** np.array(cloud["attenuation"])[:, None, None]
    airlight = np.array(cloud["airlight"])[:, None, None] * 2750
    thin = through > 0.2
    solved = (seen - airlight * (1 - through))[thin] / through[thin]
    # Half a DN of rounding, through a transmittance of .2.
    assert np.abs(solved - read(clear)[[2, 1, 0]][thin]).max() < 4
    assert np.array_equal(
        read(clear)[:, opacity == 0], read(tmp_path / "cloudy.tif")[:, opacity == 0]
    )


def test_the_scene_keeps_what_is_not_cloud(tmp_path):
    pixels = ground(300, 200, 13)
    pixels[:, :40, :50] = 0
    clear = write_scene(tmp_path / "clear.tif", pixels, nodata=0)
    with rasterio.open(clear, "r+") as scene:
        scene.update_tags(PLACE="Donegal")
    simulate(clear, tmp_path / "out.tif", "--family", "veil", "--opacity", 0.6)
    cloudy = read(tmp_path / "out.tif")
    others = [index for index in range(13) if index not in (1, 2, 3)]
    assert np.array_equal(cloudy[others], pixels[others])
    assert not cloudy[:, :40, :50].any()
    assert (cloudy[1:4, 40:] != pixels[1:4, 40:]).mean() > 0.9
    assert cloudy[1:4, 40:].min() > 0
    with rasterio.open(clear) as before, rasterio.open(tmp_path / "out.tif") as after:
        for name in ("crs", "transform", "dtypes", "nodata", "count", "shape"):
            assert getattr(before, name) == getattr(after, name)
        assert after.tags()["PLACE"] == "Donegal"
        assert after.tags()["CLOUDGAN_RADIOMETRY"] == "dn"
    with rasterio.open(tmp_path / "out_opacity.tif") as truth:
        assert truth.dtypes == ("float32",)
        assert truth.descriptions == ("opacity",)
        assert (truth.crs, truth.shape) == (after.crs, after.shape)
        opacity = truth.read(1)
    assert np.isnan(opacity[:40, :50]).all()
    assert np.isfinite(opacity[40:]).all()


@pytest.mark.parametrize(
    ("dtype", "radiometry", "offset", "white"),
    [
        ("uint8", "tci", 0, 255 * 0.275 / 0.3558),
        ("float32", "reflectance", 0, 0.275),
        ("uint16", "dn-offset", 1000, 3750),
    ],
)
def test_airlight_is_in_units_of_the_model_domain(tmp_path, dtype, radiometry, offset, white):
    clear = write_scene(
        tmp_path / "clear.tif", ground(80, 70, dtype=dtype) + np.dtype(dtype).type(offset)
    )
    out = tmp_path / "out.tif"
    asked = ("--family", "veil", "--opacity", 0.9995, "--airlight", 1, "--radiometry", radiometry)
    simulate(clear, out, *asked, *SCATTERING)
    opaque = read(tmp_path / "out_opacity.tif")[0] > 0.999
    assert opaque.any()
    assert read(out)[:, opaque].astype(float) == pytest.approx(white, rel=0.02)


def test_the_seed_decides_the_cloud(tmp_path, sample_data):
    clear = sample_data / "scene_clear.tif"
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(clear, tmp_path / f"{name}.tif", "--seed", seed, "-q")
    a, b, c = (read(tmp_path / f"{name}.tif") for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_decloud_reads_what_simulate_writes(tmp_path, sample_data, tiny_model):
    out = tmp_path / "cloudy.tif"
    simulate(sample_data / "scene_clear.tif", out, "--coverage", 1, "--opacity", 0.9)
    result = CliRunner().invoke(main, ["decloud", str(out), "--model", str(tiny_model)])
    assert result.exit_code == 0, result.output


def test_strips_of_rows_make_no_seam(tmp_path, monkeypatch):
    clear = write_scene(tmp_path / "clear.tif", ground(300, 100), nodata=0)
    asked = ("--family", "veil", "--seed", 5)
    simulate(clear, tmp_path / "whole.tif", *asked, *SCATTERING)
    monkeypatch.setattr("cloudgan_geo.simulation.clouded_scenes._STRIP_VALUES", 5100)
    simulate(clear, tmp_path / "strips.tif", *asked, *SCATTERING)
    whole, strips = (read(tmp_path / name) for name in ("whole_opacity.tif", "strips_opacity.tif"))
    assert np.abs(whole - strips).max() < 1e-4
    difference = read(tmp_path / "whole.tif").astype(int) - read(tmp_path / "strips.tif")
    assert np.abs(difference).max() <= 1


def test_every_chip_gets_a_cloud_of_its_own(tmp_path, sample_data):
    chips, out = sample_data / "chips", tmp_path / "cloudy"
    asked = ("--opacity", 0.4, "--airlight", 0.8, *SCATTERING)
    assert "Wrote 16 chips" in simulate(chips, out, *asked).output
    names = sorted(path.stem for path in chips.iterdir())
    assert sorted(path.stem for path in out.iterdir()) == names
    opacities = []
    for name in names:
        clear, cloudy = (np.asarray(Image.open(folder / f"{name}.png")) for folder in (chips, out))
        truth = np.asarray(Image.open(tmp_path / "cloudy_opacity" / f"{name}.png"))
        assert cloudy.dtype == np.uint8
        opacity = truth / 65535
        opacities.append(opacity)
        green = clear[..., 1] * (1 - opacity) + 0.8 * 255 * opacity
        assert np.abs(green - cloudy[..., 1]).max() < 0.51
        assert opacity[opacity > 0].mean() == pytest.approx(0.4, abs=0.005)
    assert len({opacity.tobytes() for opacity in opacities}) == 16


def test_chips_get_veils_that_take_their_colour(tmp_path, sample_data):
    chips, out = sample_data / "chips", tmp_path / "cloudy"
    simulate(chips, out, "--kind", "cirrus", "--coverage", 0.6, "--opacity", 0.9)
    for path in chips.iterdir():
        clear, cloudy = (np.asarray(Image.open(folder / path.name)) for folder in (chips, out))
        opacity = np.asarray(Image.open(tmp_path / "cloudy_opacity" / path.name)) / 65535
        assert np.array_equal(cloudy[opacity == 0], clear[opacity == 0])
        assert (opacity > 0).mean() == pytest.approx(0.6, abs=0.01)
        # The contrast of the ground is gone where it is opaque.
        opaque = opacity > 0.95
        assert cloudy[opaque].std(axis=0).max() < 0.6 * clear.std(axis=(0, 1)).max()


def test_nothing_is_replaced_without_being_asked(tmp_path, sample_data):
    clear, out, chips = sample_data / "scene_clear.tif", tmp_path / "out.tif", tmp_path / "chips"
    (tmp_path / "out_opacity.tif").write_text("mine")
    assert "--overwrite" in simulate(clear, out, code=2).stderr
    assert not out.exists()
    simulate(clear, out, "--overwrite")
    simulate(sample_data / "chips", chips)
    assert "--overwrite" in simulate(sample_data / "chips", chips, code=2).stderr
    simulate(sample_data / "chips", chips, "--overwrite")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("CLEAR", "out.tif", "--coverage", "1.5"), "--coverage 1.5"),
        (("CLEAR", "out.tif", "--opacity", "1"), "--opacity 1"),
        (("CLEAR", "out.tif", "--airlight", "0"), "--airlight 0"),
        (("CLEAR", "out.tif", "--airlight", "1"), "take --law scattering"),
        (("CLEAR", "out.tif", "--law", "scattering", "--kind", "haze"), "take --law veil"),
        (("CLEAR", "out.tif", "--kind", "mixture", "--opacity", ".3"), "take another --kind"),
        (("CLEAR", "out.tif", "--kind", "mixture", "--coverage", ".3"), "--coverage 0.3"),
        (("CLEAR", "out.tif", "--kind", "fog"), "--kind"),
        (("CLEAR", "out.tif", "--bands", "1,2,9"), "no band 9"),
        (("CHIPS", "cloudy", "--bands", "1,2,3"), "--bands 1,2,3: is for scenes"),
        (("CHIPS", "cloudy", "--radiometry", "dn"), "--radiometry dn: is for scenes"),
        (("CHIPS", "cloudy", "--write", "all"), "--write all: is for scenes"),
        (("CLEAR", "out.tif", "--airlight", "nan"), "--airlight nan"),
        (("CLEAR", "out.tif", "--seed", "-1"), "--seed -1"),
        (("CLEAR", "out.tif", "--family", "cumulus"), "--family"),
        (("CLEAR", "out.png"), "out.png"),
        (("CLEAR", "CLEAR"), "input itself"),
        (("CLEAR", "nowhere/out.tif"), "no folder"),
        (("nowhere.tif", "out.tif"), "no such file"),
        (("CHIPS", "CHIPS/cloudy"), "name another OUT"),
        (("CHIPS", "CHIPS"), "--overwrite"),
        (("CHIPS", "CHIPS", "--overwrite"), "name another OUT"),
    ],
)
def test_mistakes_are_one_clear_line(tmp_path, sample_data, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    places = {"CLEAR": sample_data / "scene_clear.tif", "CHIPS": sample_data / "chips"}
    filled = []
    for argument in arguments:
        first, slash, rest = argument.partition("/")
        filled.append(f"{places.get(first, first)}{slash}{rest}")
    failed = simulate(*filled, code=2)
    (line,) = failed.stderr.splitlines()[-1:]
    assert line.startswith("Error: ")
    assert named in line
    assert not any(tmp_path.iterdir())


def test_the_families_offered_are_those_there_are():
    assert _FAMILIES == FAMILIES
