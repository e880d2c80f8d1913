"""Reading the chips that a recipe trains on."""

from __future__ import annotations

from pathlib import Path

from cloudgan_geo.chips import eurosat, multispectral
from cloudgan_geo.training.data import Data, VisibleData
from cloudgan_geo.training.recipe import Recipe
from cloudgan_geo.training.spectra import SpectralData


def load_data(path: Path, recipe: Recipe) -> Data:
    """Reads chips and divides them.

    Args:
        path: EuroSAT's zip of 13-band chips for `veil` clouds, else its RGB folder or zip.
        recipe: What they are for.

    Raises:
        DatasetError: If there is no such chip, or one is damaged or of another shape.
    """
    if recipe.clouds == "veil":
        chips = multispectral.load_spectral_chips(path)
        return SpectralData(multispectral.split_spectral(chips, recipe.validation), recipe, chips)
    images = eurosat.load_chips(path)
    return VisibleData(eurosat.split(images, recipe.validation), recipe, images)
