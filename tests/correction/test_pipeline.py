import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import EstimatingStandIn, StandIn, ground, read, seen_in_the_view, write_scene

from cloudgan_geo.correction.pipeline import DecloudOptions, decloud, decloud_scene, default_output
from cloudgan_geo.errors import (
    CloudganWarning,
    OutputError,
    SceneError,
    UsageError,
    WeightsError,
)
from cloudgan_geo.raster.writing import writer as writing

patient = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def scenes(draw):
    """Pixels, their nodata value or None, and a radiometry for them."""
    height, width = draw(st.integers(1, 230)), draw(st.integers(1, 230))
    dtype, radiometry = draw(
        st.sampled_from(
            [
                ("uint8", "tci"),
                ("uint8", "eurosat"),
                ("uint16", "dn"),
                ("uint16", "dn-offset"),
                ("int16", "dn"),
                ("uint32", "dn"),
                ("float32", "reflectance"),
                ("float32", "dn"),
                ("float64", "reflectance"),
            ]
        )
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    pixels = ground(height, width, draw(st.sampled_from([3, 4])), dtype, rng.integers(2**16))
    if dtype != "uint8" and not dtype.startswith("float"):
        # Far above the model domain, too: such values must survive as well.
        pixels[:, rng.random((height, width)) < 0.1] = 15_000
    nodata = draw(st.sampled_from([None, 0, 17]))
    pattern = draw(st.sampled_from(["none", "scattered", "edge", "rows", "all", "one band"]))
    if nodata is not None:
        empty = np.zeros((height, width), bool)
        if pattern == "scattered":
            empty = rng.random((height, width)) < 0.3
        elif pattern == "edge":
            empty = np.add.outer(np.arange(height), np.arange(width)) < 0.7 * max(height, width)
        elif pattern == "rows":
            empty[height // 3 : height // 3 * 2 + 1] = True
        elif pattern == "all":
            empty[:] = True
        pixels[:, empty] = nodata
        if pattern == "one band":
            pixels[1, rng.random((height, width)) < 0.5] = nodata
    if dtype.startswith("float") and draw(st.booleans()):
        pixels[:, rng.random((height, width)) < 0.05] = np.nan
    return pixels, nodata, radiometry


options = st.builds(
    DecloudOptions,
    overlap=st.sampled_from([0, 1, 16, 31, 40, 56]),
    batch_size=st.integers(1, 20),
    strip_rows=st.sampled_from(["auto", 1, 2, 3]),
    overwrite=st.just(True),
)


@patient
@given(scene=scenes(), asked=options)
def test_a_generator_that_changes_nothing_gives_the_input_back(tmp_path, scene, asked):
    pixels, nodata, radiometry = scene
    asked = DecloudOptions(**{**vars(asked), "radiometry": radiometry})
    source = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    result = decloud_scene(source, model=StandIn(), options=asked)
    assert read(result.output).tobytes() == pixels.tobytes()


@settings(patient, max_examples=25)
@given(scene=scenes(), asked=options, seed=st.integers(0, 2**16))
def test_whatever_the_opacity_no_correction_gives_the_input_back(tmp_path, scene, asked, seed):
    pixels, nodata, radiometry = scene
    asked = DecloudOptions(**{**vars(asked), "radiometry": radiometry, "thick": "fill"})
    source = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    opacity = np.random.default_rng(seed).random((1, 1, 64, 64))
    model = EstimatingStandIn(lambda batch, view: (batch, opacity, 0.1))
    result = decloud_scene(source, model=model, options=asked)
    assert read(result.output).tobytes() == pixels.tobytes()


def darker_in_the_middle(batch):
    """Depends on where in its window a pixel is, so that blending shows."""
    ramp = 1 - np.abs(np.linspace(-1, 1, 64, dtype=np.float32))
    return batch * (1 - 0.5 * np.multiply.outer(ramp, ramp)) + 0.01


@patient
@given(
    scene=scenes(),
    overlap=st.sampled_from([0, 16, 40]),
    asked=st.lists(options, min_size=2, max_size=2),
)
def test_batches_and_strips_change_nothing(tmp_path, scene, overlap, asked):
    pixels, nodata, radiometry = scene
    source = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    outputs = []
    for each in asked:
        each = DecloudOptions(**{**vars(each), "radiometry": radiometry, "overlap": overlap})
        result = decloud_scene(source, model=StandIn(darker_in_the_middle), options=each)
        outputs.append(read(result.output))
    assert outputs[0].tobytes() == outputs[1].tobytes()


@pytest.mark.slow
@settings(patient, max_examples=25)
@given(scene=scenes(), asked=st.lists(options, min_size=2, max_size=2))
def test_batches_and_strips_change_nothing_in_estimates(tmp_path, scene, asked):
    pixels, nodata, radiometry = scene
    source = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    files = {name: tmp_path / f"{name}.tif" for name in ("opacity", "qa", "error")}
    outputs = []
    for each in asked:
        each = DecloudOptions(**{**vars(each), "radiometry": radiometry, "overlap": 20, **files})
        model = EstimatingStandIn(seen_in_the_view)
        result = decloud_scene(source, model=model, options=each)
        outputs.append([read(file).tobytes() for file in (result.output, *files.values())])
    assert outputs[0] == outputs[1]


@patient
@given(scene=scenes(), asked=options)
def test_nodata_stays_and_no_valid_pixel_becomes_it(tmp_path, scene, asked):
    pixels, nodata, radiometry = scene
    asked = DecloudOptions(**{**vars(asked), "radiometry": radiometry})
    source = write_scene(tmp_path / "s.tif", pixels, nodata=nodata)
    black = StandIn(lambda batch: batch * 0)
    after = read(decloud_scene(source, model=black, options=asked).output)[:3]
    before = pixels[:3]
    empty = ~np.isfinite(before.astype("float64")) | (
        before == nodata if nodata is not None else False
    )
    assert after[empty].tobytes() == before[empty].tobytes()
    if nodata is not None:
        assert (after[~empty] != nodata).all()
    assert np.isfinite(after[~empty].astype("float64")).all()


@pytest.mark.parametrize("filler", [0, 60_000])
def test_what_nodata_holds_does_not_reach_its_neighbours(tmp_path, filler):
    """Blurring windows would carry a step at the border into the valid pixels."""

    def blur(batch):
        mean = batch.mean(axis=(2, 3), keepdims=True)
        return np.broadcast_to(mean, batch.shape)

    pixels = np.full((3, 150, 150), 500, "uint16")
    pixels[:, 40:90, 30:100] = filler
    source = write_scene(tmp_path / "s.tif", pixels, nodata=filler)
    after = read(decloud(source, model=StandIn(blur)).output)
    assert (after == pixels).all()


def test_a_constant_correction_is_exact_everywhere(tmp_path):
    pixels = ground(150, 210, 4) % 1500 + 800
    source = write_scene(tmp_path / "s.tif", pixels)
    brighter = StandIn(lambda batch: batch + np.float32(100 / 2750))
    after = read(decloud(source, model=brighter).output)
    assert (after[:3] == pixels[:3] + 100).all()
    assert (after[3] == pixels[3]).all()


def test_the_generator_sees_reflectance(tmp_path):
    pixels = np.full((3, 64, 64), 1100, "uint16")
    pixels[0], pixels[2] = 550, 5500
    generator = StandIn()
    decloud(write_scene(tmp_path / "s.tif", pixels), model=generator)
    (batch,) = generator.batches
    np.testing.assert_allclose(batch[0, :, 0, 0], [0.2, 0.4, 1.0], rtol=1e-6)


def test_the_bands_are_given_as_red_green_blue(tmp_path):
    pixels = np.full((4, 64, 64), 275, "uint16") * np.arange(1, 5, dtype="uint16")[:, None, None]
    source = write_scene(tmp_path / "s.tif", pixels)
    generator = StandIn(lambda batch: batch + np.float32([0.1, 0.2, 0.3])[:, None, None])
    result = decloud(source, model=generator, bands=(3, 2, 1))
    np.testing.assert_allclose(generator.batches[0][0, :, 0, 0], [0.3, 0.2, 0.1], rtol=1e-6)
    assert read(result.output)[:, 0, 0].tolist() == [1100, 1100, 1100, 1100]
    assert result.bands == (3, 2, 1)
    rgb = decloud(source, tmp_path / "rgb.tif", model=generator, bands=(3, 2, 1), rgb_only=True)
    assert read(rgb.output)[:, 0, 0].tolist() == [1100, 1100, 1100]
    assert rgb.count == 3


def test_windows_without_a_valid_pixel_are_not_computed(tmp_path):
    pixels = ground(300, 300)
    pixels[:, :200] = 0
    generator = StandIn()
    result = decloud(write_scene(tmp_path / "s.tif", pixels, nodata=0), model=generator)
    assert generator.windows == result.windows == 18
    assert result.windows_skipped == 18


def test_batches_are_full_across_rows_of_windows(tmp_path):
    generator = StandIn()
    source = write_scene(tmp_path / "s.tif", ground(300, 100))
    decloud(source, model=generator, batch_size=5)
    assert [len(batch) for batch in generator.batches] == [5, 5, 2]


def test_the_result_says_what_was_done(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(100, 130, 4), nodata=0)
    result = decloud(source, model=StandIn(), overlap=20)
    assert result.output == tmp_path / "s_decloud.tif"
    assert (result.width, result.height, result.count) == (130, 100, 4)
    assert (result.windows, result.windows_skipped, result.batch_size) == (6, 0, 4)
    assert (result.radiometry, result.model) == ("dn", "stand-in")
    assert result.seconds > 0


def test_the_output_says_where_it_comes_from(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(64, 64))
    with rasterio.open(decloud(source, model=StandIn(), overlap=20).output) as dataset:
        tags = dataset.tags()
    assert tags["CLOUDGAN_MODEL"] == "stand-in"
    assert tags["CLOUDGAN_WEIGHTS_SHA256"] == "0" * 64
    assert tags["CLOUDGAN_RADIOMETRY"] == "dn"
    assert "below 1000" in tags["CLOUDGAN_RADIOMETRY_REASON"]
    assert json.loads(tags["CLOUDGAN_OPTIONS"])["overlap"] == 20
    assert tags["CLOUDGAN_VERSION"]


def test_an_output_is_understood_when_it_comes_back(tmp_path):
    source = write_scene(tmp_path / "s.tif", ground(64, 64) + np.uint16(1000))
    first = decloud(source, model=StandIn(), radiometry="dn-offset")
    again = decloud(first.output, model=StandIn())
    assert again.radiometry == "dn-offset"
    assert again.output.name == "s_decloud_decloud.tif"


def test_progress_goes_from_start_to_end(tmp_path):
    told = []
    source = write_scene(tmp_path / "s.tif", ground(300, 100))
    decloud(source, model=StandIn(), progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (12, 12)


@pytest.mark.parametrize("size", [(8, 8), (8, 70), (63, 64), (64, 63), (65, 9), (64, 65)])
def test_sizes_around_one_window(tmp_path, size):
    pixels = ground(*size)
    pixels[0, 0, 0] = 100
    source = write_scene(tmp_path / "s.tif", pixels)
    after = read(decloud(source, model=StandIn(lambda batch: batch * 0), radiometry="dn").output)
    assert (after == np.clip(pixels.astype(int) - 2750, 0, None)).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 64), (7, 70), (65, 7)])
