"""Strips sent to the device of the generator; here, by force, the device is the CPU."""

import json

import numpy as np
import pytest
import rasterio
import torch
from rasterio.windows import Window
from scenes import read, write_scene

from cloudgan_geo.bands import RGB
from cloudgan_geo.correction.pipeline import DecloudOptions, decloud_scene
from cloudgan_geo.errors import WeightsError
from cloudgan_geo.networks import blending
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.inference import PreparedGenerator
from cloudgan_geo.networks.thin import ThinGenerator


class Unchanged(torch.nn.Module):
    """A network that gives its windows back."""

    bands, input_shapes, estimates, exact = RGB, ((3, 64, 64),), False, ("output",)
    sees_surroundings = asks_about_scenes = False

    def __init__(self):
        super().__init__()
        self.output = torch.nn.Identity()

    def forward(self, x):
        return self.output(x)


class Broken(Unchanged):
    """A network that fails where it is bright."""

    def forward(self, x):
        return x / (x < 0.3)


def cleaner_of(network):
    return PreparedGenerator(
        LoadedGenerator(network.eval(), "tiny", "0" * 64), device="cpu", precision="fp32"
    )


@pytest.fixture(scope="module")
def cleaners():
    torch.manual_seed(0)
    unet, thin = UNetGenerator(width=2), ThinGenerator(width=2)
    for layer in (thin.output, thin.veil):
        torch.nn.init.normal_(layer.weight, std=0.05)
    networks = {"unet": unet, "thin": thin, "unchanged": Unchanged()}
    networks["thin unchanged"] = ThinGenerator(width=2)
    networks["broken"] = Broken()
    return {name: cleaner_of(network) for name, network in networks.items()}


@pytest.fixture
def forced(monkeypatch):
    """Lets the CPU be sent strips, and counts those that came back."""
    finished = []

    class Counted(blending.DeviceMosaic):
        def finish(self, rows):
            finished.append(rows)
            return super().finish(rows)

    def force(wanted=True):
        monkeypatch.setattr(blending, "_BLENDS", "cpu" if wanted else "cuda")
        finished.clear()
        return finished

    monkeypatch.setattr(blending, "DeviceMosaic", Counted)
    return force


@pytest.fixture(scope="module")
def crop(tmp_path_factory, shared_data):
    """A piece of a real scene, 200 x 170 pixels of four bands, with gaps."""
    path = shared_data / "scenes" / "T31TDH_20150726_B04B03B02B08_uint16.tif"
    with rasterio.open(path) as scene:
        pixels = scene.read(window=Window(100, 60, 170, 200))
    pixels = np.maximum(pixels, 1)
    pixels[:, 20:90, :50] = 0
    pixels[:, np.add.outer(np.arange(200), np.arange(170)) > 300] = 0
    pixels[1, 100:103, 80] = 0
    return write_scene(tmp_path_factory.mktemp("crop") / "crop.tif", pixels, nodata=0)


@pytest.fixture(scope="module")
def reflectance(tmp_path_factory, crop):
    """The same in floating point, where differences below a DN show."""
    pixels = read(crop).astype(np.float32) / 10_000
    pixels[pixels == 0] = np.nan
    return write_scene(tmp_path_factory.mktemp("crop") / "float.tif", pixels, nodata=np.nan)


@pytest.mark.parametrize("name", ["unchanged", "thin unchanged"])
@pytest.mark.parametrize("kind", ["crop", "reflectance"])
def test_a_generator_that_changes_nothing_gives_the_input_back(
    request, tmp_path, cleaners, forced, kind, name
):
    source = request.getfixturevalue(kind)
    finished = forced()
    options = DecloudOptions(batch_size=3, strip_rows=2)
    result = decloud_scene(source, tmp_path / "o.tif", model=cleaners[name], options=options)
    assert sum(finished) == 200
    assert read(result.output).tobytes() == read(source).tobytes()


@pytest.mark.parametrize("name", ["unet", "thin"])
def test_outputs_are_those_of_numpy(tmp_path, cleaners, forced, reflectance, name):
    area = tmp_path / "area.geojson"
    # Rows 30 to 149, columns 20 to 119.
    corners = [
        [400_160, 4_692_900],
        [401_160, 4_692_900],
        [401_160, 4_691_700],
        [400_160, 4_691_700],
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32631"}}
    polygon = {"type": "Polygon", "coordinates": [[*corners, corners[0]]], "crs": crs}
    area.write_text(json.dumps(polygon))
    asked = {"here": (False, 4, 2), "there": (True, 4, 2), "otherwise": (True, 7, "auto")}
    outputs, counts = {}, set()
    for label, (wanted, batch_size, strip_rows) in asked.items():
        finished = forced(wanted)
        files = {n: tmp_path / f"{label}_{n}.tif" for n in ("opacity", "qa", "error")}
        options = DecloudOptions(
            batch_size=batch_size,
            strip_rows=strip_rows,
            overlap=20,
            aoi=area,
            **({**files, "thick": "fill"} if name == "thin" else {}),
        )
        result = decloud_scene(
            reflectance, tmp_path / f"{label}.tif", model=cleaners[name], options=options
        )
        assert bool(finished) == wanted
        counts.add((result.windows, result.windows_skipped))
        written = files.values() if name == "thin" else ()
        outputs[label] = [read(file) for file in (result.output, *written)]
    assert len(counts) == 1
    before, after = read(reflectance), outputs["here"][0]
    outside = np.ones(before.shape, bool)
    outside[:3, 30:150, 20:120] = False
    assert (before[~outside] != after[~outside]).mean() > 0.5
    for label in ("there", "otherwise"):
        assert outputs[label][0][outside].tobytes() == before[outside].tobytes()
        for here, there in zip(outputs["here"], outputs[label], strict=True):
            np.testing.assert_allclose(there, here, atol=1e-5)


def test_a_scene_lower_than_a_window_is_extended(tmp_path, cleaners, forced, crop):
    source = write_scene(tmp_path / "s.tif", read(crop)[:, :40, 60:150])
    outputs = []
    for wanted in (False, True):
        forced(wanted)
        result = decloud_scene(source, tmp_path / f"{wanted}.tif", model=cleaners["thin"])
        outputs.append(read(result.output).astype(int))
    assert np.abs(outputs[1] - outputs[0]).max() <= 1
    assert (outputs[0] != read(source)).any()


def test_values_that_are_no_numbers_are_refused(tmp_path, cleaners, forced, crop):
    forced()
    with pytest.raises(WeightsError, match="no numbers"):
        decloud_scene(crop, tmp_path / "o.tif", model=cleaners["broken"])
    assert not list(tmp_path.iterdir())


def test_the_cpu_blends_here_unless_forced(cleaners, crop, tmp_path, forced):
    finished = forced(False)
    decloud_scene(crop, tmp_path / "o.tif", model=cleaners["unet"])
    assert not finished
