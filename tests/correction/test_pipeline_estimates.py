"""Generators that estimate opacity and error: what is kept, what is written beside the scene."""

import errno
import json
import os

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from scenes import EstimatingStandIn, StandIn, ground, read, seen_in_the_view, write_scene

from cloudgan_geo.correction.pipeline import DecloudOptions, decloud, decloud_scene
from cloudgan_geo.errors import OutputError, OutputExistsError, UsageError
from cloudgan_geo.raster.writing import writer as writing

#: A window gets darker by this much; its opacity rises from left to right.
DARKER = 0.1
rising = np.linspace(0, 1, 64, dtype=np.float32)


def across(batch, view):
    return batch - np.float32(DARKER), rising, 0.02


@pytest.fixture
def beside(tmp_path):
    """Names for what is written beside the scene."""
    return {name: tmp_path / f"{name}.tif" for name in ("opacity", "qa", "error")}


@pytest.fixture
def source(tmp_path):
    """One window, so that the opacity of its columns is known; a corner is nodata."""
    pixels = ground(64, 64, 4, seed=3) % 1500 + np.uint16(600)
    pixels[:, :9, :9] = 0
    return write_scene(tmp_path / "s.tif", pixels, nodata=0)


class TestKeepRule:
    @pytest.mark.parametrize("thick", ["keep", "fill", "nodata"])
    def test_pixels_go_by_their_opacity(self, source, beside, thick):
        model = EstimatingStandIn(across)
        result = decloud(
            source, model=model, thick=thick, keep_below=0.1, thick_above=0.7, **beside
        )
        before, after = read(source).astype(int), read(result.output).astype(int)
        (qa,) = read(beside["qa"])
        valid = before[0] > 0
        low, high = rising <= 0.1, rising > 0.7
        last = 0.6 if thick == "keep" else 0.7
        full = (rising >= 0.2) & (rising <= last)
        assert (after[3] == before[3]).all()
        assert (after[:, ~valid] == before[:, ~valid]).all()
        change = np.where(valid, before[:3] - after[:3], 0)
        assert (change[:, :, low] == 0).all()
        assert (change[:, :, full] == np.where(valid[:, full], 275, 0)).all()
        # Between, the correction fades in and, if thick cloud is kept, out again.
        assert (np.diff(change[:, 20][:, rising <= 0.6], axis=1) >= 0).all()
        if thick == "keep":
            assert (np.diff(change[:, 20][:, rising >= 0.6], axis=1) <= 0).all()
        thick_pixels = after[:3][:, :, high]
        expected = {"keep": before[:3], "fill": before[:3] - 275, "nodata": before[:3] * 0}
        where = np.broadcast_to(valid[:, high], thick_pixels.shape)
        assert (thick_pixels == expected[thick][:, :, high])[where].all()
        classes = np.where(low, 1, np.where(high, 3, 2))
        assert (qa == np.where(valid, classes, 0)).all()
        assert result.qa_pixels == {
            name: int((qa == code).sum())
            for code, name in enumerate(("nodata", "clear", "corrected", "thick"))
        }
        assert sum(result.qa_shares.values()) == pytest.approx(1)

    @pytest.mark.parametrize(("opacity", "qa"), [(0.5, 1), (0.95, 3)])
    def test_saturated_pixels_are_not_repainted(self, tmp_path, beside, opacity, qa):
        pixels = np.full((3, 100, 100), 1000, "uint16")
        pixels[:, 40:50] = 9000
        pixels[0, 60:70] = 9000
        source = write_scene(tmp_path / "s.tif", pixels)
        model = EstimatingStandIn(lambda batch, view: (batch * 0.5, opacity, 0.1))
        result = decloud(source, model=model, radiometry="dn", thick="keep", **beside)
        after = read(result.output)
        assert (after[:, 40:50] == 9000).all()
        assert (read(beside["qa"])[0, 40:50] == qa).all()
        assert (after[:, 60:70] != pixels[:, 60:70]).any() == (opacity < 0.8)

    def test_clear_floats_stay_bit_for_bit(self, tmp_path):
        pixels = ground(130, 70, dtype="float32")
        pixels[:, 5, 5] = np.nan
        source = write_scene(tmp_path / "s.tif", pixels, nodata=np.nan)
        for opacity in (0.05, 0.91):
            model = EstimatingStandIn(lambda batch, view, o=opacity: (batch * 0.5, o, 0.1))
            result = decloud(source, model=model, overwrite=True)
            assert read(result.output).tobytes() == pixels.tobytes()

    def test_the_generator_sees_the_whole_scene_and_nodata_as_unknown(self, tmp_path):
        pixels = np.full((3, 400, 400), 275, "uint16")
        pixels[:, :, 208:] = 550
        pixels[:, 300:] = 0
        known = []

        def estimate(batch, view):
            known.append(view)
            return batch, 0.5, 0.1

        decloud(
            write_scene(tmp_path / "s.tif", pixels, nodata=0),
            model=EstimatingStandIn(estimate),
            bounds=(399_960, 4_692_560, 400_600, 4_693_200),
        )
        (view,) = (view for batch in known for view in batch[:1])
        # Rows and columns before 0 are beyond the scene; the 300th row is in the 37th block.
        assert (view[9, 16:, 16:] == 1).all()
        assert view[9].sum() == 24 * 24
        np.testing.assert_allclose(view[:9, 16:, 16:], 0.1, rtol=1e-6)
        decloud(tmp_path / "s.tif", model=EstimatingStandIn(estimate), overwrite=True)
        # The last window with a valid pixel is of rows 288 to 351, columns 336 to 399.
        last = np.concatenate(known[1:])[-1]
        expected = np.zeros((40, 40))
        expected[:18, :24] = 1
        assert (last[9] == expected).all()
        np.testing.assert_allclose(last[4], expected * 0.2, rtol=1e-6)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "settings"),
        [
            ("scenes/T31TDH_20150726_B04B03B02B08_uint16.tif", {}),
            ("scenes/dolomites_rgb_uint8.tif", {}),
            ("scenes/cirrus_veil_fall136_13band_uint16.tif", {"rgb_only": True}),
            ("pairs/ts146_2018-03-22_cloudy.tif", {"cog": True}),
        ],
    )
    def test_on_real_scenes(self, shared_data, tmp_path, beside, name, settings):
        source = shared_data / name
        model = EstimatingStandIn(seen_in_the_view)
        result = decloud(source, tmp_path / "o.tif", model=model, **settings, **beside)
        with rasterio.open(source) as dataset:
            grid = dataset.crs, dataset.transform, dataset.shape
            valid = dataset.dataset_mask() > 0
        with rasterio.open(result.output) as dataset:
            tags = dataset.tags()
        kinds = {"opacity": "float32", "qa": "uint8", "error": "float32"}
        for part, dtype in kinds.items():
            with rasterio.open(beside[part]) as dataset:
                assert (dataset.crs, dataset.transform, dataset.shape) == grid
                assert (dataset.count, dataset.dtypes[0]) == (1, dtype)
                assert dataset.block_shapes == [(256, 256)]
                predictor = dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"]
                assert predictor == ("2" if dtype == "uint8" else "3")
                for tag in ("MODEL", "WEIGHTS_SHA256", "RADIOMETRY", "VERSION", "OPTIONS"):
                    assert dataset.tags()[f"CLOUDGAN_{tag}"] == tags[f"CLOUDGAN_{tag}"]
                pixels = dataset.read(1)
                if part == "qa":
                    assert dataset.nodata == 0
                    assert (pixels[~valid] == 0).all()
                    assert set(np.unique(pixels)) <= {0, 1, 2, 3}
                else:
                    assert np.isnan(dataset.nodata)
                    assert ((dataset.dataset_mask() > 0) == (pixels == pixels)).all()
                    assert (np.isnan(pixels) == (read(beside["qa"])[0] == 0)).all()
                    assert np.nanmin(pixels) >= 0

    def test_the_error_is_in_the_units_of_the_scene(self, tmp_path, beside):
        for dtype, profile, expected in (
            ("uint16", "dn", 275),
            ("uint8", "eurosat", 25.5),
            ("float32", "reflectance", 0.0275),
        ):
            source = write_scene(tmp_path / "s.tif", ground(70, 70, dtype=dtype))
            model = EstimatingStandIn(lambda batch, view: (batch, 0.5, 0.1))
            decloud(source, model=model, radiometry=profile, overwrite=True, **beside)
            np.testing.assert_allclose(read(beside["error"]), expected, rtol=1e-5)

    def test_classes_have_colours_and_names(self, source, beside):
        decloud(source, model=EstimatingStandIn(across), qa=beside["qa"])
        with rasterio.open(beside["qa"]) as dataset:
            assert dataset.colorinterp[0].name == "palette"
            colours = dataset.colormap(1)
            assert colours[0][3] == 0
            assert len({colours[code] for code in range(4)}) == 4
            assert dataset.descriptions == ("0 no data, 1 clear, 2 corrected, 3 thick",)
            names = [name for name in dataset.files if name.endswith(".aux.xml")]
        assert len(names) == 1
        assert "<Category>corrected</Category>" in (beside["qa"].parent / names[0]).read_text()

    def test_outside_the_area_nothing_is_known(self, tmp_path, beside):
        pixels = ground(150, 150) % np.uint16(2000)
        source = write_scene(tmp_path / "s.tif", pixels)
        bounds = (399_960.0, 4_692_700.0, 400_460.0, 4_693_200.0)
        model = EstimatingStandIn(lambda batch, view: (batch * 0.5, 0.5, 0.1))
        result = decloud(source, model=model, bounds=bounds, radiometry="dn", **beside)
        inside = np.zeros((150, 150), bool)
        inside[:50, :50] = True
        assert ((read(beside["qa"])[0] == 2) == inside).all()
        for part in ("opacity", "error"):
            assert (np.isfinite(read(beside[part])[0]) == inside).all()
        np.testing.assert_allclose(read(beside["opacity"])[0, :50, :50], 0.5, rtol=1e-6)
        assert result.qa_pixels["corrected"] == 2500
        assert (read(result.output)[:, ~inside] == pixels[:, ~inside]).all()

    def test_ground_control_points_and_masks(self, tmp_path, beside):
        gcps = [
            GroundControlPoint(row, col, 4e5 + 10 * col, 5e6 - 10 * row)
            for row, col in [(0, 0), (0, 70), (70, 0), (70, 70)]
        ]
        pixels = ground(70, 70)
        source = write_scene(tmp_path / "s.tif", pixels, transform=None, gcps=gcps)
        with rasterio.open(source, "r+") as dataset:
            dataset.write_mask(np.repeat(np.arange(70)[None] < 60, 70, axis=0))
        decloud(source, model=EstimatingStandIn(across), radiometry="dn", **beside)
        for path in beside.values():
            with rasterio.open(path) as dataset:
                assert len(dataset.gcps[0]) == 4
                assert dataset.gcps[1].to_epsg() == 32631
                assert (dataset.dataset_mask()[:, 60:] == 0).all()
                assert (dataset.dataset_mask()[:, :60] > 0).all()

    def test_the_report_counts_the_classes(self, source, tmp_path, beside):
        model = EstimatingStandIn(across)
        result = decloud(source, model=model, report=tmp_path / "run.json", qa=beside["qa"])
        told = json.loads((tmp_path / "run.json").read_text())
        assert told["result"]["qa_pixels"] == result.qa_pixels
        assert told["result"]["qa_shares"] == result.qa_shares
        assert told["options"]["qa"] == str(beside["qa"])
        assert (told["options"]["keep_below"], told["options"]["thick"]) == (0.05, "keep")
        assert result.qa_pixels["nodata"] == 81

    def test_without_estimates_nothing_is_counted(self, source):
        result = decloud(source, model=StandIn())
        assert (result.qa_pixels, result.qa_shares) == (None, None)


