"""The QGIS plugin imports nothing of the program, but its parameters are the program's options.

What QGIS makes of the tables is tested in tests/qgis.
"""

import importlib

import click
import pytest
from cloudgan_geo_qgis.options import (
    Choice,
    Flag,
    Number,
    Output,
    Text,
)
from cloudgan_geo_qgis.tables.compare import COMPARE
from cloudgan_geo_qgis.tables.decloud import DECLOUD
from cloudgan_geo_qgis.tables.simulate import SIMULATE

from cloudgan_geo.networks.zoo import cards

TABLES = {"decloud": DECLOUD, "simulate": SIMULATE, "compare": COMPARE}

#: What no algorithm has, and why.
LEFT_OUT = {
    "--overwrite": "QGIS has asked already, or has made the name up",
    "--progress": "the plugin follows the program by it",
    "--stop-when-stdin-closes": "the plugin always gives it",
    "--quiet": "the log of the dialog shows what is said",
    "--verbose": "for whoever types the command of the log into a terminal",
    "--json": "compare: the table is a layer in QGIS, the scores are outputs",
}
#: The same of one command.
LEFT_OUT_OF = {
    "decloud": {
        "--preview": "QGIS shows the rasters themselves",
        "--html": "the same",
    },
}
#: Parameters that say something else than the option does, and why.
SAYS_OTHERWISE = {"--output": "QGIS makes a temporary file by default, nothing beside the scene"}
#: Parameters beside the one of the name of their option, and why.
BESIDE = {
    "WEIGHTS": "the dialog lists the bundled models of --model; a file is picked",
    "BAND_FILES": "SCENE is one of several files, the layer; these are the others",
}


def options_of(command):
    found = importlib.import_module(f"cloudgan_geo.cli.{command}")
    return {max(parameter.opts, key=len): parameter for parameter in getattr(found, command).params}


def default_of(option):
    """The default as the program tells it; none for what may be left out."""
    return None if option.multiple else option.to_info_dict()["default"]


@pytest.fixture(params=TABLES)
def command(request):
    return request.param


@pytest.fixture
def parameters(command):
    """The parameters by the option that they are of."""
    return {
        option.flag: option
        for option in TABLES[command]
        if not option.is_argument and option.name not in BESIDE
    }


@pytest.fixture
def options(command):
    return {
        flag: option
        for flag, option in options_of(command).items()
        if isinstance(option, click.Option)
        and flag not in {*LEFT_OUT, *LEFT_OUT_OF.get(command, ())}
    }


def test_every_option_is_a_parameter_or_left_out_with_a_reason(options, parameters):
    assert set(parameters) == set(options)


def test_what_is_left_out_exists():
    every = {flag for command in TABLES for flag in options_of(command)}
    assert set(LEFT_OUT) <= every


def test_arguments_come_in_the_same_order(command):
    typed = [
        parameter.human_readable_name.rstrip(".")
        for parameter in options_of(command).values()
        if isinstance(parameter, click.Argument)
    ]
    arguments = [option for option in TABLES[command] if option.is_argument]
    assert [option.flag for option in arguments if option.name not in BESIDE] == typed


def test_names(command):
    names = [option.name for option in TABLES[command]]
    assert len(set(names)) == len(names)
    for option in TABLES[command]:
        spelt = option.flag.removeprefix("--").replace("-", "_").upper()
        assert option.name == spelt or option.is_argument or option.name in BESIDE


def test_defaults(options, parameters):
    for flag, option in options.items():
        assert parameters[flag].default == default_of(option), flag


def test_help(options, parameters):
    for flag, option in options.items():
        if flag not in SAYS_OTHERWISE:
            assert parameters[flag].help == option.help, flag


def test_kinds(options, parameters):
    for flag, option in options.items():
        parameter = parameters[flag]
        if flag == "--model":
            assert set(parameter.choices) == {"auto", *(card["name"] for card in cards())}
        elif isinstance(option.type, click.Choice):
            assert isinstance(parameter, Choice), flag
            assert parameter.choices == tuple(option.type.choices), flag
        elif option.is_flag:
            assert isinstance(parameter, Flag), flag
        elif isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType)):
            assert isinstance(parameter, Number), flag
            assert parameter.whole == isinstance(option.type, click.types.IntParamType), flag
        elif isinstance(option.type, click.Path):
            assert isinstance(parameter, Output), flag
        else:
            assert not isinstance(parameter, (Choice, Flag, Number, Output)), flag
        if isinstance(option.type, click.IntRange):
            assert (parameter.least, parameter.largest) == (option.type.min, option.type.max)
        if isinstance(parameter, Text):
            assert bool(parameter.separator) == option.multiple, flag
