"""What a run leaves behind about itself: tags of its output and a JSON report."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from cloudgan_geo import __version__
from cloudgan_geo.correction.cleaner import Cleaner
from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES
from cloudgan_geo.correction.options import Clock, DecloudOptions, DecloudResult
from cloudgan_geo.correction.passes import SceneCorrection
from cloudgan_geo.correction.plan import Plan
from cloudgan_geo.raster.reading.geometries import described
from cloudgan_geo.raster.reading.radiometry import Radiometry
from cloudgan_geo.raster.writing.failures import output_error
from cloudgan_geo.raster.writing.output import AtomicOutput

# Options that change nothing in the output.
_IMMATERIAL = ("strip_rows", "overwrite", "report", *BY_ARGUMENT, *PAGES)


def provenance(
    options: DecloudOptions, radiometry: Radiometry, model: str, sha256: str
) -> dict[str, str]:
    """Returns the tags by which an output says where it comes from.

    Args:
        options: As they were given.
        radiometry: As it was settled.
        model: Name of the generator.
        sha256: Of its weights file, in hex.
    """
    return {
        "CLOUDGAN_VERSION": __version__,
        "CLOUDGAN_MODEL": model,
        "CLOUDGAN_WEIGHTS_SHA256": sha256,
        "CLOUDGAN_RADIOMETRY": radiometry.profile,
        "CLOUDGAN_RADIOMETRY_REASON": radiometry.reason,
        "CLOUDGAN_OPTIONS": options_asked(options),
    }


def options_asked(options: DecloudOptions) -> str:
    """Returns the options that decide about an output, as its tag holds them.

    Args:
        options: As they were given.
    """
    asked = {key: value for key, value in asdict(options).items() if key not in _IMMATERIAL}
    return json.dumps(asked, default=_text)


def _text(value: Any) -> str:
    """Says what JSON has no form for: paths, and geometries."""
    return described(value) or os.fspath(value)


def write_report(
    file: AtomicOutput, inputs: Sequence[str], options: DecloudOptions, result: DecloudResult
) -> None:
    """Writes what was asked for and what was done, to be put in its place with the rest.

    Args:
        file: The report.
        inputs: The scene, or the files that make one.
        options: All options, as they were given.
        result: What was done.

    Raises:
        OutputError: If it cannot be written.
    """
    report = {
        "program": "cloudgan-geo",
        "version": __version__,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "inputs": list(inputs),
        "options": asdict(options),
        "result": asdict(result),
    }
    text = json.dumps(report, indent=2, default=_text)
    try:
        file.partial.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise output_error(file.path, error, file.argument) from error


def result_of(
    file: AtomicOutput, plan: Plan, cleaner: Cleaner, run: SceneCorrection, clock: Clock
) -> DecloudResult:
    """Sums up what was done.

    Args:
        file: The scene without cloud, complete.
        plan: What was to be done.
        cleaner: What did it.
        run: Of the scene.
        clock: Of the run.
    """
    return DecloudResult(
        output=file.path,
        bytes=file.partial.stat().st_size,
        seconds=clock.total,
        width=plan.scene.width,
        height=plan.scene.height,
        count=len(plan.written.bands),
        windows=run.computed,
        windows_skipped=len(plan.grid) - run.computed,
        bands=plan.scene.rgb.indexes,
        bands_reason=plan.scene.rgb.reason,
        bands_read={name: plan.scene.named.indexes[name] for name in plan.fit.used.reads},
        bands_corrected=plan.fit.used.corrects,
        bands_copied=plan.copied,
        bands_missing=plan.fit.missing,
        level=plan.level,
        level_reason=plan.level_reason,
        radiometry=plan.radiometry.profile,
        radiometry_reason=plan.radiometry.reason,
        model=cleaner.name,
        weights_sha256=cleaner.sha256,
        device=cleaner.device,
        precision=cleaner.precision,
        precision_reason=cleaner.precision_reason,
        batch_size=run.batch_size,
        mean_error=None if run.errors is None else run.errors.means,
        qa_pixels=None if run.quality is None else run.quality.pixels,
        qa_shares=None if run.quality is None else run.quality.shares,
        timings=clock.stages,
    )