class TestRefusals:
    """All before anything is computed, and nothing is written."""

    @pytest.fixture(autouse=True)
    def _nothing_is_left(self, tmp_path, source):
        before = sorted(path.name for path in tmp_path.iterdir())
        yield
        assert sorted(path.name for path in tmp_path.iterdir()) == before

    @pytest.mark.parametrize(
        "asked",
        [
            {"opacity": "o.tif"},
            {"qa": "q.tif"},
            {"error": "e.tif"},
            {"thick": "fill"},
            {"keep_below": 0.1},
            {"thick_above": 0.5},
        ],
    )
    def test_generators_that_estimate_nothing(self, source, tmp_path, asked):
        asked = {key: tmp_path / v if ".tif" in str(v) else v for key, v in asked.items()}
        (option,) = asked
        said = f"{option}=.*: the generator stand-in estimates no opacity; "
        model = StandIn()
        with pytest.raises(UsageError, match=f"{said}model='thin' does"):
            decloud(source, model=model, **asked)
        assert model.windows == 0

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"qa": "s_decloud.tif"}, "both the output and the quality band; see qa"),
            ({"qa": "x.tif", "error": "x.tif"}, "both the quality band and the error; see error"),
            ({"opacity": "no/../x.tif", "qa": "x.tif"}, "both the opacity and the quality band"),
            ({"qa": "x.tif", "report": "x.tif"}, "both the quality band and the report"),
            ({"qa": "q.jp2"}, r"q\.jp2: a GeoTIFF is written; qa takes a name ending in \.tif"),
            ({"qa": "no/q.tif"}, "there is no folder"),
            (
                {"qa": "s.tif", "overwrite": True},
                "is the input itself; name another file with qa",
            ),
            ({"keep_below": 0.9}, "keep_below=0.9 thick_above=0.9"),
            ({"thick": "drop"}, "thick='drop'"),
        ],
    )
    def test_options_that_cannot_be_honoured(self, source, tmp_path, asked, said):
        files = ("qa", "error", "opacity", "report")
        asked = {key: tmp_path / v if key in files else v for key, v in asked.items()}
        model = EstimatingStandIn(across)
        with pytest.raises(UsageError, match=said):
            decloud(source, model=model, **asked)
        assert model.windows == 0

    @pytest.mark.parametrize("part", ["opacity", "qa", "error"])
    def test_a_file_that_exists(self, source, beside, part):
        beside[part].write_text("old")
        with pytest.raises(
            OutputExistsError, match=rf"{part}\.tif: exists already; overwrite=True"
        ):
            decloud(source, model=EstimatingStandIn(across), **beside)
        assert beside[part].read_text() == "old"
        beside[part].unlink()

    def test_nodata_where_there_is_none(self, tmp_path):
        source = write_scene(tmp_path / "n.tif", ground(64, 64))
        with pytest.raises(UsageError, match=r"thick='nodata': .*n\.tif has no nodata value"):
            decloud(source, model=EstimatingStandIn(across), thick="nodata")
        source.unlink()


