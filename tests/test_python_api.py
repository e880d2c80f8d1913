"""What people see who use the package from Python."""

import io
import zipfile
from dataclasses import fields
from typing import Literal, get_args, get_origin, get_type_hints

import click
import numpy as np
import pytest
import rasterio
from PIL import Image
from scenes import StandIn, ground, write_scene

import cloudgan_geo
from cloudgan_geo import decloud
from cloudgan_geo.choices import AskedRadiometry
from cloudgan_geo.cli.decloud import decloud as decloud_command
from cloudgan_geo.correction.options import DecloudOptions
from cloudgan_geo.correction.quality import KeepRule
from cloudgan_geo.errors import CloudganError, CloudganWarning, RadiometryError, UsageError
from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.profiles import choose_radiometry
from cloudgan_geo.sensors.sentinel2 import SENSOR


def test_dir_shows_the_interface_and_nothing_else():
    assert dir(cloudgan_geo) == [
        *("CloudganError", "__version__", "clean_array", "decloud", "decloud_dataarray"),
        "load_generator",
    ]


@pytest.mark.parametrize("scene", [12, None, 3.5, [], [12], "", b"s.tif", "a\0b"])
def test_what_is_no_path_is_refused_in_words(scene):
    with pytest.raises(UsageError, match="scene"):
        decloud(scene, "o.tif", model=StandIn())


@pytest.mark.parametrize(
    "asked",
    [
        {"overlap": 3.5},
        {"overlap": "16"},
        {"bands": ("B04", "B03", "B02")},
        {"bands": (1.0, 2.0, 3.0)},
        {"bands": {"B04": 9, "B03": 2, "B02": 1}},
        {"batch_size": 2.5},
        {"radiometry": 5},
        {"thick": 5},
    ],
)
def test_options_of_the_wrong_kind_are_refused_in_words(tmp_path, asked):
    scene = write_scene(tmp_path / "s.tif", ground(70, 70))
    with pytest.raises(CloudganError):
        decloud(scene, model=StandIn(), **asked)
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def types_of(thing):
    # Named in annotations without being imported: that would take torch.
    return get_type_hints(thing, localns={"LoadedGenerator": object})


CHOICES = {
    option.name: option.type.choices
    for option in decloud_command.params
    if isinstance(option.type, click.Choice) and option.name != "form"
}


def test_whatever_takes_one_of_a_few_values_has_a_type_that_lists_them():
    assert set(CHOICES) == {"radiometry", "level", "correct", "write", "precision", "thick"}
    for argument, choices in CHOICES.items():
        assert get_origin(types_of(decloud)[argument]) is Literal
        # The command line knows the profiles of every sensor.
        listed = get_args(types_of(decloud)[argument])
        assert listed == tuple(choices)[: len(listed)]
        assert argument == "radiometry" or len(listed) == len(choices)
    assert types_of(decloud)["batch_size"] == int | Literal["auto"]


@pytest.mark.parametrize("group", [DecloudOptions, KeepRule])
def test_options_have_the_same_types_wherever_they_stand(group):
    for field in fields(group):
        if field.name in CHOICES:
            assert types_of(group)[field.name] == types_of(decloud)[field.name]


@pytest.mark.parametrize("argument", sorted(CHOICES))
def test_a_value_that_is_none_of_them_is_refused(tmp_path, argument):
    scene = write_scene(tmp_path / "s.tif", ground(70, 70))
    model = "thin" if argument == "precision" else StandIn()
    with pytest.raises(UsageError, match=f"{argument}='nosuch': "):
        decloud(scene, model=model, **{argument: "nosuch"})


def test_there_is_a_profile_for_every_radiometry():
    profiles = (profile.name for profile in SENSOR.profiles)
    assert get_args(AskedRadiometry) == ("auto", *profiles)


