"""`cloudgan-geo info`: say what decloud would do with a scene."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudgan_geo.choices import Correct, Write
from cloudgan_geo.cli import band_options, completion, shared
from cloudgan_geo.cli.terminal import own_words_only
from cloudgan_geo.errors import UsageError

if TYPE_CHECKING:
    from cloudgan_geo.correction.plan import Plan
    from cloudgan_geo.raster.reading.scene import Scene


@click.command()
@click.argument("scene", nargs=-1, required=True, shell_complete=completion.files)
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
@shared.model
@band_options.bands
@shared.radiometry
@band_options.level
@band_options.correct
@band_options.write
@shared.area
@shared.overlap
@shared.rgb_only
@shared.cog
@shared.trust_all_inputs
@shared.verbosity
def info(
    scene: tuple[str, ...],
    as_json: bool,
    model: str,
    bands: tuple[int, int, int] | dict[str, int] | None,
    correct: Correct,
    write: Write,
    rgb_only: bool,
    cog: bool,
    quiet: bool,
    verbose: bool,
    **settings: Any,
) -> None:
    """Say what decloud would do with SCENE: its grid, bands, radiometry and windows.

    Fails where decloud would, after saying what is known.
    """
    with own_words_only(verbose):
        from cloudgan_geo.correction.choosing import open_for
        from cloudgan_geo.correction.cleaner import bands_of, model_name
        from cloudgan_geo.correction.fitting import fit_bands
        from cloudgan_geo.correction.plan import make_plan

        opened, chosen = open_for(model, scene, bands=bands, rgb_only=rgb_only, write=write)
        if not quiet and not as_json:
            _tell_scene(opened)
        name = model_name(chosen)
        fit = fit_bands(opened.path, name, bands_of(chosen), opened.named.indexes, correct)
        plan = make_plan(opened, fit, write=write, **settings)
        facts = _facts(plan, name, _output(scene), cog)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    elif not quiet:
        _tell_plan(plan, facts)


def _output(scene: tuple[str, ...]) -> Path | None:
    from cloudgan_geo.correction.pipeline import default_output

    try:
        return default_output(scene)
    except UsageError:
        return None


def _facts(plan: Plan, model: str, output: Path | None, cog: bool) -> dict[str, Any]:
    scene, grid = plan.scene, plan.grid
    # A NaN is no JSON.
    nodata = [None if b.nodata is None else f"{b.nodata:g}" for b in scene.bands]
    return {
        "scene": scene.path,
        "width": scene.width,
        "height": scene.height,
        "crs": None if scene.crs is None else scene.crs.to_string(),
        "transform": None if scene.gcps else list(scene.transform)[:6],
        "ground_control_points": len(scene.gcps),
        "bands": [
            {"index": b.index, "description": b.description, "dtype": b.dtype, "nodata": code}
            for b, code in zip(scene.bands, nodata, strict=True)
        ],
        "rgb": list(scene.rgb.indexes),
        "rgb_reason": scene.rgb.reason,
        "model": model,
        "bands_found": dict(scene.named.indexes),
        "bands_read": list(plan.fit.used.reads),
        "bands_corrected": list(plan.fit.used.corrects),
        "bands_copied": list(plan.copied),
        "bands_missing": list(plan.fit.missing),
        "level": plan.level,
        "level_reason": plan.level_reason,
        "radiometry": plan.radiometry.profile,
        "radiometry_reason": plan.radiometry.reason,
        "scale": list(plan.radiometry.scale),
        "offset": list(plan.radiometry.offset),
        "windows": len(grid),
        "windows_in_area": plan.windows_wanted(),
        "window_rows": len(grid.tops),
        "window_columns": len(grid.lefts),
        "overlap": grid.overlap,
        "memory_bytes": plan.memory_bytes,
        "disk_bytes": plan.disk_bytes(cog),
        "disk_free_bytes": None if output is None else shutil.disk_usage(output.parent).free,
        "output": None if output is None else str(output),
    }


def _tell_scene(scene: Scene) -> None:
    _print("Scene", scene.path)
    _print("Size", f"{scene.width} x {scene.height} pixels")
    _print("Coordinates", _coordinates(scene))
    _print("Values", f"{scene.file_count} bands of {scene.dtype}, nodata {_nodata(scene)}")
    red, green, blue = scene.rgb.indexes
    _print("Red, green, blue", f"{red},{green},{blue} ({scene.rgb.reason})")
    found = sorted(scene.named.indexes.items(), key=lambda item: item[1])
    _print("Bands found", ", ".join(f"{name}={index}" for name, index in found))


def _tell_plan(plan: Plan, facts: dict[str, Any]) -> None:
    hint = "" if plan.level else "; --level 1C or 2A states it"
    _print("Level", f"{plan.level or 'unknown'} ({plan.level_reason}{hint})")
    _print("Generator", facts["model"])
    _print("Read", ", ".join(facts["bands_read"]))
    _print("Corrected", ", ".join(facts["bands_corrected"]))
    _print("Copied", ", ".join(facts["bands_copied"]) or "none")
    if facts["bands_missing"]:
        _print("Missing", f"{', '.join(facts['bands_missing'])}: the generator does without")
    _print("Radiometry", f"{plan.radiometry.profile} ({plan.radiometry.reason})")
    windows = (
        f"{facts['windows']:,} ({facts['window_columns']} x {facts['window_rows']}), "
        f"overlap {plan.grid.overlap} pixels"
    )
    if plan.area is not None:
        windows += f"; {facts['windows_in_area']:,} in the area"
    _print("Windows", windows)
    _print("Memory", f"about {_size(facts['memory_bytes'])} and the generator")
    free = facts["disk_free_bytes"]
    _print(
        "Disk",
        f"at most {_size(facts['disk_bytes'])}" + (f" of {_size(free)} free" if free else ""),
    )
    _print("Output", facts["output"] or "to be named with --output")


def _print(name: str, value: str) -> None:
    click.echo(f"{name + ':':<18}{value}")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _coordinates(scene: Scene) -> str:
    if scene.crs is None:
        return "none"
    if scene.gcps:
        return f"{scene.crs.to_string()}, {len(scene.gcps)} ground control points"
    transform = scene.transform
    if transform.b or transform.d:
        return f"{scene.crs.to_string()}, rotated grid"
    left, top = transform.c, transform.f
    return (
        f"{scene.crs.to_string()}, origin {left:.10g}, {top:.10g}, pixel "
        f"{abs(transform.a):.6g} x {abs(transform.e):.6g}"
    )


def _nodata(scene: Scene) -> str:
    nodata = scene.visible_bands[0].nodata
    if nodata is not None:
        return f"{nodata:g}"
    if scene.alpha is not None:
        return "by alpha band"
    return "by mask band" if scene.has_mask else "none"
