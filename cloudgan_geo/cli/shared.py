"""Every option that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from cloudgan_geo import defaults
from cloudgan_geo.choices import AskedPrecision
from cloudgan_geo.cli import completion
from cloudgan_geo.sensors import profile_names

F = TypeVar("F", bound=Callable[..., Any])

#: Key of `click.Context.meta` under which -v is remembered for the handler of errors.
VERBOSE = "cloudgan_geo.verbose"


def _four_sides(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[float, float, float, float] | None:
    if value is None:
        return None
    try:
        left, bottom, right, top = (float(side) for side in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not four numbers, as in 399960,4690000,405000,4693200."
        ) from None
    return left, bottom, right, top


def _keys_and_values(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for value, (key, equals, text) in zip(values, pairs, strict=True):
        if not (key and equals and text):
            raise click.BadParameter(f"{value!r} is not KEY=VALUE, as in COMPRESS=DEFLATE.")
    return {key.upper(): value for key, _, value in pairs}


def auto_or_count(ctx: click.Context, param: click.Parameter, value: str) -> int | str:
    """Reads `auto` or a number of at least 1."""
    if value == "auto":
        return value
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"{value!r} is neither auto nor a number of at least 1.")
    return int(value)


def _remember_verbose(ctx: click.Context, _: click.Parameter, verbose: bool) -> bool:
    ctx.meta[VERBOSE] = verbose
    return verbose


def model(command: F) -> F:
    """Adds `--model`."""
    return click.option(
        "--model",
        default=defaults.MODEL,
        show_default=True,
        metavar="auto|NAME|FILE",
        shell_complete=completion.models,
        help="Generator: a bundled one (see `models`) or a weights file; auto takes the bundled "
        "one that sees most of the scene's bands.",
    )(command)


def one_model(command: F) -> F:
    """Adds `--model` where it is about one generator, whatever the scene."""
    return click.option(
        "--model",
        required=True,
        metavar="NAME|FILE",
        shell_complete=completion.models,
        help="Generator: a bundled one (see `models`) or a weights file.",
    )(command)


def data(command: F) -> F:
    """Adds `--data`."""
    return click.option(
        "--data",
        required=True,
        type=click.Path(path_type=Path),
        help="Clear RGB chips: EuroSAT, or any folder or zip of 64x64 images.",
    )(command)


def device(command: F) -> F:
    """Adds `--device`."""
    return click.option(
        "--device",
        metavar="auto|cpu|cuda|cuda:N|mps",
        default=defaults.DEVICE,
        show_default=True,
        help="Where to compute; `devices` lists what there is.",
    )(command)


def precision(command: F) -> F:
    """Adds `--precision`."""
    return click.option(
        "--precision",
        type=click.Choice(get_args(AskedPrecision)),
        default=defaults.PRECISION,
        show_default=True,
        help="Number format of the network: fp32 is the reference; auto takes bf16 where the "
        "device computes in it natively and, but for training, results stay within 2 DN.",
    )(command)


def compilation(command: F) -> F:
    """Adds `--compile`."""
    return click.option(
        "--compile/--no-compile",
        default=False,
        help="Let torch compile the network first, which takes a while; on CUDA only, and not by "
        "default.",
    )(command)


def radiometry(command: F) -> F:
    """Adds `--radiometry`."""
    return click.option(
        "--radiometry",
        type=click.Choice(["auto", *profile_names()]),
        default=defaults.RADIOMETRY,
        show_default=True,
        help="How values relate to reflectance: DN / 10000, the same after subtracting 1000, "
        "8-bit true colour, the same with that offset left in, 8-bit EuroSAT, reflectance itself.",
    )(command)


def area(command: F) -> F:
    """Adds `--aoi` and `--bounds`."""
    aoi = click.option(
        "--aoi",
        metavar="FILE",
        shell_complete=completion.files,
        help="Change only pixels inside the polygons of a GeoJSON, GeoPackage or Shapefile, in "
        "any coordinate reference system.",
    )
    bounds = click.option(
        "--bounds",
        metavar="L,B,R,T",
        callback=_four_sides,
        help="Change only pixels between left, bottom, right and top, in the scene's coordinates.",
    )
    return aoi(bounds(command))


def cog(command: F) -> F:
    """Adds `--cog`."""
    return click.option(
        "--cog",
        is_flag=True,
        help="Write a cloud-optimized GeoTIFF with overviews; until it is complete it takes "
        "about 2.7 times its room on the disk.",
    )(command)


def creation(command: F) -> F:
    """Adds `--co`."""
    return click.option(
        "--co",
        "creation",
        multiple=True,
        metavar="KEY=VALUE",
        callback=_keys_and_values,
        help="GDAL's creation option of the output, as in COMPRESS=DEFLATE; may be repeated.",
    )(command)


def report(command: F) -> F:
    """Adds `--report`."""
    return click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write options, results and timings to a JSON file.",
    )(command)


def overlap(command: F) -> F:
    """Adds `--overlap`."""
    return click.option(
        "--overlap",
        type=click.IntRange(0, 63),
        metavar="PIXELS",
        default=defaults.OVERLAP,
        show_default=True,
        help="What neighbouring windows of 64 pixels share, 0 to 63.",
    )(command)


def batch_size(command: F) -> F:
    """Adds `--batch-size`."""
    return click.option(
        "--batch-size",
        metavar="auto|N",
        callback=auto_or_count,
        default=defaults.BATCH_SIZE,
        show_default=True,
        help="Windows that the generator gets at once.",
    )(command)


def rgb_only(command: F) -> F:
    """Adds `--rgb-only`."""
    return click.option(
        "--rgb-only", is_flag=True, help="Leave out all bands but red, green and blue."
    )(command)


def overwrite(command: F) -> F:
    """Adds `--overwrite`."""
    return click.option("--overwrite", is_flag=True, help="Replace an output that exists.")(command)


_TRUST = (
    "Let inputs be of any format that GDAL knows, name files anywhere and fetch from servers "
    "(virtual rasters, for one), and claim more than their bytes can hold."
)


def trust_input(command: F) -> F:
    """Adds `--trust-input` to a command that hands it on."""
    return click.option("--trust-input", is_flag=True, help=_TRUST)(command)


def _trust(ctx: click.Context, _: click.Parameter, trust: bool) -> None:
    from cloudgan_geo.raster.reading.trust import trusting_input

    ctx.with_resource(trusting_input(trust))


def trust_all_inputs(command: F) -> F:
    """Adds `--trust-input` to a command; it then holds for all that the command opens."""
    return click.option(
        "--trust-input", is_flag=True, expose_value=False, callback=_trust, help=_TRUST
    )(command)


def _watch_stdin(ctx: click.Context, _: click.Parameter, stop: bool) -> None:
    if stop:
        from cloudgan_geo.cli.progress import stop_when_stdin_closes

        stop_when_stdin_closes()


def progress(command: F) -> F:
    """Adds `--progress` and `--stop-when-stdin-closes`."""
    form = click.option(
        "--progress",
        "form",
        type=click.Choice(["auto", "json", "none"]),
        default="auto",
        show_default=True,
        help="auto: a bar where stderr is a terminal; json: on stdout a line of JSON for every "
        "event, for programs, and nothing else.",
    )
    stop = click.option(
        "--stop-when-stdin-closes",
        is_flag=True,
        expose_value=False,
        callback=_watch_stdin,
        help="End, and leave nothing half-written, when the program that started this one ends.",
    )
    return form(stop(command))


def verbosity(command: F) -> F:
    """Adds `-q` and `-v`."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but what goes wrong.")
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        callback=_remember_verbose,
        # Known before any other option can fail.
        is_eager=True,
        help="Say more: details, messages of libraries, tracebacks of errors.",
    )
    return quiet(verbose(command))