class TestOffsetLeftInTrueColour:
    def test_the_dolomites(self, shared_data):
        scene = open_scene(shared_data / "scenes" / "dolomites_rgb_uint8.tif")
        with pytest.warns(CloudganWarning, match="radiometry='tci-offset'"):
            assert choose_radiometry(scene).profile == "tci"
        chosen = choose_radiometry(scene, "tci-offset")
        # The value of no reflectance: DN 1000 of 3558.
        assert chosen.scale[0] * 255 * 1000 / 3558 + chosen.offset[0] == pytest.approx(0, abs=1e-4)

    @pytest.mark.parametrize(
        "name",
        ["outer_banks_2018-10-13_rgb_uint8.tif", "T31TDH_jp2/T31TDH_20150726T105026_TCI.jp2"],
    )
    def test_true_colour_as_it_should_be(self, shared_data, name, recwarn):
        scene = open_scene(shared_data / "scenes" / name, bands=(1, 2, 3))
        assert choose_radiometry(scene).profile == "tci"
        assert not [w for w in recwarn if "tci-offset" in str(w.message)]

    @pytest.mark.parametrize(
        ("side", "dark", "warned"),
        [(256, 0, True), (255, 0, False), (256, 327, True), (256, 328, False)],
    )
    def test_enough_pixels_and_fewer_than_one_in_200_below_72(
        self, tmp_path, recwarn, side, dark, warned
    ):
        pixels = np.full((3, side, side), 72, np.uint8)
        # One band is enough to show that there is no offset.
        pixels[1].reshape(-1)[:dark] = 71
        scene = open_scene(write_scene(tmp_path / "s.tif", pixels))
        assert choose_radiometry(scene).profile == "tci"
        assert any("tci-offset" in str(w.message) for w in recwarn) == warned

    def test_only_valid_pixels_count(self, tmp_path, recwarn):
        pixels = np.full((3, 300, 300), 90, np.uint8)
        pixels[:, :150] = 0
        scene = open_scene(write_scene(tmp_path / "s.tif", pixels, nodata=0))
        choose_radiometry(scene)
        assert not [w for w in recwarn if "tci-offset" in str(w.message)]
        pixels[:, 50:150] = 90
        scene = open_scene(write_scene(tmp_path / "t.tif", pixels, nodata=0))
        with pytest.warns(CloudganWarning, match="tci-offset"):
            choose_radiometry(scene)

    @pytest.mark.slow
    def test_chips_of_eurosat_singly_and_side_by_side(self, shared_data, tmp_path, recwarn):
        with zipfile.ZipFile(shared_data / "eurosat_rgb.zip") as archive:
            for kind in ("Industrial", "PermanentCrop", "Residential"):
                names = sorted(name for name in archive.namelist() if f"/{kind}_" in name)[:256]
                chips = [np.array(Image.open(io.BytesIO(archive.read(name)))) for name in names]
                blocks = np.reshape(chips, (16, 16, 64, 64, 3)).transpose(4, 0, 2, 1, 3)
                brightest = sorted(chips, key=lambda chip: np.quantile(chip, 0.005))[-10:]
                for pixels in (
                    blocks.reshape(3, 1024, 1024),
                    *(chip.transpose(2, 0, 1) for chip in brightest),
                ):
                    scene = open_scene(write_scene(tmp_path / "s.tif", pixels))
                    assert choose_radiometry(scene).profile == "tci"
        assert not [w for w in recwarn if "tci-offset" in str(w.message)]


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(1e-300, 0), (float("inf"), 0), (-1e-4, 0), (1e-4, 1e9), (1e-4, float("nan")), (5.0, 0)],
)
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_scales_that_no_sensor_has_are_refused(tmp_path, scale, offset, dtype):
    path = write_scene(tmp_path / "s.tif", ground(70, 70, dtype=dtype))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = [scale] * 3, [offset] * 3
    with pytest.raises(RadiometryError, match=r"s\.tif: a band declares .*radiometry='"):
        decloud(path, model=StandIn())


@pytest.mark.parametrize(
    "tags",
    [
        {"QUANTIFICATION_VALUE": "1e300"},
        {"QUANTIFICATION_VALUE": "-1"},
        {"QUANTIFICATION_VALUE": "0.5", "RADIO_ADD_OFFSET": "0"},
        {"RADIO_ADD_OFFSET": "-100000"},
    ],
)
def test_metadata_that_no_product_has_are_refused(tmp_path, tags):
    path = write_scene(tmp_path / "s.tif", ground(70, 70))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**tags)
    with pytest.raises(RadiometryError, match="not what a sensor has"):
        decloud(path, model=StandIn())


@pytest.mark.parametrize("nodata", [float("inf"), -1e30, 0.5, float("nan")])
def test_odd_nodata_of_floats(tmp_path, nodata):
    pixels = ground(70, 70, dtype="float32")
    path = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    result = decloud(path, model=StandIn(lambda batch: batch * 0.5))
    with rasterio.open(result.output) as dataset:
        assert (dataset.read_masks() > 0).all()
        assert np.isfinite(dataset.read()).all()