class TestAllOrNothing:
    @pytest.fixture(params=[False, True], ids=["new", "old"])
    def old(self, request, tmp_path, source, beside):
        """Whether there are files already; if there are, they must stay."""
        files = [*beside.values(), tmp_path / "s_decloud.tif"]
        if request.param:
            for file in files:
                file.write_text("old")
        yield request.param
        left = {path.name: path for path in tmp_path.iterdir() if path.name != "s.tif"}
        assert sorted(left) == (sorted(file.name for file in files) if request.param else [])
        assert all(path.read_text() == "old" for path in left.values())

    def run(self, source, beside):
        asked = DecloudOptions(overwrite=True, strip_rows=1, **beside)
        decloud_scene(source, model=EstimatingStandIn(across), options=asked)

    @pytest.mark.parametrize("part", ["opacity", "qa", "error", "s_decloud"])
    @pytest.mark.parametrize("call", ["_flush", "close"])
    def test_a_file_that_cannot_be_written(self, source, beside, old, monkeypatch, part, call):
        method = getattr(writing.SceneWriter, call)

        def fail(self, *arguments):
            if self._target.stem == part:
                raise OutputError("the disk is full")
            method(self, *arguments)

        monkeypatch.setattr(writing.SceneWriter, call, fail)
        with pytest.raises(OutputError, match="the disk is full"):
            self.run(source, beside)

    @pytest.mark.parametrize("part", ["opacity", "error", "s_decloud"])
    def test_a_disk_that_is_full_in_the_end(self, source, beside, old, monkeypatch, part):
        """Some file systems say so only now."""
        sync = os.fsync

        def fail(descriptor):
            if os.readlink(f"/proc/self/fd/{descriptor}").endswith(f"/{part}.tif"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", fail)
        name = "output" if part == "s_decloud" else part
        with pytest.raises(OutputError, match=f"the disk is full; {name} names another place"):
            self.run(source, beside)

    def test_a_scene_that_cannot_be_put_in_its_place(self, source, tmp_path, beside, monkeypatch):
        """The others are in theirs by then."""
        placed = []

        def failing(function):
            def fail(old, new, **options):
                if str(new).endswith("/s_decloud.tif"):
                    placed.extend(path.exists() for path in beside.values())
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
                function(old, new, **options)

            return fail

        monkeypatch.setattr(os, "link", failing(os.link))
        monkeypatch.setattr(os, "replace", failing(os.replace))
        with pytest.raises(OutputError, match=r"s_decloud\.tif: cannot be written"):
            self.run(source, beside)
        assert placed == [True] * 6
        assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]
