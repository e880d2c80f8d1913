"""--progress json and --stop-when-stdin-closes, as docs/progress.md promises them."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
from click.testing import CliRunner
from scenes import ground, write_scene

from cloudgan_geo import __version__
from cloudgan_geo.cli.main import main
from cloudgan_geo.cli.progress import telling


def events(text):
    return [json.loads(line) for line in text.splitlines()]


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments), "--progress", "json"])


def test_decloud_tells_start_progress_and_result(tmp_path, tiny_model):
    write_scene(tmp_path / "Straße.tif", ground(130, 90, 4))
    result = run("decloud", tmp_path / "Straße.tif", "--model", tiny_model, "--batch-size", 2)
    assert result.exit_code == 0
    start, *progress, done = events(result.stdout)
    assert start == {
        **{"event": "start", "protocol": 1, "version": __version__, "command": "decloud"}
    }
    assert progress[-1] == {"event": "progress", "done": 6, "total": 6, "unit": "window"}
    assert [event["done"] for event in progress] == sorted(event["done"] for event in progress)
    assert done["event"] == "result"
    assert done["output"] == str(tmp_path / "Straße_decloud.tif")
    assert (done["windows"], done["radiometry"]) == (6, "dn")
    # What is for people is on stderr; any encoding of stdout will do.
    assert result.stdout.isascii()
    assert result.stderr.startswith("Bands: 1,2,3")


def test_an_error_is_in_words_on_stderr(tmp_path):
    result = run("decloud", tmp_path / "nothing.tif")
    assert result.exit_code == 2
    assert [event["event"] for event in events(result.stdout)] == ["start"]
    assert result.stderr == f"Error: {tmp_path / 'nothing.tif'}: there is no such file\n"


def test_simulate_tells_rows_or_chips(tmp_path, sample_data):
    result = run("simulate", sample_data / "scene_clear.tif", tmp_path / "o.tif")
    *_, last, done = events(result.stdout)
    assert last == {"event": "progress", "done": 300, "total": 300, "unit": "row"}
    assert done["opacity"] == str(tmp_path / "o_opacity.tif")
    assert 0 < done["mean_opacity"] < 1
    result = run("simulate", sample_data / "chips", tmp_path / "chips")
    *_, last, done = events(result.stdout)
    assert last == {"event": "progress", "done": 16, "total": 16, "unit": "chip"}
    assert done["chips"] == 16


def test_the_truth_goes_where_it_is_wanted(tmp_path, sample_data):
    clear = sample_data / "scene_clear.tif"
    run("simulate", clear, tmp_path / "o.tif", "--opacity-out", tmp_path / "t.tif")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.tif", "t.tif"]
    refused = run("simulate", clear, tmp_path / "u.tif", "--opacity-out", tmp_path / "u.tif")
    assert (refused.exit_code, "--opacity-out" in refused.stderr) == (2, True)
    refused = run("simulate", sample_data / "chips", tmp_path / "c", "--opacity-out", "t.tif")
    assert (refused.exit_code, "is for scenes" in refused.stderr) == (2, True)


def test_a_reader_is_not_flooded_but_hears_the_end(capsys):
    with telling("json", "decloud", quiet=False, unit="window") as show:
        for done in range(1, 5001):
            show(done, 5000)
    heard = events(capsys.readouterr().out)
    assert len(heard) < 2500
    assert heard[1]["done"] == 1
    assert heard[-1]["done"] == 5000


def test_nothing_for_people_if_none_is_asked_for(tmp_path, sample_data):
    arguments = ["simulate", str(sample_data / "scene_clear.tif"), str(tmp_path / "o.tif")]
    result = CliRunner().invoke(main, [*arguments, "--progress", "none"])
    assert result.stdout.startswith("Wrote ")
    assert result.stderr == ""


def test_it_stops_when_stdin_closes(program, tmp_path, tiny_model):
    write_scene(tmp_path / "s.tif", np.tile(ground(500, 500), (1, 4, 4)))
    options = ("--model", tiny_model, "--precision", "fp32", "--stop-when-stdin-closes")
    process = program.start(
        "decloud", "s.tif", *options, "--progress", "json", stdin=subprocess.PIPE
    )
    # What is written to it is no reason to stop.
    process.stdin.write("go on\n")
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("s_decloud.tif.partial-*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.stdin.close()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert process.stderr.read() == "Terminated; nothing was written.\n"
    assert list(program.files()) == ["s.tif"]


def test_ctrl_c_while_it_starts():
    """Before the command runs nobody but the interpreter would take it, with a traceback."""
    code = "import cloudgan_geo.cli, os, signal, time\n"
    code += "os.kill(os.getpid(), signal.SIGINT); time.sleep(20)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")
    code = "import cloudgan_geo.cli; 1 / 0"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ZeroDivisionError" in result.stderr


def test_devices():
    result = CliRunner().invoke(main, ["devices"])
    assert result.stdout.startswith("cpu ")
    assert "--device auto means " in result.stdout
    assert "bf16 is " in result.stdout
    assert "--precision auto means fp32 for thin: bf16 is up to " in result.stdout
    told = json.loads(CliRunner().invoke(main, ["devices", "--json"]).stdout)
    assert told["version"] == __version__
    assert told["protocol"] == 1
    assert told["devices"][0]["name"] == "cpu"
    assert set(told["devices"][0]["bf16"]) == {"native", "reason"}
    assert "article" in told["models"]
    assert told["precision"]["article"]["name"] in ("fp32", "bf16")
