"""Messages as who typed a command reads them: arguments are spelled as its options."""

from __future__ import annotations

from collections.abc import Mapping

import click

from cloudgan_geo.arguments import Argument
from cloudgan_geo.errors import Message


def on_command_line(message: Message, command: click.Command | None) -> str:
    """Returns the text of an error or a warning.

    Args:
        message: The error or the warning.
        command: That was typed, whose declarations say what its options are called.
    """
    return message.worded(lambda argument: _spelled(argument, command))


def _spelled(argument: Argument, command: click.Command | None) -> str:
    parameter = _parameter(argument.name, command)
    if isinstance(parameter, click.Argument):
        name = parameter.human_readable_name
    else:
        name = _option(argument.name) if parameter is None else max(parameter.opts, key=len)
    if not argument.values or argument.values[0] is True:
        return name
    value, *others = argument.values
    if isinstance(value, Mapping) and parameter is not None and parameter.multiple:
        return " ".join(f"{name} {key}={text}" for key, text in value.items())
    return f"{name} {' or '.join(map(_text, (value, *others)))}"


def _parameter(name: str, command: click.Command | None) -> click.Parameter | None:
    """Finds what a command takes an argument by: a parameter or an option of its name."""
    for parameter in command.params if command else ():
        if parameter.name == name or _option(name) in parameter.opts:
            return parameter
    return None


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_text(each)}" for key, each in value.items())
    if isinstance(value, (tuple, list)):
        return ",".join(map(_text, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
