"""One table of layers: what is in it can be asked for everywhere, under one name."""

import inspect
from dataclasses import fields

import pytest

from cloudgan_geo import decloud
from cloudgan_geo.cli.decloud import decloud as command
from cloudgan_geo.correction.estimates import Estimates
from cloudgan_geo.correction.layers import CLASSES, LAYERS
from cloudgan_geo.correction.options import DecloudOptions


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.argument)
def test_a_layer_has_one_name_everywhere(layer):
    assert layer.argument in inspect.signature(decloud).parameters
    assert layer.argument in {field.name for field in fields(DecloudOptions)}
    assert layer.argument in {param.name for param in command.params}
    assert layer.part in {field.name for field in fields(Estimates)}


def test_files_are_those_asked_for():
    names = [layer.argument for layer in LAYERS]
    options = DecloudOptions(**{name: f"{name}.tif" for name in names})
    assert list(options.layer_files) == names
    assert DecloudOptions(qa="q.tif").layer_files.keys() == {"qa"}


def test_the_quality_band_names_every_class():
    (quality,) = (layer for layer in LAYERS if layer.categories)
    assert len(quality.categories) == len(CLASSES)
    assert quality.description == "0 no data, 1 clear, 2 corrected, 3 thick"
