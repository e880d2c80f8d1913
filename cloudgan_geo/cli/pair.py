"""`cloudgan-geo pair`: make one generator of two, with and without the cirrus band."""

from __future__ import annotations

from pathlib import Path

import click

from cloudgan_geo.cli import completion, shared


@click.command()
@click.argument("seeing", metavar="SEEING", shell_complete=completion.models)
@click.argument("blind", metavar="BLIND", shell_complete=completion.models)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Weights to write, with a card that names the two.",
)
@shared.overwrite
def pair(seeing: str, blind: str, out: Path, overwrite: bool) -> None:
    """Make one generator of SEEING, which reads all bands, and BLIND, without the cirrus band.

    Where the cirrus band shows nothing, and where a scene has none, the second one decides. Both
    are weights that `train` wrote, by the recipes veil and veil-no-b10, or bundled generators.
    """
    from cloudgan_geo.errors import WeightsError
    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.veil import VeilGenerator
    from cloudgan_geo.networks.veil_pair import pair_up
    from cloudgan_geo.networks.zoo import load_generator
    from cloudgan_geo.raster.writing.output import AtomicOutput

    first, second = loaded = load_generator(seeing), load_generator(blind)
    for given, each in zip((seeing, blind), loaded, strict=True):
        if not isinstance(each.network, VeilGenerator):
            raise WeightsError(
                f"{given}: a pair is made of generators of the architecture veil, not of "
                f"{each.network.architecture}"
            )
    assert isinstance(first.network, VeilGenerator)
    assert isinstance(second.network, VeilGenerator)
    network = pair_up(first.network, second.network)
    parts = [{"sha256": each.sha256, "recipe": each.card.get("recipe")} for each in loaded]
    content = {"name": out.stem, "pair_of": dict(zip(("seeing", "blind"), parts, strict=True))}
    inputs = [path for path in (Path(seeing), Path(blind)) if path.exists()]
    with AtomicOutput(out, overwrite=overwrite, source=inputs, argument="out") as file:
        save_generator(network, file.partial, content)
        file.commit()
    click.echo(f"Wrote {out}")
