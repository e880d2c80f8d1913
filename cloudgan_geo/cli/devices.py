"""`cloudgan-geo devices`: list where decloud can compute."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from cloudgan_geo import __version__


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, and which models there are.")
def devices(as_json: bool) -> None:
    """List the devices that decloud --device takes here, and which one auto means."""
    from cloudgan_geo.networks.devices import available_devices, torch_version
    from cloudgan_geo.networks.header import bundled
    from cloudgan_geo.networks.precision import choose_device

    found = available_devices()
    chosen = choose_device("auto").type
    if as_json:
        facts = {
            "program": "cloudgan-geo",
            "version": __version__,
            "torch": torch_version(),
            "devices": [asdict(device) for device in found],
            "auto": chosen,
            "models": list(bundled()),
        }
        click.echo(json.dumps(facts, indent=2))
        return
    for device in found:
        click.echo(f"{device.name:<8}{device.description}")
    click.echo(f"--device auto means {chosen}")