def test_scenes_too_small_to_judge_are_kept(tmp_path, size):
    pixels = ground(*size)
    source = write_scene(tmp_path / "s.tif", pixels)
    with pytest.warns(CloudganWarning, match="too few to tell cloud from ground; all of them keep"):
        done = decloud(source, model=StandIn(lambda batch: batch * 0), radiometry="dn")
    np.testing.assert_array_equal(read(done.output), pixels)
    assert done.windows == 0


REAL = {
    "T31TDH_20150726_B04B03B02B08_uint16.tif": ("dn", (1, 2, 3)),
    "dolomites_B04B03B02B08_uint16.tif": ("dn-offset", (1, 2, 3)),
    "dolomites_rgb_uint8.tif": ("tci", (1, 2, 3)),
    "cirrus_veil_fall136_13band_uint16.tif": ("dn", (4, 3, 2)),
    "outer_banks_2018-10-13_rgb_uint8.tif": ("tci", (1, 2, 3)),
    "T31TDH_jp2/T31TDH_20150726T105026_TCI.jp2": ("tci", (1, 2, 3)),
}


@pytest.mark.parametrize("name", REAL)
def test_real_scenes(shared_data, tmp_path, name):
    source = shared_data / "scenes" / name
    radiometry, bands = REAL[name]
    asked = "dn-offset" if radiometry == "dn-offset" else "auto"
    same = decloud(source, tmp_path / "same.tif", model=StandIn(), radiometry=asked)
    assert (same.radiometry, same.bands) == (radiometry, bands)
    with rasterio.open(source) as before, rasterio.open(same.output) as after:
        assert (before.read() == after.read()).all()
        for kept in ("crs", "transform", "shape", "dtypes", "nodatavals", "descriptions"):
            assert getattr(before, kept) == getattr(after, kept)


