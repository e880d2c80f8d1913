"""The `cloudgan-geo` command: its subcommands and what it does about errors."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from functools import partial
from typing import Any, NoReturn

import click

from cloudgan_geo import __version__
from cloudgan_geo.cli.default_file import defaults_of
from cloudgan_geo.cli.shared import VERBOSE
from cloudgan_geo.cli.signals import Ending
from cloudgan_geo.cli.wording import on_command_line
from cloudgan_geo.errors import (
    BandError,
    CloudganError,
    OutputExistsError,
    RadiometryError,
    SceneNotFoundError,
    UsageError,
    WeightsNotFoundError,
)

#: What each command does. It is the function of its name in the module of its name, which is
#: imported only to run it: --help must not wait for torch.
COMMANDS = {
    "decloud": "Remove the thin clouds of a scene.",
    "batch": "Remove the thin clouds of many scenes.",
    "info": "Say what decloud would do with a scene.",
    "preview": "Draw a scene before and after.",
    "compare": "Measure scenes against a clear one.",
    "models": "List the bundled generators.",
    "devices": "List where decloud can compute.",
    "simulate": "Put a synthetic cloud on a clear scene.",
    "train": "Train a generator on clear chips.",
    "evaluate": "Score a generator beside what it has to beat.",
    "calibrate": "Make the error that a generator expects come true.",
    "pair": "Make one generator of two, with and without the cirrus band.",
    "card": "Write down with a generator how good it is.",
    "plot": "Draw the figures of a training run.",
    "prepare": "Write the article's training pairs.",
}

#: What the command line got wrong, or what an option of it mends: exit code 2.
_USAGE = (
    *(UsageError, BandError, RadiometryError, SceneNotFoundError, OutputExistsError),
    WeightsNotFoundError,
)

#: Extras that bring a package; all others are of the first one.
_EXTRAS = {"pystac": "stac", "jsonschema": "stac", "dask": "dask", "distributed": "dask"}


class Commands(click.Group):
    """Subcommands that are imported when they are run, and one handler of their errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cloudgan_geo.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command, and says which one may have been meant if there is none."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            alike = difflib.get_close_matches(name, COMMANDS, n=3)
            hint = f" Did you mean {' or '.join(alike)}?" if alike else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        found = super().resolve_command(ctx, args)
        if found[1] is not None and not ctx.resilient_parsing:
            get = partial(self.get_command, ctx)
            ctx.default_map = {name: defaults_of(name, found[1], dict.fromkeys(COMMANDS, get))}
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; whatever goes wrong becomes one line and an exit code.

        2 for what the command line got wrong or an option mends, 1 for any other failure,
        130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
        """
        ending = Ending(ctx)
        with ending.on_signals():
            return self._invoke(ctx, ending)

    def _invoke(self, ctx: click.Context, ending: Ending) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except click.ClickException as error:
            _fail(ctx, error.format_message(), error.exit_code)
        except KeyboardInterrupt as interrupt:
            ctx.exit(ending.end(interrupt))
        except CloudganError as error:
            command = self.get_command(ctx, ctx.invoked_subcommand or "")
            said = on_command_line(error, command)
            _fail(ctx, said, 2 if isinstance(error, _USAGE) else 1)
        except BrokenPipeError:
            # Whoever read our output has gone; Python would complain when it flushes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except ModuleNotFoundError as error:
            more = _remedy((error.name or "").partition(".")[0])
            _fail(ctx, f"the Python package {error.name} is not installed; {more}", 1)
        except MemoryError:
            _fail(ctx, "there is not enough memory; a smaller --batch-size takes less", 1)
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            _fail(ctx, f"{named}{error.strerror or error}", 1)
        except Exception as error:
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            hint = "" if ctx.meta.get(VERBOSE) else " (unexpected; -v shows where)"
            _fail(ctx, what + hint, 1)


def _remedy(package: str) -> str:
    if package == "torch":
        # The wheel can be installed without it, to leave the choice of its build open.
        return (
            "pip install torch --index-url https://download.pytorch.org/whl/cpu adds it, without "
            "--index-url the build for NVIDIA GPUs"
        )
    return (
        f"pip install 'cloudgan-geo[{_EXTRAS.get(package, 'train')}]' adds what this command needs"
    )


def _fail(ctx: click.Context, message: str, code: int) -> NoReturn:
    if ctx.meta.get(VERBOSE):
        traceback.print_exc()
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    ctx.exit(code)


_EPILOG = """\b
To begin with:
  cloudgan-geo decloud scene.tif    writes scene_decloud.tif beside it
  cloudgan-geo COMMAND --help       says what a command takes

\b
Options that are always the same:
  cloudgan.toml in the working folder, or CLOUDGAN_GEO_DECLOUD_MODEL and the like, set them"""


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={
        "help_option_names": ["-h", "--help"],
        # Every option has an environment variable, such as CLOUDGAN_GEO_DECLOUD_MODEL.
        "auto_envvar_prefix": "CLOUDGAN_GEO",
    },
)
@click.version_option(__version__, prog_name="cloudgan-geo")
def main() -> None:
    """Remove thin clouds from georeferenced Sentinel-2 images."""
