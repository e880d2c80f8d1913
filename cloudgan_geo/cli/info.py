"""`cloudgan-geo info`: say what decloud would do with a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cloudgan_geo.cli import options
from cloudgan_geo.cli.terminal import own_words_only

if TYPE_CHECKING:
    from cloudgan_geo.raster.scene import Scene


@click.command()
@click.argument("scene")
@options.bands
@options.radiometry
@options.overlap
@options.verbosity
def info(
    scene: str,
    bands: tuple[int, int, int] | None,
    radiometry: str,
    overlap: int,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what decloud would do with SCENE: its grid, bands, radiometry and windows.

    Fails where decloud would, after saying what is known.
    """
    with own_words_only(verbose):
        from cloudgan_geo import pipeline
        from cloudgan_geo.raster.opening import open_scene

        opened = open_scene(scene, bands=bands)
        if not quiet:
            _print("Scene", opened.path)
            _print("Size", f"{opened.width} x {opened.height} pixels")
            _print("Coordinates", _coordinates(opened))
            _print(
                "Values", f"{opened.file_count} bands of {opened.dtype}, nodata {_nodata(opened)}"
            )
            red, green, blue = opened.rgb.indexes
            _print("Red, green, blue", f"{red},{green},{blue} ({opened.rgb.reason})")
        plan = pipeline.make_plan(
            opened,
            pipeline.DecloudOptions(bands=bands, radiometry=radiometry, overlap=overlap),
        )
    if quiet:
        return
    _print("Radiometry", f"{plan.radiometry.profile} ({plan.radiometry.reason})")
    rows, columns = len(plan.grid.tops), len(plan.grid.lefts)
    _print("Windows", f"{len(plan.grid):,} ({columns} x {rows}), overlap {overlap} pixels")
    _print("Output", str(pipeline.default_output(scene)))


def _print(name: str, value: str) -> None:
    click.echo(f"{name + ':':<18}{value}")


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
