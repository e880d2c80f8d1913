"""Cloud fields: functions of pixel coordinates, without edges, lattice or size."""

import noise
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudgan_geo.clouds.fields import FractalField, WaveField
from cloudgan_geo.clouds.unseen import CellularField, RasterField, RidgedField, cirrus_opacity

shape = {
    "scale": st.floats(8, 300),
    "rotation": st.floats(0, 3.1),
    "anisotropy": st.floats(1, 8),
}
waves = st.builds(
    WaveField,
    seed=st.integers(0, 2**32 - 1),
    octaves=st.floats(1, 6),
    persistence=st.floats(0.3, 0.7),
    patchiness=st.floats(0, 0.9),
    **shape,
)
origins = st.tuples(st.floats(0, 900), st.floats(0, 900))
fields = st.one_of(
    waves,
    st.builds(FractalField, octaves=st.integers(1, 5), origin=origins, **shape),
    st.builds(RidgedField, octaves=st.integers(1, 5), origin=origins, **shape),
    st.builds(CellularField, seed=st.integers(0, 99), octaves=st.integers(1, 3), **shape),
)


@given(field=fields, top=st.integers(0, 20), left=st.integers(0, 20))
def test_a_part_is_the_same_alone_and_in_the_whole(field, top, left):
    whole = field.at(np.arange(40), np.arange(50))
    part = field.at(np.arange(top, 40), np.arange(left, 50))
    assert whole.dtype == np.float32
    assert whole.shape == (40, 50)
    # Sums of a matrix product depend on its shape in the last digits.
    assert np.abs(part - whole[top:, left:]).max() < 1e-4


@given(field=fields)
def test_lies_between_pixels_too(field):
    near = field.at([10, 10.001], [5, 5.001])
    assert np.abs(near - near[0, 0]).max() < 0.02


def test_waves_add_up_to_a_gaussian_field_of_mean_0_and_variance_1():
    values = np.stack([WaveField(seed, 40).at(np.arange(64), np.arange(64)) for seed in range(60)])
    assert abs(values.mean()) < 0.1
    assert values.var() == pytest.approx(1, abs=0.1)
    standard = values / values.std()
    assert (standard**4).mean() == pytest.approx(3, abs=0.3)


