"""What the command line says to names that it does not know."""

import pytest
from click.testing import CliRunner
from scenes import ground, write_scene

from cloudgan_geo.cli.main import main
from cloudgan_geo.errors import UsageError, WeightsError, WeightsNotFoundError
from cloudgan_geo.networks.zoo import load_generator


@pytest.mark.parametrize(
    "arguments",
    [
        ("decloud", "s.tif"),
        ("evaluate", "--data", "chips"),
        ("evaluate", "--suite", "real-pairs", "--pairs", "pairs"),
        ("calibrate", "--data", "chips", "--out", "new.safetensors"),
        ("card", "--out", "new.safetensors"),
    ],
    ids=" ".join,
)
def test_a_model_that_is_none_is_a_mistake_of_usage(tmp_path, sample_data, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    write_scene(tmp_path / "s.tif", ground(70, 70), nodata=0)
    (tmp_path / "chips").symlink_to(sample_data / "chips")
    (tmp_path / "pairs").mkdir()
    for date in ("cloudy", "clear"):
        write_scene(tmp_path / "pairs" / f"here_{date}.tif", ground(70, 70))
    before = sorted(tmp_path.iterdir())
    run = CliRunner().invoke(main, [*arguments, "--model", "nosuch"])
    assert run.exit_code == 2, run.output
    assert run.stderr.startswith(
        "Error: nosuch: neither a bundled model (article, thin, veil, visible) nor"
    )
    assert sorted(tmp_path.iterdir()) == before


def test_python_can_tell_a_missing_model_from_a_damaged_one(tmp_path):
    with pytest.raises(WeightsNotFoundError) as missing:
        load_generator("nosuch")
    assert isinstance(missing.value, FileNotFoundError)
    assert isinstance(missing.value, WeightsError)
    (tmp_path / "bad.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsError) as damaged:
        load_generator(tmp_path / "bad.safetensors")
    assert not isinstance(damaged.value, (WeightsNotFoundError, UsageError))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("declud", "No such command 'declud'. Did you mean decloud?"),
        ("evalute", "No such command 'evalute'. Did you mean evaluate?"),
        ("xyzzy", "No such command 'xyzzy'."),
    ],
)
def test_a_misspelt_command_gets_a_suggestion(typed, said):
    run = CliRunner().invoke(main, [typed, "s.tif"])
    assert run.exit_code == 2
    assert said in run.stderr
    assert ("Did you mean" in run.stderr) == ("Did you mean" in said)
