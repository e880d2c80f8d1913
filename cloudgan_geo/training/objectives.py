"""What a recipe's generator predicts and how that is judged, beside the adversarial term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cloudgan_geo.choices import Resolution
from cloudgan_geo.networks.architectures import Generator
from cloudgan_geo.networks.fine import FineGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.thin import Estimate, ThinGenerator
from cloudgan_geo.networks.veil import VeilGenerator, detail
from cloudgan_geo.training.data import ChipBatch
from cloudgan_geo.training.recipe import Recipe
from cloudgan_geo.training.spectra import bands_of_recipe

#: Mean square below which a chip counts as right: 43 dB, so that clear chips, which could be
#: improved for ever, do not take all there is to learn.
_RIGHT = 5e-5
#: Weights of the opacity's and the expected error's terms beside the image's.
_OPACITY_WEIGHT, _ERROR_WEIGHT = 4.0, 0.1
#: The same under veils, where reflectance .5 to .8 is 1: far more, because a logarithm without it
#: rewards leaving alone whatever may be ground, and low cloud was left alone. And of the error's
#: contrast, whose term has this weight beside.
_RIGHT_VEIL, _RIGHT_CONTRAST, _CONTRAST_WEIGHT = 3e-3, 9e-6, 0.4
#: Weights of the groups of bands.
_GROUP_WEIGHTS = {"visible": 0.6, "nir": 0.25, "swir": 0.15}
#: Share of absolute errors that are to lie below the expected one.
COVERAGE = 0.9
#: Errors below this are the same to the expected error's term: a tenth of a DN in 275.
_SMALL = 1e-3


class Objective(Protocol):
    """One way to train a generator."""

    def network(self) -> Generator:
        """Returns a new generator."""

    def predict(self, network: nn.Module, batch: ChipBatch) -> Any:
        """Returns all that the generator says about a batch on its device."""

    def image(self, prediction: Any, batch: ChipBatch) -> Tensor:
        """Returns the clear image that was predicted, shape (chips, 3, 64, 64)."""

    def loss(self, prediction: Any, batch: ChipBatch) -> Tensor:
        """Returns the scalar to minimise."""


class ArticleObjective:
    """The article's: the clear image, by weighted mean absolute error."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def network(self) -> UNetGenerator:
        """Returns the article's U-Net."""
        return UNetGenerator(width=self._recipe.width)

    def predict(self, network: nn.Module, batch: ChipBatch) -> Tensor:
        """Returns the clear image."""
        image: Tensor = network(batch.cloudy)
        return image

    def image(self, prediction: Tensor, batch: ChipBatch) -> Tensor:
        """Returns the prediction itself."""
        return prediction

    def loss(self, prediction: Tensor, batch: ChipBatch) -> Tensor:
        """Returns the weighted mean absolute error."""
        return self._recipe.l1_weight * F.l1_loss(prediction, batch.clear)


