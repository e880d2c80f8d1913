"""Wavelengths that rasters state for their bands, in files of the kinds that do."""

import pytest
import rasterio
from scenes import ground, write_scene

from cloudgan_geo.raster.reading.opening import open_scene
from cloudgan_geo.raster.reading.wavelengths import wavelengths


def test_of_an_envi_header(tmp_path):
    path = write_scene(tmp_path / "s.img", ground(20, 20, 4), driver="ENVI")
    with path.with_suffix(".hdr").open("a") as header:
        header.write("wavelength units = Micrometers\nwavelength = {0.49, 0.56, 0.665, 0.833}\n")
    scene = open_scene(path)
    assert scene.named.indexes == {"B02": 1, "B03": 2, "B04": 3, "B08": 4}


def test_of_gdals_own_domain(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(20, 20, 3))
    with rasterio.open(path, "r+") as dataset:
        for band, centre in enumerate((0.49, 0.56, 0.665), 1):
            dataset.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=centre)
    assert open_scene(path).rgb.indexes == (3, 2, 1)


@pytest.mark.parametrize(
    ("stated", "unit", "wanted"),
    [
        ("665", None, 665),
        ("0.665", None, 665),
        ("665", "Nanometers", 665),
        ("0.665", "um", 665),
        ("665", "Index", 665),
        ("red", None, None),
        ("nan", None, None),
        ("-1", None, None),
        (None, "um", None),
    ],
)
def test_units(tmp_path, stated, unit, wanted):
    path = write_scene(tmp_path / "s.tif", ground(9, 9, 1))
    tags = {"Wavelength": stated, "wavelength_units": unit}
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(1, **{key: value for key, value in tags.items() if value is not None})
    with rasterio.open(path) as dataset:
        assert wavelengths(dataset) == [pytest.approx(wanted) if wanted else None]
