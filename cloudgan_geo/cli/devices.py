"""`cloudgan-geo devices`: list where decloud can compute."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from cloudgan_geo import __version__
from cloudgan_geo.cli.progress import PROTOCOL


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, and which models there are.")
def devices(as_json: bool) -> None:
    """List where decloud can compute here, what --device auto and --precision auto mean.

    In bf16 a device is about twice as fast as in fp32 if it computes in it natively, and several
    times slower if not. --precision auto takes it only where results stay within 2 DN of those in
    fp32.
    """
    from cloudgan_geo.networks.devices import available_devices, torch_version
    from cloudgan_geo.networks.header import bundled
    from cloudgan_geo.networks.precision import choose_device, settle_precision
    from cloudgan_geo.networks.zoo import load_generator

    found = available_devices()
    chosen = choose_device("auto")
    precisions = {
        name: settle_precision("auto", load_generator(name).network, chosen) for name in bundled()
    }
    if as_json:
        facts = {
            "program": "cloudgan-geo",
            "protocol": PROTOCOL,
            "version": __version__,
            "torch": torch_version(),
            "devices": [asdict(device) for device in found],
            "auto": chosen.type,
            "models": list(precisions),
            "precision": {name: asdict(precision) for name, precision in precisions.items()},
        }
        click.echo(json.dumps(facts, indent=2))
        return
    for device in found:
        click.echo(f"{device.name:<8}{device.description}")
        native = "native" if device.bf16.native else "not native"
        click.echo(f"{'':<8}bf16 is {native}: {device.bf16.reason}")
    click.echo(f"--device auto means {chosen.type}")
    for name, precision in precisions.items():
        click.echo(f"--precision auto means {precision.name} for {name}: {precision.reason}")
