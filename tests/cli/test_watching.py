"""What is drawn of training and scores: TensorBoard's events, figures of tables."""

import csv

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner

from cloudgan_geo.cli.main import main
from cloudgan_geo.evaluation.table_figures import draw_tables
from cloudgan_geo.evaluation.tables import SuiteReport, Table


def train(out, data, *more):
    sizes = ["--epochs", "2", "--batch-size", "8", "--width", "4", "--no-gan", "-q"]
    arguments = ["train", "--data", str(data), "--out", str(out), *sizes, *more]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0, run.output


@pytest.mark.slow
def test_tensorboard_shows_what_the_logs_hold(tmp_path, sample_data):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(tmp_path / "run", sample_data / "chips", "--tensorboard")
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    with (tmp_path / "run" / "steps.csv").open() as file:
        logged = {int(row["step"]): float(row["l1"]) for row in csv.DictReader(file)}
    shown = {event.step: event.value for event in events.Scalars("step/l1")}
    assert shown == pytest.approx(logged)
    assert len(events.Scalars("epoch/best_validation_l1")) == 2
    assert len(events.Images("samples")) == 2


def test_events_are_only_written_when_asked_for(tmp_path, sample_data):
    train(tmp_path / "run", sample_data / "chips")
    assert not (tmp_path / "run" / "tensorboard").exists()


def report(*tables):
    return SuiteReport("thin-seen", "Chips.", 3, "chips", 1, tables)


@pytest.mark.parametrize(
    "table",
    [
        Table("Means over chips", "method", {"`thin`": {"psnr": 30.0, "ssim": 0.9, "n": 3}}),
        Table(
            "Expected error by true opacity",
            "opacity",
            {"0": {"pixels": 5, "half": 0.1}, "0.5": {"half": 0.2}},
        ),
        Table("PSNR by mean transmittance", "chips of", {"0.2": {"`thin`": None, "`veil`": 3.0}}),
        Table(
            "Unchanged by `decloud`", "ground", {"EuroSAT": {"share": 0.5, "psnr": float("inf")}}
        ),
    ],
    ids=lambda table: table.first,
)
def test_every_kind_of_table_becomes_a_figure(table, tmp_path):
    (path,) = draw_tables([report(table, Table("Empty", "pair", {"a": {"n": 3}}))], tmp_path)
    assert path.name.startswith("thin-seen_1_")
    with rasterio.open(path) as figure:
        assert np.ptp(figure.read()) == 255


@pytest.mark.slow
def test_figures_of_an_evaluation(tmp_path, sample_data):
    chips = ["--data", str(sample_data / "chips"), "--limit", "2", "-q"]
    arguments = ["evaluate", "--model", "thin", "--suite", "thin-seen", *chips]
    run = CliRunner().invoke(main, [*arguments, "--figures", str(tmp_path / "f"), "--json", "-"])
    assert run.exit_code == 0, run.output
    assert len(list((tmp_path / "f").glob("thin-seen_*.png"))) == 3
