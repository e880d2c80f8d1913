"""`cloudgan-geo simulate`: put a synthetic cloud on a clear scene or on chips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from cloudgan_geo import defaults
from cloudgan_geo.arguments import Argument
from cloudgan_geo.choices import AskedKind, AskedRadiometry, Law, Write
from cloudgan_geo.cli import band_options, shared
from cloudgan_geo.cli.progress import tell_result, telling
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.errors import UsageError

if TYPE_CHECKING:
    from cloudgan_geo.raster.reading.band_finding import AskedBands
    from cloudgan_geo.simulation.cloud_options import CloudOptions

_FAMILIES = ("veil", "patches", "streaks", "perlin", "ridged", "cellular")


@click.command()
@click.argument("clear", metavar="IN")
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--law",
    type=click.Choice(get_args(Law)),
    default=defaults.LAW,
    show_default=True,
    help="How the cloud lies over the ground: as a real veil, in all bands, taking the ground's "
    "colour; or by scattering over red, green and blue, with an airlight that knows no ground.",
)
@click.option(
    "--kind",
    type=click.Choice(get_args(AskedKind)),
    default=defaults.KIND,
    show_default=True,
    help="What a veil is of; any draws one as for training, a mixture is cirrus over water cloud "
    "or haze.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--family",
    type=click.Choice(["mixed", *_FAMILIES]),
    default="mixed",
    show_default=True,
    help="Shape of the cloud; mixed draws one of the first three, those of training.",
)
@click.option("--coverage", type=float, help="Share of the pixels under cloud, 0 to 1.")
@click.option("--opacity", type=float, help="Mean over the clouded pixels, in green, below 1.")
@click.option(
    "--airlight",
    type=float,
    help="What an opaque cloud of the law scattering shows: 1 is reflectance 0.275, .3 grey, 1.6 "
    "saturated.",
)
@click.option(
    "--opacity-out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="GeoTIFF for the truth of a scene; by default OUT_opacity.tif.",
)
@band_options.bands
@shared.radiometry
@band_options.write
@shared.overwrite
@shared.trust_all_inputs
@shared.progress
@shared.verbosity
def simulate(
    clear: str,
    output: Path,
    law: Law,
    kind: AskedKind,
    seed: int,
    family: str,
    coverage: float | None,
    opacity: float | None,
    airlight: float | None,
    opacity_out: Path | None,
    bands: AskedBands | None,
    radiometry: AskedRadiometry,
    write: Write,
    overwrite: bool,
    form: str,
    quiet: bool,
    verbose: bool,
) -> None:
    """Put a synthetic thin cloud on the clear scene IN and write it to OUT.

    IN is a raster, and OUT a GeoTIFF like it in all but the clouded pixels of every band that is
    known; OUT_opacity.tif gets the truth, 1 - transmittance in green. Or IN is a folder or
    zip of 64x64 RGB chips, each of which gets a cloud of its own, OUT a folder for them, and
    OUT_opacity one for their opacity. What is not given is drawn as for training.
    """
    chips = _holds_chips(clear)
    with (
        own_words_only(verbose),
        telling(form, "simulate", quiet=quiet, unit="chip" if chips else "row") as progress,
    ):
        from cloudgan_geo.simulation.cloud_options import CloudOptions

        asked = CloudOptions(
            seed,
            None if family == "mixed" else family,
            coverage,
            opacity,
            airlight,
            law,
            kind,
        )
        settings: dict[str, Any] = {"overwrite": overwrite, "progress": progress}
        if chips:
            _refuse_for_chips(opacity_out, bands, radiometry, write)
            facts, said = _chips(clear, output, asked, settings)
        else:
            settings |= {"bands": bands, "radiometry": radiometry, "write": write}
            settings["opacity_out"] = opacity_out
            facts, said = _scene(clear, output, asked, settings)
    tell_result(form, facts, said, quiet=quiet)


def _holds_chips(clear: str) -> bool:
    path = Path(clear)
    product = path.suffix.upper() == ".SAFE" or path.name.upper().endswith(".SAFE.ZIP")
    return not product and (path.is_dir() or path.suffix.lower() == ".zip")


def _refuse_for_chips(
    opacity_out: Path | None, bands: AskedBands | None, radiometry: AskedRadiometry, write: Write
) -> None:
    if opacity_out is not None:
        raise UsageError(f"--opacity-out {opacity_out}: is for scenes; chips get OUT_opacity")
    if bands is not None:
        raise UsageError(Argument("bands", bands), ": is for scenes; chips are red, green and blue")
    if radiometry != defaults.RADIOMETRY:
        raise UsageError(
            Argument("radiometry", radiometry), ": is for scenes; chips are taken as EuroSAT's"
        )
    if write != defaults.WRITE:
        raise UsageError(Argument("write", write), ": is for scenes; chips have one resolution")


def _chips(
    clear: str, output: Path, asked: CloudOptions, settings: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    from cloudgan_geo.simulation.clouded_chips import simulate_chips

    count = simulate_chips(clear, output, asked, **settings)
    facts = {"output": output, "opacity": f"{output}_opacity", "chips": count}
    return facts, f"Wrote {count:,} chips to {output} and their opacity to {output}_opacity"


def _scene(
    clear: str, output: Path, asked: CloudOptions, settings: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    from cloudgan_geo.simulation.clouded_scenes import simulate_scene

    done = simulate_scene(clear, output, asked, **settings)
    facts = {
        "output": done.output,
        "opacity": done.opacity,
        "kinds": done.kinds,
        "bands": done.bands,
        "coverage": done.coverage,
        "mean_opacity": done.mean_opacity,
    }
    said = (
        f"Wrote {done.output} and {done.opacity}: {100 * done.coverage:.1f} % under "
        f"{' over '.join(reversed(done.kinds))} of mean opacity {done.mean_opacity:.3f}, in "
        f"{', '.join(done.bands)}"
    )
    return facts, said