def test_every_seed_gives_other_waves():
    first, again, other = (WaveField(seed, 40).at([3], np.arange(9)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("rotation", [0, np.pi / 2])
def test_anisotropy_stretches_along_the_rotation(rotation):
    down, along = [], []
    for seed in range(8):
        field = WaveField(seed, 30, octaves=2, anisotropy=5, rotation=rotation)
        pixels = field.at(np.arange(200), np.arange(200))
        down.append(np.abs(np.diff(pixels, axis=0)).mean())
        along.append(np.abs(np.diff(pixels, axis=1)).mean())
    ratio = np.mean(down) / np.mean(along)
    assert (ratio if rotation == 0 else 1 / ratio) > 3


def test_more_octaves_and_persistence_mean_more_detail():
    def detail(**settings):
        pixels = WaveField(3, 60, **settings).at(np.arange(128), np.arange(128))
        return np.abs(np.diff(pixels)).mean()

    assert detail(octaves=5) > 1.5 * detail(octaves=2)
    assert detail(persistence=0.7) > 1.5 * detail(persistence=0.4)


def test_patchiness_gathers_detail_where_the_cloud_is_thick():
    def roughness(patchiness):
        field = WaveField(7, 120, octaves=5, persistence=0.7, patchiness=patchiness)
        pixels = field.at(np.arange(256), np.arange(256))
        steps = np.abs(np.diff(pixels))[1:]
        thick = pixels[1:, 1:] > np.median(pixels)
        return steps[thick].mean() / steps[~thick].mean()

    assert roughness(0.8) > 1.5 * roughness(0)


def test_waves_show_no_lattice():
    """Grid artefacts are power at the multiples of one frequency along the axes."""
    power = np.zeros((256, 256))
    for seed in range(24):
        pixels = WaveField(seed, 64, octaves=4).at(np.arange(256), np.arange(256))
        power += np.abs(np.fft.fft2(pixels * np.outer(np.hanning(256), np.hanning(256)))) ** 2
    for ring in (8, 16, 32):
        row, column = np.indices((96, 96))
        radius = np.hypot(row, column)
        on_axis = (power[0, ring - 1 : ring + 2].mean() + power[ring - 1 : ring + 2, 0].mean()) / 2
        around = power[:96, :96][np.abs(radius - ring) < 1.5].mean()
        assert on_axis < 3 * around


def test_perlin_octaves_are_those_of_the_noise_package():
    field = FractalField(scale=10, octaves=3, origin=(2.5, 7.25))
    pixel = field.at([4], [8])[0, 0]
    assert pixel == pytest.approx(noise.pnoise2(2.9, 8.05, octaves=3), abs=1e-6)


def test_a_sample_is_a_part_of_the_larger_one():
    field = FractalField(scale=30, rotation=0.4, anisotropy=2, origin=(3.3, 9.1))
    assert np.array_equal(field.sample(20, 30), field.sample(50, 60)[:20, :30])


def test_rotation_of_perlin_by_a_right_angle_turns_the_field():
    straight = FractalField(scale=16).sample(32, 32)
    turned = FractalField(scale=16, rotation=np.pi / 2).sample(32, 32)
    assert np.allclose(turned[:, 0], FractalField(scale=16).sample(1, 32)[0], atol=1e-5)
    assert not np.allclose(turned, straight)


@pytest.mark.parametrize("anisotropy", [1, 4])
def test_anisotropy_of_perlin_stretches_along_the_columns(anisotropy):
    field = FractalField(scale=12, octaves=1, anisotropy=anisotropy, origin=(5.2, 7.9))
    pixels = field.sample(256, 256)
    down, along = np.abs(np.diff(pixels, axis=0)).mean(), np.abs(np.diff(pixels, axis=1)).mean()
    assert down / along == pytest.approx(anisotropy, rel=0.25)


def test_ridges_lie_where_noise_crosses_zero():
    field = RidgedField(scale=20, octaves=1, origin=(3.3, 5.1))
    ridged = field.at(np.arange(60), np.arange(60))
    plain = FractalField(scale=20, octaves=1, origin=(3.3, 5.1)).sample(60, 60)
    assert np.allclose(ridged, (1 - np.abs(plain)) ** 2, atol=1e-5)


@given(seed=st.integers(0, 99), scale=st.floats(5, 50), rotation=st.floats(0, 3))
def test_cells_fall_off_from_points_no_steeper_than_distance(seed, scale, rotation):
    field = CellularField(seed, scale, octaves=1, rotation=rotation)
    pixels = field.at(np.arange(60), np.arange(60)).astype(float)
    assert pixels.max() <= 0
    # No place in a cell is further from the point in it.
    assert pixels.min() >= -0.8 * np.sqrt(2) - 1e-6
    assert np.abs(np.diff(pixels)).max() <= 1 / scale + 1e-5


def test_a_raster_is_itself_at_its_pixels_and_mirrored_beyond():
    values = np.random.default_rng(0).random((5, 7)).astype(np.float32)
    field = RasterField(values)
    assert np.array_equal(field.at(np.arange(5), np.arange(7)), values)
    assert np.array_equal(field.at(np.arange(5), np.arange(-7, 0)), values[:, ::-1])
    assert np.array_equal(field.at(np.arange(5, 10), np.arange(7)), values[::-1])
    between = field.at([1.5], [2.0])[0, 0]
    assert between == pytest.approx((values[1, 2] + values[2, 2]) / 2)
    assert RasterField(values, scale=2).at([2], [4])[0, 0] == values[1, 2]


class TestCirrus:
    def test_clear_sky_has_no_opacity_and_dense_cirrus_much(self):
        assert not cirrus_opacity(np.full((20, 20), 30)).any()
        thin = cirrus_opacity(np.full((20, 20), 200, np.uint16))
        dense = cirrus_opacity(np.full((20, 20), 900, np.uint16))
        assert thin == pytest.approx(165 / 0.7 / 2750 / 0.6, abs=1e-6)
        assert thin.max() < 0.2 < 0.7 < dense.min()

    @given(seed=st.integers(0, 99), airlight=st.floats(0.05, 2))
    def test_is_a_share(self, seed, airlight):
        b10 = np.random.default_rng(seed).integers(0, 3000, (30, 40)).astype(np.uint16)
        opacity = cirrus_opacity(b10, airlight)
        assert opacity.dtype == np.float32
        assert opacity.shape == b10.shape
        assert opacity.min() >= 0
        assert opacity.max() <= 1

    def test_pixels_of_60_m_do_not_show(self):
        coarse = np.random.default_rng(0).integers(100, 400, (12, 12)).astype(np.uint16)
        b10 = coarse.repeat(6, axis=0).repeat(6, axis=1)
        steps = np.abs(np.diff(cirrus_opacity(b10), axis=1))
        assert steps.max() < 0.3 * np.abs(np.diff(b10.astype(float), axis=1)).max() / 1155

    def test_smoothing_keeps_the_place(self):
        b10 = np.full((41, 41), 35.0)
        b10[20, 20] = 1000
        opacity = cirrus_opacity(b10)
        assert np.allclose(opacity, opacity[::-1, ::-1], atol=1e-6)
        assert opacity.argmax() == 20 * 41 + 20

    @pytest.mark.parametrize(
        ("b10", "airlight"), [(np.zeros((2, 2)), 0), (np.zeros((1, 2, 2)), 0.6)]
    )
    def test_refuses_what_is_no_band(self, b10, airlight):
        with pytest.raises(ValueError, match="must"):
            cirrus_opacity(b10, airlight)

    def test_real_cirrus_is_where_the_scene_is_brighter(self, shared_data):
        import rasterio

        name = shared_data / "pairs" / "ts146_2018-01-06"
        with (
            rasterio.open(f"{name}_cloudy.tif") as cloudy,
            rasterio.open(f"{name}_clear.tif") as clear,
        ):
            brighter = cloudy.read(3).astype(float) - clear.read(3)
            opacity = cirrus_opacity(cloudy.read(11))
            assert cirrus_opacity(clear.read(11)).max() < 0.02
        assert np.corrcoef(brighter.ravel(), opacity.ravel())[0, 1] > 0.8