def test_the_offset_of_the_dolomites_is_not_guessed(shared_data, tmp_path):
    source = shared_data / "scenes" / "dolomites_B04B03B02B08_uint16.tif"
    with pytest.raises(SceneError, match="only 1 of 2,967,318 values is below 1000"):
        decloud(source, tmp_path / "o.tif", model=StandIn())
    assert list(tmp_path.iterdir()) == []


def test_default_output():
    assert default_output("a/b.jp2") == Path("a/b_decloud.tif")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"overlap": 64}, ": overlap takes 0 to 63"),
        ({"batch_size": 0}, "batch_size=0: takes auto or a number"),
        ({"batch_size": "many"}, "batch_size='many'"),
        ({"bands": (1, 2)}, "three different bands"),
        ({"radiometry": "toa"}, "no such profile"),
        ({"output": "o.jp2"}, r"; output takes a name ending in \.tif"),
    ],
)
def test_options_that_cannot_be_honoured(tmp_path, asked, said):
    source = write_scene(tmp_path / "s.tif", ground(64, 64))
    with pytest.raises(UsageError, match=said):
        decloud(source, model=StandIn(), **asked)
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


class TestFailures:
    """Whatever goes wrong, nothing is left and no thread stays behind."""

    @pytest.fixture
    def source(self, tmp_path):
        return write_scene(tmp_path / "s.tif", ground(700, 100))

    @pytest.fixture(autouse=True)
    def _nothing_is_left(self, tmp_path, source):
        threads = threading.active_count()
        yield
        assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]
        assert threading.active_count() <= threads

    def run(self, source, change=lambda batch: batch):
        return decloud_scene(
            source, model=StandIn(change), options=DecloudOptions(radiometry="dn", strip_rows=1)
        )

    def test_of_the_generator(self, source):
        def fail(batch):
            raise RuntimeError("out of order")

        with pytest.raises(RuntimeError, match="out of order"):
            self.run(source, fail)

    def test_numbers_that_are_none(self, source):
        with pytest.raises(WeightsError, match="no numbers"):
            self.run(source, lambda batch: batch * np.nan)

    def test_interrupted(self, source):
        calls = []

        def interrupt(batch):
            calls.append(batch)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return batch

        with pytest.raises(KeyboardInterrupt):
            self.run(source, interrupt)

    def test_of_reading(self, source):
        source.write_bytes(source.read_bytes()[:-3000])
        with pytest.raises(SceneError, match="cannot be read"):
            self.run(source)

    @pytest.mark.parametrize("call", ["_flush", "close"])
    def test_of_writing(self, source, monkeypatch, call):
        def fail(self, *arguments):
            time.sleep(0.05)
            raise OutputError("the disk is full")

        monkeypatch.setattr(writing.SceneWriter, call, fail)
        with pytest.raises(OutputError, match="disk is full"):
            self.run(source)


