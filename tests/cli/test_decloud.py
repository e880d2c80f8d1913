import importlib.util
import json
import subprocess
import sys

import numpy as np
import rasterio
from click.testing import CliRunner
from scenes import ground, read, write_jp2, write_scene

from cloudgan_geo.cli.main import COMMANDS, main


def test_a_scene_gets_a_neighbour(program, tmp_path, tiny_model):
    pixels = ground(90, 130, 4)
    write_scene(tmp_path / "scene.tif", pixels, nodata=0)
    result = program("decloud", "scene.tif", "--model", tiny_model, "--precision", "fp32")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Wrote scene_decloud.tif (130 x 90, 4 bands) in ")
    assert result.stderr.splitlines() == [
        "Bands: 1,2,3 (by their colour interpretation)",
        "Corrected: B04, B03, B02",
        "Copied: 4",
        "Radiometry: dn (red values below 1000 would be negative if there were an offset)",
    ]
    with rasterio.open(tmp_path / "scene_decloud.tif") as dataset:
        after = dataset.read()
        assert dataset.crs.to_epsg() == 32631
        assert dataset.tags()["CLOUDGAN_MODEL"] == "tiny"
    assert (after[3] == pixels[3]).all()
    assert (after[:3] != pixels[:3]).mean() > 0.9


def test_every_option(program, tmp_path, tiny_model):
    write_scene(tmp_path / "s.tif", ground(70, 70, 5) + np.uint16(1000))
    (tmp_path / "o.tif").write_text("old")
    settings = ["--bands", "3,2,1", "--radiometry", "dn-offset", "--overlap", "8"]
    settings += ["--batch-size", "2", "--device", "cpu", "--precision", "fp32"]
    settings += ["--rgb-only", "--overwrite", "-v"]
    result = program("decloud", "s.tif", "-o", "o.tif", "--model", tiny_model, *settings)
    assert result.returncode == 0, result.stderr
    assert "Model: tiny on cpu, fp32 (asked for), 2 windows at once, weights " in result.stderr
    assert "Windows: 4 computed, 0 without a valid pixel in the area" in result.stderr
    assert read(tmp_path / "o.tif").shape == (3, 70, 70)


