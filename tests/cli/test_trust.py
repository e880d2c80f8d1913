"""Every command that opens scenes refuses what is not what its name says, unless it is trusted."""

import pytest
from scenes import ground, write_scene


@pytest.fixture
def disguised(tmp_path):
    """A virtual raster under the name of a GeoTIFF."""
    write_scene(tmp_path / "pixels.tif", ground(70, 70), photometric="RGB")
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{band}"><ColorInterp>{colour}</ColorInterp>'
        '<SimpleSource><SourceFilename relativeToVRT="1">pixels.tif</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
        for band, colour in enumerate(("Red", "Green", "Blue"), 1)
    )
    path = tmp_path / "s.tif"
    path.write_text(
        f'<VRTDataset rasterXSize="70" rasterYSize="70"><SRS>EPSG:32631</SRS>{bands}</VRTDataset>'
    )
    return path


COMMANDS = {
    "decloud": ("decloud", "s.tif", "--model", "article", "--precision", "fp32"),
    "info": ("info", "s.tif"),
    "simulate": ("simulate", "s.tif", "cloudy.tif"),
    "compare": ("compare", "s.tif", "s.tif"),
    "preview": ("preview", "s.tif", "s.tif", "--out", "p.png"),
}


SLOW = ("compare", "decloud")


@pytest.mark.parametrize(
    "command",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in COMMANDS],
)
def test_a_disguised_scene(program, disguised, command):
    said = program.fails(1, *COMMANDS[command])
    assert "s.tif: is a virtual raster and is not called .vrt" in said
    assert "--trust-input reads it all the same" in said
    result = program(*COMMANDS[command], "--trust-input")
    assert result.returncode == 0, result
