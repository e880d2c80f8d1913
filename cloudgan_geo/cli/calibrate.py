"""`cloudgan-geo calibrate`: make a generator's expected error come true."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.cli import shared


@click.command()
@shared.one_model
@shared.data
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Weights to write: the same, with the factor in their card, kernels as float16.",
)
@click.option(
    "--validation",
    default=512,
    show_default=True,
    type=click.IntRange(1),
    help="How many chips the training of the generator held out.",
)
@shared.overwrite
@shared.device
@shared.precision
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def calibrate(
    model: str,
    data: Path,
    out: Path,
    validation: int,
    overwrite: bool,
    device: str,
    precision: AskedPrecision,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit a factor on the expected error, so that 90 % of the errors lie within it.

    It is fitted on the chips that training held out, under clouds of training's families, as a
    function of the estimated opacity; the weights stay as they are.
    """
    from tqdm import tqdm

    from cloudgan_geo.chips.eurosat import load_chips
    from cloudgan_geo.evaluation.calibration import calibrate as fit
    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.zoo import load_generator
    from cloudgan_geo.raster.writing.output import AtomicOutput

    loaded = load_generator(model)
    inputs = [path for path in (Path(model),) if path.exists()]
    with (
        AtomicOutput(out, overwrite=overwrite, source=inputs, argument="out") as file,
        tqdm(unit="chip", disable=True if quiet else None, leave=False) as bar,
    ):
        found = fit(
            loaded,
            load_chips(data),
            validation=validation,
            device=device,
            precision=precision,
            progress=bar.update,
        )
        card = {**loaded.card, "error_scale": found.card()}
        save_generator(loaded.network, file.partial, card, half=True)
        file.commit()
    if as_json:
        click.echo(json.dumps({**found.card(), "output": str(out)}, indent=2))
        return
    click.echo(found.to_markdown())
    click.echo(f"\nWrote {out}")
