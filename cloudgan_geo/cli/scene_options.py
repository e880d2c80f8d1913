"""Options about how a scene is corrected: the same for one scene and for many."""

from __future__ import annotations

from cloudgan_geo.cli import band_options, keeping, shared
from cloudgan_geo.cli.shared import F

_OPTIONS = (
    *(shared.model, band_options.bands, shared.radiometry, band_options.level),
    *(band_options.correct, band_options.write, shared.area, shared.overlap, shared.batch_size),
    *(shared.device, shared.precision, shared.compilation, keeping.keep_rule, shared.rgb_only),
    *(shared.cog, shared.creation, shared.overwrite, shared.trust_input, shared.progress),
    shared.verbosity,
)


def of_a_scene(command: F) -> F:
    """Adds every option that holds for a scene, but those that name its files."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
