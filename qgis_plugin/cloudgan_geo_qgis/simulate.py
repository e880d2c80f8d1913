"""Simulate thin clouds: `cloudgan-geo simulate`."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from .algorithm import BackendAlgorithm
from .language import tr
from .tables.simulate import SIMULATE


class SimulateThinClouds(BackendAlgorithm):
    """Puts a synthetic cloud on a clear image."""

    NAME = "simulate"
    TITLE = "Simulate thin clouds"
    TOOLTIP = "Puts a synthetic thin cloud on a clear image, of which the truth is known"
    TAGS = ("cirrus", "haze", "synthetic", "simulate", "test")
    SUMMARY = (
        "Puts a synthetic thin cloud on a clear Sentinel-2 image, of which the truth is known: to "
        "test Remove thin clouds on your own ground before you trust it. Only valid pixels change, "
        "of every band that is known. What is not given is drawn at random, as for the training of "
        "the models; the same seed draws the same cloud."
    )
    COMMAND = "simulate"
    OPTIONS = SIMULATE

    def results(
        self,
        facts: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Says what was drawn."""
        feedback.pushInfo(
            tr("{coverage:.1%} under cloud of mean opacity {opacity:.3f}").format(
                coverage=facts["coverage"], opacity=facts["mean_opacity"]
            )
        )
        return {}
