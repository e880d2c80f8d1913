"""`cloudgan-geo pair`: make one generator of two that complement each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudgan_geo.cli import completion, shared

if TYPE_CHECKING:
    from cloudgan_geo.networks.architectures import Generator
    from cloudgan_geo.networks.checkpoint import LoadedGenerator


@click.command()
@click.argument("first", metavar="FIRST", shell_complete=completion.models)
@click.argument("second", metavar="SECOND", shell_complete=completion.models)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Weights to write, with a card that names the two.",
)
@shared.overwrite
def pair(first: str, second: str, out: Path, overwrite: bool) -> None:
    """Make one generator of two, FIRST and SECOND.

    Either of two for all bands, by the recipes veil and veil-no-b10: where the cirrus band shows
    nothing, and where a scene has none, the second decides. Or of thin and one for red, green and
    blue, by the recipe veil-rgb: the mean of both where thin sees a veil too, else thin alone. Or
    of what these two make: scenes without the cirrus band then get red, green and blue of both.
    Both are weights that train wrote, or bundled generators.
    """
    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.zoo import load_generator
    from cloudgan_geo.raster.writing.output import AtomicOutput

    loaded = load_generator(first), load_generator(second)
    network, content = _joined((first, second), loaded)
    inputs = [path for path in (Path(first), Path(second)) if path.exists()]
    with AtomicOutput(out, overwrite=overwrite, source=inputs, argument="out") as file:
        save_generator(network, file.partial, {**content, "name": out.stem})
        file.commit()
    click.echo(f"Wrote {out}")


def _joined(
    given: tuple[str, str], loaded: tuple[LoadedGenerator, LoadedGenerator]
) -> tuple[Generator, dict[str, Any]]:
    """Returns one generator of two, and what its card says of them."""
    from cloudgan_geo.errors import WeightsError
    from cloudgan_geo.networks.fine import FineGenerator
    from cloudgan_geo.networks.parts import PARTS, bundled_part
    from cloudgan_geo.networks.thin import ThinGenerator
    from cloudgan_geo.networks.thin_pair import ThinPairGenerator, pair_with
    from cloudgan_geo.networks.veil import VeilGenerator
    from cloudgan_geo.networks.veil_pair import VeilPairGenerator, pair_up
    from cloudgan_geo.networks.veil_trio import join

    first, second = networks = loaded[0].network, loaded[1].network
    parts = [{"sha256": each.sha256, "recipe": each.card.get("recipe")} for each in loaded]
    if isinstance(first, VeilGenerator) and isinstance(second, VeilGenerator):
        return pair_up(first, second), _pair_of(("seeing", "blind"), parts)
    if isinstance(first, ThinGenerator) and isinstance(second, FineGenerator):
        content = _pair_of(("thin", "fine"), parts)
        known = bundled_part(loaded[0].sha256)
        return pair_with(first, second), content | ({PARTS: {"thin": known}} if known else {})
    if isinstance(first, VeilPairGenerator) and isinstance(second, ThinPairGenerator):
        known = bundled_part(loaded[1].sha256)
        return join(first, second), loaded[0].card | ({PARTS: {"visible": known}} if known else {})
    named = " and ".join(
        f"{name} of {network.architecture}" for name, network in zip(given, networks, strict=True)
    )
    raise WeightsError(
        f"{named}: a pair is made of two generators of the architecture veil, of one of thin and "
        "one of fine, or of one of veil-pair and one of thin-pair"
    )


def _pair_of(names: tuple[str, str], parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"pair_of": dict(zip(names, parts, strict=True))}