class TestArea:
    """--aoi and --bounds."""

    BOUNDS = (400_960.0, 4_691_000.0, 401_500.0, 4_692_200.0)  # columns 100-153, rows 100-219

    @pytest.fixture
    def source(self, tmp_path):
        pixels = ground(300, 300, 4)
        pixels[:, 150:160, 120:170] = 0
        return write_scene(tmp_path / "s.tif", pixels, nodata=0)

    def test_outside_every_bit_stays_and_inside_it_makes_no_difference(self, source, tmp_path):
        generator = StandIn(darker_in_the_middle)
        whole = decloud(source, tmp_path / "w.tif", model=generator)
        part = decloud(source, tmp_path / "p.tif", model=generator, bounds=self.BOUNDS)
        inside = np.zeros((300, 300), bool)
        inside[100:220, 100:154] = True
        after = np.where(inside, read(whole.output), read(source))
        assert read(part.output).tobytes() == after.tobytes()
        assert (after[:3] != read(source)[:3])[:, inside].mean() > 0.8

    def test_windows_outside_are_not_computed(self, source):
        generator, told = StandIn(), []
        result = decloud(
            source,
            model=generator,
            bounds=self.BOUNDS,
            progress=lambda done, total: told.append((done, total)),
        )
        # Columns of windows begin at 0, 48, 96, 144, 192 and 236, and so do the rows.
        assert generator.windows == result.windows == 3 * 4
        assert result.windows_skipped == 24
        assert told[-1] == (36, 36)

    def test_strips_and_batches_change_nothing(self, source, tmp_path):
        outputs = []
        for batch_size, strip_rows in ((1, 1), (7, 3), (50, 6)):
            asked = DecloudOptions(
                bounds=self.BOUNDS, batch_size=batch_size, strip_rows=strip_rows, overwrite=True
            )
            model = StandIn(darker_in_the_middle)
            outputs.append(read(decloud_scene(source, model=model, options=asked).output))
        assert all(each.tobytes() == outputs[0].tobytes() for each in outputs)

    def test_a_small_scene(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(20, 30))
        bounds = (399_960.0, 4_693_100.0, 400_060.0, 4_693_200.0)
        model = StandIn(lambda batch: batch + np.float32(0.1))
        changed = read(decloud(source, model=model, bounds=bounds).output) != read(source)
        assert changed[:, :10, :10].all()
        assert changed.sum() == 300

    def test_the_output_says_so(self, source):
        with rasterio.open(decloud(source, model=StandIn(), bounds=self.BOUNDS).output) as dataset:
            asked = json.loads(dataset.tags()["CLOUDGAN_OPTIONS"])
        assert asked["bounds"] == list(self.BOUNDS)
        assert asked["aoi"] is None

    def test_a_geometry_is_an_area_as_well(self, source, tmp_path):
        generator, box = StandIn(darker_in_the_middle), shapely.box(*self.BOUNDS)
        report = tmp_path / "r.json"
        by_bounds = decloud(source, tmp_path / "b.tif", model=generator, bounds=self.BOUNDS)
        result = decloud(source, tmp_path / "g.tif", model=generator, aoi=box, report=report)
        assert (read(result.output) == read(by_bounds.output)).all()
        with rasterio.open(result.output) as dataset:
            told = json.loads(dataset.tags()["CLOUDGAN_OPTIONS"])["aoi"]
        assert shapely.from_wkt(told).equals(box)
        assert json.loads(report.read_text())["options"]["aoi"] == told

    def test_elsewhere(self, source, tmp_path):
        with pytest.raises(UsageError, match="no pixel of"):
            decloud(source, model=StandIn(), bounds=(0, 0, 1, 1))
        assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


