import numpy as np
import pytest
from click.testing import CliRunner
from scenes import ground, write_scene

from cloudgan_geo.cli.main import main


def info(*arguments):
    return CliRunner().invoke(main, ["info", *map(str, arguments)])


def test_what_decloud_would_do(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(300, 200, 13), nodata=0)
    result = info(path)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"Scene:            {path}",
        "Size:             200 x 300 pixels",
        "Coordinates:      EPSG:32631, origin 399960, 4693200, pixel 10 x 10",
        "Values:           13 bands of uint16, nodata 0",
        "Red, green, blue: 4,3,2 (the Sentinel-2 order of 13 bands)",
        "Radiometry:       dn (red values below 1000 would be negative if there were an offset)",
        "Windows:          24 (4 x 6), overlap 16 pixels",
        f"Output:           {tmp_path / 's_decloud.tif'}",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_options_are_those_of_decloud(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(300, 200, 6))
    result = info(path, "--bands", "3,2,1", "--radiometry", "dn-offset", "--overlap", "0")
    assert "Red, green, blue: 3,2,1 (as given)" in result.output
    assert "Radiometry:       dn-offset (as given)" in result.output
    assert "Windows:          20 (4 x 5), overlap 0 pixels" in result.output


def test_what_is_known_is_said_before_failing(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(70, 70) + np.uint16(1000))
    result = info(path)
    assert result.exit_code == 2
    assert "Size:             70 x 70 pixels" in result.stdout
    assert result.stderr.startswith(f"Error: {path}: cannot tell whether")


@pytest.mark.parametrize("name", ["T31TDH_20150726_B04B03B02B08_uint16.tif"])
def test_a_real_scene(shared_data, name):
    result = info(shared_data / "scenes" / name)
    assert "EPSG:32631, origin 399960, 4693200, pixel 10 x 10" in result.output
    assert "Radiometry:       dn (" in result.output
