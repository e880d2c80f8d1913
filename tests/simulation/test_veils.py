"""Veils over scenes: real rasters of all bands, and the truth that solves the law."""

import json
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from scenes import read, write_safe, write_scene

from cloudgan_geo.clouds.spectral import far_ground
from cloudgan_geo.errors import CloudganWarning, RadiometryError, UsageError
from cloudgan_geo.sensors.sentinel2 import SENSOR
from cloudgan_geo.simulation.cloud_options import CloudOptions
from cloudgan_geo.simulation.clouded_scenes import simulate_scene

KINDS = ("cirrus", "water", "haze", "smoke", "mixture")
NAMES = SENSOR.names
L2A = tuple(name for name in NAMES if name != "B10")


def land(height, width, names=NAMES, seed=0):
    """DN of fields, each band with its own brightness, and a dark cirrus band."""
    rng = np.random.default_rng(seed)
    fields = rng.uniform(0.4, 1.6, (-(-height // 12), -(-width // 12)))
    fields = fields.repeat(12, 0).repeat(12, 1)[:height, :width]
    mean = {"B10": 15.0}
    bands = [mean.get(name, 500 + 200 * NAMES.index(name)) * fields for name in names]
    noise = rng.uniform(0.95, 1.05, (len(names), height, width))
    return (np.array(bands) * noise).astype(np.uint16)


def write(path, pixels, names=NAMES, **profile):
    write_scene(path, pixels, **profile)
    with rasterio.open(path, "r+") as scene:
        scene.descriptions = names
    return path


def told(path):
    with rasterio.open(path) as scene:
        return json.loads(scene.tags()["CLOUDGAN_CLOUD"])


def simulate(clear, out, **asked):
    made = {name: asked.pop(name) for name in ("bands", "radiometry", "write") if name in asked}
    return simulate_scene(clear, out, CloudOptions(**asked), overwrite=True, **made)


def lit(ground, layers, opacities, far, names=NAMES):
    """The law as docs/simulate.md says it, from the tag and the opacities alone."""
    seen = ground.copy()
    for layer, opacity in zip(layers, opacities, strict=True):
        before = seen.copy()
        depth = -np.log1p(-opacity)
        blurred = far(layer["far"])

        def light(name, factor, layer=layer, depth=depth, blurred=blurred):
            band = layer["bands"].index(name)
            size = SENSOR.pixels(factor)
            high, wide = depth.shape
            padded = np.pad(depth, ((0, -high % size), (0, -wide % size)), mode="symmetric")
            means = padded.reshape(len(padded) // size, size, -1, size).mean((1, 3))
            mean = means.repeat(size, 0).repeat(size, 1)[:high, :wide]
            mean = np.where(depth > 0, mean, 0)
            through = np.exp(-layer["attenuation"][band] * mean)
            dense = np.square(1 - through)
            path = layer["path"][band] * (1 - dense) + layer["path_dense"][band] * dense
            share = layer["share"][band] * (1 - dense) + layer["share_dense"][band] * dense
            return through, path + share * blurred[band]

        for index, name in enumerate(layer["bands"]):
            if name != "B10":
                through, airlight = light(name, name)
                seen[index] = through * before[index] + (1 - through) * airlight
            else:
                through, airlight = light("B03", "B10")
                seen[index] = before[index] + layer["cirrus"] * (1 - through) * airlight
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_law_tags_and_opacity_give_what_is_seen_in_every_band(tmp_path, kind):
    clear = write(tmp_path / "clear.tif", land(150, 130))
    done = simulate(clear, tmp_path / "out.tif", kind=kind, seed=2)
    assert done.bands == NAMES
    ground = read(clear) / 1e4
    opacities = read(done.opacity).astype(float)
    cloud = told(done.output)
    assert cloud == told(done.opacity) == json.loads(json.dumps(done.cloud))
    assert cloud["law"] == "veil"
    assert [layer["kind"] for layer in cloud["layers"]] == list(done.kinds)
    if kind == "mixture":
        total, *each = opacities
        np.testing.assert_allclose(1 - total, np.prod([1 - o for o in each], axis=0), atol=1e-5)
        with rasterio.open(done.opacity) as truth:
            assert truth.descriptions == ("opacity", *(f"opacity of {k}" for k in done.kinds))
    else:
        (each,) = ([opacities[0]] if len(opacities) == 1 else (),)
    expected = lit(
        ground, cloud["layers"], each, lambda sigma: far_ground(np.float32(ground), sigma)
    )
    # Half a DN of rounding, and what float32 makes of it.
    assert np.abs(read(done.output) - expected * 1e4).max() < 0.6
    assert np.abs(read(done.output) - ground * 1e4).max() > 30


@pytest.mark.parametrize("kind", ["cirrus", "haze"])
def test_who_has_no_clear_scene_finds_it_too(tmp_path, kind):
    """What comes from afar is guessed from what is seen, and the guess made better by itself."""
    clear = write(tmp_path / "clear.tif", land(96, 96))
    done = simulate(clear, tmp_path / "out.tif", kind=kind, opacity=0.3, family="veil")
    seen, (opacity,) = read(done.output) / 1e4, read(done.opacity).astype(float)
    layers = told(done.output)["layers"]
    guess = seen.copy()
    for _ in range(60):
        made = lit(
            guess, layers, [opacity], lambda sigma, at=guess: far_ground(np.float32(at), sigma)
        )
        guess += seen - made
    assert np.abs(guess * 1e4 - read(clear)).max() < 3


def test_the_cirrus_band_sees_cirrus_and_no_haze(tmp_path):
    clear = write(tmp_path / "clear.tif", land(80, 80))
    rise = {}
    for kind in ("cirrus", "haze"):
        simulate(clear, tmp_path / "out.tif", kind=kind, opacity=0.3, family="veil")
        rise[kind] = (read(tmp_path / "out.tif") - read(clear).astype(int)).mean((1, 2))
    assert rise["cirrus"][NAMES.index("B10")] > 50
    assert rise["haze"][NAMES.index("B10")] == 0
    assert rise["haze"][NAMES.index("B02")] > 50


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    height=st.integers(1, 120),
    width=st.integers(1, 90),
    names=st.sampled_from([NAMES, L2A, ("B02", "B03", "B04", "B08"), ("B04", "B03", "B02")]),
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 50),
    dtype=st.sampled_from(["uint16", "int32", "float32"]),
    gap=st.integers(0, 40),
)
def test_clear_pixels_and_nodata_keep_their_bits_in_every_band(
    tmp_path, height, width, names, kind, seed, dtype, gap
):
    pixels = land(height, width, names, seed).astype(dtype)
    pixels[:, :gap, : width // 2] = 0
    clear = write(tmp_path / "clear.tif", pixels, names, nodata=0)
    asked = {} if kind == "mixture" else {"coverage": 0.5, "opacity": 0.4}
    done = simulate(
        clear,
        tmp_path / "out.tif",
        kind=kind,
        seed=seed,
        family="patches",
        radiometry="dn",
        **asked,
    )
    seen, opacity = read(done.output), read(done.opacity)[0]
    gone = ~(pixels != 0).any(axis=0)
    assert np.array_equal(np.isnan(opacity), gone)
    still = gone | (opacity == 0)
    assert np.array_equal(seen[:, still], pixels[:, still])
    assert not (seen[:, ~gone] == 0).any()
    with rasterio.open(clear) as before, rasterio.open(done.output) as after:
        for name in ("crs", "transform", "dtypes", "nodata", "shape", "descriptions"):
            assert getattr(before, name) == getattr(after, name)


def test_what_a_hole_holds_reaches_nobody(tmp_path):
    pixels = land(100, 100)
    pixels[:, 30:60, 40:70] = 0
    results = []
    for name, hole in (("a", 0), ("b", 65535)):
        pixels[pixels == 0] = hole
        clear = write(tmp_path / f"{name}.tif", pixels, nodata=hole)
        simulate(clear, tmp_path / f"{name}_out.tif", kind="haze", opacity=0.5)
        results.append(read(tmp_path / f"{name}_out.tif"))
        pixels[pixels == hole] = 0
    known = pixels != 0
    assert np.array_equal(results[0][known], results[1][known])


@pytest.mark.parametrize("kind", ["cirrus", "mixture"])
def test_strips_and_blocks_change_no_bit(tmp_path, monkeypatch, kind):
    pixels = land(213, 90)
    pixels[:, 100:140, :20] = 0
    clear = write(tmp_path / "clear.tif", pixels, nodata=0)
    tiled = write(
        tmp_path / "tiled.tif", pixels, nodata=0, tiled=True, blockxsize=64, blockysize=64
    )
    whole = simulate(clear, tmp_path / "whole.tif", kind=kind, seed=5)
    for rows in (7, 48, 100):
        values = rows * 90 * len(NAMES)
        monkeypatch.setattr("cloudgan_geo.simulation.clouded_scenes._STRIP_VALUES", values)
        monkeypatch.setattr("cloudgan_geo.raster.reading.scene._READ_VALUES", 3 * values)
        for source in (clear, tiled):
            strips = simulate(source, tmp_path / "strips.tif", kind=kind, seed=5)
            for one, other in ((whole.output, strips.output), (whole.opacity, strips.opacity)):
                assert np.array_equal(read(one), read(other), equal_nan=True)


def test_bands_are_those_that_decloud_would_find(tmp_path):
    pixels = land(60, 60)
    clear = write(tmp_path / "clear.tif", pixels, [None] * 13)
    assert simulate(clear, tmp_path / "out.tif").bands == NAMES
    named = {"B02": 2, "B03": 3, "B04": 4, "B08": 8}
    done = simulate(clear, tmp_path / "out.tif", bands=named, kind="haze", opacity=0.4)
    assert done.bands == tuple(named)
    changed = (read(done.output) != pixels).any(axis=(1, 2))
    assert [index for index in range(1, 14) if changed[index - 1]] == [2, 3, 4, 8]
    stack = write(tmp_path / "l2a.tif", land(60, 60, L2A), [None] * 12)
    assert simulate(stack, tmp_path / "out.tif", kind="cirrus").bands == L2A


def test_a_band_that_no_sensor_has_is_left_alone(tmp_path):
    pixels = land(60, 60)[[1, 2, 3, 7, 0]]
    clear = write(tmp_path / "clear.tif", pixels, ("B02", "B03", "B04", "B08", "cloud mask"))
    done = simulate(clear, tmp_path / "out.tif", opacity=0.5)
    assert done.bands == ("B02", "B03", "B04", "B08")
    assert np.array_equal(read(done.output)[4], pixels[4])
    assert (read(done.output)[:4] != pixels[:4]).mean() > 0.5


def test_an_alpha_band_stays_and_hides(tmp_path):
    pixels = land(60, 60)[[3, 2, 1, 7]]
    pixels[3] = 65535
    pixels[3, :20] = 0
    clear = write_scene(tmp_path / "clear.tif", pixels, photometric="rgb", alpha="yes")
    with rasterio.open(clear) as scene:
        assert scene.colorinterp[3] == ColorInterp.alpha
    done = simulate(clear, tmp_path / "out.tif", opacity=0.5, family="veil")
    assert np.array_equal(read(done.output)[:, :20], pixels[:, :20])
    assert np.isnan(read(done.opacity)[0, :20]).all()


def test_a_product_gets_its_veil_on_its_finest_bands_or_on_all(tmp_path):
    bands = {name: land(*[120 // SENSOR.pixels(name)] * 2, (name,))[0] for name in NAMES}
    product = write_safe(tmp_path / "S2A_MSIL1C_20150726T105026.SAFE", bands)
    done = simulate(product, tmp_path / "out.tif", kind="cirrus", radiometry="dn")
    assert done.bands == ("B02", "B03", "B04", "B08")
    done = simulate(product, tmp_path / "out.tif", kind="cirrus", radiometry="dn", write="all")
    assert done.bands == NAMES
    with rasterio.open(done.output) as scene:
        cirrus = scene.read(scene.descriptions.index("B10") + 1)
    assert cirrus.mean() > bands["B10"].mean() + 20


def test_an_empty_cirrus_band_stays_empty(tmp_path):
    pixels = land(60, 60)
    pixels[NAMES.index("B10")] = 0
    clear = write(tmp_path / "clear.tif", pixels)
    with pytest.warns(CloudganWarning, match="B10, holds nothing but 0"):
        done = simulate(clear, tmp_path / "out.tif", kind="cirrus", opacity=0.5)
    assert done.bands == L2A
    assert not read(done.output)[NAMES.index("B10")].any()


@pytest.mark.parametrize(
    ("dtype", "radiometry", "factor", "offset"),
    [
        ("uint16", "dn", 1, 0),
        ("uint16", "dn-offset", 1, 1000),
        ("float32", "reflectance", 1e-4, 0),
        ("uint8", "tci", 255 / 3558, 0),
    ],
)
def test_the_veil_is_the_same_whatever_values_mean(tmp_path, dtype, radiometry, factor, offset):
    names = ("B02", "B03", "B04", "B08")
    pixels = land(64, 64, names) // 2 + 300
    seen = {}
    for name, values in (("dn", pixels), (radiometry, pixels * factor + offset)):
        kind = "uint16" if name == "dn" else dtype
        clear = write(tmp_path / "clear.tif", values.astype(kind), names)
        done = simulate(clear, tmp_path / "out.tif", kind="water", radiometry=name, opacity=0.3)
        seen[name] = (read(done.output).astype(float) - offset * (name != "dn")) / (
            1 if name == "dn" else factor
        )
    assert np.abs(seen[radiometry] - seen["dn"]).max() < (30 if dtype == "uint8" else 1.1)


def test_coverage_opacity_and_family_are_those_asked_for(tmp_path):
    clear = write(tmp_path / "clear.tif", land(110, 120))
    for seed in range(8):
        # What is drawn here is now and then a mixture; not where a measure of one is asked for.
        done = simulate(
            clear, tmp_path / "out.tif", seed=seed, coverage=0.4, opacity=0.3, family="ridged"
        )
        assert len(done.kinds) == 1
        assert done.coverage == pytest.approx(0.4, abs=0.01)
        assert done.mean_opacity == pytest.approx(0.3, abs=0.01)
        (layer,) = done.cloud["layers"]
        assert layer["family"] == "RidgedField"


def test_no_cloud_changes_nothing(tmp_path):
    clear = write(tmp_path / "clear.tif", land(50, 50))
    for asked in ({"coverage": 0}, {"opacity": 0}):
        done = simulate(clear, tmp_path / "out.tif", kind="cirrus", **asked)
        assert (done.coverage, done.mean_opacity) == (0, 0)
        assert np.array_equal(read(done.output), read(clear))
        assert "Infinity" not in json.dumps(done.cloud)


def test_bands_of_different_scales_are_refused_with_what_mends_it(tmp_path):
    clear = write(tmp_path / "clear.tif", land(50, 50))
    with rasterio.open(clear, "r+") as scene:
        scene.scales = (1e-4,) * 12 + (1e-3,)
    with pytest.raises(RadiometryError, match=r"out with bands=\{'B04': 4, 'B03': 3"):
        simulate(clear, tmp_path / "out.tif")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = simulate(clear, tmp_path / "out.tif", bands={"B04": 4, "B03": 3, "B02": 2})
    assert done.bands == ("B02", "B03", "B04")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"airlight": 1.0}, "airlight=1.0: what a veil shows follows the ground"),
        ({"law": "scattering", "kind": "haze"}, "kind='haze': clouds of the law scattering"),
        ({"kind": "mixture", "opacity": 0.2}, "opacity=0.2: is that of one layer"),
        ({"law": "koschmieder"}, "law='koschmieder': takes one of veil, scattering"),
        ({"kind": "fog"}, "kind='fog': takes one of any, cirrus, water"),
        ({"family": "cumulus"}, "family='cumulus': takes one of veil, patches"),
    ],
)
def test_options_that_do_not_fit_are_refused(asked, said):
    with pytest.raises(UsageError) as error:
        CloudOptions(**asked)
    assert said in str(error.value)