class ThinObjective:
    """Correction, opacity and expected error under scattering-law clouds.

    The image's term is the mean over chips of the logarithm of the mean square error: the
    mean PSNR with its sign turned, as L. Chen et al., "Simple baselines for image restoration",
    ECCV 2022, train with. A thin veil half removed then costs as much as a dense one, which
    the mean absolute error all but ignores.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def network(self) -> ThinGenerator:
        """Returns a generator of correction, opacity and error."""
        return ThinGenerator(self._recipe.width, self._recipe.context)

    def predict(self, network: nn.Module, batch: ChipBatch) -> Estimate:
        """Returns the estimate."""
        estimate: Estimate = network(batch.cloudy, batch.view)
        return estimate

    def image(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns the corrected image, not clipped."""
        return batch.cloudy + prediction.correction

    def loss(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns the sum of the three terms."""
        image = self.image(prediction, batch)
        square = (image - batch.clear).square()
        # Saturated pixels cannot be helped; their error would only drown that of the others.
        square = square.masked_fill((batch.cloudy >= 1).all(dim=1, keepdim=True), 0.0)
        square = square.mean(dim=(1, 2, 3))
        fidelity = (square + _RIGHT).log().mean()
        opacity = F.l1_loss(prediction.opacity, batch.opacity)
        error = (image.detach() - batch.clear).abs()
        return (
            fidelity
            + _OPACITY_WEIGHT * opacity
            + _ERROR_WEIGHT * quantile_loss(prediction.error, error)
        )


class VeilObjective:
    """Correction, opacity and expected errors of all bands under the law of a veil.

    The image's term is as of `ThinObjective`, of each group of bands by itself, and once more
    of what the error differs from its own mean around: of a veil's two effects the loss of
    contrast is the smaller error, and would be learned last.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._bands = bands = bands_of_recipe(recipe)
        self._visible = [bands.reads.index(name) for name in bands.sensor.visible]

    def network(self) -> Generator:
        """Returns a generator of the recipe's bands."""
        width = self._recipe.width
        return VeilGenerator(self._bands, (width, 2 * width, 4 * width, 128 * width // 24))

    def predict(self, network: nn.Module, batch: ChipBatch) -> Estimate:
        """Returns the estimate."""
        estimate: Estimate = network(batch.cloudy, batch.told)
        return estimate

    def image(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns the corrected bands, not clipped."""
        return batch.cloudy[:, self._bands.selected] + prediction.correction

    def loss(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns the sum of the three terms, those of the groups weighted."""
        difference = self._difference(prediction, batch)
        contrast = detail(difference)
        total = _OPACITY_WEIGHT * F.l1_loss(prediction.opacity, batch.opacity)
        for index, group in enumerate(self._bands.groups):
            weight, bands = _GROUP_WEIGHTS[group], list(self._bands.grouped[index])
            for part, right, factor in (
                (difference, _RIGHT_VEIL, 1.0),
                (contrast, _RIGHT_CONTRAST, _CONTRAST_WEIGHT),
            ):
                square = part[:, bands].square().mean(dim=(1, 2, 3))
                total = total + weight * factor * (square + right).log().mean()
            total = total + weight * self._error_term(prediction, difference, index)
        return total

    def _difference(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns by how much the image is wrong, 0 where nothing can be helped."""
        saturated = (batch.cloudy[:, self._visible] >= 1).all(dim=1, keepdim=True)
        return (self.image(prediction, batch) - batch.clear).masked_fill(saturated, 0.0)

    def _error_term(self, prediction: Estimate, difference: Tensor, group: int) -> Tensor:
        """Returns what the expected error of a group of bands costs, by its position."""
        errors = difference[:, list(self._bands.grouped[group])].detach().abs()
        expected = prediction.error[:, group : group + 1]
        return _ERROR_WEIGHT * quantile_loss(expected, errors)


class FineObjective(VeilObjective):
    """The same at full resolution, all corrected bands in one term for the image."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self._bands = replace(self._bands, asks_level=False)

    def network(self) -> Generator:
        """Returns a generator of the recipe's bands, at full resolution."""
        return FineGenerator(self._bands, self._recipe.width)

    def loss(self, prediction: Estimate, batch: ChipBatch) -> Tensor:
        """Returns the sum of the three terms, the errors of groups weighted."""
        difference = self._difference(prediction, batch)
        square = difference.square().mean(dim=(1, 2, 3))
        total = _OPACITY_WEIGHT * F.l1_loss(prediction.opacity, batch.opacity)
        total = total + (square + _RIGHT_VEIL).log().mean()
        for index, group in enumerate(self._bands.groups):
            total = total + _GROUP_WEIGHTS[group] * self._error_term(prediction, difference, index)
        return total


def quantile_loss(expected: Tensor, error: Tensor) -> Tensor:
    """Returns the loss that is least where `COVERAGE` of the errors lie below the expected.

    Source: R. Koenker, G. Bassett, "Regression quantiles", Econometrica 46, 1978, equation
    1.3, of logarithms: quantiles stay quantiles, and errors of all sizes count the same.

    Args:
        expected: Above 0, shape (chips, 1, height, width).
        error: Absolute errors, shape (chips, bands, height, width).
    """
    above = (error + _SMALL).log() - (expected + _SMALL).log()
    return torch.maximum(COVERAGE * above, (COVERAGE - 1) * above).mean()


def objective_of(recipe: Recipe) -> Objective:
    """Returns the objective of a recipe's clouds, and of its resolution under `veil`."""
    if recipe.clouds == "veil":
        return _UNDER_VEILS[recipe.resolution](recipe)
    return ThinObjective(recipe) if recipe.clouds == "scattering" else ArticleObjective(recipe)


_UNDER_VEILS: dict[Resolution, Callable[[Recipe], Objective]] = {
    "half": VeilObjective,
    "full": FineObjective,
}
