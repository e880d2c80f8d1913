"""`cloudgan.toml`: what options are where neither the command line nor the environment says.

click knows the order: command line, environment variable, this file, the program's own default.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from cloudgan_geo.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: In the working folder.
NAME = "cloudgan.toml"
#: Environment variable that names another file, or none if it is empty.
VARIABLE = "CLOUDGAN_GEO_CONFIG"

# A folder of others may hold a cloudgan.toml: it decides neither what is believed, nor what is
# replaced, nor who else computes.
_FOR_THE_COMMAND_LINE = ("trust_input", "overwrite", "scheduler")
# Files that are read; all other options that name files name those of one run.
_READ = ("data", "data_root", "pairs", "clear", "scenes")

GetCommand = Callable[[str], click.Command | None]


def defaults_of(name: str, command: click.Command, others: Mapping[str, GetCommand]) -> Any:
    """Returns the defaults that a file sets for a command, as click takes them.

    Args:
        name: Of the command.
        command: The command.
        others: All commands by their names, imported only where a name is not known here.

    Raises:
        UsageError: If the file cannot be read, or names what there is not.
    """
    path = _path()
    if path is None:
        return None
    content = _read(path)
    options = _options(command)
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            if key not in others:
                raise UsageError(f"{path}: [{key}] is no command{_alike(key, others)}")
            if key != name:
                continue
            for option, own in value.items():
                if option not in options:
                    raise UsageError(
                        f"{path}: [{name}] has no option {option}{_alike(option, options)}"
                    )
                found |= _one(path, options[option], option, own)
        elif key in options:
            # What stands in the command's own table counts more, wherever it stands.
            found = _one(path, options[key], key, value) | found
        else:
            _check_known(path, key, others)
    return found


def _path() -> Path | None:
    named = os.environ.get(VARIABLE)
    if named is None:
        here = Path(NAME)
        return here if here.is_file() else None
    return Path(named) if named else None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); see {VARIABLE}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: is not TOML ({error})") from error


def _options(command: click.Command) -> dict[str, click.Option]:
    """Returns the options of a command by what they are called, without the dashes."""
    return {
        spelt.removeprefix("--"): param
        for param in command.params
        if isinstance(param, click.Option)
        for spelt in (*param.opts, *param.secondary_opts)
        if spelt.startswith("--")
    }


def _one(path: Path, option: click.Option, name: str, value: Any) -> dict[str, Any]:
    written = isinstance(option.type, click.Path) and option.name not in _READ
    if written or option.name in _FOR_THE_COMMAND_LINE:
        raise UsageError(f"{path}: {name} is for the command line and the environment")
    if isinstance(value, dict) or (option.is_flag and not isinstance(value, bool)):
        raise UsageError(f"{path}: {name} takes {'true or false' if option.is_flag else 'a value'}")
    assert option.name is not None
    if isinstance(value, bool) and option.is_flag:
        return {option.name: value}
    if isinstance(value, list):
        texts = [str(each) for each in value]
        return {option.name: texts if option.multiple else ",".join(texts)}
    return {option.name: [str(value)] if option.multiple else str(value)}


def _check_known(path: Path, key: str, others: Mapping[str, GetCommand]) -> None:
    known = {
        option
        for name, get in others.items()
        if (command := get(name)) is not None
        for option in _options(command)
    }
    if key not in known:
        raise UsageError(f"{path}: no command has an option {key}{_alike(key, known)}")


def _alike(name: str, known: Iterable[str]) -> str:
    alike = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {alike[0]}?" if alike else ""
