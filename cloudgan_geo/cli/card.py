"""`cloudgan-geo card`: write down with a generator what it is and how good it is."""

from __future__ import annotations

from pathlib import Path

import click

from cloudgan_geo.cli import shared

_JSON = click.Path(path_type=Path, dir_okay=False)


@click.command()
@shared.one_model
@click.option(
    "--facts", type=_JSON, metavar="FILE", help="JSON object: data, licence, known failures, ..."
)
@click.option("--scores", type=_JSON, metavar="FILE", help="What `evaluate --json` wrote.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Weights to write: the same, with the new card, kernels as float16.",
)
@shared.overwrite
def card(model: str, facts: Path | None, scores: Path | None, out: Path, overwrite: bool) -> None:
    """Write a generator with a new card.

    The card keeps what training and `calibrate` wrote into it; facts and scores replace what it
    says of the same name. `models` prints it.
    """
    from cloudgan_geo.evaluation.cards import read_facts, scores_of
    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.zoo import load_generator
    from cloudgan_geo.raster.writing.output import AtomicOutput

    loaded = load_generator(model)
    content = dict(loaded.card)
    if facts is not None:
        content.update(read_facts(facts, "facts"))
    if scores is not None:
        content["scores"] = scores_of(read_facts(scores, "scores"))
    inputs = [path for path in (Path(model), facts, scores) if path is not None and path.exists()]
    with AtomicOutput(out, overwrite=overwrite, source=inputs, argument="out") as file:
        save_generator(loaded.network, file.partial, content, half=True)
        file.commit()
    click.echo(f"Wrote {out}")
