"""Bands of a virtual raster are told by the names of the files that it stacks."""

import numpy as np
import pytest
from scenes import ground, read, write_scene

from cloudgan_geo.bands import RGB
from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import BandError
from cloudgan_geo.raster.reading.opening import open_scene

SOURCE = """<ComplexSource>
  <SourceFilename relativeToVRT="1">{file}</SourceFilename><SourceBand>{band}</SourceBand>
</ComplexSource>"""


def virtual(folder, bands):
    """Writes a virtual raster as `gdalbuildvrt` does, its bands as lists of file and band."""
    told = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{number}">'
        + "".join(SOURCE.format(file=f"{file}.tif", band=band) for file, band in sources)
        + "</VRTRasterBand>"
        for number, sources in enumerate(bands, 1)
    )
    path = folder / "stack.vrt"
    size = 'rasterXSize="80" rasterYSize="70"'
    place = "<SRS>EPSG:32631</SRS><GeoTransform>399960, 10, 0, 4693200, 0, -10</GeoTransform>"
    path.write_text(f"<VRTDataset {size}>{place}{told}</VRTDataset>")
    return path


def stacked(folder, names):
    """Stacks single-band files."""
    return virtual(folder, [[(name, 1)] for name in names])


@pytest.mark.parametrize(
    "order", [("B02", "B03", "B04"), ("B04", "B03", "B02"), ("B08", "B02", "B04", "B03")]
)
def test_in_whatever_order_they_are(tmp_path, order):
    names = [f"T31TDH_20150726T105026_{name}_10m" for name in order]
    for number, name in enumerate(names):
        write_scene(tmp_path / f"{name}.tif", ground(70, 80, 1, seed=number))
    scene = open_scene(stacked(tmp_path, names))
    assert scene.named.indexes == {name: index for index, name in enumerate(order, 1)}
    assert not scene.named.warning
    red = order.index("B04")
    pixels = read(tmp_path / "stack.vrt")
    assert np.array_equal(pixels[red], read(tmp_path / f"{names[red]}.tif")[0])


def test_a_stack_is_corrected_as_its_files_are(tmp_path):
    names = [f"T31TDH_20150726T105026_{name}" for name in ("B02", "B03", "B04")]
    files = [tmp_path / f"{name}.tif" for name in names]
    for number, path in enumerate(files):
        write_scene(path, ground(70, 80, 1, seed=number))
    same = {"model": "thin", "precision": "fp32", "device": "cpu", "radiometry": "dn"}
    decloud(stacked(tmp_path, names), tmp_path / "one.tif", **same)
    decloud(files[::-1], tmp_path / "other.tif", **same)
    assert np.array_equal(read(tmp_path / "one.tif"), read(tmp_path / "other.tif")[::-1])


def test_several_files_of_a_band_are_a_mosaic(tmp_path):
    bands = [[(f"{tile}_{name}", 1) for tile in ("T31TDH", "T31TCH")] for name in RGB.reads]
    files = [file for sources in bands for file, _ in sources]
    for number, file in enumerate(files):
        write_scene(tmp_path / f"{file}.tif", ground(70, 80, 1, seed=number))
    assert open_scene(virtual(tmp_path, bands)).rgb.indexes == (1, 2, 3)


def test_a_mosaic_of_images_of_three_bands_is_named_by_none_of_them(tmp_path):
    for name in ("red_river", "blue_river"):
        write_scene(tmp_path / f"{name}.tif", ground(70, 80))
    bands = [[("red_river", band), ("blue_river", band)] for band in (1, 2, 3)]
    with pytest.raises(BandError, match="do not tell whether red or blue comes first"):
        open_scene(virtual(tmp_path, bands))