def test_area_format_and_report(program, tmp_path, tiny_model):
    pixels = ground(300, 600)
    write_scene(tmp_path / "s.tif", pixels)
    settings = ["--bounds", "399960,4692560,400600,4693200", "--cog", "--co", "compress=LZW"]
    settings += ["--co", "BLOCKSIZE=128", "--report", "run.json", "--precision", "fp32", "-v"]
    result = program("decloud", "s.tif", "-o", "o.tif", "--model", tiny_model, *settings)
    assert result.returncode == 0, result.stderr
    assert "Windows: 4 computed, 74 without a valid pixel in the area" in result.stderr
    with rasterio.open(tmp_path / "o.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.profile["compress"] == "lzw"
        changed = (dataset.read() != pixels).any(axis=0)
    assert changed[:64, :64].mean() > 0.9
    assert changed.sum() == changed[:64, :64].sum()
    told = json.loads((tmp_path / "run.json").read_text())
    assert told["options"]["creation"] == {"COMPRESS": "LZW", "BLOCKSIZE": "128"}
    assert told["result"]["windows"] == 4
    assert sorted(program.files()) == ["o.tif", "run.json", "s.tif"]


def test_opacity_quality_and_error(program, tmp_path, tiny_thin_model):
    pixels = ground(200, 300)
    write_scene(tmp_path / "s.tif", pixels, nodata=0)
    settings = ["--opacity", "p.tif", "--qa", "q.tif", "--error", "e.tif", "--report", "run.json"]
    settings += ["--keep-below", "0.4", "--thick-above", "0.6", "--thick-error", "9"]
    settings += ["--precision", "fp32"]
    result = program("decloud", "s.tif", "-o", "o.tif", "--model", tiny_thin_model, *settings)
    assert result.returncode == 0, result.stderr
    opacity, quality, error, after = (
        read(tmp_path / f"{name}.tif") for name in ("p", "q", "e", "o")
    )
    assert (error > 0).all()
    classes = np.where(opacity <= np.float32(0.4), 1, np.where(opacity > np.float32(0.6), 3, 2))
    full = (pixels >= 2750).all(axis=0)
    assert (quality == np.where(full & (classes == 2), 1, classes)).all()
    assert set(np.unique(quality)) == {1, 2, 3}
    assert (after == pixels)[:, quality[0] != 2].all()
    assert (after != pixels)[:, quality[0] == 2].any()
    shares = json.loads((tmp_path / "run.json").read_text())["result"]["qa_shares"]
    said = [f"{name} {100 * share:.1f} %" for name, share in shares.items()]
    assert f"Pixels: {', '.join(said)}" in result.stderr.splitlines()
    assert sum(shares.values()) == 1
    names = ["e.tif", "o.tif", "p.tif", "q.tif", "q.tif.aux.xml", "run.json", "s.tif"]
    assert sorted(program.files()) == names


def test_a_generator_without_estimates(program, tmp_path, tiny_model):
    write_scene(tmp_path / "s.tif", ground(70, 70))
    line = program.fails(2, "decloud", "s.tif", "--qa", "q.tif", "--model", tiny_model)
    assert line == ("Error: --qa q.tif: the generator tiny estimates no opacity; --model thin does")


def test_several_files_are_one_scene(program, tmp_path, tiny_model):
    names = ("B04", "B03", "B02")
    pixels = ground(70, 80)
    for name, band in zip(names, pixels, strict=True):
        write_jp2(tmp_path / f"{name}.jp2", band[None])
    files = [f"{name}.jp2" for name in names]
    result = program("decloud", *files, "-o", "o.tif", "--model", tiny_model, "-q")
    assert (result.returncode, result.stderr) == (0, "")
    with rasterio.open(tmp_path / "o.tif") as dataset:
        assert dataset.descriptions == names
    program.fails(2, "decloud", *files)


def test_quiet_says_nothing(program, tmp_path, tiny_model):
    write_scene(tmp_path / "s.tif", ground(64, 64))
    result = program("decloud", "s.tif", "--model", tiny_model, "-q")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_no_coordinates_are_warned_about(program, tmp_path, tiny_model):
    write_scene(tmp_path / "s.tif", ground(64, 64), crs=None, transform=None)
    result = program("decloud", "s.tif", "--model", tiny_model, "-q")
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line == (
        "Warning: s.tif: has no coordinate reference system, so the output has none either"
    )


def imported_by(*arguments):
    """Runs the program in a fresh Python; returns its output and the big packages it imported."""
    code = (
        "import sys; from cloudgan_geo.cli.main import main\n"
        f"main({list(arguments)!r}, standalone_mode=False)\n"
        "print({'torch', 'rasterio', 'numpy', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    *lines, imported = result.stdout.splitlines()
    return "\n".join(lines), imported


def test_help_is_quick_and_names_every_command():
    output, imported = imported_by("--help")
    assert imported == "set()"
    for name, summary in COMMANDS.items():
        assert f"  {name} " in output
        assert summary in output


def test_help_of_decloud_does_not_wait_for_torch():
    output, imported = imported_by("decloud", "-h")
    assert imported == "set()"
    for option in (
        "--model",
        "--bands",
        "--radiometry",
        "--overlap",
        "--rgb-only",
        "--aoi",
        "--co",
        "--opacity",
        "--qa",
        "--error",
        "--keep-below",
        "--thick-above",
        "--thick",
        "--thick-error",
    ):
        assert option in output


def test_every_command_has_its_module():
    for name in COMMANDS:
        assert importlib.util.find_spec(f"cloudgan_geo.cli.{name}"), name


def test_version():
    result = CliRunner().invoke(main, ["--version"])
    assert result.output.startswith("cloudgan-geo, version ")


def test_an_unknown_command():
    result = CliRunner().invoke(main, ["decluod"])
    assert result.exit_code == 2
    assert "decluod" in result.output