class TestOutputs:
    """--cog, --co and --report."""

    def test_a_cog_has_the_pixels_and_tags_of_a_tiff(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(700, 600, 4), nodata=0)
        model = StandIn(darker_in_the_middle)
        plain = decloud(source, tmp_path / "p.tif", model=model)
        cog = decloud(source, tmp_path / "c.tif", model=model, cog=True)
        assert read(plain.output).tobytes() == read(cog.output).tobytes()
        with rasterio.open(cog.output) as dataset:
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert dataset.overviews(1)
            assert json.loads(dataset.tags()["CLOUDGAN_OPTIONS"])["cog"] is True
        assert sorted(path.name for path in tmp_path.iterdir()) == ["c.tif", "p.tif", "s.tif"]

    def test_creation_options(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        result = decloud(source, model=StandIn(), creation={"compress": "lzw", "tiled": "no"})
        with rasterio.open(result.output) as dataset:
            assert (dataset.profile["compress"], dataset.profile["tiled"]) == ("lzw", False)
        with pytest.raises(UsageError, match=r"creation={.*'NBITS': '12'"):
            decloud(source, tmp_path / "o.tif", model=StandIn(), creation={"NBITS": "12"})

    def test_a_report_tells_all(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        report = tmp_path / "run.json"
        result = decloud(source, model=StandIn(), overlap=20, report=report, batch_size=3)
        told = json.loads(report.read_text())
        assert told["inputs"] == [str(source)]
        assert told["options"]["overlap"] == 20
        assert told["options"]["report"] == str(report)
        assert told["result"] == {
            **json.loads(json.dumps(vars(result), default=str)),
        }
        assert told["result"]["bytes"] == result.output.stat().st_size
        assert sum(told["result"]["timings"].values()) == pytest.approx(result.seconds)
        assert set(told["result"]["timings"]) == {"plan", "model", "correct", "finish"}

    def test_no_report_of_a_failure(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        with pytest.raises(WeightsError):
            decloud(source, model=StandIn(lambda batch: batch * np.nan), report=tmp_path / "r.json")
        assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]

    def test_reports_that_cannot_be_written_are_told_before_the_work(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        (tmp_path / "r.json").write_text("old")
        for report, said in (
            (tmp_path / "r.json", "exists already; overwrite=True"),
            (tmp_path / "no" / "r.json", "there is no folder"),
            (tmp_path / "s_decloud.tif", "both the output and the report; see report"),
            (tmp_path, "is a folder; report takes"),
        ):
            model = StandIn()
            with pytest.raises((OutputError, UsageError), match=said):
                decloud(source, model=model, report=report)
            assert model.windows == 0
        with pytest.raises(UsageError, match=r"is the input itself; .*with report"):
            decloud(source, model=model, report=source, overwrite=True)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "s.tif"]

    def test_files_of_others_stay_whatever_they_are_called(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        foreign = [tmp_path / f"s_decloud.tif.partial{suffix}" for suffix in ("", ".pixels")]
        for path in foreign:
            path.write_text("somebody's")
        decloud(source, model=StandIn())
        assert [path.read_text() for path in foreign] == ["somebody's"] * 2

    def test_the_input_may_be_called_like_a_partial_file(self, tmp_path):
        source = write_scene(tmp_path / "o.tif.partial", ground(100, 100))
        before = source.read_bytes()
        decloud(source, tmp_path / "o.tif", model=StandIn())
        assert source.read_bytes() == before

    def test_what_a_killed_run_left_is_removed_and_nothing_else(self, tmp_path):
        source = write_scene(tmp_path / "s.tif", ground(100, 100))
        (tmp_path / ".s_decloud.tif.lock").write_text("cloudgan-geo 0123456789abcdef 1234\n")
        left = tmp_path / "s_decloud.tif.partial-0123456789abcdef"
        left.mkdir()
        (left / "s_decloud.tif").write_text("half")
        others = ["s_decloud.tif.partial", "s_decloud.tif.partial-1123456789abcdef"]
        for name in others:
            (tmp_path / name).write_text("mine")
        decloud(source, model=StandIn())
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == ["s.tif", "s_decloud.tif", *others]
