import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from scenes import ground, write_safe, write_scene

from cloudgan_geo.cli.main import main


def info(*arguments):
    return CliRunner().invoke(main, ["info", *map(str, arguments)])


def test_what_decloud_would_do(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(300, 200, 13), nodata=0)
    result = info(path)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines == [
        f"Scene:            {path}",
        "Size:             200 x 300 pixels",
        "Coordinates:      EPSG:32631, origin 399960, 4693200, pixel 10 x 10",
        "Values:           13 bands of uint16, nodata 0",
        "Red, green, blue: 4,3,2 (the Sentinel-2 order of 13 bands)",
        "Bands found:      B02=2, B03=3, B04=4",
        "Level:            unknown (not stated; --level 1C or 2A states it)",
        "Generator:        visible",
        "Read:             B04, B03, B02",
        "Corrected:        B04, B03, B02",
        "Copied:           1, 5, 6, 7, 8, 9, 10, 11, 12, 13",
        "Radiometry:       dn (red values below 1000 would be negative if there were an offset)",
        "Windows:          24 (4 x 6), overlap 16 pixels",
        lines[13],
        lines[14],
        f"Output:           {tmp_path / 's_decloud.tif'}",
    ]
    assert re.fullmatch(r"Disk: +at most 1\.6 MB of [\d.]+ [GM]B free", lines[14])
    assert re.fullmatch(r"Memory: +about [\d.]+ MB and the generator", lines[13])
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


def test_area_and_format(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(300, 200, 4))
    result = info(path, "--bounds", "399960,4692560,400600,4693200", "--cog", "--rgb-only")
    assert "Windows:          24 (4 x 6), overlap 16 pixels; 4 in the area" in result.output
    assert "Disk:             at most 1.0 MB of" in result.output
    assert info(path, "--bounds", "0,0,1,1").exit_code == 2


def test_json_says_the_same(tmp_path):
    pixels = ground(300, 200, 4, "float32")
    path = write_scene(tmp_path / "s.tif", pixels, nodata=np.nan)
    told = json.loads(info(path, "--json").stdout)
    assert told["scene"] == str(path)
    assert (told["width"], told["height"]) == (200, 300)
    assert told["crs"] == "EPSG:32631"
    assert told["transform"] == [10, 0, 399960, 0, -10, 4693200]
    assert told["bands"][3] == {
        "index": 4,
        "description": None,
        "dtype": "float32",
        "nodata": "nan",
    }
    assert (told["rgb"], told["radiometry"]) == ([1, 2, 3], "reflectance")
    assert (told["scale"], told["offset"]) == ([1.0] * 3, [0.0] * 3)
    assert (told["windows"], told["windows_in_area"]) == (24, 24)
    assert told["disk_bytes"] == 300 * 200 * 4 * 4
    assert told["output"] == str(tmp_path / "s_decloud.tif")


def test_json_fails_as_decloud_does(tmp_path):
    path = write_scene(tmp_path / "s.tif", ground(70, 70) + np.uint16(1000))
    result = info(path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {path}: cannot tell whether")


def test_several_files_and_products(tmp_path):
    pixels = dict(zip(("B04", "B03", "B02"), ground(70, 70), strict=True))
    files = [write_scene(tmp_path / f"{name}.tif", band[None]) for name, band in pixels.items()]
    result = info(*files)
    assert "Red, green, blue: 1,2,3 (by their descriptions B04, B03, B02)" in result.output
    assert "Output:           to be named with --output" in result.output
    result = info(write_safe(tmp_path / "p.SAFE", pixels, offset=-1000))
    assert "dn-offset (stated by the tag RADIO_ADD_OFFSET=-1000)" in result.output
    assert f"Output:           {tmp_path / 'p_decloud.tif'}" in result.output
