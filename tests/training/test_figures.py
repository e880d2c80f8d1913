"""The article's figures are drawn, in its colours, with the extremes marked."""

import numpy as np
import pytest
from PIL import Image

from cloudgan_geo.errors import RunError
from cloudgan_geo.training import figures

HEAD = "step,epoch,generator,l1,adversarial,discriminator,lr\n"


def has_colour(path, colour, at_least=20):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    pixels = np.asarray(Image.open(path).convert("RGB"), int)
    return (np.abs(pixels - wanted).max(axis=2) < 12).sum() >= at_least


def log_file(path, rows):
    path.write_text(HEAD + "".join(f"{s},1,{g},0.1,nan,{d},1e-4\n" for s, g, d in rows))
    return path


def test_loss_curves_have_the_articles_colours(tmp_path):
    rows = [(s, 9 - s / 20, 0.7 - s / 300) for s in range(100)]
    figures.loss_figure(
        figures.read_losses(log_file(tmp_path / "steps.csv", rows)), tmp_path / "losses.png"
    )
    for colour in (figures.BACKGROUND, figures.GENERATOR_COLOUR, figures.DISCRIMINATOR_COLOUR):
        assert has_colour(tmp_path / "losses.png", colour)


def test_extremes_are_marked_at_their_steps(tmp_path):
    from matplotlib.figure import Figure

    axis = Figure().subplots()
    steps = np.arange(10.0)
    loss = np.array([5, 4, 7, 3, 2, 1.5, 2, 2, 2, 2.5])
    figures._mark_extremes(axis, steps, loss)
    assert [text.get_text() for text in axis.texts] == ["max 7.000 at 2", "min 1.500 at 5"]
    assert [tuple(text.xy) for text in axis.texts] == [(2, 7), (5, 1.5)]


def test_a_run_without_discriminator_is_drawn_all_the_same(tmp_path):
    log = log_file(tmp_path / "steps.csv", [(s, 9 - s / 20, "nan") for s in range(10)])
    figures.loss_figure(figures.read_losses(log), tmp_path / "losses.png")
    assert has_colour(tmp_path / "losses.png", figures.GENERATOR_COLOUR)
    assert not has_colour(tmp_path / "losses.png", figures.DISCRIMINATOR_COLOUR)


def test_panel_shows_every_image_in_its_place(tmp_path):
    flat = {c: np.full((64, 64, 3), c, np.float32) for c in (0.2, 0.5, 0.8)}
    figures.panel_figure([tuple(flat.values())] * 5, tmp_path / "panel.png", "epoch 3")
    picture = np.asarray(Image.open(tmp_path / "panel.png").convert("L"), int)
    height, width = picture.shape
    assert height > width
    for row in range(5):
        y = int(height * (0.14 + 0.18 * row))
        thirds = [picture[y, int(width * x)] for x in (1 / 6, 1 / 2, 5 / 6)]
        assert thirds == pytest.approx([51, 127, 204], abs=2)


@pytest.mark.parametrize("content", [None, "", HEAD, "a,b\n1,2\n", HEAD + "1,1,x,0,0,0,0\n"])
def test_what_is_no_step_log_is_refused_by_name(tmp_path, content):
    path = tmp_path / "steps.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RunError, match=r"steps\.csv"):
        figures.read_losses(path)
